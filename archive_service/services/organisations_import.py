"""Taking units in from a sheet: new ones join the tree, a changed name, superior or authority leaves the earlier term behind.

Lives here: the use cases `start` and `run`, checks against the tree, writing. Not here: rows by themselves (organisations_entry).
All or nothing; running the job again finds the task ended. The past of a unit is never edited (organisation_term).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import Rejected
from archive_service.ids import new_id
from archive_service.models.job import Task
from archive_service.models.organisation import Organisation, OrganisationTerm
from archive_service.rules.access import Right
from archive_service.services import ledger, tasks
from archive_service.services.accounts_viewer import is_service
from archive_service.services.actor import Actor
from archive_service.services.organisations_entry import (
    ASSISTING,
    AUTHORITY,
    CODE,
    COLUMNS,
    LEVEL,
    PARENT,
    RANKS,
    REQUIRED,
    UnitEntry,
    read_unit,
)
from archive_service.services.roster_sheet import CellFault, read_sheets, refuse_hostile
from archive_service.services.scope import Scope

KIND = "organisations"
_TERM = ("name", "parent_id", "authority_id")


@dataclass
class _Outcome:
    created: int = 0
    updated: int = 0
    unchanged: int = 0


def start(archive: Archive, content: bytes, actor: Actor) -> Task:
    """Take a sheet of units in. For the operator, and for system administrators within their units.

    Raises:
        Denied: the right to manage the system is missing.
        Rejected: the file is no safe .xlsx.
    """
    with archive.read() as session:
        units = _managed(session, actor)
    refuse_hostile(content)
    task_id = tasks.keep_sheet(archive, content)
    with archive.begin() as session:
        arguments = {"units": sorted(units) if units is not None else None}
        task = tasks.create(session, task_id, KIND, arguments, archive=archive, actor=actor)
        ledger.write(session, "organisations.received", ledger.Subject("task", task_id), actor=actor, now=archive.clock.now())
    return task


def run(archive: Archive, task_id: str) -> None:
    """The job: read, check, write, end the task."""
    task = tasks.start(archive, task_id)
    if task is not None:
        try:
            _import(archive, task)
        except Rejected as rejected:
            tasks.fail(archive, task_id, rejected.message)
        except FileNotFoundError:
            tasks.fail(archive, task_id, "上传的表格已不在服务器上，没有导入任何内容，重新上传即可")
    tasks.sheet_file(archive, task_id).unlink(missing_ok=True)


def _managed(session: Session, actor: Actor) -> frozenset[str] | None:
    if is_service(actor):
        return None
    scope = Scope.of(session, actor)
    scope.require_anywhere(Right.MANAGE_SYSTEM)
    return scope.units(Right.MANAGE_SYSTEM)


def _import(archive: Archive, task: Task) -> None:
    sheets = read_sheets(tasks.sheet_file(archive, task.id), COLUMNS, REQUIRED)
    profiles = {name: code for code, file in archive.law.profile_files.items() for name in (code, file.label)}
    read = [read_unit(row, profiles) for row in sheets.rows]
    faults = [*sheets.faults, *(fault for _, found in read for fault in found)]
    entries = sorted((entry for entry, _ in read if entry), key=lambda entry: -RANKS[entry.level])
    with archive.begin() as session:
        current = tasks.unfinished(session, task.id)
        if current is None:
            return
        units = {unit.code: unit for unit in session.scalars(select(Organisation))}
        faults += _against_tree(entries, units, current.arguments["units"])
        outcome = _Outcome() if faults else _write(session, entries, units, today(archive.clock))
        result = {"created": outcome.created, "updated": outcome.updated, "unchanged": outcome.unchanged, "written": not faults}
        current.done = current.total = len(sheets.rows)
        tasks.finish(archive, current, tasks.FAILED if faults else tasks.DONE, result, [fault.as_row() for fault in faults])
        act, actor = "organisations.refused" if faults else "organisations.imported", tasks.actor_of_task(current)
        ledger.write(session, act, ledger.Subject("task", task.id), actor=actor, now=archive.clock.now(), detail=result)


def _against_tree(entries: Sequence[UnitEntry], units: Mapping[str, Organisation], managed: object) -> list[CellFault]:
    levels = {**{unit.code: unit.level for unit in units.values()}, **{entry.code: entry.level for entry in entries}}
    allowed = {code for code, unit in units.items() if not isinstance(managed, list) or unit.id in managed}
    faults: list[CellFault] = []
    seen: set[str] = set()
    for entry in entries:
        known = units.get(entry.code)
        parent, authority, assisting = levels.get(entry.parent), levels.get(entry.authority), levels.get(entry.assisting or "")
        is_allowed = managed is None or (entry.code if known else entry.parent) in allowed
        rules = (
            (entry.code in seen, CODE, "twice_in_sheet", "同一代码在表中出现多次"),
            (known is not None and known.level is not entry.level, LEVEL, "level_changed", "单位的层级不能更改"),
            (bool(entry.parent) and parent is None, PARENT, "unknown_parent", "上级代码既不在表中，也不在系统中"),
            (parent is not None and RANKS[parent] <= RANKS[entry.level], PARENT, "parent_level", "上级单位的层级须高于本单位"),
            (bool(entry.authority) and authority is None, AUTHORITY, "unknown_authority", "主管代码既不在表中，也不在系统中"),
            (authority is not None and RANKS[authority] <= RANKS[entry.level], AUTHORITY, "authority_level", "主管部门的层级须高于本单位"),
            (bool(entry.assisting) and assisting is None, ASSISTING, "unknown_assisting", "协管代码既不在表中，也不在系统中"),
            (assisting is not None and RANKS[assisting] <= RANKS[entry.level], ASSISTING, "assisting_level", "协管部门的层级须高于本单位"),
            (not is_allowed, CODE, "out_of_scope", "单位不在您的管理范围内"),
        )
        faults += [entry.row.fault(column, code, message) for wrong, column, code, message in rules if wrong]
        seen.add(entry.code)
        allowed |= {entry.code} if is_allowed else set()
    return faults


def _write(session: Session, entries: Sequence[UnitEntry], units: dict[str, Organisation], on: date) -> _Outcome:
    """Superiors come first, so that every code named is known when it is needed."""
    outcome, number = _Outcome(), session.scalar(select(func.max(Organisation.number))) or 0
    for entry in entries:
        unit = units.get(entry.code)
        if unit is None:
            number, outcome.created = number + 1, outcome.created + 1
            units[entry.code] = _new(session, entry, units, number, on)
        elif _update(session, unit, entry, units, on):
            outcome.updated += 1
        else:
            outcome.unchanged += 1
        session.flush()
    return outcome


def _new(session: Session, entry: UnitEntry, units: Mapping[str, Organisation], number: int, on: date) -> Organisation:
    parent, authority = units.get(entry.parent), units.get(entry.authority)
    unit = Organisation(
        id=new_id(), number=number, code=entry.code, name=entry.name, level=entry.level,
        profile=entry.profile or (parent.profile if parent else "NAT"), parent_id=parent.id if parent else None,
        authority_id=authority.id if authority else None, assisting_id=_assisting(entry, units), sections=list(entry.sections),
        valid_from_on=entry.valid_from_on or on, valid_to_on=entry.valid_to_on,
    )  # fmt: skip
    session.add(unit)
    return unit


def _assisting(entry: UnitEntry, units: Mapping[str, Organisation]) -> str | None:
    unit = units.get(entry.assisting or "")
    return unit.id if unit else None


def _update(session: Session, unit: Organisation, entry: UnitEntry, units: Mapping[str, Organisation], on: date) -> bool:
    parent, authority = units.get(entry.parent), units.get(entry.authority)
    present = {name: getattr(unit, name) for name in _TERM}
    wanted = {"name": entry.name, "parent_id": parent.id if parent else None, "authority_id": authority.id if authority else None}
    if wanted != present:
        since = entry.valid_from_on if entry.valid_from_on and entry.valid_from_on > unit.valid_from_on else on
        last_day = max(since - timedelta(days=1), unit.valid_from_on)
        session.add(
            OrganisationTerm(organisation_id=unit.id, code=unit.code, valid_from_on=unit.valid_from_on, valid_to_on=last_day, **present)
        )
        unit.valid_from_on = since
    assisting_id = unit.assisting_id if entry.assisting is None else _assisting(entry, units)
    others = {
        "assisting_id": assisting_id,
        "sections": list(entry.sections),
        "profile": entry.profile or unit.profile,
        "valid_to_on": entry.valid_to_on,
    }
    changed = wanted != present or any(getattr(unit, name) != value for name, value in others.items())
    for name, value in {**wanted, **others}.items():
        setattr(unit, name, value)
    return changed
