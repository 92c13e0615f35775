"""What a roster would do to the registry, decided before anything is written.

Lives here: who each row is, what speaks against it, what it changes. Pure: rows in, a plan out.
Not here: reading rows (roster_entry), the registry (roster_registry), writing (roster_write).
A number or a person exists once (HN-8.1); what an identity says is changed by a case with proof (HN-10), never by a sheet;
a student of another school comes by a completed transfer, not by a sheet (HN-8.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archive_service.models.student import NumberKind, Student
from archive_service.rules.identity import agrees_with_id
from archive_service.rules.names import fold_name
from archive_service.rules.standing import StudentState
from archive_service.services.roster_entry import BIRTH, ID_NO, NAME, NUMBER, SEX, SEX_WORDS, Entry, GuardianName
from archive_service.services.roster_registry import Known, Registry
from archive_service.services.roster_sheet import CellFault

# Those whose last stage is over and who may be entered on a roster of the next one.
_ADMITTED_FROM = frozenset({StudentState.PROMOTED})


@dataclass
class Change:
    """What a row changes of a known student; `number` is one to give, `values` new values of columns."""

    entry: Entry
    known: Known
    values: dict[str, object] = field(default_factory=dict)
    number: str | None = None
    guardians: list[GuardianName] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Whether the registry says all this already."""
        return not (self.values or self.number or self.guardians) and self.known.has_dossier


@dataclass
class Plan:
    """New students, changes of known ones, and what is wrong; notes hinder nothing."""

    new: list[Entry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    faults: list[CellFault] = field(default_factory=list)
    notes: list[CellFault] = field(default_factory=list)


def make_plan(entries: Sequence[Entry], registry: Registry, school_id: str) -> Plan:
    """Decide row by row; a row with a fault takes no part."""
    plan, seen = Plan(), _Seen()
    for entry in entries:
        known, faults = _who(entry, registry, school_id)
        faults = faults or (_against(entry, known, school_id) if known else []) or seen.twice(entry, known)
        if faults:
            plan.faults += faults
            continue
        plan.notes += _notes(entry, known, registry)
        if known is None:
            plan.new.append(entry)
        else:
            change = _change(entry, known, school_id)
            plan.unchanged += change.is_nothing
            plan.changes += [] if change.is_nothing else [change]
    return plan


def number_kind(number: str) -> NumberKind:
    """What a number on a roster is to its student. Source: standards 18.2."""
    return NumberKind.TEMPORARY if number.startswith("L") else NumberKind.FORMAL


def state_with(number: str | None) -> StudentState:
    """The state of a student entered with this number, or with none yet. Source: HN-6.1."""
    if not number:
        return StudentState.PREPARING
    return StudentState.TEMP if number_kind(number) is NumberKind.TEMPORARY else StudentState.ENROLLED


class _Seen:
    """Rows already taken, so that nobody stands on the roster twice."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, object], Entry] = {}

    def twice(self, entry: Entry, known: Known | None) -> list[CellFault]:
        keys: list[tuple[str, object, str]] = []
        if entry.student_no:
            keys.append((NUMBER, entry.student_no, NUMBER))
        if entry.id_no:
            keys.append((ID_NO, entry.id_no, ID_NO))
        else:
            keys.append((NAME, entry.person, NAME))
        if known:
            keys.append(("student", known.student.id, NAME))
        for kind, key, column in keys:
            earlier = self._rows.setdefault((kind, key), entry)
            if earlier is not entry:
                where = "" if earlier.row.sheet == entry.row.sheet else f"“{earlier.row.sheet}”"
                return [entry.row.fault(column, "twice_in_sheet", f"与{where}第 {earlier.row.no} 行是同一学生或同一号码")]
        return []


def _who(entry: Entry, registry: Registry, school_id: str) -> tuple[Known | None, list[CellFault]]:
    by_id = registry.by_id_no.get(entry.id_no, []) if entry.id_no else []
    if len(by_id) > 1:
        return None, [entry.row.fault(ID_NO, "twice_in_registry", "该身份证件号在学籍库中有多条登记，须先查重处理")]
    holder = registry.known.get(registry.by_number.get(entry.student_no, ""))
    person = registry.known[by_id[0]] if by_id else None
    if holder is not None:
        same = person is holder if person else _looks_like(entry, holder)
        return (holder, []) if same else (None, [entry.row.fault(NUMBER, "number_taken", "该学籍号已登记给其他学生，学籍号不得重复使用")])
    return (person, []) if person else _by_person(entry, registry, school_id)


def _looks_like(entry: Entry, known: Known) -> bool:
    # The number is theirs and the identity number is not on file elsewhere: the same person if name and birth date agree.
    return (fold_name(known.student.name), known.student.birth_on) == (fold_name(entry.name), entry.birth_on)


def _by_person(entry: Entry, registry: Registry, school_id: str) -> tuple[Known | None, list[CellFault]]:
    alike = [registry.known[student_id] for student_id in registry.by_person.get(entry.person, [])]
    undecided = [known for known in alike if not (known.student.id_no and entry.id_no)]
    if not undecided:
        return None, []
    only = undecided[0] if len(undecided) == 1 else None
    # One side has no identity number: in the same school it is the student whose papers have come in meanwhile.
    if only and not only.student.id_no and only.student.school_id == school_id:
        return only, []
    return None, [entry.row.fault(NAME, "possible_duplicate", "与已登记学生同名、同性别、同出生日期，疑似重复；填写学籍号或证件号后再导入")]


def _against(entry: Entry, known: Known, school_id: str) -> list[CellFault]:
    standing = _standing_fault(entry, known.student, school_id)
    if standing:
        return [standing]
    faults = [
        entry.row.fault(column, "needs_case", f"{column}与学籍登记不符，关键信息不能通过导入修改，须办理基础信息变更")
        for column, (stored, wanted) in _identity(entry, known.student).items()
        if stored and wanted and stored != wanted
    ]
    current = known.current_number
    mine = {number.number for number in known.numbers}
    if entry.student_no and entry.student_no not in mine and current and current.kind is NumberKind.FORMAL:
        faults.append(entry.row.fault(NUMBER, "number_differs", "该学生已有正式学籍号，与表中不同；学籍号终身不变"))
    return faults


def _standing_fault(entry: Entry, student: Student, school_id: str) -> CellFault | None:
    state = StudentState(student.state)
    if state in _ADMITTED_FROM:
        return None
    if student.school_id != school_id:
        return entry.row.fault(NAME, "other_school", "该学生的学籍在其他学校，须先办结转学手续，不能通过导入接收")
    if not state.marks.is_live and state is not StudentState.PREPARING:
        return entry.row.fault(NAME, "ended", f"该学生学籍状态为“{state.label}”，须按规定办理业务，不能通过导入恢复")
    return None


def _identity(entry: Entry, student: Student) -> Mapping[str, tuple[object, object]]:
    return {
        NAME: (fold_name(student.name), fold_name(entry.name)),
        SEX: (student.sex, SEX_WORDS[entry.sex]),
        BIRTH: (student.birth_on, entry.birth_on),
        ID_NO: (student.id_no, entry.id_no),
    }


def _change(entry: Entry, known: Known, school_id: str) -> Change:
    student, change = known.student, Change(entry, known)
    wanted = _wanted(entry, student, school_id)
    change.values = {name: value for name, value in wanted.items() if value and value != getattr(student, name)}
    if entry.student_no and all(number.number != entry.student_no for number in known.numbers):
        change.number = entry.student_no
    state = StudentState(student.state)
    current = known.current_number
    becomes = state_with(change.number or (current.number if current else None))
    if becomes is not state and _may_follow(state, change.number):
        change.values["state"] = becomes.value
    # A guardian who is not on the sheet stays: the sheet has one cell for them, the registry their numbers and telephones.
    change.guardians = [each for each in entry.guardians if fold_name(each.name) not in known.guardians]
    return change


def _may_follow(state: StudentState, number: str | None) -> bool:
    if state is StudentState.TEMP:
        return number is not None and number_kind(number) is NumberKind.FORMAL
    return state in _ADMITTED_FROM or state is StudentState.PREPARING


def _wanted(entry: Entry, student: Student, school_id: str) -> dict[str, object]:
    wanted: dict[str, object] = {
        "school_id": school_id,
        "section": entry.section,
        "grade": entry.grade,
        "class_name": entry.class_name,
        "ethnicity": entry.ethnicity,
        "former_name": entry.former_name,
        "address": entry.address,
        "birth_on": entry.birth_on,
    }
    if entry.entered_on and (student.entered_on is None or student.school_id != school_id):
        wanted["entered_on"] = entry.entered_on
    if entry.id_no and not student.id_no:
        wanted |= {"id_type": entry.id_type.value, "id_no": entry.id_no}
    return wanted


def _notes(entry: Entry, known: Known | None, registry: Registry) -> list[CellFault]:
    notes = []
    if entry.student_no and entry.id_no and agrees_with_id(entry.student_no, entry.id_no) is False:
        notes.append(entry.row.fault(NUMBER, "not_built_on_id", "学籍号与身份证件号不一致，核对是否曾变更证件号"))
    if known is None and registry.by_person.get(entry.person):
        notes.append(entry.row.fault(NAME, "same_person_data", "学籍库中有同名、同性别、同出生日期的学生，证件号不同"))
    if known and any(number.number == entry.student_no and number.kind is NumberKind.FORMER for number in known.numbers):
        notes.append(entry.row.fault(NUMBER, "former_number", "表中是该学生的旧学籍号，已按现用学籍号处理"))
    return notes
