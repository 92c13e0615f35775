"""The walk of a paper from the door to the search index, service by service."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import update

from archive_service.errors import Denied, NotFound, Refused, Rejected
from archive_service.models.record import MatchState, RecordState, ReviewState, TranscriptState
from archive_service.models.student import Dossier
from archive_service.rules.access import Role
from archive_service.services import indexing, intake, ledger, ledger_verify, matching, papers, records, search, transcription
from archive_service.services.intake import Incoming
from archive_service.services.search import Query
from tests.functional.case_steps import Office
from tests.papers import hukou, jpeg


@pytest.fixture
def walk(archive, make):
    """A registrar of one school, and a way to bring a page all the way."""

    class Walk:
        province, city, county, school = make.tree()
        registrar = make.actor(Role.SCHOOL_REGISTRAR, school)
        reviewer = make.actor(Role.COUNTY_REVIEWER, county)

        def bring(self, text, **values):
            record = intake.receive(archive, Incoming(jpeg(text), "户口簿.jpg", **values), actor=self.registrar)
            transcription.judge_record(archive, record.id)
            transcription.read_record(archive, record.id)
            matching.match_record(archive, record.id)
            if archive.index.health().needs_rebuild:
                indexing.rebuild(archive)
            indexing.index_records(archive, {record.id}, job_id=1)
            return records.view(archive, record.id, actor=self.registrar)

    return Walk()


def test_a_hukou_page_finds_its_student(archive, make, walk):
    student = make.student(walk.school, name="张三")
    seen = walk.bring(hukou("张三", student.id_no))
    assert seen.record.state is RecordState.READ
    assert seen.record.transcript_state is TranscriptState.PRESENT
    assert seen.record.match_state is MatchState.MATCHED
    assert seen.student.id == student.id
    assert seen.record.kind == "hukou_page"


def test_a_birth_date_that_disagrees_is_told(make, walk):
    student = make.student(walk.school, name="张三")
    seen = walk.bring(hukou("张三", student.id_no, birth="2013年5月3日"))
    gaps = {gap["field"]: gap for gap in seen.match.disagreements}
    assert gaps["birth_on"]["paper"] == "2013-05-03"
    assert gaps["birth_on"]["registry"] == "2013-03-05"


def test_a_page_naming_another_child_is_an_alarm(make, walk):
    mine, other = make.student(walk.school, name="张三"), make.student(walk.school, name="李四")
    seen = walk.bring(hukou("李四", other.id_no), student_id=mine.id)
    assert seen.record.match_state is MatchState.CONFLICT


def test_found_by_a_word_on_it_within_scope_only(archive, make, walk):
    student = make.student(walk.school, name="张三")
    walk.bring(hukou("张三", student.id_no))
    stranger = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=walk.county))
    assert search.find(archive, Query("登记卡"), actor=walk.registrar).total == 1
    assert search.find(archive, Query("登记卡"), actor=walk.reviewer).total == 1
    nothing = search.find(archive, Query("登记卡"), actor=stranger)
    assert (nothing.total, nothing.hits, nothing.facets["school"]) == (0, (), [])


def test_hits_carry_boxes_on_the_page(archive, make, walk):
    student = make.student(walk.school, name="张三")
    walk.bring(hukou("张三", student.id_no))
    hit = search.find(archive, Query("登记卡"), actor=walk.registrar).hits[0]
    assert hit.match == "exact"
    assert "登记卡" in hit.snippet
    assert len(hit.boxes) == 1


def test_same_file_twice_is_flagged_not_dropped(archive, walk):
    content = Incoming(jpeg("同一张纸"), "a.jpg")
    first = intake.receive(archive, content, actor=walk.registrar)
    second = intake.receive(archive, content, actor=walk.registrar)
    assert second.id != first.id
    assert second.duplicate_of == first.id


def test_out_of_scope_and_unknown_are_the_same(archive, make, walk):
    record = intake.receive(archive, Incoming(jpeg("某页"), "a.jpg"), actor=walk.registrar)
    stranger = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=walk.county))
    for record_id in (record.id, "0" * 32):
        with pytest.raises(NotFound) as caught:
            records.view(archive, record_id, actor=stranger)
        assert caught.value.message == NotFound().message


def test_a_health_paper_needs_a_purpose(archive, walk):
    record = intake.receive(archive, Incoming(jpeg("诊断"), "a.jpg", kind="diagnosis_certificate"), actor=walk.registrar)
    transcription.judge_record(archive, record.id)
    with pytest.raises(Refused):
        papers.page_image(archive, record.id, 1, width_px=320, actor=walk.registrar)
    told = walk.registrar.for_case(None, "核对诊断证明")
    assert papers.page_image(archive, record.id, 1, width_px=320, actor=told).media_type == "image/jpeg"


@pytest.mark.parametrize(("content", "code", "status"), [(b"", "empty_file", 400), (b"MZ\x90\x00" * 50, "unknown_type", 415)])
def test_the_door_refuses_and_says_why(archive, walk, content, code, status):
    with pytest.raises(Rejected) as caught:
        intake.receive(archive, Incoming(content, "x.jpg"), actor=walk.registrar)
    assert (caught.value.this_code, caught.value.this_status) == (code, status)
    ledger.seal(archive)
    assert ledger_verify.verify(archive).events >= 1


def test_the_chain_holds_and_tells_an_edit(archive, walk):
    intake.receive(archive, Incoming(jpeg("某页"), "a.jpg"), actor=walk.registrar)
    ledger.seal(archive)
    verdict = ledger_verify.verify(archive)
    assert verdict.fault is None
    assert verdict.unsealed == 0


# What a paper may take the place of, and for whom it is brought


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


def bring(archive, actor, **about):
    return intake.receive(archive, Incoming(jpeg("补交"), "b.jpg", **about), actor=actor)


def refused(archive, actor, **about):
    with pytest.raises(Refused) as said:
        bring(archive, actor, **about)
    return said.value.this_code


def test_a_returned_paper_is_answered_once(archive, make, office):
    paper = office.paper(make.student(office.school), "hukou_page", review_state=ReviewState.RETURNED)
    assert bring(archive, office.registrar, supersedes_id=paper.id).supersedes_id == paper.id
    assert refused(archive, office.registrar, supersedes_id=paper.id) == "record_answered"


def test_another_students_paper_answers_nothing(archive, make, office):
    paper = office.paper(make.student(office.school), "hukou_page", review_state=ReviewState.RETURNED)
    other = make.student(office.school)
    assert refused(archive, office.registrar, supersedes_id=paper.id, student_id=other.id) == "answer_does_not_fit"


def test_what_another_unit_took_in_is_superseded_only_when_returned(archive, make, office):
    elsewhere = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=office.county))
    paper = office.paper(make.student(office.school), "hukou_page", by=elsewhere)
    assert refused(archive, office.registrar, supersedes_id=paper.id) == "record_not_returned"


def test_superseding_needs_the_right_to_capture_there(archive, make, office):
    paper = office.paper(make.student(make.organisation(parent=office.county)), "hukou_page", review_state=ReviewState.RETURNED)
    with pytest.raises((Denied, NotFound)):
        bring(archive, office.registrar, supersedes_id=paper.id)


def test_two_answers_at_once_are_one(archive, make, office):
    paper = office.paper(make.student(office.school), "hukou_page", review_state=ReviewState.RETURNED)
    overtaken = replace(archive, blobs=Meanwhile(archive.blobs, "put", lambda: bring(archive, office.registrar, supersedes_id=paper.id)))
    assert refused(overtaken, office.registrar, supersedes_id=paper.id) == "record_answered"


def test_a_dossier_frozen_while_the_bytes_are_stored_takes_nothing(archive, make, office):
    student = make.student(office.school)

    def freeze():
        with archive.begin() as session:
            session.execute(update(Dossier).where(Dossier.student_id == student.id).values(frozen_at=archive.clock.now()))

    overtaken = replace(archive, blobs=Meanwhile(archive.blobs, "put", freeze))
    assert refused(overtaken, office.registrar, student_id=student.id) == "dossier_frozen"


def test_a_paper_brought_for_a_case_is_its_students(archive, make, office):
    student, other = make.student(office.school), make.student(office.school)
    case_id = office.illness_case(student)[0].id
    assert bring(archive, office.registrar, case_id=case_id).student_id == student.id
    assert refused(archive, office.registrar, case_id=case_id, student_id=other.id) == "case_of_other_student"


def test_an_unreadable_verdict_that_comes_late_changes_nothing(archive, office):
    record = bring(archive, office.registrar)

    def overtaken():
        transcription.judge_record(archive, record.id)
        raise Rejected("文件已损坏")

    transcription.judge_record(replace(archive, reader=Meanwhile(archive.reader, "judge", overtaken)), record.id)
    seen = records.view(archive, record.id, actor=office.registrar).record
    assert (seen.state, seen.transcript_state) == (RecordState.READING, TranscriptState.PENDING)


@dataclass
class Meanwhile:
    """A part of the archive during one of whose calls something else happens."""

    inner: object
    name: str
    happens: Callable[[], object]

    def __getattr__(self, name):
        call = getattr(self.inner, name)
        if name != self.name:
            return call

        def slow(*args, **kwargs):
            self.happens()
            return call(*args, **kwargs)

        return slow
