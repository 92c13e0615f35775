"""What a check of the doctor says: a finding with a code that programs and figures go by, and words for the operator.

Lives here: the codes, the states, the finding. Not here: the checks (doctor, doctor_store, and of the machine: cli.doctor_machine).
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands; only a fault keeps the service from doing its work."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


class Code(StrEnum):
    """What can be wrong with an instance; each is a row of the table in docs/operators.md and a label of `xueji_fault`."""

    SCHEMA_OLD = "schema_old"
    SCHEMA_NEW = "schema_new"
    STORE_DOWN = "store_down"
    STORE_NOT_WRITABLE = "store_not_writable"
    STORE_LOW = "store_low"
    DISK_LOW = "disk_low"
    BLOB_MISSING = "blob_missing"
    STORE_FAULTY = "store_faulty"
    INDEX_MISSING = "index_missing"
    INDEX_BEHIND = "index_behind"
    LEDGER_LATE = "ledger_late"
    LEDGER_BROKEN = "ledger_broken"
    LEDGER_UNGUARDED = "ledger_unguarded"
    ANCHORS_WRONG = "anchors_wrong"
    DEAD_LETTERS = "dead_letters"
    JOBS_WAITING = "jobs_waiting"
    STUCK_LEASES = "stuck_leases"
    KEEPER_DOWN = "keeper_down"
    CLOCK_WRONG = "clock_wrong"
    BACKUP_OLD = "backup_old"


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, what was found, what to do; `code` names what would be wrong, also while it is not."""

    code: str
    name: str
    state: State
    detail: str
    advice: str = ""


def judged(named: tuple[str, str], ok: bool, detail: str, advice: str, *, otherwise: State = State.FAULT) -> Finding:  # noqa: FBT001 (the question itself)
    """Fine, or `otherwise` with the advice; `named` is code and name."""
    code, name = named
    return Finding(code, name, State.OK, detail) if ok else Finding(code, name, otherwise, detail, advice)
