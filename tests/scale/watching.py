"""What a call asks of the database: each statement, and how much work it was.

On SQLite the work is counted in steps of its virtual machine, on PostgreSQL in rows that the nodes of the executed plan touched, with
sequential scans switched off, so that a small table shows the plan a large one gets. Both grow with rows looked at, never with time.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event, text

STEPS_A_TICK = 20
FACTOR = 1.6
_READS = re.compile(r"^\s*(SELECT|WITH)\b", re.IGNORECASE)
_MANY = re.compile(r"\((?:\?|%\(\w+\)s(?:::\w+)?)(?:, (?:\?|%\(\w+\)s(?:::\w+)?))*\)")


@dataclass(frozen=True)
class Asked:
    """One statement as it went to the database."""

    sql: str
    parameters: Any

    @property
    def shape(self) -> str:
        """The statement whatever number of values its lists have."""
        return _MANY.sub("(…)", self.sql)

    @property
    def is_read(self) -> bool:
        """Whether it can be explained again without doing anything."""
        return bool(_READS.match(self.sql)) and "FOR UPDATE" not in self.sql


@dataclass
class Watch:
    """Statements in order."""

    asked: list[Asked] = field(default_factory=list)

    @property
    def reads(self) -> list[Asked]:
        """What only looked."""
        return [each for each in self.asked if each.is_read]

    @property
    def shapes(self) -> Counter[str]:
        """How often each statement was asked."""
        return Counter(each.shape for each in self.asked)

    def of_shape(self, shape: str) -> list[Asked]:
        """The readings of one shape, in order."""
        return [each for each in self.reads if each.shape == shape]

    def asked_more_often_than(self, other: "Watch") -> Counter[str]:
        """Statements asked more often than there; one that was not needed there, since nothing was found, may be asked once."""
        return Counter({shape: often for shape, often in self.shapes.items() if often > max(1, other.shapes[shape])})


@contextmanager
def watched(engine: Engine) -> Iterator[Watch]:
    """Every statement the engine sends while inside."""
    watch = Watch()

    def note(_connection: Connection, _cursor: object, sql: str, parameters: Any, _context: object, _many: bool) -> None:  # noqa: FBT001 (the signature of the event)
        watch.asked.append(Asked(sql, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield watch
    finally:
        event.remove(engine, "before_cursor_execute", note)


@dataclass(frozen=True)
class Work:
    """How much a statement makes the database do, and for how many rows and values."""

    done: int
    rows: int
    values: int

    def grown_from(self, less: "Work", *, slack: int) -> bool:
        """Whether more is done than the rows it brings, or the values it was asked with, explain."""
        shown = max(1.0, (self.rows + 1) / (less.rows + 1), (self.values + 1) / (less.values + 1))
        return self.done > FACTOR * shown * less.done + slack


def work(engine: Engine, asked: Asked) -> Work:
    """The work of a statement, done once more."""
    with engine.connect() as connection:
        rows = len(connection.exec_driver_sql(asked.sql, asked.parameters).fetchall())
        done = _steps(connection, asked) if engine.dialect.name == "sqlite" else _touched_rows(connection, asked)
    return Work(done, rows, len(asked.parameters or ()))


@dataclass(frozen=True)
class Line:
    """A line of a plan, under another one."""

    id: int
    parent: int
    text: str


def plan_lines(engine: Engine, asked: Asked) -> list[Line]:
    """The lines of SQLite's plan, or the nodes of PostgreSQL's with their table, all under one."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked.sql}", asked.parameters)
            return [Line(row[0], row[1], row[3]) for row in rows]
        nodes = list(_nodes(connection, asked, analyze=False))
    words = [f"{node['Node Type']} {node.get('Relation Name', '')} {node.get('Index Name', '')}".strip() for node in nodes]
    return [Line(place, 0, text) for place, text in enumerate(words, 1)]


def plan(engine: Engine, asked: Asked) -> list[str]:
    """The same in words."""
    return [line.text for line in plan_lines(engine, asked)]


def _steps(connection: Connection, asked: Asked) -> int:
    ticks = 0

    def tick() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    raw = connection.connection.driver_connection
    raw.set_progress_handler(tick, STEPS_A_TICK)
    try:
        connection.exec_driver_sql(asked.sql, asked.parameters).fetchall()
    finally:
        raw.set_progress_handler(None, 0)
    return ticks * STEPS_A_TICK


def _touched_rows(connection: Connection, asked: Asked) -> int:
    return sum(_touched(node) for node in _nodes(connection, asked))


def _touched(node: dict[str, Any]) -> int:
    dropped = sum(value for key, value in node.items() if key.startswith("Rows Removed by"))
    return int((node["Actual Rows"] + dropped) * node["Actual Loops"])


def _nodes(connection: Connection, asked: Asked, *, analyze: bool = True) -> Iterator[dict[str, Any]]:
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    options = "ANALYZE, FORMAT JSON" if analyze else "FORMAT JSON"
    answer = connection.exec_driver_sql(f"EXPLAIN ({options}) {asked.sql}", asked.parameters).scalar_one()
    plans = answer if isinstance(answer, list) else json.loads(answer)
    waiting = [plans[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        yield node
