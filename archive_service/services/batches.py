"""Papers taken in together: opening a batch, and how far it has come."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import Conflict
from archive_service.ids import new_id
from archive_service.models.batch import Batch
from archive_service.models.job import Job, JobState
from archive_service.models.organisation import Organisation
from archive_service.models.record import MatchState, Record, RecordState
from archive_service.rules.access import Right
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.asked_again import Note
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope

TRIES = 5
UNFINISHED = (RecordState.RECEIVED, RecordState.JUDGING, RecordState.READING)


@dataclass(frozen=True)
class BatchView:
    """A batch with the counts of what the viewer sees in it; `pending` are not read and matched yet, `waiting` want a person.

    `matching`: records that are read and whose match is still to be found; nobody need look at these yet.
    """

    batch: Batch
    unit: str
    total: int
    states: dict[str, int]
    matches: dict[str, int]
    pending: int
    matching: frozenset[str] = frozenset()

    @property
    def waiting(self) -> int:
        """How many wait for a person in the tray."""
        return sum(number for state, number in self.matches.items() if state != MatchState.MATCHED)


def open_batch(archive: Archive, *, label: str, source: str, actor: Actor, expected: int | None = None, note: Note | None = None) -> Batch:
    """Start a batch at the actor's unit and give it its accession number (接收号): unit, year, running number.

    `note` writes down, in the same transaction, that this request made it.

    Raises: Denied (no right to capture), Conflict (five numbers in a row were taken by others, or what `note` raises).
    """
    for _ in range(TRIES):
        try:
            return _open(archive, label, source, actor, expected, note)
        except IntegrityError:
            continue  # somebody took this number between counting and writing
    raise Conflict("接收号正被多人同时领取，请再试一次。")


def batch_view(archive: Archive, batch_id: str, *, actor: Actor) -> BatchView:
    """A batch in scope. Raises NotFound."""
    with archive.read() as session:
        scope = Scope.of(session, actor)
        return _views(session, scope, [scope.batch(session, batch_id)])[0]


def recent_batches(archive: Archive, *, actor: Actor, at_most: int = 10) -> list[BatchView]:
    """The newest batches in scope."""
    with archive.read() as session:
        scope = Scope.of(session, actor)
        rows = session.scalars(select(Batch).where(scope.batches()).order_by(Batch.id.desc()).limit(at_most))
        return _views(session, scope, list(rows))


def _open(archive: Archive, label: str, source: str, actor: Actor, expected: int | None, note: Note | None) -> Batch:
    now, year = archive.clock.now(), today(archive.clock).year
    with archive.begin() as session:
        Scope.of(session, actor).require(Right.CAPTURE, actor.unit_id)
        unit = session.get_one(Organisation, actor.unit_id)
        head = f"{unit.code}-{year}-"
        newest = session.scalar(select(func.max(Batch.accession_no)).where(Batch.accession_no.startswith(head)))
        running = int(newest.rsplit("-", 1)[1]) + 1 if newest else 1
        batch = Batch(
            id=new_id(),
            accession_no=f"{head}{running:05d}",
            organisation_id=unit.id,
            label=label[:200],
            source=source,
            expected=expected,
            opened_by=str(actor.account_id),
            opened_at=now,
        )
        session.add(batch)
        ledger.write(session, "batch.opened", Subject("batch", batch.id), actor=actor, now=now, detail={"accession_no": batch.accession_no})
        if note is not None:
            note(session, batch.id)
    return batch


def _views(session: Session, scope: Scope, batches: list[Batch]) -> list[BatchView]:
    ids = [batch.id for batch in batches]
    counted = select(Record.batch_id, Record.state, Record.match_state, func.count()).where(Record.batch_id.in_(ids), scope.records())
    matching = _matching(session, ids)
    states: dict[str, dict[str, int]] = {}
    matches: dict[str, dict[str, int]] = {}
    for batch_id, state, match, number in session.execute(counted.group_by(Record.batch_id, Record.state, Record.match_state)):
        own = states.setdefault(str(batch_id), {})
        own[state.value] = own.get(state.value, 0) + number
        if state not in UNFINISHED:
            found = matches.setdefault(str(batch_id), {})
            found[match.value] = found.get(match.value, 0) + number
    return [
        BatchView(
            batch=batch,
            unit=scope.tree.units[batch.organisation_id].name,
            total=sum(states.get(batch.id, {}).values()),
            states=states.get(batch.id, {}),
            matches=_without(matches.get(batch.id, {}), matching.get(batch.id, {}).values()),
            pending=sum(states.get(batch.id, {}).get(state.value, 0) for state in UNFINISHED) + len(matching.get(batch.id, {})),
            matching=frozenset(matching.get(batch.id, {})),
        )
        for batch in batches
    ]


def _matching(session: Session, batch_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """By batch, the records that are read and whose match is still to be found, with how they stand."""
    jobs = select(Job.record_id).where(Job.kind == "match", Job.state.in_((JobState.READY, JobState.RUNNING)))
    wanted = select(Record.batch_id, Record.id, Record.match_state).where(Record.batch_id.in_(batch_ids), Record.id.in_(jobs))
    found: dict[str, dict[str, str]] = {}
    for batch_id, record_id, match in session.execute(
        wanted.where(Record.state == RecordState.READ, Record.match_state != MatchState.MATCHED)
    ):
        found.setdefault(str(batch_id), {})[record_id] = match.value
    return found


def _without(counted: dict[str, int], taken: Iterable[str]) -> dict[str, int]:
    left = Counter(counted)
    left.subtract(taken)
    return {name: number for name, number in left.items() if number > 0}
