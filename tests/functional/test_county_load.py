"""The county loads whole, goes on where it was cut short, and is a sound instance afterwards."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from archive_service.clock import today
from archive_service.models.batch import Batch
from archive_service.models.case import Case
from archive_service.models.ledger import Event
from archive_service.models.record import MatchState, Record, Rendition
from archive_service.services import fixity, indexing, ledger_verify
from archive_service.services.actor import SERVICE
from demo.county import load as county_load
from demo.county.schools import make_county
from demo.county.size import COUNTY, Size
from demo.load import load_world

SIZE = Size(schools=2, students=120, records=300)


class CutShortError(Exception):
    """The power went."""


@pytest.fixture
def world(archive, clock):
    clock.at = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    made = make_county(7, SIZE, as_of=today(clock))
    load_world(archive, made, "槐树下-的-操场")
    return made


def counted(archive, *tables):
    with archive.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def silent(_done, _total):
    """Progress that nobody watches."""


def test_it_goes_on_where_it_was_cut_short(archive, world, monkeypatch):
    monkeypatch.setattr(county_load, "AT_ONCE", 1)

    def cut(_done, _total):
        raise CutShortError

    with pytest.raises(CutShortError):
        county_load.load_papers(archive, world, SIZE, cut)
    before = counted(archive, Batch, Record)
    assert 0 < before[1] < SIZE.records
    assert county_load.load_papers(archive, world, SIZE, silent) == SIZE.records - before[1]
    whole = counted(archive, Batch, Record, Rendition, Case, Event)
    assert whole[1] == SIZE.records
    assert county_load.load_papers(archive, world, SIZE, silent) == 0
    assert counted(archive, Batch, Record, Rendition, Case, Event) == whole


def test_it_is_a_sound_instance(archive, world):
    county_load.load_papers(archive, world, SIZE, silent)
    county_load.seal_all(archive, silent)
    pages = indexing.rebuild(archive)
    assert pages >= SIZE.records * 0.9
    verdict = ledger_verify.verify(archive)
    assert not verdict.faults
    assert verdict.events == verdict.sealed > SIZE.records * 3
    store = fixity.verify_store(archive, actor=SERVICE)
    assert (store.faults, store.leftovers, store.checked) == ([], [], store.total)
    with archive.read() as session:
        assert session.scalar(select(func.count(Record.sha256.distinct()))) == SIZE.records
        assert set(session.scalars(select(Record.match_state))) == set(MatchState)
        assert len(set(session.execute(select(Case.procedure, Case.state)))) >= 3


def test_a_part_has_the_shape_of_the_whole():
    part = COUNTY.part(0.05)
    assert (part.schools, part.students, part.records) == (3, 1000, 5000)
    assert COUNTY.part(0.0001).schools == 2
