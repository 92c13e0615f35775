"""The claim of a case: what it says of the student, and how registry and papers stand to it.

Lives here: filling the claim, comparing it field by field, telling the level of an issuer from its confirmed name.
Not here: reading papers (scanners), deciding. A value read from paper enters a claim only once a person has confirmed it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from archive_service.models.record import FieldState, PageField
from archive_service.models.student import Student
from archive_service.rules.names import fold_name
from archive_service.rules.vocabulary import Level
from scanners.labels import FIELD_LABELS

# What a procedure claims beyond who the student is; it stands on papers alone.
CASE_FIELDS = ("hospital", "diagnosis", "period_from", "period_to", "issuer", "issued_on")
_REGISTRY_FIELDS = ("name", "former_name", "sex", "ethnicity", "birth_on", "id_no", "student_no", "school", "grade", "class", "address")
# Here a difference is no contradiction: each paper has its own issuer and date, a transfer has two schools, addresses are abridged.
_LOOSE = frozenset({"school", "grade", "class", "address", "diagnosis", "issuer", "issued_on"})
_SETTLED = frozenset({FieldState.SURE, FieldState.CONFIRMED})
_ISSUERS = ("hospital", "issuer", "seal_unit")
# The lowest unit a name mentions counts: 贵阳市观山湖区人民医院 is a county's. A name that mentions none is left to the reviewer.
_LEVEL_WORDS: tuple[tuple[Level, re.Pattern[str]], ...] = (
    (Level.SCHOOL, re.compile(r"卫生[院室所]|卫生服务|诊所|医务室|[镇乡村](?:中心)?医院|社区|街道|学校$")),
    (Level.COUNTY, re.compile(r"县|旗|(?<!军)(?<!自治)(?<!地)区")),
    (Level.CITY, re.compile(r"市|州(?!省|医科|大学)|盟|地区")),
    (Level.PROVINCE, re.compile(r"省|自治区|大学|医学院")),
)


class Agreement(StrEnum):
    """How the papers stand to the claim."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    DOUBTFUL = "doubtful"
    SILENT = "silent"

    @property
    def label(self) -> str:
        """The word in the table."""
        return {"agrees": "一致", "disagrees": "不一致", "doubtful": "待确认", "silent": "纸上未见"}[self.value]


@dataclass(frozen=True)
class OnPaper:
    """A value as it stands on a paper of the case."""

    record_id: str
    page: int | None
    value: str
    box: list[int] | None
    state: str
    confidence: float | None


@dataclass(frozen=True)
class ClaimRow:
    """One line of the table «申报与登记 / 纸上»."""

    field: str
    label: str
    claimed: str | None
    registry: str | None
    paper: tuple[OnPaper, ...]
    verdict: Agreement


def registry_values(student: Student, *, student_no: str | None, school: str) -> dict[str, str]:
    """What the registry says of a student, by the field names of the API; empty values are left out."""
    values: dict[str, object] = {
        "name": student.name,
        "former_name": student.former_name,
        "sex": student.sex,
        "ethnicity": student.ethnicity,
        "birth_on": student.birth_on.isoformat() if student.birth_on else None,
        "id_no": student.id_no,
        "student_no": student_no,
        "school": school,
        "grade": student.grade,
        "class": student.class_name,
        "address": student.address,
    }
    return {name: str(value) for name, value in values.items() if value}


def confirmed_values(fields: Iterable[PageField]) -> dict[str, str]:
    """What papers add to a claim: fields of the case that a person has confirmed, the latest word counting."""
    confirmed = [field for field in fields if field.state is FieldState.CONFIRMED and field.name in CASE_FIELDS]
    return {field.name: field.value for field in confirmed if field.value}


def table(claim: Mapping[str, object], registry: Mapping[str, str], fields: Iterable[PageField]) -> list[ClaimRow]:
    """The claim beside registry and papers, in the order of the form; fields nobody speaks of are left out."""
    seen: dict[str, list[PageField]] = {}
    for field in fields:
        if field.value:
            seen.setdefault(field.name, []).append(field)
    rows = [_row(name, claim.get(name), registry.get(name), seen.get(name, [])) for name in (*_REGISTRY_FIELDS, *CASE_FIELDS)]
    return [row for row in rows if row.claimed or row.registry or row.paper]


def issuer_level(fields: Iterable[PageField]) -> Level | None:
    """Level of who issued a paper, by the name of the issuer a person has confirmed; None while it cannot be told. Source: C-33."""
    confirmed = {field.name: field.value for field in fields if field.state is FieldState.CONFIRMED and field.value}
    names = [confirmed[name] for name in _ISSUERS if name in confirmed]
    return _level_in(names[0]) if names else None


def _level_in(name: str) -> Level | None:
    return next((level for level, pattern in _LEVEL_WORDS if pattern.search(name)), None)


def _row(name: str, claimed: object, registry: str | None, fields: list[PageField]) -> ClaimRow:
    said = str(claimed) if claimed else None
    return ClaimRow(
        field=name,
        label=FIELD_LABELS[name].label,
        claimed=said,
        registry=registry,
        paper=tuple(_on_paper(field) for field in fields),
        verdict=_verdict(name, {value for value in (said, registry) if value}, fields),
    )


def _on_paper(field: PageField) -> OnPaper:
    return OnPaper(field.record_id, field.page_no, field.value or "", field.box, field.state.value, field.confidence)


def _verdict(name: str, wanted: set[str], fields: list[PageField]) -> Agreement:
    if not fields:
        return Agreement.SILENT
    target = {_fold(name, value) for value in wanted}
    papers = [_on_one_paper(name, target, group) for group in _by_record(fields)]
    if not target and len({_fold(name, field.value or "") for field in fields}) > 1 and name not in _LOOSE:
        return Agreement.DISAGREES
    if Agreement.DISAGREES in papers:
        return Agreement.DOUBTFUL if name in _LOOSE else Agreement.DISAGREES
    return Agreement.DOUBTFUL if Agreement.DOUBTFUL in papers else Agreement.AGREES


def _on_one_paper(name: str, target: set[str], fields: list[PageField]) -> Agreement:
    """A page may name several people (a household); it agrees when one of its settled values is the one claimed."""
    if not target:
        return Agreement.AGREES if all(field.state is FieldState.CONFIRMED for field in fields) else Agreement.DOUBTFUL
    settled = {_fold(name, field.value or "") for field in fields if field.state in _SETTLED}
    if len(target) == 1 and target <= settled:
        return Agreement.AGREES
    return Agreement.DISAGREES if settled else Agreement.DOUBTFUL


def _by_record(fields: list[PageField]) -> list[list[PageField]]:
    groups: dict[str, list[PageField]] = {}
    for field in fields:
        groups.setdefault(field.record_id, []).append(field)
    return list(groups.values())


def _fold(name: str, value: str) -> str:
    folded = fold_name(value).upper()
    return folded.removesuffix("族") if name == "ethnicity" else folded
