"""Watching: what has changed, how the queue stands, whether the service lives, and figures for collectors."""

from datetime import datetime

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import Field

from archive_service.api.asking import actor
from archive_service.api.operations import operation
from archive_service.api.values import Input, Output
from archive_service.http.context import archive, quick_look
from archive_service.services import changes, metrics, watching

SIZE_MOST = 500


class ChangesQuery(Input):
    """Where to go on; 0 for the beginning."""

    after: int = Field(default=0, ge=0, le=2**62)
    size: int = Field(default=200, ge=1, le=SIZE_MOST)


class ChangeOut(Output):
    """One change."""

    seq: int
    at: datetime
    what: str
    act: str
    record_id: str | None
    case_id: str | None
    student_id: str | None


class ChangesOut(Output):
    """Changes in order; `next` is the `after` of the following call, and nothing is new when it does not move."""

    items: list[ChangeOut]
    next: int


class JobsOut(Output):
    """Jobs by kind and state."""

    kinds: dict[str, dict[str, int]]
    oldest_wait_seconds: float
    dead: int


class HealthOut(Output):
    """Whether each part answers."""

    status: str
    parts: dict[str, str]


@operation("GET", "/changes", tag="watching")
def get_changes(query: ChangesQuery) -> ChangesOut:
    """What has changed in scope since a place: how a provincial system follows."""
    found = changes.changes_after(archive(), query.after, actor=actor(), size=query.size)
    return ChangesOut(items=[ChangeOut.model_validate(change) for change in found.items], next=found.next)


@operation("GET", "/jobs", tag="watching")
def get_jobs() -> JobsOut:
    """How the queue stands; for system administrators."""
    state = watching.operations(archive(), actor=actor()).queue
    return JobsOut(kinds=state.kinds, oldest_wait_seconds=state.oldest_wait_seconds, dead=state.dead)


@operation("GET", "/health", tag="watching", public=True)
def get_health() -> HealthOut:
    """Whether the database, the store and the index answer; 503 when one does not."""
    parts = watching.parts(archive())
    body = HealthOut(status="ok" if all(state == "ok" for state in parts.values()) else "degraded", parts=parts)
    if body.status != "ok":
        return Response(body.model_dump_json(), status=503, mimetype="application/json", headers={"Retry-After": "10"})  # type: ignore[return-value]  # the same shape, another status
    return body


@operation("GET", "/metrics", tag="watching", extra={"bytes": ("text/plain",)})
def get_metrics() -> Response:
    """Figures in Prometheus form, without personal data; for system administrators."""
    registry = CollectorRegistry()
    for figure in metrics.figures(archive(), quick_look(), actor=actor()):
        gauge = Gauge(figure.name, figure.help, figure.labels, registry=registry)
        for labels, value in figure.values.items():
            (gauge.labels(*labels) if labels else gauge).set(value)
    return Response(generate_latest(registry), mimetype=CONTENT_TYPE_LATEST)
