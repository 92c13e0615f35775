"""A store that is away and a disk that is full: what cannot be kept is refused, nothing is left half done, and work goes on afterwards."""

import io
import random

import pytest
from PIL import Image
from sqlalchemy import func, select

from archive_service.ids import new_id
from archive_service.models.job import Job
from archive_service.models.record import Record
from tests.faults.sender import Sent, paper, send
from tests.faults.tally import count, settled
from tests.faults.waiting import wait_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

ROOM_FOR_A_PAGE_BYTES = 300_000
ROOM_FOR_SOME_CHANGES_BYTES = 700_000  # the fresh database fits, its log of changes soon does not


@pytest.fixture
def sent():
    """All answers of a test."""
    return []


@pytest.fixture
def hand_in(sent):
    """Hand one paper in and keep the answer."""

    def hand(instance, content=None):
        number = len(sent) + 1
        answer = send(instance.port, instance.token, number, content or paper(number, instance.student.id_no))
        sent.append(answer)
        return answer

    return hand


def records(instance):
    with instance.archive.read() as session:
        return session.scalar(select(func.count()).select_from(Record))


def drafts(instance):
    return list((instance.settings.store_folder / "drafts").iterdir())


def test_a_store_that_is_away(make_instance, hand_in, sent, say):
    instance = make_instance()
    instance.start()
    assert hand_in(instance).status == 201
    store = instance.settings.store_folder
    away = store.rename(store.with_name("elsewhere"))
    refused = hand_in(instance)
    assert (refused.status, refused.code) == (503, "store_unavailable")
    assert records(instance) == 1
    assert not store.exists(), "a store must not grow anew beneath its mount point"
    with instance.archive.read() as session:
        assert session.scalar(select(func.count()).select_from(Job)) <= 2, "work was put down for what was refused"
    away.rename(store)
    assert hand_in(instance).status == 201
    check(instance, sent, say, "store away")


@pytest.mark.postgres  # the database must not share the limit on files, or it would be the one to fail
def test_a_full_store(make_instance, hand_in, sent, say, postgres_server):
    name = f"faults_{new_id()}"
    instance = make_instance(database_url=postgres_server.create_database(name))
    instance.start(file_bytes=ROOM_FOR_A_PAGE_BYTES)
    assert hand_in(instance).status == 201
    refused = hand_in(instance, noise(ROOM_FOR_A_PAGE_BYTES))
    assert (refused.status, refused.code) == (503, "store_unavailable")
    assert records(instance) == 1
    assert drafts(instance) == []
    assert hand_in(instance).status == 201
    check(instance, sent, say, "store full")
    instance.close()
    postgres_server.drop_database(name)


def test_a_database_without_room(make_instance, hand_in, sent, say):
    instance = make_instance()
    instance.start(file_bytes=ROOM_FOR_SOME_CHANGES_BYTES)
    assert wait_for(lambda: hand_in(instance).status != 201, 90, every_seconds=0)
    assert (sent[-1].status, sent[-1].code) == (503, "database_full")
    assert (hand_in(instance).status, sent[-1].code) == (503, "database_full"), "as long as there is no room"
    instance.kill_all()
    acknowledged = sum(answer.status == 201 for answer in sent)
    assert 0 < acknowledged <= records(instance) <= len(sent), "a paper may be kept whose answer failed, since the answer is a look"
    instance.start()
    assert wait_for(lambda: hand_in(instance).status == 201, 10)
    check(instance, sent, say, "database full")


def check(instance, sent: list[Sent], say, what):
    in_time = settled(instance)
    tally = count(instance, sent)
    say(f"{what}: {tally}")
    assert tally.faults() == []
    assert in_time


def noise(least_bytes):
    """A picture that no packing makes smaller."""
    chance = random.Random(1)  # noqa: S311 (the same noise every time)
    side_px = 400
    picture = Image.frombytes("RGB", (side_px, side_px), chance.randbytes(3 * side_px * side_px))
    content = io.BytesIO()
    picture.save(content, "PNG", dpi=(300, 300))
    assert content.tell() > least_bytes
    return content.getvalue()
