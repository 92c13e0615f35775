"""Which renditions a run of `verify_store` reads: all of them, a drawn sample, or the next ones of the rota.

Lives here: the choice and where the rota stands. Not here: reading (fixity).
The same seed over the same rows draws the same sample, so that a run can be repeated and a seed can be given by somebody else. The rota
goes round by id; it stands where its last run ended, which that run's event says, so it goes on after a stop, a move or a restore.
"""

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.models.ledger import Event
from archive_service.models.record import Rendition

ROTA = "rota"  # the subject of its events
SEED_BYTES = 8


@dataclass(frozen=True)
class Choice:
    """`at_most` renditions, drawn by `seed` (a fresh one if none is given) or the next of the rota; without a number all."""

    at_most: int | None = None
    seed: str | None = None
    is_rota: bool = False


@dataclass(frozen=True)
class Chosen:
    """Ids in order, or None for all; `told` stands in the answer and on the ledger."""

    ids: Sequence[str] | None
    told: dict[str, Any] = field(default_factory=dict)


EVERYTHING = Choice()


def choose(session: Session, choice: Choice) -> Chosen:
    """Draw, or take up the rota."""
    if choice.at_most is None:
        return Chosen(None)
    return _next_of_rota(session, choice.at_most) if choice.is_rota else _drawn(session, choice.at_most, choice.seed)


def is_whole(detail: Mapping[str, object]) -> bool:
    """Whether with the run of this event every rendition has been read: it was over everything, or ended a round of the rota."""
    return detail.get("round_done") is True or not {"sample", "rota"} & detail.keys()


def _drawn(session: Session, at_most: int, seed: str | None) -> Chosen:
    seed = seed or secrets.token_hex(SEED_BYTES)
    ids = list(session.scalars(select(Rendition.id).order_by(Rendition.id)))
    drawn = random.Random(seed).sample(ids, min(at_most, len(ids)))  # noqa: S311 (repeatable on purpose; a fresh seed is not guessable)
    return Chosen(sorted(drawn), {"sample": at_most, "seed": seed})


def _next_of_rota(session: Session, at_most: int) -> Chosen:
    after = _stands_at(session)
    ids = list(session.scalars(select(Rendition.id).where(Rendition.id > after).order_by(Rendition.id).limit(at_most)))
    is_round_done = len(ids) < at_most  # what came in meanwhile is read in the next round
    until = "" if is_round_done else ids[-1]
    return Chosen(ids, {"rota": at_most, "rota_after": after, "rota_until": until, "round_done": is_round_done})


def _stands_at(session: Session) -> str:
    runs = select(Event.detail).where(Event.act == "store.verified", Event.subject_id == ROTA)
    detail = session.scalars(runs.order_by(Event.id.desc()).limit(1)).first()
    return str(detail["rota_until"]) if detail else ""
