"""Whose paper is it: evidence on the page weighed against the registry.

Lives here: `weigh`, from values read on a page range and registry entries near them to an outcome with its grounds.
Not here: finding entries near a value (services.matching), reading values (scanners.fields).
A check character reveals an error but never repairs it; a name alone proposes and never binds; a paper that names another
student is an alarm, whoever it was uploaded for.

Source: HN-8.1, GZ-25 (no false registry); binding order measured in the OCR report.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from archive_service.rules import identity
from archive_service.rules.names import fold_name, mask_number, name_distance

NEAR_DIGITS = 2
SCORES = {"id_no": 1.0, "student_no": 1.0, "name_birth": 0.85, "repaired": 0.8, "name": 0.4, "near_name": 0.25}
ALARM_SCORE = 0.75
PARENT_AGE_YEARS = 15  # whoever is so much older than the student is a parent or grandparent, not somebody they are mistaken for


class Outcome(StrEnum):
    """How a page range stands to the registry."""

    MATCHED = "matched"
    PROPOSED = "proposed"
    UNMATCHED = "unmatched"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Entry:
    """A student of the registry, as far as a paper can name one."""

    student_id: str
    name: str
    former_name: str | None = None
    sex: str | None = None
    ethnicity: str | None = None
    birth_on: date | None = None
    id_no: str | None = None
    student_nos: tuple[str, ...] = ()
    guardian_ids: tuple[str, ...] = ()
    guardian_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """Values read from one page range; several of a kind may stand on one page."""

    id_nos: tuple[str, ...] = ()
    student_nos: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    births: tuple[date, ...] = ()
    sexes: tuple[str, ...] = ()
    ethnicities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A student the paper may belong to, with the grounds in words, and what speaks against."""

    student_id: str
    score: float
    grounds: tuple[str, ...]
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A field on which paper and registry do not agree, and the procedure that would put it right."""

    field: str
    paper: str
    registry: str
    procedure: str = "base_change"


@dataclass(frozen=True)
class Weighed:
    """What came out; `student_id` is set only when matched."""

    outcome: Outcome
    student_id: str | None = None
    candidates: tuple[Candidate, ...] = ()
    differences: tuple[Difference, ...] = field(default=())


def weigh(seen: Seen, entries: Sequence[Entry], *, given: str | None = None) -> Weighed:
    """Decide a page range.

    `given` is the student a person uploaded it for: agreement or silence of the paper keeps it there, a paper that clearly names
    another is a conflict. Without it, only a number that holds binds, and only when one student fits.
    """
    candidates = sorted((found for entry in entries if (found := _score(seen, entry))), key=lambda one: (-one.score, one.student_id))
    by_id = {entry.student_id: entry for entry in entries}
    strong = [candidate for candidate in candidates if candidate.score >= ALARM_SCORE]
    if given is not None:
        return _weigh_given(seen, by_id, candidates, given)
    if len(strong) == 1 and strong[0].score >= SCORES["repaired"]:
        student = by_id[strong[0].student_id]
        gaps = differences(seen, student)
        if strong[0].score < 1 and (strong[0].against or any(gap.field == "name" for gap in gaps)):
            return Weighed(Outcome.PROPOSED, None, tuple(candidates))
        return Weighed(Outcome.MATCHED, student.student_id, tuple(candidates), gaps)
    if len(strong) > 1:
        return Weighed(Outcome.CONFLICT, None, tuple(candidates))
    return Weighed(Outcome.PROPOSED if candidates else Outcome.UNMATCHED, None, tuple(candidates[:5]))


def _weigh_given(seen: Seen, by_id: Mapping[str, Entry], candidates: Sequence[Candidate], given: str) -> Weighed:
    own = next((one for one in candidates if one.student_id == given), None)
    others = [one for one in candidates if one.student_id != given and one.score >= ALARM_SCORE]
    if others and (own is None or own.score <= max(one.score for one in others)):
        return Weighed(Outcome.CONFLICT, None, tuple(candidates))
    if given not in by_id:
        return Weighed(Outcome.UNMATCHED, None, tuple(candidates))
    gaps, rest = differences(seen, by_id[given]), [one for one in candidates if one.student_id != given]
    if own is None and any(gap.field in ("name", "id_no", "student_no") for gap in gaps):
        mine = Candidate(given, 0.0, ("上传时指定",), ("材料上的姓名或号码与该生不符",))
        return Weighed(Outcome.CONFLICT, None, (mine, *rest))
    if own and own.against and own.score < 1:
        return Weighed(Outcome.CONFLICT, None, (own, *rest))
    mine = own or Candidate(given, 0.5, ("上传时指定",))
    return Weighed(Outcome.MATCHED, given, (mine, *rest), gaps)


def _score(seen: Seen, entry: Entry) -> Candidate | None:
    tests = (_by_id_no, _by_student_no, _by_repair, _by_name)
    results = [result for test in tests if (result := test(seen, entry))]
    if not results:
        return None
    against = tuple(f"材料上的身份证件号 {mask_number(number)} 校验无误，不是该生的" for number in _strange_numbers(seen, entry))
    return Candidate(entry.student_id, max(score for score, _ in results), tuple(ground for _, ground in results), against)


def _strange_numbers(seen: Seen, entry: Entry) -> tuple[str, ...]:
    """Numbers that hold and are neither the student's nor explained: by a parent, or by another person on a register of several.

    Where the student's own number stands beside them, right or misread, they are other people's.
    """
    if entry.id_no is None or any(_differing(number, entry.id_no) <= NEAR_DIGITS for number in seen.id_nos if not _births([number])):
        return ()
    if entry.id_no in seen.id_nos:
        return ()
    others = _births(_own_age_numbers(seen, entry))
    is_register = entry.birth_on in seen.births
    return tuple(number for number, born in others.items() if not (is_register and born in seen.births and born != entry.birth_on))


def _own_age_numbers(seen: Seen, entry: Entry) -> tuple[str, ...]:
    """Numbers on the paper that are not those of guardians and other grown-ups."""
    grown = {number for number, born in _births(seen.id_nos).items() if _is_grown(born, entry)}
    return tuple(number for number in seen.id_nos if number not in grown and number not in entry.guardian_ids)


def _births(numbers: Iterable[str]) -> dict[str, date]:
    """The numbers that hold, with the day of birth each one says."""
    return {number: read.birth_on for number in numbers if (read := identity.read_resident_id(number))}


def _is_grown(born: date, entry: Entry) -> bool:
    return entry.birth_on is not None and identity.age_on(born, entry.birth_on) >= PARENT_AGE_YEARS


def _by_id_no(seen: Seen, entry: Entry) -> tuple[float, str] | None:
    if entry.id_no and entry.id_no in seen.id_nos:
        return SCORES["id_no"], "身份证件号一致"
    return None


def _by_student_no(seen: Seen, entry: Entry) -> tuple[float, str] | None:
    if set(entry.student_nos) & set(seen.student_nos):
        return SCORES["student_no"], "学籍号一致"
    return None


def _by_repair(seen: Seen, entry: Entry) -> tuple[float, str] | None:
    """A number that fails its check and is within two characters of this student's, under a name that fits: never without it."""
    if not entry.id_no or not any(_same_name(name, entry, at_most=1) for name in seen.names):
        return None
    for number in seen.id_nos:
        wrong = _differing(number, entry.id_no)
        if 0 < wrong <= NEAR_DIGITS and identity.read_resident_id(number) is None:
            return SCORES["repaired"], f"身份证件号差 {wrong} 位且校验不通过，姓名相符"
    return None


def _by_name(seen: Seen, entry: Entry) -> tuple[float, str] | None:
    if any(_same_name(name, entry, at_most=0) for name in seen.names):
        if entry.birth_on in seen.births:
            return SCORES["name_birth"], "姓名和出生日期一致"
        return SCORES["name"], "姓名一致"
    near = next((name for name in seen.names if _same_name(name, entry, at_most=1)), None)
    if near is not None and len(fold_name(near)) > 1:
        return SCORES["near_name"], f"姓名差一字：{near}/{entry.name}"
    return None


def _same_name(name: str, entry: Entry, *, at_most: int) -> bool:
    return any(name_distance(name, known) <= at_most for known in (entry.name, entry.former_name) if known)


def _differing(one: str, other: str) -> int:
    return sum(here != there for here, there in zip(one, other, strict=True)) if len(one) == len(other) else len(other)


def differences(seen: Seen, entry: Entry) -> tuple[Difference, ...]:
    """Field by field, what the paper says otherwise; a field the paper is silent on, or says right once, is no difference."""
    grown = {born for born in _births(seen.id_nos).values() if _is_grown(born, entry)}
    births = tuple(value.isoformat() for value in seen.births if value not in grown)
    rows = (
        ("name", seen.names, (entry.name, entry.former_name)),
        ("id_no", _own_age_numbers(seen, entry), (entry.id_no,)),
        ("student_no", seen.student_nos, entry.student_nos),
        ("birth_on", births, (entry.birth_on.isoformat() if entry.birth_on else None,)),
        ("sex", seen.sexes, (entry.sex,)),
        ("ethnicity", seen.ethnicities, (entry.ethnicity,)),
    )
    gaps = []
    for name, paper, registry in rows:
        known = [value for value in registry if value]
        if paper and known and not {_plain(value) for value in paper} & {_plain(value) for value in known}:
            gaps.append(Difference(name, paper[0], known[0]))
    return tuple(gaps)


def _plain(value: str) -> str:
    folded = fold_name(value)
    return folded.removesuffix("族") if len(folded) > 1 else folded
