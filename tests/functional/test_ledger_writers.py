"""Fifty writers at once while the sealer runs: every event gets its one place, in order, and nobody fails.

Only what must hold is asserted here; how long writers wait is measured by benchmarks/ledger.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from archive_service.archive import open_archive
from archive_service.keeper import Keeper
from archive_service.models.ledger import Event, EventLink
from archive_service.services import ledger, ledger_verify
from archive_service.services.actor import SERVICE
from archive_service.services.ledger import Subject

WRITERS = 50
EVENTS = 6  # each


@pytest.fixture
def crowded(archive):
    """The same instance as a process of the web has it, with a connection for every writer."""
    database = archive.settings.database.model_copy(update={"pool_size": WRITERS, "busy_seconds": 60})
    opened = open_archive(archive.settings.model_copy(update={"database": database}), clock=archive.clock, paper_reader=archive.reader)
    yield opened
    opened.engine.dispose()


def sealing(archive, stop):
    """What the keeper does, without its pauses."""
    while not stop.is_set():
        ledger.seal(archive)
        ledger.seal(archive, sweeping=True)


def written(archive, writer):
    """One writer's events; each transaction writes two, as a look at a case does. Returns their ids in the order of writing."""
    ids = []
    for number in range(EVENTS // 2):
        with archive.begin() as session:
            pair = [
                ledger.write(
                    session, "record.viewed", Subject("record", f"{writer}-{number}-{half}"), actor=SERVICE, now=archive.clock.now()
                )
                for half in "ab"
            ]
            session.flush()
            ids += [event.id for event in pair]
    return ids


def test_every_event_of_fifty_writers_gets_its_one_place(crowded, archive):
    stop = threading.Event()
    sealer = threading.Thread(target=sealing, args=(archive, stop))
    sealer.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        ids = list(pool.map(lambda writer: written(crowded, writer), range(WRITERS)))
    stop.set()
    sealer.join()
    while ledger.seal(archive):
        pass
    with archive.read() as session:
        place = dict(session.execute(select(EventLink.event_id, EventLink.seq)).all())
        number = session.scalar(select(func.count()).select_from(Event))
    assert number == len(place) == WRITERS * EVENTS
    assert sorted(place.values()) == list(range(1, number + 1))
    for own in ids:
        assert all(place[one] < place[other] for one, other in pairwise(own))
    verdict = ledger_verify.verify(archive)
    assert (verdict.faults, verdict.unsealed) == ((), 0)


def test_the_sealer_pauses_unless_more_waits(archive):
    """With writers at work all the time, a turn for every few events would take theirs on SQLite."""
    keeper = Keeper(archive)
    for waiting, at_once in ((1, False), (ledger.SEAL_AT_MOST + 1, True)):
        with archive.begin() as session:
            for each in range(waiting):
                ledger.write(session, "record.viewed", Subject("record", str(each)), actor=SERVICE, now=archive.clock.now())
        assert bool(keeper.seal()) is at_once
    assert not keeper.seal()
    assert ledger_verify.verify(archive).unsealed == 0


def test_two_sealers_leave_one_chain(archive):
    """As when one slept through its lease and another took the role over."""
    number = 3 * ledger.SEAL_AT_MOST
    with archive.begin() as session:
        for each in range(number):
            ledger.write(session, "record.viewed", Subject("record", str(each)), actor=SERVICE, now=archive.clock.now())
    with ThreadPoolExecutor(2) as pool:
        sealed = 0
        while sealed < number:
            sealed += sum(pool.map(ledger.seal, (archive, archive)))
    verdict = ledger_verify.verify(archive)
    assert (verdict.sealed, verdict.unsealed, verdict.faults) == (number, 0, ())
