"""The walk over one route, and the judgement of each answer.

Lives here: `walk`. Three rules: what somebody does not see is answered as an id that never was; what they see and may do they get;
and no answer carries a mark of anything they do not see. Not here: requests (asking), expectation (entitled), routes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.matrix.asking import Answer, ask, made_up, own_things, value_of
from tests.matrix.entitled import PAPERS, names_whole, sees
from tests.matrix.people import Caller
from tests.matrix.routes import ASSISTS, EVERYBODY, MASKED, TURN, Ask
from tests.matrix.world import PLACES, Land, Thing

GIVEN_UP = frozenset({401, 403, 404})
FEW_LEVELS = frozenset("MHUT")  # what is written to is tried with these: ordinary, closed, unsettled, a teacher's
FEW_ACCOUNTS = frozenset({"leader", "county", "far"})  # a new password is slow on purpose
WIDE = frozenset({"registrar", "county", "next_county", "city", "province"})


@dataclass
class Figures:
    """What was tried, and what was wrong."""

    answers: int = 0
    routes: set[tuple[str, str]] = field(default_factory=set)
    callers: set[str] = field(default_factory=set)
    triples: set[tuple[tuple[str, str], str, tuple[str, str, str]]] = field(default_factory=set)  # route, caller, kind with place and level
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Figures") -> None:
        """Count another walk in."""
        self.answers += other.answers
        self.routes |= other.routes
        self.callers |= other.callers
        self.triples |= other.triples
        self.faults += other.faults

    def __str__(self) -> str:
        tried = f"{len(self.triples)} triples of route, caller and scope ({len(self.routes)} routes, {len(self.callers)} callers)"
        return f"matrix: {tried}, {self.answers} answers, {len(self.faults)} leaks"


@dataclass
class Walk:
    """One route, walked by one caller after the other."""

    land: Land
    route: tuple[str, str]
    found: Figures = field(default_factory=Figures)

    def by(self, caller: Caller, how: Ask) -> None:
        """Put every thing, the ids of other kinds and a made-up one to the route."""
        self.found.callers.add(caller.name)
        if not how.kind:
            self._plain(caller, how)
            return
        strange, written = self._told(caller, how, stranger := made_up(how))
        for one in tried(self.land, caller.name, how):
            value = value_of(one, how)
            answer, events = self._told(caller, how, value)
            self.found.triples.add((self.route, caller.name, (one.kind, one.place, one.level)))
            self._judge(caller, how, one, answer)
            if not self.sees(caller, one):
                self._same(caller, (one.place, one.level), (answer.without(value), events), (strange.without(stranger), written))
        for stray in strays(self.land, caller.name, how):
            answer, events = self._told(caller, how, stray)
            self._same(caller, ("stray", stray), (answer.without(stray), events), (strange.without(stranger), written))

    def sees(self, caller: Caller, one: Thing) -> bool:
        """Whether a thing may be told; pages are for who has signed in, not for tokens."""
        is_nobody = caller.name == "signed_out" or ("+" in caller.name and not self.route[1].startswith("/api/"))
        return not is_nobody and sees(caller.name, one.kind, one.place, one.level)

    def _told(self, caller: Caller, how: Ask, value: str) -> tuple[Answer, int]:
        before = self.land.last_event()
        answer = ask(self.land, caller, self.route, how, value)
        self.found.answers += 1
        if answer.status >= 500:
            self._fault(caller, f"answers {answer.status}")
        marks = self._hidden(caller)
        told = [mark for mark in marks if mark in answer.text and mark not in answer.sent]
        if told:
            self._fault(caller, f"tells {[self.land.whose(mark) for mark in told]}")
        return answer, self.land.last_event() - before

    def _plain(self, caller: Caller, how: Ask) -> None:
        answer, _ = self._told(caller, how, "-")
        is_open = caller.name in how.may and caller.name != "signed_out"
        if self.route[0] == "GET" and is_open and not ("+" in caller.name and not self.route[1].startswith("/api/")):
            missing = [one for one in self.land.of(how.lists) if self.sees(caller, one) and one.shown not in answer.text]
            for one in missing:
                self._fault(caller, f"does not list {one.kind} {one.place} {one.level}")
        self._undo(answer)

    def _judge(self, caller: Caller, how: Ask, one: Thing, answer: Answer) -> None:
        if self.sees(caller, one) and may_act(caller.name, how, one):
            if answer.status in GIVEN_UP or (self.route[0] == "GET" and answer.status != 200 and not how.query):
                self._fault(caller, f"is given {answer.status} for {one.kind} {one.place} {one.level}")
            is_masked = self.route in MASKED and one.kind == "student" and not names_whole(caller.name, one.place)
            if how.shows and not is_masked and not any(mark in answer.text for mark in one.marks - {one.id}):
                self._fault(caller, f"does not find {one.kind} {one.place} {one.level}")
            self._undo(answer)
        elif not how.query and answer.status < 400 and "/sign-in?next=" not in answer.text:
            self._fault(caller, f"is given {answer.status} for {one.kind} {one.place} {one.level}")

    def _undo(self, answer: Answer) -> None:
        if self.route[0] != "GET" and answer.status < 400:
            self.land.restore()

    def _same(self, caller: Caller, what: tuple[str, str], answer: tuple[str, int], strange: tuple[str, int]) -> None:
        if answer != strange:
            self._fault(caller, f"tells {' '.join(what)} from a made-up id: {difference(answer, strange)}")

    def _hidden(self, caller: Caller) -> frozenset[str]:
        key = (caller.name, self.route[1].startswith("/api/"), self.route in MASKED)
        if key not in self.land.hidden:
            self.land.hidden[key] = self._marks(caller)
        return self.land.hidden[key]

    def _marks(self, caller: Caller) -> frozenset[str]:
        """Every mark of what the caller does not see; in lists also who is only to stand there under a mask."""
        seen = {mark for one in self.land.things if self.sees(caller, one) for mark in one.marks}
        named = {one.id for one in self.land.of("record") if one.level == "P" and self.sees(caller, self.land.one("case", one.place))}
        marks = {mark for one in self.land.things for mark in one.marks} - seen - named
        if self.route in MASKED:
            masked = [one for one in self.land.of("student") if one.level == "quiet" and not names_whole(caller.name, one.place)]
            marks |= {mark for one in masked for mark in one.marks - {one.id}}
        return frozenset(marks)

    def _fault(self, caller: Caller, what: str) -> None:
        self.found.faults.append(f"{' '.join(self.route)}: {caller.name} {what}")


def walk(land: Land, route: tuple[str, str], asks: tuple[Ask, ...]) -> Figures:
    """Walk a route; nobody may have changed anything when it is over."""
    walked = Walk(land, route)
    walked.found.routes.add(route)
    for how in asks:
        for caller in land.callers.values():
            walked.by(caller, how)
    if changed := land.changed():
        walked.found.faults.append(f"{' '.join(route)} changed {changed}")
        land.restore()
    return walked.found


def tried(land: Land, caller: str, how: Ask) -> Iterator[Thing]:
    """The things a caller tries: those with a wide reach all of them, the others their own and a neighbour's; one of each level."""
    own = tuple(PAPERS.get(caller, {}))
    places = PLACES if caller in WIDE else (*own, "sister" if "home" in own else "home")
    is_reading = not (how.query or how.json is not None or how.form is not None or how.may is not EVERYBODY)
    done: set[tuple[str, str]] = set()
    for one in land.of(how.kind):
        level = one.level if not how.query else ""  # what a list is narrowed to is tried once a place
        is_left_out = one.kind == "record" and (not is_reading or caller not in WIDE) and one.level not in FEW_LEVELS
        is_left_out |= one.kind == "account" and one.level not in FEW_ACCOUNTS
        if one.place in places and (one.place, level) not in done and not is_left_out:
            done.add((one.place, level))
            yield one


def strays(land: Land, caller: str, how: Ask) -> tuple[str, ...]:
    """Ids of other kinds, and what cannot be an id."""
    if how.by != "id":
        return ()
    others = [land.one(kind, "home").id for kind in ("record", "student", "case", "batch") if kind != how.kind]
    is_in_path = not any("{id}" in str(part) for part in (how.query, how.json, how.form))
    others = [one for one in others if one not in own_things(land, caller).values()]  # those stand in the path
    return (*others, "0" * 32, *(("not~an~id",) if is_in_path else ()))


def may_act(caller: str, how: Ask, one: Thing) -> bool:
    """Whether somebody who sees a thing may do this to it."""
    has_turn = not how.turn or one.place in TURN.get(caller, ())
    looks_on = (caller, one.place) == ASSISTS and how.may is not EVERYBODY
    return caller in how.may and has_turn and not looks_on


def difference(one: tuple[str, int], other: tuple[str, int]) -> str:
    """Where two answers part."""
    pairs = zip(one[0].splitlines(), other[0].splitlines(), strict=False)
    lines = next(((a[:300], b[:300]) for a, b in pairs if a != b), (f"{len(one[0])} characters", f"{len(other[0])} characters"))
    return f"{lines[0]!r} is not {lines[1]!r}, events {one[1]} and {other[1]}"


__all__ = ["PAPERS", "Figures", "walk"]
