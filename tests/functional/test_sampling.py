"""Looking at a part of the scans again: who may, what is drawn, paper by paper on the ledger, and the record in the end."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from archive_service.adapters.blobs import Bucket, record_key
from archive_service.errors import Denied, NotFound, Refused, Rejected
from archive_service.ids import new_id
from archive_service.models.account import Account
from archive_service.models.inspection import InspectionItem
from archive_service.models.ledger import Event
from archive_service.models.record import Record, Rendition, RenditionRole
from archive_service.rules.access import Role
from archive_service.rules.sampling import Fault, draw
from archive_service.services import sampling, sampling_items
from archive_service.services.sampling_items import Mark
from tests.conftest import NOON
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in

ON = date(2026, 9, 1)
LINES = ["观山湖区第三中学", "休学申请表", "姓名张晓明", "监护人张建国", "因病需住院治疗", "同意", "申请人签名"]


class Desk:
    """A school with papers, its registrar, and people who may look at them again."""

    def __init__(self, archive, make):
        self.archive, self.office = archive, Office(archive, make)
        self.school, self.registrar, self.reviewer = self.office.school, self.office.registrar, self.office.reviewer
        self.archivist = make.actor(Role.ARCHIVIST, self.school)
        self.student = make.student(self.school)

    def papers(self, count, sensitivity="M"):
        return [self._read(self.office.paper(self.student, "hukou_page", sensitivity=sensitivity)) for _ in range(count)]

    def lose(self, how):
        """Take the only text away: out of the store, or changed in it."""
        with self.archive.begin() as session:
            text = session.scalars(select(Rendition)).one()
            if how == "missing":
                text.blob_key = record_key(text.record_id, new_id())
            else:
                text.sha256 = "0" * 64

    def _read(self, record):
        lines = [{"text": text, "box": [0, at * 20, 200, at * 20 + 18], "confidence": 0.9, "words": []} for at, text in enumerate(LINES)]
        content = json.dumps({"pages": [{"no": 1, "width_px": 300, "height_px": 300, "lines": lines}]}).encode()
        rendition_id = new_id()
        stored = self.archive.blobs.put(Bucket.WORKING, record_key(record.id, rendition_id), content, media_type="application/json")
        self.office.make._add(
            Rendition(
                id=rendition_id, record_id=record.id, role=RenditionRole.TRANSCRIPT, bucket=stored.bucket.value, blob_key=stored.key,
                bytes=stored.bytes, sha256=stored.sha256, sm3=stored.sm3, media_type="application/json", engine="canned", engine_version="1",
                made_at=NOON,
            )
        )  # fmt: skip
        return record.id

    def start(self, by=None):
        return sampling.start(self.archive, school_id=self.school.id, first_on=ON, last_on=ON, actor=by or self.reviewer)

    def mark(self, inspection, no, *said, by=None):
        sampling_items.mark(self.archive, inspection.id, no, Mark(*said), actor=by or self.reviewer)

    def acts(self, *wanted):
        with self.archive.read() as session:
            return session.execute(select(Event.act, Event.purpose).where(Event.act.in_(wanted)).order_by(Event.id)).all()


@pytest.fixture
def desk(archive, make):
    return Desk(archive, make)


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_a_lost_text_holds_no_sample_up(archive, app, desk, how):
    desk.papers(1)
    made = desk.start()
    desk.lose(how)
    browser = signed_in(app, archive, desk.reviewer)
    shown = browser.get(f"/inspections/{made.id}/items").text
    assert "识别文本暂时取不到" in shown
    assert "wrong_letters" not in shown
    browser.post(f"/inspections/{made.id}/items/1", as_script=True, status=200, fault="")
    browser.post(f"/inspections/{made.id}/end")
    found = sampling.outcome(archive, made.id, actor=desk.reviewer)
    assert (found.judged.passed, found.judged.letters, found.judged.wrong_letters) == (1, 0, 0)
    assert found.inspection.ended_at


def test_a_text_lost_between_the_look_and_the_word_counts_no_letters(archive, desk):
    desk.papers(1)
    made = desk.start()
    desk.lose("missing")
    desk.mark(made, 1, None, 2)
    judged = sampling.outcome(archive, made.id, actor=desk.reviewer).judged
    assert (judged.letters, judged.wrong_letters) == (0, 0)


def test_letters_nobody_compared_are_not_counted_as_right(archive, desk):
    desk.papers(1)
    made = desk.start()
    desk.mark(made, 1)
    assert sampling.outcome(archive, made.id, actor=desk.reviewer).judged.letters == 0


def test_papers_that_need_a_ground_are_never_drawn(archive, desk):
    desk.papers(2)
    for closed in "HJ":
        desk.papers(1, closed)
    own = desk.start(by=desk.archivist)  # at the school's own desk they are in scope
    assert own.population == 2
    assert desk.start().population == 2


@pytest.mark.parametrize("closed", ["H", "J"])
def test_a_paper_that_became_closed_is_no_longer_shown_at_its_own_school(archive, desk, closed):
    desk.papers(1)
    made = desk.start(by=desk.archivist)
    with archive.begin() as session:
        session.scalars(select(Record)).one().sensitivity = closed
    sheet = sampling_items.sheet(archive, made.id, 1, actor=desk.archivist)
    assert (sheet.view, sheet.lines) == (None, ())
    assert desk.acts("record.viewed", "transcript.viewed") == []
    desk.mark(made, 1, by=desk.archivist)
    assert sampling.outcome(archive, made.id, actor=desk.archivist).void == 1


def test_a_sample_is_drawn_and_anybody_with_its_seed_draws_it_again(archive, desk):
    ids = desk.papers(30)
    made = desk.start()
    with archive.read() as session:
        drawn = session.scalars(
            select(InspectionItem.record_id).where(InspectionItem.inspection_id == made.id).order_by(InspectionItem.no)
        ).all()
    assert (made.population, made.size) == (30, 20)
    assert list(drawn) == draw([("", one) for one in ids], made.seed)


def test_one_goes_on_with_the_open_sample_of_a_school_before_drawing_again(archive, app, desk):
    desk.papers(1)
    made = desk.start()
    browser = signed_in(app, archive, desk.reviewer)
    browser.get("/inspections")
    browser.post("/inspections", status=422, school=desk.school.id, first_on=str(ON), last_on=str(ON))
    assert "还有一次抽检没有结束" in browser.last.text
    assert f'strip__act" href="/inspections/{made.id}/items"' in browser.last.text
    desk.start(by=desk.archivist)
    desk.mark(made, 1)
    sampling_items.end(archive, made.id, actor=desk.reviewer)
    again = desk.start()
    assert {made.id, again.id} <= {one.inspection.id for one in sampling.listed(archive, actor=desk.reviewer).items}


def test_of_two_starts_at_once_one_draws(desk):
    desk.papers(1)

    def started(_):
        try:
            return desk.start().id
        except Refused as error:
            return error.this_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(started, range(4)))[1:] == ["inspection_open"] * 3


def test_all_samples_are_found_page_by_page_and_the_own_open_one_on_each(archive, app, desk, monkeypatch):
    monkeypatch.setattr(sampling, "PAGE_SIZE", 2)
    desk.papers(1)
    own = desk.start()
    others = [desk.start(by=desk.office.make.actor(Role.COUNTY_REVIEWER, desk.office.county)) for _ in range(4)]
    found, cursor = [], None
    while True:
        page = sampling.listed(archive, actor=desk.reviewer, cursor=cursor)
        assert [one.inspection.id for one in page.own_open] == [own.id]
        assert page.total == 5
        found += [one.inspection.id for one in page.items]
        if (cursor := page.next) is None:
            break
    assert found == sorted([own.id, *(one.id for one in others)], reverse=True)
    shown = signed_in(app, archive, desk.reviewer).get("/inspections").text
    assert f'href="/inspections?cursor={found[1]}"' in shown
    assert f'href="/inspections/{own.id}/items"' in shown


def test_what_one_took_in_oneself_is_not_in_the_sample(archive, desk):
    desk.papers(3)
    with archive.begin() as session:
        session.scalars(select(Record)).first().received_by = desk.reviewer.account_id
    assert desk.start().population == 2


@pytest.mark.parametrize("days", [(ON, ON - timedelta(days=1)), (ON, ON + timedelta(days=367))])
def test_days_that_are_no_period(archive, desk, days):
    with pytest.raises(Refused):
        sampling.start(archive, school_id=desk.school.id, first_on=days[0], last_on=days[1], actor=desk.reviewer)


def test_where_nothing_was_received_nothing_is_drawn(desk):
    with pytest.raises(Refused, match="没有您可以抽检的材料"):
        desk.start()


def test_who_may_not_check(archive, desk, make):
    desk.papers(2)
    with pytest.raises(Denied):
        desk.start(by=desk.registrar)
    far = make.actor(Role.COUNTY_REVIEWER, make.tree()[2])
    with pytest.raises(NotFound):
        desk.start(by=far)
    made = desk.start()
    with pytest.raises(NotFound):
        sampling.outcome(archive, made.id, actor=far)
    assert sampling.outcome(archive, made.id, actor=desk.archivist).checker
    with pytest.raises(Denied):
        sampling_items.sheet(archive, made.id, None, actor=desk.archivist)


def test_papers_are_gone_through_and_every_look_and_word_is_on_the_ledger(archive, desk):
    desk.papers(3)
    made = desk.start()
    sheet = sampling_items.sheet(archive, made.id, None, actor=desk.reviewer)
    assert (sheet.item.no, sheet.next_no, len(sheet.lines)) == (1, 2, 5)
    desk.mark(made, 1, None, 2)
    desk.mark(made, 2, Fault.BLURRED)
    assert sampling_items.sheet(archive, made.id, None, actor=desk.reviewer).item.no == 3
    sampling_items.unmark(archive, made.id, 2, actor=desk.reviewer)
    assert sampling_items.sheet(archive, made.id, None, actor=desk.reviewer).item.no == 2
    with pytest.raises(Refused, match="还有 2 件"):
        sampling_items.end(archive, made.id, actor=desk.reviewer)
    looks = desk.acts("record.viewed", "transcript.viewed")
    assert len(looks) == 6
    assert {purpose for _, purpose in looks} == {"质量抽检"}
    assert len(desk.acts("inspection.started", "inspection.marked", "inspection.unmarked")) == 4


def test_the_same_lines_are_compared_whoever_looks_and_whenever(archive, desk):
    desk.papers(1)
    made = desk.start()
    first, again = (sampling_items.sheet(archive, made.id, 1, actor=desk.reviewer).lines for _ in range(2))
    assert first == again
    assert all(line.text in LINES and line.letters >= 4 for line in first)


def test_more_misread_letters_than_letters_are_refused(desk):
    desk.papers(1)
    with pytest.raises(Rejected):
        desk.mark(desk.start(), 1, None, 1000)


def test_the_record_says_what_was_found(archive, desk):
    desk.papers(25)
    made = desk.start()
    for no in range(1, 21):
        desk.mark(made, no, Fault.SKEWED if no == 1 else None, 1 if no == 2 else 0)
    sampling_items.end(archive, made.id, actor=desk.reviewer)
    found = sampling.outcome(archive, made.id, actor=desk.archivist)
    judged = found.judged
    assert (judged.seen, judged.passed, judged.rate, judged.is_accepted) == (20, 19, 0.95, True)
    assert (found.faults, judged.wrong_letters) == ({"skewed": 1}, 1)
    assert judged.accuracy_interval[0] < judged.accuracy < judged.accuracy_interval[1]
    with pytest.raises(Refused, match="已结束"):
        desk.mark(made, 1)


def test_one_paper_with_the_wrong_student_fails_the_sample(archive, desk):
    desk.papers(30)
    made = desk.start()
    for no in range(1, 21):
        desk.mark(made, no, Fault.WRONG_STUDENT if no == 7 else None)
    assert not sampling.outcome(archive, made.id, actor=desk.reviewer).judged.is_accepted


def test_a_paper_that_may_no_longer_be_looked_at_is_void(archive, desk, make):
    desk.papers(2)
    made = desk.start()
    with archive.begin() as session:
        item = session.scalars(select(InspectionItem).where(InspectionItem.no == 1)).one()
        session.get_one(Record, item.record_id).sensitivity = "J"
    assert sampling_items.sheet(archive, made.id, 1, actor=desk.reviewer).view is None
    desk.mark(made, 1, Fault.BLURRED)
    desk.mark(made, 2)
    found = sampling.outcome(archive, made.id, actor=desk.reviewer)
    assert (found.void, found.faults, found.judged.seen, found.judged.passed) == (1, {}, 1, 1)


def test_the_screens_from_the_draw_to_the_table(archive, app, desk):
    desk.papers(2)
    browser = signed_in(app, archive, desk.reviewer)
    assert "还没有抽检过" in browser.get("/inspections").text
    started = browser.post("/inspections", school=desk.school.id, first_on="2026-09-01", last_on="2026-09-01")
    items = started.headers["Location"]
    shown = browser.get(items).text
    assert "对照图像核字" in shown
    inspection = items.removesuffix("/items")
    answer = browser.post(f"{items}/1", as_script=True, status=200, fault="", wrong_letters="1").json
    assert (answer["message"], answer["next_url"]) == ("第 1 件合格。", f"{items}/2")
    browser.post(answer["undo_url"], as_script=True, status=200)
    browser.post(f"{items}/1", fault="", wrong_letters="1")
    assert browser.post(f"{items}/2", as_script=True, status=200, fault="blurred").json["next_url"] == inspection
    browser.post(f"{inspection}/end")
    record = browser.get(inspection).text
    assert "不合格" in record
    assert "50.00%" in record
    rows = dict(csv.reader(io.StringIO(browser.get(f"{inspection}/record.csv").text.removeprefix("\ufeff"))))
    assert (rows["结论"], rows["模糊"], rows["错字数"], rows["合格率"]) == ("不合格", "1", "1", "50.00%")
    assert len(desk.acts("inspection.ended", "inspection.exported")) == 2


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t=", " ="])
def test_no_cell_of_the_table_is_a_formula(archive, app, desk, begins):
    desk.papers(1)
    made, named = desk.start(), f'{begins}HYPERLINK("http://a")'
    with archive.begin() as session:
        session.get_one(Account, desk.reviewer.account_id).name = named
    table = signed_in(app, archive, desk.reviewer).get(f"/inspections/{made.id}/record.csv").text
    assert dict(csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline="")))["检查人"] == f"'{named}"


@pytest.mark.parametrize(
    ("first_on", "why"), [("2020-01-01", "期间不超过一年"), ("2030-01-01", "止于不早于起于"), ("soon", "请填写起止日期")]
)
def test_a_form_from_which_nothing_can_be_drawn_says_why_and_keeps_what_was_given(archive, app, desk, first_on, why):
    browser = signed_in(app, archive, desk.reviewer)
    browser.get("/inspections")
    browser.post("/inspections", status=422, school=desk.school.id, first_on=first_on, last_on="2026-11-24")
    page = browser.last.text
    assert why in page
    assert "entry__fault" in page
    assert f'value="{first_on}"' in page
    assert f'value="{desk.school.id}" selected' in page


@pytest.mark.parametrize(("sent", "status"), [({"fault": "nonsense"}, 400), ({"wrong_letters": "x"}, 422)])
def test_what_the_form_does_not_offer_is_refused(archive, app, desk, sent, status):
    desk.papers(1)
    made = desk.start()
    browser = signed_in(app, archive, desk.reviewer)
    browser.get(f"/inspections/{made.id}/items")
    browser.post(f"/inspections/{made.id}/items/1", status=status, **sent)


def test_a_registrar_has_no_such_screen(archive, app, desk):
    browser = signed_in(app, archive, desk.registrar)
    assert "/inspections" not in browser.get("/").text
    browser.get("/inspections", status=403)
