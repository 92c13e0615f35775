"""Rows on their way from one database to another: batches in the order of the key, and the sum that proves a table.

Lives here: `batches`, `digest_of`. Not here: what a target must be before and after (migrate_target), the move (migrate_database).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, Engine, Table, select

AT_ONCE = 1_000
_MODULUS = 1 << 256


@dataclass(frozen=True)
class TableSum:
    """How many rows a table has, and the sum of their digests: the same whatever order a database hands them out in."""

    rows: int
    digest: str


def key_of(table: Table) -> Column[Any]:
    """The primary key; every table of the service has one of one column."""
    (key,) = table.primary_key.columns
    return key


def batches(engine: Engine, table: Table, after: object | None) -> Iterator[Sequence[dict[str, Any]]]:
    """Rows behind a key, a thousand at a time, each batch in a transaction of its own."""
    key = key_of(table)
    while True:
        wanted = select(table).order_by(key).limit(AT_ONCE)
        with engine.connect() as connection:
            found = [dict(row) for row in connection.execute(wanted if after is None else wanted.where(key > after)).mappings()]
        if not found:
            return
        yield found
        after = found[-1][key.name]


def digest_of(engine: Engine, table: Table) -> TableSum:
    """Read a whole table and sum it up."""
    rows, total = 0, 0
    with engine.connect().execution_options(yield_per=AT_ONCE) as connection:
        for row in connection.execute(select(table)).mappings():
            rows, total = rows + 1, (total + _digest(dict(row))) % _MODULUS
    return TableSum(rows, f"{total:064x}")


def _digest(row: dict[str, Any]) -> int:
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return int.from_bytes(hashlib.sha256(text.encode()).digest())


def _plain(value: object) -> object:
    """Values JSON does not know, the same from every database. Raises TypeError for a type no column has."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
    raise TypeError(type(value).__name__)
