"""An instance of the product that holds the generated pages as rows, with accounts that see one school, a county, a city.

Lives here: from corpus to rows, set by set; transcripts of the records that answers show. Not here: the index (the product fills it from
these rows), what is asked (questions).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import insert, select

from archive_service.adapters.blobs import Bucket, record_key
from archive_service.archive import Archive
from archive_service.db import Base
from archive_service.models.account import Account, AccountRole, AccountState
from archive_service.models.organisation import Level, Organisation
from archive_service.models.record import (
    Carrier,
    KindState,
    MatchState,
    Page,
    Record,
    RecordState,
    Rendition,
    RenditionRole,
    ReviewState,
    TranscriptState,
)
from archive_service.models.student import NumberKind, Student, StudentNumber
from archive_service.rules.access import Role, Viewer, grants_of
from archive_service.services.actor import Actor
from benchmarks.search.corpus import CITIES, COUNTIES, KINDS, SCHOOLS, Child, Corpus, Sheet, city_of, county_of
from scanners.words import Line, TextPage, even_words, join_han

LONG_AGO = date(2014, 1, 1)
NOON = datetime(2026, 9, 1, 4, tzinfo=UTC)
WIDTH_PX, LINE_PX = 1_654, 60
CHUNK = 2_000
STATES = (ReviewState.PENDING, ReviewState.ACCEPTED, ReviewState.RETURNED)
VIEWERS = {
    "school": (Role.SCHOOL_REGISTRAR, "school", 7),
    "county": (Role.COUNTY_REVIEWER, "county", 3),
    "city": (Role.CITY_REVIEWER, "city", 0),
}
"""Who asks: one school of 500, ten schools, four hundred."""


@dataclass(frozen=True)
class Rows:
    """Rows of one table."""

    table: type[Base]
    values: Iterable[dict[str, Any]]


def fill(archive: Archive, corpus: Corpus) -> dict[str, Actor]:
    """Write everything; returns those who may ask."""
    _insert(archive, Rows(Organisation, _units()))
    actors = {name: _actor(archive, *viewer) for name, viewer in VIEWERS.items()}
    receiver = str(actors["city"].account_id)
    _insert(archive, Rows(Student, map(_student, corpus.children)))
    _insert(archive, Rows(StudentNumber, map(_student_number, corpus.children)))
    sheets = corpus.sheets()
    while chunk := list(islice(sheets, CHUNK)):
        _insert(archive, Rows(Record, [record_row(sheet, receiver) for sheet in chunk]), Rows(Page, map(page_row, chunk)))
    return actors


def add_transcripts(archive: Archive, page_ids: Iterable[int]) -> None:
    """The words with their places of these pages; the others have their text in the row only."""
    with archive.read() as session:
        pages = session.execute(select(Page.record_id, Page.text).where(Page.id.in_(list(page_ids)))).all()
    _insert(archive, Rows(Rendition, [_transcript(archive, record_id, text or "") for record_id, text in pages]))


def record_row(sheet: Sheet, receiver: str) -> dict[str, Any]:
    """A paper of one page that was taken in at its child's school, read, and matched."""
    unit = _id("school", sheet.child.school)
    return {
        "id": _id("record", sheet.number),
        "organisation_id": unit,
        "received_unit_id": unit,
        "student_id": _id("child", sheet.child.number),
        "carrier": Carrier.ORIGINAL,
        "sensitivity": "M",
        "state": RecordState.READ,
        "transcript_state": TranscriptState.PRESENT,
        "match_state": MatchState.MATCHED,
        "kind": KINDS[sheet.kind],
        "kind_state": KindState.SURE,
        "review_state": STATES[sheet.status],
        "review_reasons": [],
        "original_name": f"{sheet.number}.jpg",
        "media_type": "image/jpeg",
        "bytes": 1,
        "sha256": f"{sheet.number:064x}",
        "sm3": f"{sheet.number:064x}",
        "page_count": 1,
        "received_by": receiver,
        "received_at": datetime.combine(sheet.made_on, NOON.timetz()),
        "received_on": sheet.made_on,
        "searchable_at": NOON,
    }


def page_row(sheet: Sheet) -> dict[str, Any]:
    """Its only page, its text without the spaces that reading drops."""
    size = {"width_px": WIDTH_PX, "height_px": 2_339, "rotation": 0, "skew_deg": 0.0, "blank": False}
    text = "\n".join(map(join_han, sheet.text.split("\n")))
    return {"id": sheet.number + 1, "record_id": _id("record", sheet.number), "no": 1, "text": text, "text_version": 1, **size}


def _insert(archive: Archive, *sets: Rows) -> None:
    with archive.begin() as session:
        for rows in sets:
            session.execute(insert(rows.table), list(rows.values))


def _id(kind: str, number: int) -> str:
    return f"{kind:0<8.8}".encode().hex() + f"{number:016x}"


def _units() -> list[dict[str, Any]]:
    parents: dict[str, list[str | None]] = {"city": [None] * CITIES, "county": [_id("city", city_of(county)) for county in range(COUNTIES)]}
    parents["school"] = [_id("county", county_of(school)) for school in range(SCHOOLS)]
    units = [(level, number, parent) for level, above in parents.items() for number, parent in enumerate(above)]
    return [_unit(place, *unit) for place, unit in enumerate(units, start=1)]


def _unit(place: int, level: str, number: int, parent: str | None) -> dict[str, Any]:
    name = f"第{number}{'中学' if level == 'school' else '教育局'}"
    named = {"id": _id(level, number), "number": place, "code": f"41{place:08}", "name": name, "level": Level(level)}
    return named | {"profile": "HN", "parent_id": parent, "authority_id": parent, "sections": ["junior"], "valid_from_on": LONG_AGO}


def _actor(archive: Archive, role: Role, level: str, number: int) -> Actor:
    unit, account = _id(level, number), _id("account", list(Role).index(role))
    state = {"state": AccountState.ACTIVE, "must_change_password": False, "created_at": NOON}
    _insert(archive, Rows(Account, [{"id": account, "login": role.value, "name": role.label, **state}]))
    _insert(archive, Rows(AccountRole, [{"account_id": account, "organisation_id": unit, "role": role.value, "valid_from_on": LONG_AGO}]))
    viewer = Viewer(account, grants_of(role, unit))
    return Actor(name=role.label, account_id=account, unit_id=unit, role=role.value, address="127.0.0.1", viewer=viewer)


def _student(child: Child) -> dict[str, Any]:
    return {
        "id": _id("child", child.number),
        "school_id": _id("school", child.school),
        "section": "junior",
        "name": child.name,
        "sex": "男",
        "id_type": "1",
        "id_no": child.id_no,
        "grade": "七年级",
        "class_name": "2班",
        "state": "ENROLLED",
        "created_at": NOON,
        "updated_at": NOON,
    }


def _student_number(child: Child) -> dict[str, Any]:
    number = {"student_id": _id("child", child.number), "number": child.student_no, "kind": NumberKind.FORMAL}
    return number | {"valid_from_on": LONG_AGO}


def _transcript(archive: Archive, record_id: str, text: str) -> dict[str, Any]:
    lines = [_line(row, line) for row, line in enumerate(text.split("\n"))]
    page = TextPage(1, WIDTH_PX, 2_339, tuple(lines))
    content = json.dumps({"pages": [page.to_json()]}, ensure_ascii=False).encode()
    blob = archive.blobs.put(Bucket.WORKING, record_key(record_id, record_id), content, media_type="application/json")
    kept = {"bucket": blob.bucket.value, "blob_key": blob.key, "bytes": blob.bytes, "sha256": blob.sha256, "sm3": blob.sm3}
    told = {"media_type": blob.media_type, "engine": "generated", "engine_version": "1", "made_at": NOON}
    return {"id": record_id, "record_id": record_id, "role": RenditionRole.TRANSCRIPT, **kept, **told}


def _line(row: int, text: str) -> Line:
    box = (100, 100 + row * LINE_PX, 100 + 30 * len(text), 150 + row * LINE_PX)
    return Line(text, box, 0.97, even_words(text, box, 0.97))
