"""What a check of the doctor says."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands; only a fault keeps the service from doing its work."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, what was found, what to do."""

    name: str
    state: State
    detail: str
    advice: str = ""


def judged(name: str, ok: bool, detail: str, advice: str, *, otherwise: State = State.FAULT) -> Finding:
    """Fine, or `otherwise` with the advice."""
    return Finding(name, State.OK, detail) if ok else Finding(name, otherwise, detail, advice)
