"""Batches: papers taken in together, and how far they have come."""

from datetime import datetime

from pydantic import Field

from archive_service.api.asking import actor
from archive_service.api.idempotency import taken_key
from archive_service.api.operations import operation
from archive_service.api.values import Input, Output
from archive_service.http.context import archive
from archive_service.services import batches
from archive_service.services.asked_again import Asked
from archive_service.services.batches import BatchView


class BatchIn(Input):
    """What a batch is called, and how many files are expected."""

    label: str = Field(default="", max_length=200)
    expected: int | None = Field(default=None, ge=0, le=1_000_000)


class BatchOut(Output):
    """A batch; `pending` have not been read yet, `waiting` need a person."""

    id: str
    accession_no: str
    label: str
    unit: str
    opened_at: datetime
    expected: int | None
    total: int
    pending: int
    waiting: int
    states: dict[str, int]
    matches: dict[str, int]


@operation("POST", "/batches", tag="capture", status=201)
def open_batch(body: BatchIn) -> BatchOut:
    """Start a batch; it gets its accession number (接收号)."""
    asked = Asked(taken_key())
    made = asked.made_before(archive(), actor=actor())
    if made is None:
        batch = batches.open_batch(archive(), label=body.label, source="api", actor=actor(), expected=body.expected, note=asked.note)
        made = batch.id
    return batch_out(batches.batch_view(archive(), made, actor=actor()))


@operation("GET", "/batches/{id}", tag="capture")
def get_batch(id: str) -> BatchOut:  # noqa: A002 (the path's own name)
    """Counts by state."""
    return batch_out(batches.batch_view(archive(), id, actor=actor()))


def batch_out(view: BatchView) -> BatchOut:
    """A batch as the API gives it."""
    batch = view.batch
    return BatchOut(
        id=batch.id,
        accession_no=batch.accession_no,
        label=batch.label,
        unit=view.unit,
        opened_at=batch.opened_at,
        expected=batch.expected,
        total=view.total,
        pending=view.pending,
        waiting=view.waiting,
        states=view.states,
        matches=view.matches,
    )
