"""Long acts that a person watches: made with the job that does them, read by whoever started them.

Lives here: making, progress, the end, and looking. Not here: the work itself (roster, organisations_import), the queue.
A task's sheet lies in XUEJI_HOME/tasks until the task has ended: it is not an archived paper, and it holds personal data.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.archive import Archive
from archive_service.errors import NotFound
from archive_service.ids import new_id
from archive_service.models.job import Task
from archive_service.services import ledger
from archive_service.services.accounts_viewer import is_service
from archive_service.services.actor import Actor

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
_SURELY_DONE = timedelta(hours=1)
ERRORS_AT_MOST = 1000  # more tell a person nothing; the result says how many there were


def create(session: Session, task_id: str, kind: str, arguments: Mapping[str, Any], *, archive: Archive, actor: Actor) -> Task:
    """Make a task and put its job (of the same kind) in the caller's transaction."""
    now = archive.clock.now()
    who = {"account_id": actor.account_id, "name": actor.name, "unit_id": actor.unit_id, "role": actor.role, "address": actor.address}
    task = Task(
        id=task_id,
        kind=kind,
        account_id=actor.account_id,
        arguments={**arguments, "actor": who},
        state=WAITING,
        result={},
        errors=[],
        created_at=now,
    )
    session.add(task)
    queue.put(session, kind, now=now, arguments={"task_id": task_id})
    return task


def read(archive: Archive, task_id: str, actor: Actor) -> Task:
    """A task as it stands, for whoever started it and still has a post: its faults name children. Raises NotFound for everybody else."""
    with archive.read() as session:
        task = session.get(Task, task_id)
    is_own = task is not None and task.account_id == actor.account_id and bool(actor.viewer.grants)
    if task is None or not (is_service(actor) or is_own):
        raise NotFound("没有找到该任务，或不是您发起的")
    return task


def start(archive: Archive, task_id: str, *, done: int = 0, total: int | None = None) -> Task | None:
    """Say that work is under way, or how far it is; None when the task has ended already and there is nothing to do."""
    with archive.begin() as session:
        task = unfinished(session, task_id)
        if task is not None:
            task.state, task.done, task.total = RUNNING, done, total
        return task


def progress(archive: Archive, task_id: str, *, done: int, total: int | None = None) -> None:
    """Say how far a running task is."""
    with archive.begin() as session:
        session.execute(update(Task).where(Task.id == task_id, Task.state == RUNNING).values(done=done, total=total))


def unfinished(session: Session, task_id: str) -> Task | None:
    """The task, locked, unless it has ended: a job that is run twice finds nothing to do."""
    task = session.get(Task, task_id, with_for_update=True)
    return task if task is not None and task.state in (WAITING, RUNNING) else None


def finish(archive: Archive, task: Task, state: str, result: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> None:
    """End a task, in the caller's transaction, with what came of it."""
    task.state, task.finished_at = state, archive.clock.now()
    task.result = {**result, "errors_total": len(errors)}
    task.errors = [dict(error) for error in errors[:ERRORS_AT_MOST]]


def fail(archive: Archive, task_id: str, message: str) -> None:
    """End a task that cannot go on, and remove its sheet."""
    with archive.begin() as session:
        end_failed(archive, session, task_id, message)
    sheet_file(archive, task_id).unlink(missing_ok=True)


def end_failed(archive: Archive, session: Session, task_id: str, message: str) -> None:
    """The same in the caller's transaction; the sheet is removed by upkeep."""
    task = unfinished(session, task_id)
    if task is not None:
        finish(archive, task, FAILED, {}, [{"sheet": None, "row": None, "column": None, "code": "failed", "message": message}])
        ledger.write(session, "task.failed", ledger.Subject("task", task_id), actor=actor_of_task(task), now=archive.clock.now())


def actor_of_task(task: Task) -> Actor:
    """Who started it, for the ledger; without rights, which were checked at the start."""
    who: Any = task.arguments["actor"]
    return Actor(name=who["name"], account_id=who["account_id"], unit_id=who["unit_id"], role=who["role"], address=who["address"])


def keep_sheet(archive: Archive, content: bytes) -> str:
    """Store a task's sheet for good and return the id its task is to have: bytes first, then the row."""
    task_id = new_id()
    path = sheet_file(archive, task_id)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return task_id


def sweep_sheets(archive: Archive) -> int:
    """Remove sheets no task waits for: left by a crash between the bytes and the row, or between the end and the removal.

    Upkeep calls it. Returns how many.
    """
    before = (archive.clock.now() - _SURELY_DONE).timestamp()
    old = [path for path in (archive.settings.home / "tasks").glob("*") if path.stat().st_mtime < before]
    with archive.read() as session:
        waited_for = set(
            session.scalars(select(Task.id).where(Task.id.in_([path.stem for path in old]), Task.state.in_((WAITING, RUNNING))))
        )
    swept = [path for path in old if path.stem not in waited_for]
    for path in swept:
        path.unlink(missing_ok=True)
    return len(swept)


def waiting_sheets(archive: Archive) -> list[Path]:
    """The sheets of tasks that have not ended, for a backup."""
    with archive.read() as session:
        ids = session.scalars(select(Task.id).where(Task.state.in_((WAITING, RUNNING))))
        return [path for task_id in ids if (path := sheet_file(archive, task_id)).exists()]


def sheet_file(archive: Archive, task_id: str) -> Path:
    """Where a task's sheet lies."""
    return archive.settings.home / "tasks" / f"{task_id}.xlsx"
