"""Scans looked at again by sample (抽检): drawing one, finding it again, what it said in the end.

Lives here: `start`, `listed`, `outcome`, `seen_by`. Not here: the papers of a sample one by one (sampling_items), what is drawn
(`rules.sampling`). A checker reviews or archives for the school, and never looks at what they took in themselves. Only who started a
sample goes through it; whoever may check at that school reads its record. Papers of health and justice are never in it: checking scans is
no ground to open them, and the purpose the looks are told under is not one a person stated.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.errors import Denied, NotFound, Refused
from archive_service.ids import new_id
from archive_service.models.account import Account
from archive_service.models.inspection import Inspection, InspectionItem
from archive_service.models.organisation import Level
from archive_service.models.record import Record, RecordState
from archive_service.rules.access import Right, needs_ground
from archive_service.rules.sampling import Fault, Judged, draw
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope
from archive_service.services.scope_parties import walked
from archive_service.services.totals import counted

CHECKERS = (Right.REVIEW_CASE, Right.ARCHIVE)
_OPEN = tuple(level.value for level in Sensitivity if not needs_ground(level))
PURPOSE = "质量抽检"
LONGEST = timedelta(days=366)
POPULATION_MOST = 50_000
PAGE_SIZE = 50


@dataclass(frozen=True)
class Sample:
    """A sample with how far it is and what was found so far; `faults` by code, `void` are papers that may no longer be looked at."""

    inspection: Inspection
    school: str
    checker: str
    marked: int
    void: int
    faults: dict[str, int]
    judged: Judged


@dataclass(frozen=True)
class Samples:
    """A page of samples; `own_open` are those the viewer has yet to end, whatever the page. `next` is the cursor of the following page."""

    items: list[Sample]
    own_open: list[Sample]
    next: str | None
    total: int


def schools(archive: Archive, *, actor: Actor) -> list[tuple[str, str]]:
    """Schools at which the actor may check, by name. Raises Denied."""
    with archive.read() as session:
        scope = Scope.of(session, actor)
        reach = _units(scope)
        found = [(unit.id, unit.name) for unit in scope.tree.units.values() if unit.id in reach and unit.level == Level.SCHOOL]
    return sorted(found, key=lambda pair: pair[1])


def start(archive: Archive, *, school_id: str, first_on: date, last_on: date, actor: Actor) -> Inspection:
    """Draw a sample of the papers a school received from the first day to the last. Source: DA/T 31-2017.

    Raises:
        Denied, NotFound: no right to check, or not at this school.
        Refused: the days make no period, nothing was received, too much for one sample, or the last one there is not ended.
    """
    if not first_on <= last_on <= first_on + LONGEST:
        raise Refused("起止日期不成立：止于不早于起于，期间不超过一年。", code="bad_period")
    actor, now = actor.for_case(None, PURPOSE), archive.clock.now()
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        if school_id not in _units(scope):
            raise NotFound
        _check_none_open(session, scope, school_id)
        papers = _papers(session, scope, school_id, first_on, last_on)
        made = Inspection(
            id=new_id(), organisation_id=school_id, first_on=first_on, last_on=last_on, seed=secrets.token_hex(16),
            population=len(papers), size=0, started_by=str(actor.account_id), started_at=now,
        )  # fmt: skip
        drawn = draw(papers, made.seed)
        made.size = len(drawn)
        session.add(made)
        session.flush()
        items = [InspectionItem(inspection_id=made.id, no=no, record_id=one, letters=0, wrong_letters=0) for no, one in enumerate(drawn, 1)]
        session.add_all(items)
        detail = {"school": school_id, "first_on": str(first_on), "last_on": str(last_on), "seed": made.seed}
        detail |= {"population": str(len(papers)), "size": str(len(drawn))}
        ledger.write(session, "inspection.started", Subject("inspection", made.id), actor=actor, now=now, detail=detail)
    return made


def listed(archive: Archive, *, actor: Actor, cursor: str | None = None) -> Samples:
    """Samples of schools at which the actor may check, the newest first, after the cursor. Raises Denied."""
    with archive.read() as session:
        scope = Scope.of(session, actor)
        wanted = select(Inspection).where(_seen(scope)).order_by(Inspection.id.desc())
        own_open = session.scalars(wanted.where(*_own_open(scope))).all()
        rows = session.scalars((wanted.where(Inspection.id < cursor) if cursor else wanted).limit(PAGE_SIZE + 1)).all()
        items = rows[:PAGE_SIZE]
        total = counted(session, select(Inspection.id).where(Inspection.organisation_id.in_(_units(scope))))
        following = items[-1].id if len(rows) > PAGE_SIZE else None
        return Samples(_samples(session, scope, items), _samples(session, scope, own_open), following, total)


def outcome(archive: Archive, inspection_id: str, *, actor: Actor, is_export: bool = False) -> Sample:
    """One sample with its figures; taking them away as a file is on the ledger. Raises Denied, NotFound."""
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        found = seen_by(session, scope, inspection_id)
        if is_export:
            ledger.write(session, "inspection.exported", Subject("inspection", found.id), actor=actor, now=archive.clock.now())
        return _samples(session, scope, [found])[0]


def seen_by(session: Session, scope: Scope, inspection_id: str, *, to_mark: bool = False) -> Inspection:
    """One sample in scope; `to_mark`: the actor's own, not ended, held until the transaction ends. Raises Denied, NotFound, Refused."""
    wanted = select(Inspection).where(Inspection.id == inspection_id, _seen(scope))
    found = session.scalars(wanted.with_for_update() if to_mark else wanted).first()
    if found is None:
        raise NotFound
    if to_mark and found.started_by != scope.actor.account_id:
        raise Denied("这次抽检由开始的人办理，您可以查看记录。")
    if to_mark and found.ended_at:
        raise Refused("这次抽检已结束，记录不再改动。如需再查，请另行抽检。", code="inspection_ended")
    return found


def open_to(scope: Scope) -> ColumnElement[bool]:
    """Which papers a checker may look at: those in scope that need no ground. A condition on Record."""
    return scope.records() & Record.sensitivity.in_(_OPEN)


def _units(scope: Scope) -> frozenset[str]:
    """Where the actor may check; nobody looks on here, so that a grant to read alone is none. Raises Denied."""
    found = frozenset[str]().union(*(scope.units(right) for right in CHECKERS)) & scope.units(Right.READ_PAPER)
    if not found:
        raise Denied("抽检由审核人员、校领导或档案员办理。")
    return found


def _seen(scope: Scope) -> ColumnElement[bool]:
    units = _units(scope)
    at = Inspection.organisation_id if len(units) == 1 else walked(Inspection.organisation_id)  # of many the newest are met walking
    return at.in_(units)


def _own_open(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return Inspection.started_by == scope.actor.account_id, Inspection.ended_at.is_(None)


def _check_none_open(session: Session, scope: Scope, school_id: str) -> None:
    """Nobody draws again and again until a sample looks good; two starts at once wait for each other at the account. Raises Refused."""
    session.execute(select(Account.id).where(Account.id == scope.actor.account_id).with_for_update(key_share=True))
    if session.scalar(select(Inspection.id).where(Inspection.organisation_id == school_id, *_own_open(scope)).limit(1)):
        raise Refused("您在这所学校还有一次抽检没有结束，结束以后才能再抽取。", code="inspection_open")


def _papers(session: Session, scope: Scope, school_id: str, first_on: date, last_on: date) -> list[tuple[str, str]]:
    """Batch and id of what was received and read, as far as the checker may look at it and did not take it in."""
    wanted = select(func.coalesce(Record.batch_id, ""), Record.id).where(
        Record.organisation_id == school_id, Record.received_on.between(first_on, last_on), Record.state == RecordState.READ
    )
    wanted = wanted.where(open_to(scope), Record.received_by != scope.actor.account_id)
    found = [(batch, record) for batch, record in session.execute(wanted.limit(POPULATION_MOST + 1))]
    if not found:
        raise Refused("这段时间没有您可以抽检的材料。请改选学校或日期。", code="nothing_to_inspect")
    if len(found) > POPULATION_MOST:
        raise Refused(f"这段时间超过 {POPULATION_MOST} 件，请分段抽检。", code="too_much_to_inspect")
    return found


def _samples(session: Session, scope: Scope, rows: Sequence[Inspection]) -> list[Sample]:
    ids = [row.id for row in rows]
    by = (InspectionItem.inspection_id, InspectionItem.verdict, InspectionItem.fault)
    sums = (func.count(), func.sum(InspectionItem.letters), func.sum(InspectionItem.wrong_letters))
    figures: dict[str, list[tuple[str, str | None, int, int, int]]] = {}
    for one, verdict, fault, *numbers in session.execute(select(*by, *sums).where(InspectionItem.inspection_id.in_(ids)).group_by(*by)):
        if verdict is not None:
            papers, letters, wrong = map(int, numbers)
            figures.setdefault(str(one), []).append((verdict, fault, papers, letters, wrong))
    names = dict(session.execute(select(Account.id, Account.name).where(Account.id.in_({row.started_by for row in rows}))).all())
    return [_sample(row, scope.tree.units[row.organisation_id].name, names[row.started_by], figures.get(row.id, [])) for row in rows]


def _sample(row: Inspection, school: str, checker: str, figures: list[tuple[str, str | None, int, int, int]]) -> Sample:
    of = {name: sum(papers for verdict, _, papers, _, _ in figures if verdict == name) for name in ("pass", "fault", "void")}
    faults = {fault: papers for _, fault, papers, _, _ in figures if fault}
    letters, wrong = sum(one[3] for one in figures), sum(one[4] for one in figures)
    judged = Judged(of["pass"] + of["fault"], of["pass"], faults.get(Fault.WRONG_STUDENT.value, 0), letters, wrong)
    return Sample(row, school, checker, sum(of.values()), of["void"], faults, judged)
