"""Second scans of one paper: noticed, told to who may read the first, never dropped; silent once a person has compared them."""

import io

import pytest
from PIL import ImageFilter
from sqlalchemy import func, select

from archive_service.errors import Denied, NotFound
from archive_service.models.ledger import Event
from archive_service.models.likeness import PageKey, Rescan
from archive_service.rules.access import Role
from archive_service.services import corrections, history, intake, likeness, likeness_told, matching, records, review
from archive_service.services.intake import Incoming
from archive_service.worker import Worker
from tests.factories import resident_id
from tests.functional.web_client import signed_in
from tests.papers import hukou, page

BLANK = "常住人口登记卡\n姓名\n性别\n民族\n出生日期\n公民身份号码\n服务处所\n何时由何地迁来本市县\n登记日期"
FORM = BLANK.replace("姓名", "姓名  {name}").replace("公民身份号码", "公民身份号码  {id_no}").replace("登记日期", "登记日期  {on}")


def scanned(text, *, worse=False):
    """The page as a scanner saves it; `worse`: laid askew on an old one."""
    picture, saved = page(text), io.BytesIO()
    if worse:
        picture = picture.rotate(0.4, fillcolor="white").filter(ImageFilter.GaussianBlur(0.6)).point(lambda light: light * 0.9)
    picture.save(saved, "JPEG", quality=70 if worse else 92, dpi=(200, 200))
    return saved.getvalue()


class Desk:
    """A school whose registrar scans, with everything the worker does behind it."""

    def __init__(self, archive, make):
        self.archive, self.make = archive, make
        _, _, self.county, self.school = make.tree()
        self.registrar = make.actor(Role.SCHOOL_REGISTRAR, self.school)
        self.student = make.student(self.school, name="张晓明")

    def scan(self, text, by=None, **how):
        incoming = Incoming(scanned(text, worse=how.pop("worse", False)), "a.jpg", **how)
        record = intake.receive(self.archive, incoming, actor=by or self.registrar)
        Worker(self.archive).drain()
        return record.id

    def form(self, student=None, on="2024年3月5日"):
        student = student or self.student
        return FORM.format(name=student.name, id_no=student.id_no, on=on)

    def rescan(self, record_id, by=None):
        return records.view(self.archive, record_id, actor=by or self.registrar).earlier.rescan


@pytest.fixture
def desk(archive, make):
    return Desk(archive, make)


def test_a_second_scan_names_the_first_and_both_stay(archive, desk):
    first = desk.scan(desk.form())
    second = desk.scan(desk.form(), worse=True)
    found = desk.rescan(second)
    assert (found.first_id, [(pair["page"], pair["first_page"]) for pair in found.pages]) == (first, [(1, 1)])
    assert 0 <= found.pages[0]["picture"] <= 1  # a code on white may be laid any way up
    assert desk.rescan(first) is None
    assert {view.record.id for view in records.listed(archive, records.Filter(), actor=desk.registrar).items} == {first, second}


def test_a_third_scan_names_the_first_too(desk):
    first, _, third = desk.scan(desk.form()), desk.scan(desk.form(), worse=True), desk.scan(desk.form() + "\n备注")
    assert desk.rescan(third).first_id == first


def test_the_same_bytes_are_told_as_such_only(archive, desk):
    first, second = desk.scan(desk.form()), desk.scan(desk.form())
    told = records.view(archive, second, actor=desk.registrar).earlier
    assert (told.duplicate_of, told.rescan) == (first, None)


@pytest.mark.parametrize("case", ["blank", "two children", "another date"])
def test_what_only_looks_alike_is_not_flagged(desk, case):
    other = desk.make.student(desk.school, name="李思思", id_no=resident_id(serial=77))
    texts = {
        "blank": (BLANK, BLANK),
        "two children": (desk.form(), desk.form(other)),
        "another date": (desk.form(), desk.form(on="2025年3月5日")),
    }[case]
    first, second = desk.scan(texts[0]), desk.scan(texts[1], worse=True)
    assert (desk.rescan(first), desk.rescan(second)) == (None, None)


def test_an_answer_to_a_return_is_no_second_scan(archive, desk, make):
    first = desk.scan(desk.form())
    reviewer = make.actor(Role.COUNTY_REVIEWER, desk.county)
    reason = review.ReasonGiven(first, "other", "重扫")
    review.review_record(archive, first, review.Review.RETURN, reasons=[reason], actor=reviewer)
    second = desk.scan(desk.form(), worse=True, supersedes_id=first)
    assert desk.rescan(second) is None


def test_one_that_is_known_as_the_answer_only_later_falls_silent(archive, desk, make):
    first, second = desk.scan(desk.form()), desk.scan(desk.form(), worse=True)
    reviewer = make.actor(Role.COUNTY_REVIEWER, desk.county)
    review.review_record(archive, first, review.Review.RETURN, reasons=[review.ReasonGiven(first, "other", "重扫")], actor=reviewer)
    review.answer_return(archive, first, with_record_id=second, actor=desk.registrar)
    assert desk.rescan(second) is None


def test_the_one_read_last_finds_one_that_came_after_it(archive, desk):
    """The first waited for its reading until the second was done: the later of the two is flagged all the same."""
    first, second = desk.scan(desk.form()), desk.scan(desk.form(), worse=True)
    with archive.begin() as session:
        session.delete(session.scalars(select(Rescan)).one())
    likeness.look(archive, first)
    assert desk.rescan(second).first_id == first


def test_looking_again_changes_nothing(archive, desk):
    desk.scan(desk.form())
    second = desk.scan(desk.form(), worse=True)
    likeness.look(archive, second)
    with archive.read() as session:
        assert session.scalar(select(func.count()).select_from(Event).where(Event.act == "rescan.proposed")) == 1


def test_a_corrected_number_withdraws_what_no_longer_is(archive, desk, make):
    desk.scan(desk.form())
    second = desk.scan(desk.form(), worse=True)
    other = make.student(desk.school, name="张晓明", id_no=resident_id(serial=78))
    corrections.confirm_field(archive, second, "id_no", corrections.Correction(other.id_no), actor=desk.registrar)
    Worker(archive).drain()
    assert desk.rescan(second) is None


def test_a_persons_word_silences_it_and_can_be_taken_back(archive, desk):
    desk.scan(desk.form())
    second = desk.scan(desk.form(), worse=True)
    likeness_told.deny(archive, second, actor=desk.registrar)
    likeness.look(archive, second)
    assert desk.rescan(second).denied_by == desk.registrar.account_id
    assert records.view(archive, second, actor=desk.registrar).earlier.proposed is None
    likeness_told.restore(archive, second, actor=desk.registrar)
    assert records.view(archive, second, actor=desk.registrar).earlier.proposed.denied_at is None
    with archive.read() as session:
        acts = session.scalars(select(Event.act).where(Event.act.startswith("rescan.")).order_by(Event.id)).all()
    assert acts == ["rescan.proposed", "rescan.denied", "rescan.restored"]


def test_who_may_not_read_the_first_is_not_told(archive, desk, make):
    """A teacher sees what they took in, not what the registrar did; an exact copy is kept from them as well."""
    teacher = make.actor(Role.HOMEROOM_TEACHER, desk.school)
    desk.scan(desk.form())
    second, copy = desk.scan(desk.form(), by=teacher, worse=True), desk.scan(desk.form(), by=teacher)
    assert desk.rescan(second).first_id
    assert desk.rescan(second, by=teacher) is None
    told = records.view(archive, copy, actor=teacher).earlier
    assert (told.duplicate_of, told.rescan.first_id) == (None, second)  # of their own, they are
    with pytest.raises((NotFound, Denied)):
        likeness_told.deny(archive, second, actor=teacher)
    assert not [line for line in history.of_record(archive, second, actor=teacher) if line.act.startswith("rescan")]


def test_a_unit_finds_only_what_it_took_in_or_its_student_has(archive, desk, make):
    elsewhere = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=desk.county))
    stranger = make.student(desk.school, name="王五", id_no=resident_id(serial=79))
    desk.scan(desk.form(stranger))
    assert desk.rescan(desk.scan(desk.form(stranger), by=elsewhere, worse=True), by=elsewhere) is None


def test_keys_hold_no_name_and_no_number(archive, desk):
    desk.scan(desk.form())
    with archive.read() as session:
        keys = session.scalars(select(PageKey.key)).all()
    assert len(keys) >= 6
    assert not [key for key in keys if desk.student.name in key or desk.student.id_no in key]


def test_the_api_tells_and_takes_the_word(call, desk):
    first = desk.scan(desk.form())
    second = desk.scan(desk.form(), worse=True)
    told = call.get(f"/records/{second}", desk.registrar).json["rescan"]
    assert (told["record_id"], told["state"], told["pages"][0]["first_page"]) == (first, "proposed", 1)
    assert call.put(f"/records/{second}/rescan", desk.registrar, json={"state": "denied"}).json["rescan"]["state"] == "denied"
    assert call.put(f"/records/{second}/rescan", desk.registrar, json={"state": "proposed"}).json["rescan"]["state"] == "proposed"
    assert call.put(f"/records/{first}/rescan", desk.registrar, json={"state": "denied"}).status_code == 404


def test_the_screens_show_it_and_take_it_back(archive, app, desk):
    first = desk.scan(desk.form())
    second = desk.scan(desk.form(), worse=True)
    browser = signed_in(app, archive, desk.registrar)
    shown = browser.get(f"/records/{second}").text
    assert "疑似重复扫描" in shown
    assert f"/records/{first}" in shown
    answer = browser.post(f"/records/{second}/rescan", as_script=True, status=200).json
    assert (answer["message"], answer["next_url"]) == ("已记为不是同一份。", f"/records/{second}")
    assert "已认定不是同一份" in browser.get(f"/records/{second}").text
    browser.post(answer["undo_url"])
    assert "疑似重复扫描" in browser.get(f"/records/{second}").text


def test_the_tray_shows_it(archive, app, desk):
    text = hukou("赵六六", resident_id(serial=333)) + "\n服务处所\n何时由何地迁来本市县\n登记日期  2024年3月5日"
    desk.scan(text)
    second = desk.scan(text, worse=True)
    assert "疑似重复扫描" in signed_in(app, archive, desk.registrar).get(f"/tray/{second}").text


def test_a_record_that_is_gone_or_unread_is_left_alone(archive, desk):
    likeness.look(archive, "0" * 32)
    record = intake.receive(archive, Incoming(scanned(desk.form()), "a.jpg"), actor=desk.registrar)
    likeness.look(archive, record.id)
    matching.match_record(archive, record.id)
    assert desk.rescan(record.id) is None
