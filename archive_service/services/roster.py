"""Importing a school's roster (花名册): accepted with a task, read and written by a job, all or nothing unless partial.

Lives here: the two use cases `start` and `run`. Not here: the sheet (roster_sheet), rows (roster_entry), deciding (roster_plan),
writing (roster_write). The job may be run twice: it reads the sheet again and writes in one transaction, or finds the task ended.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import NotFound, Refused, Rejected
from archive_service.models.job import Task
from archive_service.models.organisation import Level, Organisation
from archive_service.rules.access import Right
from archive_service.services import ledger, tasks
from archive_service.services.accounts_viewer import is_service
from archive_service.services.actor import Actor
from archive_service.services.roster_entry import COLUMNS, REQUIRED, Entry, read_entry
from archive_service.services.roster_plan import Plan, make_plan
from archive_service.services.roster_registry import look_up
from archive_service.services.roster_sheet import CellFault, read_sheets, refuse_hostile
from archive_service.services.roster_write import Import, write_plan
from archive_service.services.scope import Scope

KIND = "roster"
PROGRESS_ROWS = 1000


@dataclass(frozen=True)
class RosterOrder:
    """Into which school (its code), whether good rows go in without the bad ones, whether anything is written at all."""

    school: str
    partial: bool = False
    dry_run: bool = False


def start(archive: Archive, content: bytes, order: RosterOrder, actor: Actor) -> Task:
    """Take a roster in: the sheet is on disk before the task that points at it.

    Raises:
        NotFound: the school is unknown or out of scope.
        Denied: the right to manage the registry is missing there.
        Refused: the unit is no school.
        Rejected: the file is no safe .xlsx.
    """
    with archive.read() as session:
        school = _school(session, order.school, actor)
    refuse_hostile(content)
    task_id = tasks.keep_sheet(archive, content)
    arguments = {"school_id": school.id, "partial": order.partial, "dry_run": order.dry_run, "sha256": hashlib.sha256(content).hexdigest()}
    with archive.begin() as session:
        task = tasks.create(session, task_id, KIND, arguments, archive=archive, actor=actor)
        ledger.write(session, "roster.received", _subject(task), actor=actor, now=archive.clock.now(), detail=arguments)
    return task


def run(archive: Archive, task_id: str) -> None:
    """The job: read the sheet, decide, write, end the task. Running it again changes nothing."""
    task = tasks.start(archive, task_id)
    sheet = tasks.sheet_file(archive, task_id)
    if task is not None:
        try:
            _import(archive, task)
        except Rejected as rejected:
            tasks.fail(archive, task_id, rejected.message)
        except FileNotFoundError:
            tasks.fail(archive, task_id, "上传的表格已不在服务器上，没有导入任何内容，重新上传即可")
    sheet.unlink(missing_ok=True)


def _import(archive: Archive, task: Task) -> None:
    sheets = read_sheets(tasks.sheet_file(archive, task.id), COLUMNS, REQUIRED)
    with archive.read() as session:
        school = session.get_one(Organisation, str(task.arguments["school_id"]))
    entries, faults = _entries(archive, task, sheets.rows, school)
    faults = [*sheets.faults, *faults]
    with archive.begin() as session:
        current = tasks.unfinished(session, task.id)
        if current is None:
            return
        # Two rosters of one school take turns here; a number that two schools claim at once is stopped by its unique key.
        session.get_one(Organisation, school.id, with_for_update=True)
        plan = make_plan(entries, look_up(session, entries), school.id)
        _conclude(archive, session, current, plan, faults)


def _entries(archive: Archive, task: Task, rows: Sequence[Any], school: Organisation) -> tuple[list[Entry], list[CellFault]]:
    entries, faults, on = [], [], today(archive.clock)
    for number, row in enumerate(rows):
        if number % PROGRESS_ROWS == 0:
            tasks.progress(archive, task.id, done=number, total=len(rows))
        entry, found = read_entry(row, school.sections, on)
        faults += found
        if entry is not None:
            entries.append(entry)
    return entries, faults


def _conclude(archive: Archive, session: Session, task: Task, plan: Plan, faults: Sequence[CellFault]) -> None:
    faults = sorted([*faults, *plan.faults], key=lambda fault: (fault.sheet, fault.row))
    partial, dry_run = bool(task.arguments["partial"]), bool(task.arguments["dry_run"])
    accepted = bool(plan.new or plan.changes or plan.unchanged) if partial else not faults
    school_id, actor = str(task.arguments["school_id"]), tasks.actor_of_task(task)
    if accepted and not dry_run:
        write_plan(session, plan, Import(school_id, task.id, actor, archive.clock.now()))
    result = _result(plan, faults, written=accepted and not dry_run, dry_run=dry_run)
    task.done = task.total = plan_size(plan) + result["faulty"]
    tasks.finish(archive, task, tasks.DONE if accepted else tasks.FAILED, result, [fault.as_row() for fault in faults])
    act = "roster.checked" if dry_run else "roster.imported" if accepted else "roster.refused"
    detail = {key: value for key, value in result.items() if key != "notes"}
    ledger.write(session, act, _subject(task), actor=actor, now=archive.clock.now(), detail=detail)


def plan_size(plan: Plan) -> int:
    """How many rows the plan takes."""
    return len(plan.new) + len(plan.changes) + plan.unchanged


def _result(plan: Plan, faults: Sequence[CellFault], *, written: bool, dry_run: bool) -> dict[str, Any]:
    counts = {"created": len(plan.new), "updated": len(plan.changes), "unchanged": plan.unchanged}
    return {
        **(counts if written or dry_run else dict.fromkeys(counts, 0)),
        "faulty": len({(fault.sheet, fault.row) for fault in faults}),
        "written": written,
        "dry_run": dry_run,
        "notes": [note.as_row() for note in plan.notes[: tasks.ERRORS_AT_MOST]],
    }


def _school(session: Session, code: str, actor: Actor) -> Organisation:
    school = session.scalars(select(Organisation).where(Organisation.code == code)).first()
    if school is None:
        raise NotFound("没有找到该学校，或不在您的权限范围内")
    if not is_service(actor):
        Scope.of(session, actor).require(Right.MANAGE_REGISTRY, school.id)
    if school.level is not Level.SCHOOL:
        raise Refused("花名册只能导入到学校", reasons=[{"article": "HN-5", "text": "学籍建在学生就读的学校"}])
    return school


def _subject(task: Task) -> ledger.Subject:
    return ledger.Subject("task", task.id)
