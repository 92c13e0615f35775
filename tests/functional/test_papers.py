"""Papers whose bytes cannot be given: whatever is wrong with row or blob, the person reads one plain sentence, and nothing else."""

import re

import pytest
from sqlalchemy import update

from archive_service.adapters.blobs import blob_place
from archive_service.models.record import Rendition
from archive_service.services import intake, records, transcripts
from archive_service.worker import Worker
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in
from tests.papers import jpeg

NO_PLACE = [{"bucket": "attic-of-lihua"}, {"blob_key": "../attic-of-lihua-" + Rendition.id}]
LOOKS = ("pages/1/image", "pages/1/image?width=200", "master", "transcript")
HAN = re.compile("[\u4e00-\u9fff]{6}")


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def record_id(archive, office):
    """A paper that was read; nothing of it is kept in memory."""
    incoming = intake.Incoming(jpeg("常住人口登记卡"), "a.jpg", kind="hukou_page")
    record = intake.receive(archive, incoming, actor=office.registrar)
    Worker(archive).drain()
    transcripts._cache.clear()
    return record.id


def expunge_all(archive):
    with archive.read() as session:
        places = [blob_place(row.bucket, row.blob_key) for row in session.query(Rendition)]
    for place in places:
        archive.blobs.expunge(*place)


@pytest.mark.parametrize("values", NO_PLACE, ids=["bucket", "key"])
def test_a_row_that_names_no_place_of_the_store_is_answered_as_damage(archive, call, office, record_id, values):
    with archive.begin() as session:
        session.execute(update(Rendition).values(values))
    for look in LOOKS:
        answer = call.get(f"/records/{record_id}/{look}", office.registrar)
        assert (answer.status_code, answer.json["code"]) == (500, "no_place"), look
        assert HAN.search(answer.json["detail"])
        assert "attic" not in answer.text
    assert call.get(f"/records/{record_id}", office.registrar).status_code == 200, "the rest of the record is shown"


def test_missing_bytes_are_answered_in_the_same_family(archive, call, office, record_id):
    expunge_all(archive)
    for look in LOOKS:
        answer = call.get(f"/records/{record_id}/{look}", office.registrar)
        assert (answer.status_code, answer.json["code"]) == (500, "blob_missing"), look


def test_a_browser_reads_it_on_a_page(archive, app, office, record_id):
    with archive.begin() as session:
        session.execute(update(Rendition).values(bucket="attic"))
    browser = signed_in(app, archive, office.registrar)
    browser.get(f"/api/v1/records/{record_id}/master", status=500)
    assert "attic" not in browser.last.text
    assert browser.last.json["code"] == "no_place"
    browser.get(f"/records/{record_id}")


@pytest.mark.parametrize("values", NO_PLACE, ids=["bucket", "key"])
def test_a_worker_lays_such_a_paper_down_with_the_reason(archive, office, values):
    incoming = intake.Incoming(jpeg("常住人口登记卡"), "a.jpg", kind="hukou_page")
    record = intake.receive(archive, incoming, actor=office.registrar)
    with archive.begin() as session:
        session.execute(update(Rendition).values(values))
    Worker(archive).drain()
    shown = records.view(archive, record.id, actor=office.registrar).record
    assert HAN.search(shown.transcript_reason or "")
    assert "attic" not in (shown.transcript_reason or "")
