"""Names in the blob store: the two buckets and the keys inside them.

Lives here: `Bucket`, `record_key`, the check every key passes, `blob_place` for what a row says. Not here: the real bucket names
(settings).
A key holds no custodian, so a merger of schools moves no bytes, and is never shared by two records.
"""

import re
from enum import StrEnum

from archive_service.errors import NoPlace

_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT}){{0,7}}")
_PREFIX = re.compile(rf"(({_SEGMENT}/){{0,7}}({_SEGMENT})?)?")


class Bucket(StrEnum):
    """`working` can be emptied by order; what is locked in `permanent` cannot, by anybody."""

    WORKING = "working"
    PERMANENT = "permanent"


class BadKey(ValueError):
    """A key that could leave the store or clash with its bookkeeping: a fault of the caller, never of a clerk."""


def record_key(record_id: object, rendition_id: object) -> str:
    """The key of one rendition of one record.

    Raises:
        BadKey: if an id holds anything but letters, digits, dot, dash and underscore.
    """
    if "/" in f"{record_id}{rendition_id}":
        raise BadKey(f"an id holds a slash: {record_id!r}, {rendition_id!r}")
    return checked_key(f"records/{record_id}/{rendition_id}")


def checked_key(key: str) -> str:
    """The key itself, if it is safe as an object name and as a path below a folder."""
    if not _KEY.fullmatch(key):
        raise BadKey(f"not a blob key: {key!r}")
    return key


def blob_place(bucket: str, key: str) -> tuple[Bucket, str]:
    """Where a row says its bytes lie; a row may have been damaged as bytes may.

    Raises:
        NoPlace: no store has such a bucket or key.
    """
    try:
        return Bucket(bucket), checked_key(key)
    except ValueError as error:
        raise NoPlace from error


def checked_prefix(prefix: str) -> str:
    """The prefix itself, if some good key could start with it."""
    if not _PREFIX.fullmatch(prefix):
        raise BadKey(f"not a prefix of blob keys: {prefix!r}")
    return prefix
