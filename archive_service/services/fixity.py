"""Whether every rendition's bytes are what its row says (完整性校验), and whether the store holds anything no row knows.

Lives here: `verify_store` and the faults it names. Not here: digests (adapters.blobs), the ledger's chain (ledger), restoring (backup).
A run reads every byte and is itself an event. What an interrupted intake leaves behind is named apart: no record was promised for it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service.adapters.blobs import Bucket
from archive_service.archive import Archive
from archive_service.errors import BlobMissing, FixityMismatch
from archive_service.ids import is_id
from archive_service.models.record import Record, Rendition
from archive_service.services import ledger
from archive_service.services.actor import Actor

MISSING, FLIPPED, ANOTHER, EXTRA, LEFTOVER = "missing", "flipped", "another", "extra", "leftover"
WORDS = {
    MISSING: "存储中没有内容",
    FLIPPED: "内容已损坏",
    ANOTHER: "内容完好，但不是登记的那一份",
    EXTRA: "存储中多出的内容，没有登记",
    LEFTOVER: "接收或识别中断留下的内容，没有登记，可以清理",
}
AT_ONCE = 500
FAULTS_ON_LEDGER = 50
IN_FLIGHT_SECONDS = 600  # bytes come before their row; younger ones may still be waiting for it
Told = Callable[[int, int | None], None]


@dataclass(frozen=True)
class StoreFault:
    """A blob that is not as it should be, down to the page."""

    code: str
    bucket: str
    key: str
    record_id: str | None = None
    name: str | None = None
    role: str | None = None
    page_no: int | None = None

    @property
    def message(self) -> str:
        """For the operator."""
        place = f"材料 {self.record_id}" if self.record_id else self.key
        page = f" 第 {self.page_no} 页" if self.page_no else ""
        return f"{place}{page}{f' {self.role}' if self.role else ''}:{WORDS[self.code]}({self.bucket}/{self.key})"

    def as_json(self) -> dict[str, Any]:
        """With its sentence."""
        return {**asdict(self), "message": self.message}


@dataclass
class StoreVerdict:
    """What a run found; `total` renditions are registered, `checked` of them were read."""

    total: int = 0
    checked: int = 0
    bytes: int = 0
    faults: list[StoreFault] = field(default_factory=list)
    leftovers: list[StoreFault] = field(default_factory=list)


def verify_store(archive: Archive, *, actor: Actor, sample: int | None = None, told: Told = lambda _done, _total: None) -> StoreVerdict:
    """Read every rendition (or a random sample of them) and compare; then look for bytes without a row, unless only sampling.

    Raises:
        StoreUnavailable: the store is away, which is not the same as having lost something.
    """
    verdict = StoreVerdict()
    with archive.read() as session:
        verdict.total = session.scalar(select(func.count()).select_from(Rendition)) or 0
    for rendition, name in _renditions(archive, sample):
        fault = _checked(archive, rendition, name)
        verdict.faults += [fault] if fault else []
        verdict.checked, verdict.bytes = verdict.checked + 1, verdict.bytes + rendition.bytes
        told(verdict.checked, sample or verdict.total)
    if sample is None:
        for stray in _strays(archive):
            (verdict.leftovers if stray.code == LEFTOVER else verdict.faults).append(stray)
    _write(archive, verdict, actor, sample)
    return verdict


def _renditions(archive: Archive, sample: int | None) -> Iterator[tuple[Rendition, str]]:
    rows = select(Rendition, Record.original_name).join(Record, Record.id == Rendition.record_id).order_by(Rendition.id)
    if sample is not None:
        chosen = select(Rendition.id).order_by(func.random()).limit(sample)
        with archive.read() as session:
            yield from session.execute(rows.where(Rendition.id.in_(chosen.scalar_subquery()))).all()
        return
    after = ""
    while True:  # page by page, so that no transaction stays open while bytes are read
        with archive.read() as session:
            found = session.execute(rows.where(Rendition.id > after).limit(AT_ONCE)).all()
        yield from found
        if not found:
            return
        after = found[-1][0].id


def _checked(archive: Archive, row: Rendition, name: str) -> StoreFault | None:
    try:
        stored = archive.blobs.verify(Bucket(row.bucket), row.blob_key)
    except BlobMissing:
        return _fault(MISSING, row, name) if _still_there(archive, row) else None
    except FixityMismatch:
        return _fault(FLIPPED, row, name)
    same = (stored.bytes, stored.sha256, stored.sm3) == (row.bytes, row.sha256, row.sm3)
    return None if same else _fault(ANOTHER, row, name)


def _still_there(archive: Archive, row: Rendition) -> bool:
    """Whether the rendition was not expunged between reading its row and its bytes."""
    with archive.read() as session:
        return session.get(Rendition, row.id) is not None


def _fault(code: str, row: Rendition, name: str) -> StoreFault:
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


def _without_row(archive: Archive, bucket: Bucket, keys: Sequence[str]) -> list[StoreFault]:
    with archive.read() as session:
        known = _known(session, keys)
    return [StoreFault(_kind_of_stray(key), bucket.value, key) for key in keys if key not in known and not _is_in_flight(key)]


def _known(session: Session, keys: Sequence[str]) -> set[str]:
    return set(session.scalars(select(Rendition.blob_key).where(Rendition.blob_key.in_(keys))))


def _kind_of_stray(key: str) -> str:
    return LEFTOVER if _is_ours(key) else EXTRA


def _is_ours(key: str) -> bool:
    """Whether the key has the form the service itself gives."""
    head, *ids = key.split("/")
    return head == "records" and len(ids) == 2 and all(is_id(each) for each in ids)  # noqa: PLR2004 (record and rendition)


def _is_in_flight(key: str) -> bool:
    """Ids begin with the milliseconds of their making (RFC 9562)."""
    return _is_ours(key) and time.time() - int(key.rpartition("/")[2][:12], 16) / 1000 < IN_FLIGHT_SECONDS


def _write(archive: Archive, verdict: StoreVerdict, actor: Actor, sample: int | None) -> None:
    detail = {
        "total": verdict.total,
        "checked": verdict.checked,
        "bytes": verdict.bytes,
        "sample": sample,
        "faults": len(verdict.faults),
        "leftovers": len(verdict.leftovers),
        "keys": [f"{fault.code} {fault.bucket}/{fault.key}" for fault in verdict.faults[:FAULTS_ON_LEDGER]],
    }
    with archive.begin() as session:
        ledger.write(session, "store.verified", ledger.Subject("store"), actor=actor, now=archive.clock.now(), detail=detail)
