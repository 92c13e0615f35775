"""Entry: a newcomer's registry is opened by the school and approved by its authority."""

import pytest
from sqlalchemy import select

from archive_service.errors import Refused
from archive_service.models.case import CaseStep
from archive_service.models.student import NumberKind, Student, StudentNumber
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction, CaseState
from archive_service.services.case_evidence import Proof, set_evidence
from archive_service.services.cases import open_case
from tests.functional.case_steps import Office

FACTS = {"applicant": "guardian", "sheet_is_signed": True, "hukou_book_doubtful": False}


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


def kinds_of(archive, code):
    return next(kind.code for kind in archive.kinds if code in kind.evidence)


def enrolled(archive, office, student):
    case = open_case(archive, procedure="enrol", student_id=student.id, ground=None, facts=FACTS, actor=office.registrar)
    papers = {"E-HKB-C": kinds_of(archive, "E-HKB-C"), "F-INFO": "info_collection_form"}
    for code, kind in papers.items():
        set_evidence(archive, case.id, code, Proof(record_id=office.paper(student, kind).id), actor=office.registrar)
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    return office.act(case.id, CaseAction.ACCEPT, office.reviewer)


def state_of(archive, student):
    with archive.read() as session:
        return session.scalars(select(Student.state).where(Student.id == student.id)).one()


def test_with_a_formal_number_the_student_is_enrolled(archive, office, make):
    student = office.newcomer()
    make._add(StudentNumber(student_id=student.id, number="G520102201303050019", kind=NumberKind.FORMAL))
    assert enrolled(archive, office, student).state is CaseState.ACCEPTED
    assert state_of(archive, student) == "ENROLLED"


def test_without_one_the_registry_is_temporary(archive, office):
    student = office.newcomer()
    assert enrolled(archive, office, student).state is CaseState.ACCEPTED
    assert state_of(archive, student) == "TEMP"


def test_a_second_registry_under_the_same_number_is_refused(archive, office, make):
    first = make.student(office.school)
    with pytest.raises(Refused) as error:
        open_case(
            archive, procedure="enrol", student_id=office.newcomer(id_no=first.id_no).id, ground=None, facts=FACTS, actor=office.registrar
        )
    assert [reason["article"] for reason in error.value.reasons] == ["GZ-25"]


def test_a_county_that_its_own_field_names_is_the_authority(archive, office, make):
    """HN-3.2, GZ-7.4: the authority is a field of the school, whatever the tree says."""
    city = office.units[1]
    directly_run = make.organisation(parent=office.county, authority_id=city.id)
    student = office.newcomer(directly_run)
    registrar = make.actor(Role.SCHOOL_REGISTRAR, directly_run)
    case = open_case(archive, procedure="enrol", student_id=student.id, ground=None, facts=FACTS, actor=registrar)
    with archive.read() as session:
        wanted = select(CaseStep.unit_id).where(CaseStep.case_id == case.id, CaseStep.act == "approve")
        assert session.scalars(wanted).one() == city.id


def test_a_school_without_an_authority_is_told_so(archive, office, make):
    school = make.organisation(parent=office.county, authority_id=None)
    registrar = make.actor(Role.SCHOOL_REGISTRAR, school)
    with pytest.raises(Refused, match="找不到办理单位"):
        open_case(archive, procedure="enrol", student_id=office.newcomer(school).id, ground=None, facts=FACTS, actor=registrar)
