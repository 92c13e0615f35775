"""Second scans of a paper that is here already: keys kept when a page is read, and the search for the first.

Lives here: `keep`, in the transaction of the reading, and `look`, after the student is known. Not here: what makes two pages one paper
(`scanners.same_paper`), what a viewer is told and a person's word on it (likeness_told). Nothing is dropped. A record is looked for
among the papers of its student and, by keys, among those of the unit that took it in; both are bounded, so that a look costs the same in a
large archive. Reading commits the keys before anybody looks: of two scans that are read at once the later look sees the other.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product

from sqlalchemy import delete, select, union_all
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.models.likeness import PageKey, Rescan
from archive_service.models.record import Page, PageField, Record, RecordState
from archive_service.services import ledger
from archive_service.services.actor import SERVICE
from archive_service.services.ledger import Subject
from scanners.likeness import BITS, bands, distance, of_bands
from scanners.reading import Reading
from scanners.same_paper import Seen, compare, seen

NAMES, NUMBERS = ("name", "former_name"), ("id_no", "student_no")
PICTURE = "p"  # no hexadecimal digit; begins the keys of the picture's bands
PAGES_MOST = 4  # of a record: who a paper is about stands on its first pages
PER_KEY, OF_STUDENT, COMPARED_MOST = 24, 40, 60  # the newest each, since papers are scanned again soon


@dataclass(frozen=True)
class _Side:
    """One page to compare."""

    record_id: str
    no: int
    seen: Seen
    picture: int | None


def keep(session: Session, record: Record, reading: Reading) -> None:
    """Write down by what the pages just read are found again; in the caller's transaction, in place of earlier keys."""
    session.execute(delete(PageKey).where(PageKey.record_id == record.id))
    pictures = dict(reading.pictures)
    for page in reading.pages[:PAGES_MOST]:
        values = [(field.name, field.value) for field in reading.fields if field.page == page.no and field.value]
        keys = {*_picture_keys(pictures.get(page.no)), *_text_keys(_seen(page.text, values))}
        unit = record.received_unit_id
        session.add_all([PageKey(record_id=record.id, page_no=page.no, unit_id=unit, key=key) for key in sorted(keys)])


def look(archive: Archive, record_id: str) -> None:
    """Note whether a record that was read is a second scan, or has one; may be done again, a person's word stands."""
    with archive.read() as session:
        record = session.get(Record, record_id)
        if record is None or record.state is not RecordState.READ:
            return
        alike = _alike(session, record)
    earlier = min((other for other in alike if other < record_id), default=None)
    later = [other for other in alike if other > record_id]
    if not (later or earlier) and not _is_noted(archive, record_id):
        return
    with archive.begin() as session:
        _note(archive, session, record_id, earlier, alike.get(earlier or "", []))
        for other in later:
            turned = [pair | {"page": pair["first_page"], "first_page": pair["page"]} for pair in alike[other]]
            _note(archive, session, other, record_id, turned, if_new=True)


def _is_noted(archive: Archive, record_id: str) -> bool:
    with archive.read() as session:
        return session.scalar(select(Rescan.id).where(Rescan.record_id == record_id)) is not None


def _note(
    archive: Archive, session: Session, record_id: str, first_id: str | None, pages: list[dict[str, object]], *, if_new: bool = False
) -> None:
    """Keep what was found, or drop what no longer is; the event names no record, or its page would tell who may not see the first."""
    session.get_one(Record, record_id, with_for_update=True)  # two looks at once meet here
    known = session.scalars(select(Rescan).where(Rescan.record_id == record_id)).first()
    if known and (if_new or known.denied_at or (known.first_id, known.pages) == (first_id, pages)):
        return
    if first_id is None:
        session.delete(known) if known else None
    elif known:
        known.first_id, known.pages = first_id, pages
    else:
        session.add(Rescan(record_id=record_id, first_id=first_id, pages=pages, found_at=archive.clock.now()))
    act = "rescan.proposed" if first_id else "rescan.dropped"
    ledger.write(session, act, Subject("rescan", record_id), actor=SERVICE, now=archive.clock.now(), detail={"first": first_id})


def _alike(session: Session, record: Record) -> dict[str, list[dict[str, object]]]:
    """Records that may be the same paper, with the pages that agree."""
    mine = _sides(session, [record.id])
    found: dict[str, list[dict[str, object]]] = {}
    for one, other in product(mine, _sides(session, _candidates(session, record)) if mine else []):
        compared = compare(one.seen, other.seen)
        if compared.is_same:
            agreement = _agreement(one.picture, other.picture)
            pair: dict[str, object] = {"page": one.no, "first_page": other.no, "text": compared.text, "picture": agreement}
            found.setdefault(other.record_id, []).append(pair)
    return found


def _candidates(session: Session, record: Record) -> list[str]:
    """Of the student first, then those of the unit that share most keys; exact copies are flagged as such, answers are no second scans."""
    own = select(Record.id).where(Record.student_id == record.student_id, Record.id != record.id)
    of_student = list(session.scalars(own.order_by(Record.id.desc()).limit(OF_STUDENT))) if record.student_id else []
    shared = Counter(_sharing(session, record))
    ids = [*of_student, *(other for other, _ in shared.most_common() if other not in of_student)][:COMPARED_MOST]
    fit = select(Record.id).where(Record.id.in_(ids), Record.state == RecordState.READ, Record.sha256 != record.sha256)
    answers = Record.supersedes_id.is_(None) | (Record.supersedes_id != record.id)
    return list(session.scalars(fit.where(answers, Record.id != (record.supersedes_id or ""))))


def _sharing(session: Session, record: Record) -> Iterator[str]:
    keys = session.scalars(select(PageKey.key).where(PageKey.record_id == record.id).distinct())
    same = select(PageKey.record_id).where(PageKey.unit_id == record.received_unit_id, PageKey.record_id != record.id)
    newest = [select(same.where(PageKey.key == key).order_by(PageKey.record_id.desc()).limit(PER_KEY).subquery()) for key in keys]
    yield from session.scalars(union_all(*newest)) if newest else ()


def _sides(session: Session, ids: Collection[str]) -> list[_Side]:
    """The first pages of these records, as they are read and corrected now, in three statements."""
    if not ids:
        return []
    values: dict[tuple[str, int | None], list[tuple[str, str]]] = {}
    fields = select(PageField.record_id, PageField.page_no, PageField.name, PageField.value).where(
        PageField.record_id.in_(ids), PageField.name.in_((*NAMES, *NUMBERS)), PageField.value.is_not(None)
    )
    for record_id, no, name, value in session.execute(fields):
        values.setdefault((record_id, no), []).append((name, str(value)))
    pictures = _pictures(session, ids)
    pages = select(Page.record_id, Page.no, Page.text).where(Page.record_id.in_(ids), Page.no <= PAGES_MOST, Page.text.is_not(None))
    return [
        _Side(record_id, no, _seen(str(text), values.get((record_id, no), [])), pictures.get((record_id, no)))
        for record_id, no, text in session.execute(pages.order_by(Page.record_id, Page.no))
    ]


def _pictures(session: Session, ids: Collection[str]) -> dict[tuple[str, int], int]:
    """The hashes, put together from their bands."""
    wanted = select(PageKey.record_id, PageKey.page_no, PageKey.key).where(PageKey.record_id.in_(ids), PageKey.key.startswith(PICTURE))
    parts: dict[tuple[str, int], list[int]] = {}
    for record_id, no, key in session.execute(wanted.order_by(PageKey.key)):
        parts.setdefault((record_id, no), []).append(int(key.partition(":")[2], 16))
    return {place: of_bands(tuple(found)) for place, found in parts.items()}


def _picture_keys(picture: int | None) -> Iterable[str]:
    return [f"{PICTURE}{at}:{part:x}" for at, part in enumerate(bands(picture))] if picture is not None else []


def _text_keys(page: Seen) -> Iterable[str]:
    """Names and numbers as digests: one length, and no second place where a child can be read."""
    told = [*(f"n:{number}" for number in page.numbers), *(f"m:{name}" for name in page.names)]
    return [blake2b(text.encode(), digest_size=12).hexdigest() for text in told]


def _seen(text: str, values: Iterable[tuple[str, str]]) -> Seen:
    values = list(values)
    names, numbers = ([value for name, value in values if name in wanted] for wanted in (NAMES, NUMBERS))
    return seen(text, names=names, numbers=numbers)


def _agreement(one: int | None, other: int | None) -> float | None:
    """How far two pictures agree, of 1: unrelated ones by about half."""
    return None if one is None or other is None else round(1 - distance(one, other) / BITS, 4)
