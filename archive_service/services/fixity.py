"""Whether every rendition's bytes are what its row says (完整性校验), and whether the store holds anything no row knows.

Lives here: `verify_store` and the faults it names. Not here: which renditions a run reads (fixity_choice), rows that contradict each other
(fixity_rows), digests (adapters.blobs), the ledger's chain (ledger), restoring (backup).
A run is itself an event. What an interrupted intake leaves behind is named apart: no record was promised for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service.adapters.blobs import Bucket, blob_place
from archive_service.archive import Archive
from archive_service.errors import BlobMissing, FixityMismatch, NoPlace
from archive_service.ids import is_id
from archive_service.models.record import Record, Rendition
from archive_service.services import fixity_choice, fixity_rows, ledger
from archive_service.services.actor import Actor
from archive_service.services.fixity_choice import EVERYTHING, ROTA, Choice
from archive_service.services.fixity_faults import ANOTHER, EXTRA, FLIPPED, LEFTOVER, LOOSE, MISSING, NO_PLACE, StoreFault

AT_ONCE = 500
FAULTS_ON_LEDGER = 50
IN_FLIGHT_SECONDS = 600  # bytes come before their row; younger ones, also by a clock that is ahead, may still be waiting for it
Told = Callable[[int, int | None], None]


@dataclass
class StoreVerdict:
    """What a run found; `total` renditions are registered, `checked` of them were read."""

    total: int = 0
    checked: int = 0
    bytes: int = 0
    choice: dict[str, Any] = field(default_factory=dict)
    faults: list[StoreFault] = field(default_factory=list)
    leftovers: list[StoreFault] = field(default_factory=list)


def verify_store(archive: Archive, *, actor: Actor, choice: Choice = EVERYTHING, told: Told = lambda _done, _total: None) -> StoreVerdict:
    """Read the chosen renditions and compare; a run over everything also looks for rows that contradict each other and bytes without a row.

    Raises:
        StoreUnavailable: the store is away, which is not the same as having lost something.
    """
    verdict = StoreVerdict()
    with archive.read() as session:
        verdict.total = session.scalar(select(func.count()).select_from(Rendition)) or 0
        chosen = fixity_choice.choose(session, choice)
    for rendition, name in _renditions(archive, chosen.ids):
        fault = _checked(archive, rendition, name)
        verdict.faults += [fault] if fault else []
        verdict.checked, verdict.bytes = verdict.checked + 1, verdict.bytes + rendition.bytes
        told(verdict.checked, verdict.total if chosen.ids is None else len(chosen.ids))
    if chosen.ids is None:
        verdict.faults += fixity_rows.contradictions(archive)
        for stray in _strays(archive):
            (verdict.leftovers if stray.code == LEFTOVER else verdict.faults).append(stray)
    verdict.choice = chosen.told
    _write(archive, verdict, actor, is_rota=choice.is_rota)
    return verdict


def _renditions(archive: Archive, ids: Sequence[str] | None) -> Iterator[tuple[Rendition, str | None]]:
    """Page by page, so that no transaction stays open while bytes are read; those whose record has gone are read too."""
    rows = select(Rendition, Record.original_name).outerjoin(Record, Record.id == Rendition.record_id).order_by(Rendition.id)
    if ids is not None:
        for start in range(0, len(ids), AT_ONCE):
            with archive.read() as session:
                found = session.execute(rows.where(Rendition.id.in_(ids[start : start + AT_ONCE]))).all()
            yield from found
        return
    after = ""
    while True:
        with archive.read() as session:
            found = session.execute(rows.where(Rendition.id > after).limit(AT_ONCE)).all()
        yield from found
        if not found:
            return
        after = found[-1][0].id


def _checked(archive: Archive, row: Rendition, name: str | None) -> StoreFault | None:
    try:
        stored = archive.blobs.verify(*blob_place(row.bucket, row.blob_key))
    except BlobMissing:
        return _fault(MISSING, row, name) if _still_there(archive, row) else None
    except FixityMismatch:
        return _fault(FLIPPED, row, name)
    except NoPlace:
        return _fault(NO_PLACE, row, name)
    same = (stored.bytes, stored.sha256, stored.sm3) == (row.bytes, row.sha256, row.sm3)
    return None if same else _fault(ANOTHER, row, name)


def _still_there(archive: Archive, row: Rendition) -> bool:
    """Whether the rendition was not expunged between reading its row and its bytes."""
    with archive.read() as session:
        return session.get(Rendition, row.id) is not None


def _fault(code: str, row: Rendition, name: str | None) -> StoreFault:
    return StoreFault(code, row.bucket, row.blob_key, row.record_id, name, row.role.value, row.page_no)


def _strays(archive: Archive) -> Iterator[StoreFault]:
    for bucket in Bucket:
        waiting: list[str] = []
        for key in archive.blobs.keys(bucket):
            waiting.append(key)
            if len(waiting) == AT_ONCE:
                yield from _without_row(archive, bucket, waiting)
                waiting = []
        yield from _without_row(archive, bucket, waiting)
        yield from (StoreFault(LOOSE, bucket.value, place) for place in archive.blobs.loose(bucket))


def _without_row(archive: Archive, bucket: Bucket, keys: Sequence[str]) -> list[StoreFault]:
    now = archive.clock.now()
    with archive.read() as session:
        known = _known(session, bucket, keys)
    return [StoreFault(_kind_of_stray(key), bucket.value, key) for key in keys if key not in known and not _is_in_flight(key, now)]


def _known(session: Session, bucket: Bucket, keys: Sequence[str]) -> set[str]:
    return set(session.scalars(select(Rendition.blob_key).where(Rendition.bucket == bucket.value, Rendition.blob_key.in_(keys))))


def _kind_of_stray(key: str) -> str:
    return LEFTOVER if _is_ours(key) else EXTRA


def _is_ours(key: str) -> bool:
    """Whether the key has the form the service itself gives."""
    head, *ids = key.split("/")
    return head == "records" and len(ids) == 2 and all(is_id(each) for each in ids)  # noqa: PLR2004 (record and rendition)


def _is_in_flight(key: str, now: datetime) -> bool:
    """Ids begin with the milliseconds of their making (RFC 9562); one far in the future would otherwise be excused for ever."""
    return _is_ours(key) and abs(now.timestamp() - int(key.rpartition("/")[2][:12], 16) / 1000) < IN_FLIGHT_SECONDS


def _write(archive: Archive, verdict: StoreVerdict, actor: Actor, *, is_rota: bool) -> None:
    detail = {
        "total": verdict.total,
        "checked": verdict.checked,
        "bytes": verdict.bytes,
        **verdict.choice,
        "faults": len(verdict.faults),
        "leftovers": len(verdict.leftovers),
        "keys": [f"{fault.code} {fault.bucket}/{fault.key}" for fault in verdict.faults[:FAULTS_ON_LEDGER]],
    }
    with archive.begin() as session:
        subject = ledger.Subject("store", ROTA if is_rota else None)
        ledger.write(session, "store.verified", subject, actor=actor, now=archive.clock.now(), detail=detail)
