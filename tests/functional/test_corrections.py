"""What a person says of a paper: kinds, values confirmed with the page in view, and what is refused."""

from datetime import date

import pytest
from sqlalchemy import delete, insert, update

from archive_service.errors import Denied, Refused, StaleRow
from archive_service.models.case import Case, CaseEvidence
from archive_service.models.record import FieldState, KindState, MatchState, PageField
from archive_service.models.student import Dossier, Student
from archive_service.rules.access import Role
from archive_service.services import corrections, intake, matching, records, transcription
from archive_service.services.cases import open_case
from archive_service.services.corrections import Correction
from archive_service.services.intake import Incoming
from tests.conftest import NOON
from tests.factories import resident_id
from tests.functional.case_steps import ILLNESS_FACTS, Office
from tests.papers import hukou, jpeg


@pytest.fixture
def desk(archive, make):
    """A registrar with one hukou page of a student, read and matched."""

    class Desk:
        _, _, county, school = make.tree()
        registrar = make.actor(Role.SCHOOL_REGISTRAR, school)
        student = make.student(school, name="张三")

        def view(self):
            return records.view(archive, self.record.id, actor=self.registrar)

        def field(self, name):
            return next(field for field in self.view().fields if field.name == name)

    one = Desk()
    one.make = make
    one.record = intake.receive(archive, Incoming(jpeg(hukou("张三", one.student.id_no)), "a.jpg"), actor=one.registrar)
    transcription.judge_record(archive, one.record.id)
    transcription.read_record(archive, one.record.id)
    matching.match_record(archive, one.record.id)
    return one


def test_a_confirmed_value_keeps_what_was_read(archive, desk):
    read = desk.field("birth_on").raw
    corrections.confirm_field(archive, desk.record.id, "birth_on", Correction("2013-03-06", "看不清"), actor=desk.registrar)
    field = desk.field("birth_on")
    assert (field.value, field.state, field.raw, field.confirmed_by) == (
        "2013-03-06",
        FieldState.CONFIRMED,
        read,
        desk.registrar.account_id,
    )


def test_a_value_nobody_read_can_be_added(archive, desk):
    corrections.confirm_field(archive, desk.record.id, "phone", Correction("13800000000"), actor=desk.registrar)
    assert (desk.field("phone").value, desk.field("phone").found_by) == ("13800000000", "person")


@pytest.mark.parametrize(
    ("name", "value"),
    [("id_no", "520102201303051239"), ("student_no", "G123"), ("birth_on", ""), ("birth_on", "x" * 501), ("no_such_field", "x")],
)
def test_what_cannot_be_right_is_refused(archive, desk, name, value):
    with pytest.raises(Refused):
        corrections.confirm_field(archive, desk.record.id, name, Correction(value), actor=desk.registrar)


def test_a_confirmation_survives_reading_again(archive, desk, make):
    corrections.confirm_field(archive, desk.record.id, "name", Correction("张叁"), actor=desk.registrar)
    matching.match_record(archive, desk.record.id)
    assert {gap["field"] for gap in desk.view().match.disagreements} == {"name"}


def test_a_kind_said_by_a_person_stands(archive, desk):
    corrections.set_kind(archive, desk.record.id, kind="diagnosis_certificate", actor=desk.registrar)
    record = desk.view().record
    assert (record.kind_state, record.sensitivity, record.series) == (KindState.CONFIRMED, "H", "C2")


def test_a_stale_version_is_told(archive, desk):
    with pytest.raises(StaleRow):
        corrections.set_kind(archive, desk.record.id, kind="award_certificate", actor=desk.registrar, version=1)


def test_who_may_not_confirm_is_denied(archive, desk, make):
    leader = make.actor(Role.SCHOOL_LEADER, desk.school)
    with pytest.raises(Denied):
        corrections.set_kind(archive, desk.record.id, kind="award_certificate", actor=leader)


def test_filed_by_a_person_undone_and_proposed_again(archive, desk, make):
    other = make.student(desk.school, name="李四")
    matching.set_match(archive, desk.record.id, student_id=other.id, reason="家长说明", actor=desk.registrar)
    matching.match_record(archive, desk.record.id)
    assert desk.view().record.student_id == other.id
    matching.undo_match(archive, desk.record.id, actor=desk.registrar)
    matching.match_record(archive, desk.record.id)
    assert (desk.view().record.student_id, desk.view().record.match_state) == (desk.student.id, MatchState.MATCHED)


def test_a_corrected_number_moves_what_only_the_service_had_filed(archive, desk, make):
    """The service's own guess is no person's word: no alarm, the paper goes to whom it names now."""
    other = make.student(desk.school, name="张三", birth_on=date(2013, 4, 6), id_no=resident_id(birth="20130406", serial=9))
    corrections.confirm_field(archive, desk.record.id, "id_no", Correction(other.id_no), actor=desk.registrar)
    corrections.confirm_field(archive, desk.record.id, "birth_on", Correction("2013-04-06"), actor=desk.registrar)
    matching.match_record(archive, desk.record.id)
    assert (desk.view().record.student_id, desk.view().record.match_state) == (other.id, MatchState.MATCHED)


def test_what_a_person_gave_stays_and_raises_the_alarm(archive, desk, make):
    other = make.student(desk.school, name="李四")
    scan = Incoming(jpeg(hukou("张三", desk.student.id_no)), "b.jpg", student_id=other.id)
    record = intake.receive(archive, scan, actor=desk.registrar)
    for step in (transcription.judge_record, transcription.read_record, matching.match_record):
        step(archive, record.id)
    view = records.view(archive, record.id, actor=desk.registrar)
    assert (view.record.student_id, view.record.match_state) == (other.id, MatchState.CONFLICT)
    matching.undo_match(archive, record.id, actor=desk.registrar)
    matching.match_record(archive, record.id)
    view = records.view(archive, record.id, actor=desk.registrar)
    assert (view.record.student_id, view.record.match_state) == (desk.student.id, MatchState.MATCHED)


def test_a_guess_that_no_longer_holds_goes_back_to_the_tray(archive, desk):
    corrections.confirm_field(archive, desk.record.id, "id_no", Correction(resident_id(serial=555)), actor=desk.registrar)
    matching.match_record(archive, desk.record.id)
    assert (desk.view().record.student_id, desk.view().record.match_state) == (None, MatchState.PROPOSED)


def test_a_guess_on_which_a_case_rests_stays_for_a_person(archive, desk):
    office = Office(archive, desk.make)
    case = open_case(archive, procedure="suspend", student_id=desk.student.id, ground="illness", facts=ILLNESS_FACTS, actor=desk.registrar)
    desk.make._add(CaseEvidence(case_id=case.id, code="E-APP", record_id=desk.record.id, set_by=office.registrar.account_id, set_at=NOON))
    corrections.confirm_field(archive, desk.record.id, "id_no", Correction(resident_id(serial=555)), actor=desk.registrar)
    matching.match_record(archive, desk.record.id)
    assert (desk.view().record.student_id, desk.view().record.match_state) == (desk.student.id, MatchState.CONFLICT)


def test_namesakes_crowd_nobody_out(archive, desk, make):
    """Their ids sort before the one the number names."""
    with archive.begin() as session:
        row = {column.key: getattr(desk.student, column.key) for column in Student.__table__.columns}
        session.execute(insert(Student), [row | {"id": f"0{number:031d}", "id_no": None, "birth_on": None} for number in range(500)])
    matching.match_record(archive, desk.record.id)
    assert (desk.view().record.student_id, desk.view().record.match_state) == (desk.student.id, MatchState.MATCHED)
    with archive.begin() as session:  # the number gone, name and birth date still name one
        session.execute(delete(PageField).where(PageField.record_id == desk.record.id, PageField.name == "id_no"))
    matching.match_record(archive, desk.record.id)
    assert desk.view().record.student_id == desk.student.id


def test_differences_follow_a_correction_after_a_persons_match(archive, desk):
    matching.set_match(archive, desk.record.id, student_id=desk.student.id, reason="", actor=desk.registrar)
    corrections.confirm_field(archive, desk.record.id, "name", Correction("张叁"), actor=desk.registrar)
    matching.match_record(archive, desk.record.id)
    assert [gap["field"] for gap in desk.view().match.disagreements] == ["name"]
    corrections.confirm_field(archive, desk.record.id, "name", Correction("张三"), actor=desk.registrar)
    matching.match_record(archive, desk.record.id)
    assert desk.view().match.disagreements == []


def test_nothing_is_corrected_in_a_frozen_dossier(archive, desk):
    with archive.begin() as session:
        session.execute(update(Dossier).where(Dossier.student_id == desk.student.id).values(frozen_at=NOON))
    with pytest.raises(Refused) as error:
        corrections.confirm_field(archive, desk.record.id, "name", Correction("张叁"), actor=desk.registrar)
    assert error.value.this_code == "dossier_frozen"


@pytest.mark.parametrize(("state", "code"), [("in_review", None), ("accepted", "record_in_decided_case"), ("withdrawn", None)])
def test_what_a_decided_case_rests_on_is_not_corrected(archive, desk, state, code):
    case = open_case(archive, procedure="suspend", student_id=desk.student.id, ground="illness", facts=ILLNESS_FACTS, actor=desk.registrar)
    desk.make._add(CaseEvidence(case_id=case.id, code="E-APP", record_id=desk.record.id, set_by=case.opened_by, set_at=NOON))
    with archive.begin() as session:
        session.get_one(Case, case.id).state = state
    refused = None
    try:
        corrections.confirm_field(archive, desk.record.id, "phone", Correction("13800000000"), actor=desk.registrar)
    except Refused as error:
        refused = error.this_code
    assert refused == code
