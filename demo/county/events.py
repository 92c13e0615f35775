"""The events of a batch as rows: what receiving, judging, reading and matching each paper would have put on the ledger, and its cases.

Lives here: the shape of an event row. The chain is made by the service's own sealer afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from demo.county.papers import SECONDS_TO_READ, Made, Order, Row
from demo.county.transcript import ENGINE, ENGINE_VERSION

SERVICE_NAME = "系统"
ADDRESS = "127.0.0.1"


@dataclass(frozen=True)
class Who:
    """Somebody who acts; without an account the service itself."""

    account_id: str
    name: str
    unit_id: str


@dataclass
class Events:
    """Event rows in the order of the acts."""

    rows: list[Row] = field(default_factory=list)

    def put(self, at: datetime, act: str, who: Who | None, subject: Row, detail: dict[str, Any]) -> None:
        """One act."""
        self.rows.append(
            {
                "at": at,
                "act": act,
                "account_id": who.account_id if who else None,
                "account_name": who.name if who else SERVICE_NAME,
                "unit_id": who.unit_id if who else None,
                "address": ADDRESS if who else "-",
                "purpose": None,
                "case_id": None,
                "detail": detail,
                **subject,
            }
        )

    def of_papers(self, order: Order, made: Made, registrar: Who) -> None:
        """Everything that happened to the papers of a batch."""
        detail: Row = {"accession_no": order.accession_no}
        self.put(order.plan.opened_at, "batch.opened", registrar, _subject("batch", order.plan.id), detail)
        for record in made.records:
            self._of_record(record, registrar)

    def _of_record(self, record: Row, registrar: Who) -> None:
        at, read_at = record["received_at"], record["received_at"] + timedelta(seconds=SECONDS_TO_READ)
        subject = _subject("record", record["id"], student_id=record["student_id"], record_id=record["id"])
        told = {name: record[name] for name in ("sha256", "bytes", "media_type", "batch_id")}
        self.put(at, "record.received", registrar, subject, told)
        for act, detail in _of_reading(record):
            self.put(read_at, act, None, subject, detail)


def _of_reading(record: Row) -> Iterable[tuple[str, dict[str, Any]]]:
    if record["page_count"] is None:
        yield "record.unreadable", {"code": "damaged"}
        return
    yield "record.judged", {"pages": record["page_count"], "findings": []}
    if record["kind"] is None:
        yield "record.not_read", {"reason": record["transcript_reason"]}
    else:
        yield "record.read", {"engine": ENGINE, "version": ENGINE_VERSION, "settings": "", "kind": record["kind"]}
    yield "record.matched", {"outcome": record["match_state"].value}


def _subject(kind: str, subject_id: str, *, student_id: str | None = None, record_id: str | None = None) -> Row:
    return {"subject": kind, "subject_id": subject_id, "student_id": student_id, "record_id": record_id}
