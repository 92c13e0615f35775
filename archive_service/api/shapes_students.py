"""The shapes of students and their dossiers, as the API's document names them. Not here: the calls.

Values are unmasked: a program gets them under its own account and scope, and each look is on the ledger.
"""

from datetime import date, datetime
from typing import Any, Self

from pydantic import Field

from archive_service.api.values import Output
from archive_service.models.record import Carrier, RecordState, ReviewState
from archive_service.models.student import NumberKind
from archive_service.services.student_page import DossierLine, PeriodLine, StudentPage
from archive_service.services.student_page_shelves import Shelf
from archive_service.services.students import StudentLine
from archive_service.services.students import StudentList as Listed


class NumberOut(Output):
    """A registry number with its time: temporary, formal, alias or former; all of them resolve."""

    number: str
    kind: NumberKind
    valid_from: date | None = Field(validation_alias="valid_from_on")
    valid_to: date | None = Field(validation_alias="valid_to_on")


class SchoolOut(Output):
    """The school of a student."""

    id: str
    code: str
    name: str


class StudentOut(Output):
    """A student of the registry; `student_no` is the number in force."""

    id: str
    student_no: str | None
    numbers: list[NumberOut]
    name: str
    former_name: str | None
    sex: str
    ethnicity: str | None
    birth_on: date | None
    id_type: str
    id_no: str | None
    school: SchoolOut
    section: str
    grade: str
    class_: str = Field(serialization_alias="class")
    entered_on: date | None
    state: str
    state_label: str
    version: int
    links: dict[str, str]


class StudentList(Output):
    """A page of a list of students."""

    items: list[StudentOut]
    next: str | None
    total: int


class StateOut(Output):
    """A stretch of a student's history; the present one has no end."""

    state: str
    label: str
    school: str
    grade: str
    class_: str = Field(serialization_alias="class")
    from_on: date
    to_on: date | None
    case_id: str | None

    @classmethod
    def of(cls, period: PeriodLine) -> Self:
        """One stretch."""
        same = {name: getattr(period, name) for name in ("state", "grade", "from_on", "to_on", "case_id")}
        return cls(**same, label=period.state_label, school=period.school_name, class_=period.class_name)


class GuardianOut(Output):
    """A parent or other legal guardian."""

    name: str
    relation: str
    id_no: str | None
    phone: str | None


class StudentDetail(StudentOut):
    """A student whole."""

    address: str | None
    guardians: list[GuardianOut]
    states: list[StateOut]


class GapOut(Output):
    """Something the law wants in the dossier that is not there."""

    series: str
    code: str
    text: str
    articles: list[str]


class DossierRecordOut(Output):
    """A record as a line of the dossier."""

    id: str
    kind: str | None
    kind_label: str | None
    carrier: Carrier
    sensitivity: str
    state: RecordState
    review_state: ReviewState
    page_count: int | None
    received_on: date
    links: dict[str, str]


class SeriesOut(Output):
    """A series of the filing plan, C1 to C8; empty code: records without a series yet."""

    code: str
    label: str
    needs_paper: bool
    records: list[DossierRecordOut]


class CustodianOut(Output):
    """Who answers for the dossier."""

    id: str
    name: str


class CustodyOut(Output):
    """A line of the chain of custody."""

    from_: str | None = Field(serialization_alias="from")
    to: str
    ground: str
    authority_ref: str | None
    happened_on: date


class DossierOut(Output):
    """A dossier: records by series, gaps, custodian; `id` is absent while none has been opened."""

    id: str | None
    student_id: str
    student_no: str | None
    series: list[SeriesOut]
    gaps: list[GapOut]
    custodian: CustodianOut | None
    custody: list[CustodyOut]
    opened_at: datetime | None
    frozen_at: datetime | None
    links: dict[str, str]


def student_list(listed: Listed) -> StudentList:
    """A list as the API gives it."""
    return StudentList(items=[StudentOut(**_student(line)) for line in listed.items], next=listed.next, total=listed.total)


def student_detail(page: StudentPage) -> StudentDetail:
    """A student as the API gives it."""
    return StudentDetail(
        **_student(page.student),
        address=page.address,
        guardians=[GuardianOut.model_validate(one) for one in page.guardians],
        states=[StateOut.of(period) for period in page.periods],
    )


def dossier_out(page: StudentPage) -> DossierOut:
    """A dossier as the API gives it."""
    dossier, student = page.dossier, page.student
    return DossierOut(
        id=dossier.id,
        student_id=student.id,
        student_no=student.student_no,
        series=[_series(shelf) for shelf in page.shelves],
        gaps=[
            GapOut(series=shelf.code, code=gap.code, text=gap.text, articles=list(gap.articles))
            for shelf in page.shelves
            for gap in shelf.gaps
        ],
        custodian=_custodian(dossier),
        custody=[
            CustodyOut(from_=one.from_name, to=one.to_name, ground=one.ground, authority_ref=one.authority_ref, happened_on=one.happened_on)
            for one in page.custody
        ],
        opened_at=dossier.opened_at,
        frozen_at=dossier.frozen_at,
        links={"self": f"/api/v1/students/{student.id}/dossier", "student": f"/api/v1/students/{student.id}"},
    )


def _student(line: StudentLine) -> dict[str, Any]:
    apart = ("numbers", "school", "class_", "links")
    same = {name: getattr(line, name) for name in StudentOut.model_fields if name not in apart}
    here = f"/api/v1/students/{line.id}"
    links = {"self": here, "dossier": f"{here}/dossier", "records": f"/api/v1/records?student_id={line.id}"}
    school = SchoolOut(id=line.school_id, code=line.school_code, name=line.school_name)
    numbers = [NumberOut.model_validate(number) for number in line.numbers]
    return {**same, "numbers": numbers, "school": school, "class_": line.class_name, "links": links}


def _series(shelf: Shelf) -> SeriesOut:
    names = [name for name in DossierRecordOut.model_fields if name != "links"]
    records = [
        DossierRecordOut(**{name: getattr(line, name) for name in names}, links={"self": f"/api/v1/records/{line.id}"})
        for line in shelf.records
    ]
    return SeriesOut(code=shelf.code, label=shelf.label, needs_paper=shelf.needs_paper, records=records)


def _custodian(dossier: DossierLine) -> CustodianOut | None:
    if dossier.custodian_id is None or dossier.custodian_name is None:
        return None
    return CustodianOut(id=dossier.custodian_id, name=dossier.custodian_name)
