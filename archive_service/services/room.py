"""Whether there is room to take something in, so that the database can go on writing.

Lives here: the one comparison with `intake.free_bytes`, for the store and for the data folder, where uploads are collected. Not here: the
alarms before it comes to that (doctor_store). A store that does not tell its room is not asked to have any. Called by intake and uploads.
"""

import shutil

from archive_service.archive import Archive
from archive_service.errors import StoreUnavailable

NOT_KEPT = "存储空间不足，本次上传没有保存；已接收的材料不受影响。请通知系统管理员清理空间后重新上传。"
PAUSED = "存储空间不足，上传已暂停；已传的部分和已接收的材料不受影响。请通知系统管理员清理空间后从断点继续。"


def check_store(archive: Archive, size_bytes: int, *, message: str = NOT_KEPT) -> None:
    """Refuse what would leave the store less than it must keep free. Raises StoreUnavailable."""
    _insist(archive, archive.blobs.health().free_bytes, size_bytes, message)


def check_home(archive: Archive, size_bytes: int, *, message: str = NOT_KEPT) -> None:
    """The same for the data folder. Raises StoreUnavailable, OSError (the disk is broken)."""
    _insist(archive, shutil.disk_usage(archive.settings.home).free, size_bytes, message)


def _insist(archive: Archive, free_bytes: int | None, size_bytes: int, message: str) -> None:
    if free_bytes is not None and free_bytes - size_bytes < archive.settings.intake.free_bytes:
        raise StoreUnavailable(message, code="store_full")
