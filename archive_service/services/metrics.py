"""Figures for collectors (Prometheus): counts, ages, room, and for each code of the doctor whether it holds.

Lives here: what is told. Not here: its form (api.watching), the checks themselves (doctor). Alarms belong on `xueji_fault`; the other
figures say how far away one is. No names, no numbers of anybody. Nothing is written: whether a store would take something is asked without
leaving anything there.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from archive_service.archive import Archive
from archive_service.services import watching
from archive_service.services.actor import Actor
from archive_service.services.doctor import KEEPER_ROLES, schema_check
from archive_service.services.doctor_model import State
from archive_service.services.doctor_quick import QuickLook
from archive_service.services.watching import Operations

Values = dict[tuple[str, ...], float]
UNKNOWN = -1.0  # a figure nobody can tell: an S3 service's room, the age of a backup never made


@dataclass(frozen=True)
class Figure:
    """A gauge: one value, or one for each combination of its labels."""

    name: str
    help: str
    values: Values
    labels: tuple[str, ...] = field(default=())


def figures(archive: Archive, look: QuickLook, *, actor: Actor) -> list[Figure]:
    """All of them, in no promised order; faults as of the last minute. Raises Denied for anyone but a system administrator."""
    state = watching.operations(archive, actor=actor)
    return [_faults(look, state), _jobs(state), *(Figure(*told, {(): value}) for told, value in _single(archive, state))]


def _faults(look: QuickLook, state: Operations) -> Figure:
    findings = [schema_check(state.schema), *look.findings()]
    told: Values = {(each.code, kind): 0.0 for each in findings for kind in (State.WARN.value, State.FAULT.value)}
    told |= {(each.code, each.state.value): 1.0 for each in findings if each.state is not State.OK}
    return Figure("xueji_fault", "1 while the doctor says so; docs/operators.md says what to do", told, ("code", "severity"))


def _jobs(state: Operations) -> Figure:
    counted: Values = {(kind, name): float(number) for kind, states in state.queue.kinds.items() for name, number in states.items()}
    return Figure("xueji_jobs", "Jobs by kind and state", counted, ("kind", "state"))


def _single(archive: Archive, state: Operations) -> Iterator[tuple[tuple[str, str], float]]:
    queue, ledger, store, now = state.queue, state.ledger, state.store, state.now
    waits = ledger.tail_age.total_seconds() if ledger.tail_age else 0.0
    held = {role.name for role in state.roles if role.held_until >= now}
    yield ("xueji_oldest_wait_seconds", "Oldest job that is due"), queue.oldest_wait_seconds
    yield ("xueji_index_wait_seconds", "Oldest record that waits for the search index"), queue.oldest_by_kind.get("index", 0.0)
    yield ("xueji_dead_letters", "Jobs given up"), queue.dead
    yield ("xueji_events", "Events on the ledger"), ledger.events
    yield ("xueji_events_unsealed", "Events outside the chain"), ledger.events - ledger.sealed
    yield ("xueji_events_unsealed_seconds", "Age of the oldest event outside the chain"), waits
    yield ("xueji_index_pages", "Pages in the search index"), state.index.pages
    yield ("xueji_store_up", "Whether the store answers"), float(store.reachable)
    yield ("xueji_store_free_bytes", "Free space of the store"), UNKNOWN if store.free_bytes is None else store.free_bytes
    yield ("xueji_home_free_bytes", "Free space of the data folder"), shutil.disk_usage(archive.settings.home).free
    yield ("xueji_room_wanted_bytes", "Below this nothing is taken in"), state.room_wanted_bytes
    yield ("xueji_keeper_roles_idle", "Roles of the keeper that nobody holds"), len(set(KEEPER_ROLES) - held)
    yield ("xueji_backup_age_seconds", "Since the last backup; -1: none yet"), _age(state.backup_at, now)
    yield ("xueji_proof_age_seconds", "Since the last verify-store; -1: none yet"), _age(state.proof_at, now)


def _age(at: datetime | None, now: datetime) -> float:
    return UNKNOWN if at is None else (now - at).total_seconds()
