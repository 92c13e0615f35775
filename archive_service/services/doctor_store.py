"""Whether the store takes, gives and keeps: what the doctor tries and looks at there.

Lives here: the store's checks. A trial blob is put, read back and removed under a key of its own; nothing else is written.
Not here: reading every byte (fixity), which is a run of hours.
"""

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from archive_service.adapters.blobs import Bucket, StoreHealth, blob_place, record_key
from archive_service.archive import Archive
from archive_service.errors import BlobMissing, Conflict, FixityMismatch, NoPlace, StoreUnavailable
from archive_service.ids import new_id
from archive_service.models.ledger import Event
from archive_service.models.record import Rendition
from archive_service.services.doctor_model import Code, Finding, State, judged

TRIAL_RECORD = "0" * 32  # no record's id: ids begin with their time
CLOSED = "存储写满、只读或不许写：扩容，以可写方式重新挂载，或给对象存储的账号写权限和配额；期间不能接收，已有材料不受影响"
AWAY = "检查存储目录或对象存储是否挂载、启动，对象存储的密钥和存储桶是否还在；材料没有丢"
PROOFS_LOOKED_AT = 400  # more than a year of nightly parts since the last full run
ROOM_FACTOR = 2  # below twice `intake.free_bytes` somebody should act; below it nothing is taken in


def store_checks(archive: Archive, *, sample: int, may_write: bool) -> Iterator[Finding]:
    """Of a store that is away nothing more is said than that."""
    health = archive.blobs.health()
    yield judged((Code.STORE_DOWN, "材料存储"), health.reachable, health.detail, AWAY)
    if health.reachable:
        yield _writable(archive, tries=may_write)
        yield _room(archive, health)
        yield _present(archive, sample)
    yield _last_proof(archive)


def disk_check(archive: Archive) -> Finding:
    """Room where the database, the index and the uploads lie."""
    free, least = shutil.disk_usage(archive.settings.home).free, archive.settings.intake.free_bytes
    advice = f"低于 {_size(least)} 时停止接收；清理磁盘，或换更大的盘"
    return judged((Code.DISK_LOW, "数据目录的空间"), free > ROOM_FACTOR * least, f"剩余 {_size(free)}", advice, otherwise=State.WARN)


def _writable(archive: Archive, *, tries: bool) -> Finding:
    """By a trial that is read back and removed, where one may be made; then for every bucket by what the store says of an offer."""
    named, key = (Code.STORE_NOT_WRITABLE, "存储写入"), record_key(TRIAL_RECORD, new_id())
    try:
        if tries:
            archive.blobs.put(Bucket.WORKING, key, b"trial", media_type="text/plain")
            archive.blobs.expunge(Bucket.WORKING, key)
    except (StoreUnavailable, FixityMismatch, Conflict) as error:
        return Finding(*named, State.FAULT, error.message, CLOSED)
    if not archive.blobs.would_take():
        return Finding(*named, State.FAULT, "写满、只读或没有写的权限", CLOSED)
    return Finding(*named, State.OK, "试写、读回、删除正常" if tries else "可写")


def _room(archive: Archive, health: StoreHealth) -> Finding:
    named, free, least = (Code.STORE_LOW, "存储的空间"), health.free_bytes, archive.settings.intake.free_bytes
    if free is None:
        return Finding(*named, State.OK, "对象存储不报告剩余空间")
    advice = f"低于 {_size(least)} 时停止接收；给存储扩容"
    return judged(named, free > ROOM_FACTOR * least, f"剩余 {_size(free)}", advice, otherwise=State.WARN)


def _present(archive: Archive, sample: int) -> Finding:
    """Whether some renditions' bytes are there with the size and digest of their rows; the bytes are not read."""
    named = (Code.BLOB_MISSING, "材料抽查")
    with archive.read() as session:
        rows = _sample(session, sample)
    absent = [row for row in rows if not _is_kept(archive, row)]
    advice = "运行 xueji verify-store 找出全部，用备份补回；不要清理存储"
    detail = f"抽查 {len(rows)} 份都在" if not absent else f"抽查 {len(rows)} 份，缺或不符 {len(absent)} 份，例如材料 {absent[0].record_id}"
    return judged(named, not absent, detail, advice)


def _sample(session: Session, number: int) -> Sequence[Rendition]:
    """Neighbours behind a random place, going on at the beginning: found by the key, however many rows there are."""
    first, last = session.execute(select(func.min(Rendition.id), func.max(Rendition.id))).one()
    if not first:
        return []
    place = f"{int(first, 16) + secrets.randbelow(int(last, 16) - int(first, 16) + 1):032x}"
    found = session.scalars(_from(place).limit(number)).all()
    if len(found) < number:
        found = [*found, *session.scalars(_from("").where(Rendition.id < place).limit(number - len(found)))]
    return found


def _from(place: str) -> Select[Rendition]:
    return select(Rendition).where(Rendition.id >= place).order_by(Rendition.id)


def _is_kept(archive: Archive, row: Rendition) -> bool:
    try:
        stored = archive.blobs.stat(*blob_place(row.bucket, row.blob_key))
    except (BlobMissing, FixityMismatch):
        with archive.read() as session:
            return session.get(Rendition, row.id) is None  # expunged by order meanwhile
    except NoPlace:
        return False
    return (stored.bytes, stored.sha256) == (row.bytes, row.sha256)


def _last_proof(archive: Archive) -> Finding:
    """What `verify-store` found; faults stand until a full run finds none."""
    named = (Code.STORE_FAULTY, "最近一次完整性校验")
    with archive.read() as session:
        detail = _that_counts(session)
    if detail is None:
        return Finding(*named, State.OK, "还没有做过")
    faults = int(str(detail.get("faults", 0)))
    advice = "运行 xueji verify-store 看是哪些，用备份补回，再校验一次"
    return judged(named, faults == 0, f"核对 {detail.get('checked')} 份，问题 {faults} 处", advice)


def _that_counts(session: Session) -> Mapping[str, object] | None:
    """The newest proof with faults since the last full one, else the newest: a part without faults says nothing of the rest."""
    newest: Mapping[str, object] | None = None
    for detail in session.scalars(
        select(Event.detail).where(Event.act == "store.verified").order_by(Event.id.desc()).limit(PROOFS_LOOKED_AT)
    ):
        newest = newest or detail
        if detail.get("faults"):
            return detail
        if not {"sample", "rota"} & detail.keys():
            break
    return newest


def _size(number: int) -> str:
    return f"{number / 1024**3:.1f} GB" if number >= 1024**3 else f"{number // 1024**2} MB"
