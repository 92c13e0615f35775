"""Identifiers of our own: time-ordered, random, 32 hexadecimal characters.

Made before the row exists, because a blob's key holds the ids of the record and rendition that will point at it.
The layout is that of UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits.
"""

import re
import secrets
import time
import uuid

_PATTERN = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """A fresh identifier; later ones sort after earlier ones to the millisecond."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=value).hex


def is_id(text: str) -> bool:
    """Whether the text has the form of one of our identifiers."""
    return bool(_PATTERN.fullmatch(text))
