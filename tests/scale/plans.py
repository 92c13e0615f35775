"""What may not be in the plan of a statement: a growing table gone through from end to end, and a long list sorted whole.

SQLite tells its plan as a tree of lines; what is sorted is what the lines beside the sort fetch. PostgreSQL tells nodes; sequential scans
are switched off there, so that one in the plan means that no index can serve; how far an index is walked it does not tell. Small tables (units, accounts, roles) may be read at will.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from tests.scale.watching import Asked, Line, plan_lines

GROWING = frozenset({
    "record", "rendition", "page", "page_field", "page_finding", "page_seal", "page_code", "page_key", "rescan", "inspection", "inspection_item", "match", "batch", "registry_case", "case_step",
    "case_evidence", "case_decision", "student", "student_number", "student_period", "guardian", "dossier", "custody_event", "event",
    "event_link", "job", "task", "upload",
})  # fmt: skip
# Columns that lead to everything a unit has, or to everything of a sort: what is found so may be counted, not sorted.
BROAD = frozenset({
    "organisation_id", "school_id", "unit_id", "received_unit_id", "custodian_id", "received_by", "account_id", "state", "match_state",
    "act", "kind", "at", "due_on", "received_on", "birth_on",
})  # fmt: skip
COUNTED = "SCAN job USING COVERING INDEX"  # finished jobs are forgotten after some days
_SCAN = re.compile(r"^(?:SCAN|Seq Scan) (\w+?)(?:_\d+)?(?: USING .*)?$")
_LED = re.compile(r"^SEARCH (\w+?)(?:_\d+)? USING .*?INDEX \w+ \((\w+)[=<>]")
_SORTS = ("USE TEMP B-TREE FOR ORDER BY", "Sort")
_ALTERNATIVES = ("MULTI-INDEX OR", "INDEX ")


@dataclass(frozen=True)
class Plan:
    """The plan of one statement; `is_limited` tells that it ends after a fixed number of rows."""

    lines: tuple[Line, ...]
    is_limited: bool

    @property
    def scans(self) -> set[str]:
        """Growing tables gone through to the end: a walk along an order that stops after its rows is none."""
        found = set()
        for line in self.lines:
            match = _SCAN.match(line.text)
            walks = self.is_limited and not self._is_sorted(line.parent)
            if match and not walks and not line.text.startswith(COUNTED):
                found.add(match[1])
        return found & GROWING

    @property
    def sorts(self) -> set[str]:
        """Growing tables of which everything that a unit has, or that is of one sort, is sorted."""
        leads = (_LED.match(line.text) for line in self.lines if self._is_sorted(line.parent))
        return {lead[1] for lead in leads if lead and lead[1] in GROWING and lead[2] in BROAD}

    def _is_sorted(self, parent: int) -> bool:
        """Whether what stands under this line is sorted, beside it or above the alternatives of one table."""
        if any(line.parent == parent and line.text in _SORTS for line in self.lines):
            return True
        above = next((line for line in self.lines if line.id == parent), None)
        return above is not None and above.text.startswith(_ALTERNATIVES) and self._is_sorted(above.parent)


def plan_of(engine: Engine, asked: Asked) -> Plan:
    """The plan the database makes for a statement that was asked."""
    return Plan(tuple(plan_lines(engine, asked)), "LIMIT" in asked.sql.split())


def faults(engine: Engine, statements: Iterable[Asked], may_sort: frozenset[str]) -> Iterator[str]:
    """Each statement that goes through a growing table or sorts more than the call may, with its plan."""
    for asked in statements:
        found = plan_of(engine, asked)
        if found.scans or found.sorts - may_sort:
            yield "\n".join([f"{found.scans or found.sorts}: {asked.sql}", *(line.text for line in found.lines)])
