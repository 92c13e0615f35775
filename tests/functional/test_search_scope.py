"""Search against brute force: over random trees, posts, sensitivities and questions nothing is missed, nothing extra, no figure more.

The index proposes and the rows decide: a document that lies about where its paper is shows nothing, in hits, totals and facets.
An empty scope asks the engine nothing. Not here: how words are found (tests/unit/adapters/search_index).
"""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from archive_service.adapters.search_index.embedded.cache import ByteCache
from archive_service.adapters.search_index.embedded.index import EmbeddedIndex
from archive_service.adapters.search_index.interface import Batch
from archive_service.errors import IndexUnavailable
from archive_service.rules.access import Role
from archive_service.services import indexing, search
from archive_service.services.search import Query
from tests.matrix import search_oracle
from tests.matrix.random_land import WORDS, RandomLand
from tests.matrix.search_oracle import may_find, speaks_of

QUESTIONS = 6


class CountingIndex(EmbeddedIndex):
    """The engine, counting how often it looks into its files."""

    looks = 0

    def _find(self, *about):
        self.looks += 1
        return super()._find(*about)


@pytest.fixture
def draw(archive, make):
    """Draws a land from a seed, with its papers in the index."""

    def draw(seed):
        land = RandomLand(make, random.Random(seed)).draw()  # noqa: S311 (a drawn land is no secret)
        archive.index.finish_rebuild(archive.index.begin_rebuild())
        indexing.rebuild(archive)
        return land

    return draw


def everything(archive, query, actor) -> tuple[search.Answer, set[tuple[str, int]]]:
    """The first answer, and the pages found in all of them that fit exactly."""
    first, found, page = None, set(), 1
    while True:
        answer = search.find(archive, replace(query, page=page), actor=actor)
        first = first or answer
        found |= {(hit.record_id, hit.page) for hit in answer.hits if hit.match == "exact"}
        if len(answer.hits) < query.size:
            return first, found
        page += 1


def expected(land, posts, query, words, *, has_purpose):
    fits = [paper for paper in land.papers if may_find(paper, posts, land.places, has_purpose=has_purpose) and speaks_of(paper, words)]
    wanted = {"school": query.school, "kind": query.kind, "status": query.status}
    fits = [paper for paper in fits if all(value is None or getattr(paper, name) == value for name, value in wanted.items())]
    first = int(query.first_on.strftime("%Y%m%d")) if query.first_on else 0
    return [paper for paper in fits if paper.on >= first]


def compare(archive, land, seed):
    tried = 0
    pages = {paper.page: paper for paper in land.papers}
    numbers = {}
    for paper in sorted(pages.values(), key=lambda paper: paper.page):
        numbers[paper.page] = sum(1 for one in numbers if pages[one].record == paper.record) + 1
    for actor, posts in land.people:
        for _ in range(QUESTIONS):
            query, words = land.query()
            has_purpose = land.dice.random() < 0.5
            answer, found = everything(archive, query, actor.for_case(None, "核对" if has_purpose else None))
            wanted = expected(land, posts, query, words, has_purpose=has_purpose)
            told = (seed, query, posts)
            assert found == {(paper.record, numbers[paper.page]) for paper in wanted}, told
            assert answer.total == len(wanted), told
            counted = {name: {one.code: one.count for one in answer.facets.get(name, [])} for name in ("school", "kind", "status")}
            assert counted == search_oracle.facets(wanted), told
            tried += bool(wanted)
    return tried


@pytest.mark.parametrize("seed", range(4))
def test_search_finds_what_a_scan_finds(archive, draw, seed):
    assert compare(archive, draw(seed), seed) > QUESTIONS  # most questions find something, or nothing was proven


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_search_finds_what_a_scan_finds_in_many_lands(archive, draw, seed):
    assert compare(archive, draw(seed), seed)  # some lands are poor; that most questions find something is shown above


def entries(archive, land, **lie) -> Sequence:
    with archive.read() as session:
        kinds = indexing.kind_numbers(session, archive)
        return [replace(entry, version=entry.version + 1, **lie) for entry in indexing.entries_of(session, list(land.records), kinds)]


def test_a_document_that_lies_shows_nothing(archive, make, draw):
    """Every page moved into one school's scope as an open one: what is shown and counted is still what the rows allow."""
    land = draw(7)
    registrar = make.actor(Role.SCHOOL_REGISTRAR, land.units[-1])
    archive.index.apply(Batch(upserts=entries(archive, land, school=land.units[-1].number, sensitivity=1), job_id=9))
    own = {record.id for record in land.records.values() if record.organisation_id == land.units[-1].id}
    for word in WORDS:
        answer = search.find(archive, Query(word, size=50), actor=registrar)
        shown = [hit for hit in answer.hits if hit.match == "exact"]
        assert {hit.record_id for hit in shown} <= own
        assert answer.total == len(shown), "a total tells of pages that the rows do not allow"
        assert all(sum(one.count for one in counts) == len(shown) for counts in answer.facets.values())
        for size, page in [(1, 1), (3, 2), (20, 9)]:
            part = search.find(archive, Query(word, size=size, page=page), actor=registrar)
            told = (part.total, part.near_total, part.facets)
            assert told == (answer.total, answer.near_total, answer.facets), "what is not shown is not counted either"


@pytest.mark.parametrize("role", [Role.HOMEROOM_TEACHER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_an_empty_scope_asks_the_engine_nothing(archive, make, draw, role):
    land = draw(3)
    index = CountingIndex(archive.settings.index_folder, ByteCache(archive.settings.search.cache_bytes), 30.0)
    counting = replace(archive, index=index)
    try:
        answer = search.find(counting, Query(WORDS[0]), actor=make.actor(role, land.units[0]).for_case(None, "核对"))
        assert (answer.total, answer.near_total, answer.hits, index.looks) == (0, 0, (), 0)
        assert not any(answer.facets.values())
        search.find(counting, Query(WORDS[0]), actor=make.actor(Role.PROVINCE_REVIEWER, land.units[0]))
        assert index.looks > 0
    finally:
        index.close()


def test_a_missing_index_answers_nobody(archive, make, draw):
    land = draw(3)
    archive.index.close()
    with pytest.raises(IndexUnavailable):
        search.find(archive, Query(WORDS[0]), actor=make.actor(Role.PROVINCE_REVIEWER, land.units[0]))
