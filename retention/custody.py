"""Who receives dossiers when a student moves on or a school ends, and what must stand first.

Lives here: `receiver`. Not here: the transfer itself (services), the list that travels (manifest).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Occasion(StrEnum):
    """Why custody changes."""

    STUDENT_TRANSFER = "student_transfer"
    NEXT_STAGE = "next_stage"
    MERGER = "merger"
    CLOSURE = "closure"


@dataclass(frozen=True)
class Parties:
    """What is known of the other side; ids are the caller's. `designation_ref` is the document that names a unit."""

    new_school_id: str | None = None
    successor_id: str | None = None
    designated_id: str | None = None
    designation_ref: str | None = None


@dataclass(frozen=True)
class Receiver:
    """Who receives, or every reason why nobody can yet. `keeps_backup`: the sender keeps copies, marked as such."""

    unit_id: str | None
    reasons: tuple[str, ...]
    articles: tuple[str, ...]
    keeps_backup: bool


@dataclass(frozen=True)
class _Rule:
    receiver: str
    wants: Mapping[str, str]
    articles: tuple[str, ...]
    keeps_backup: bool


_RULES: Mapping[Occasion, _Rule] = {
    Occasion.STUDENT_TRANSFER: _Rule(
        "new_school_id", {"new_school_id": "转入学校尚未确定"}, ("HN-19.1", "GZ-13.1", "YK-13.9"), keeps_backup=True
    ),
    Occasion.NEXT_STAGE: _Rule(
        "new_school_id", {"new_school_id": "升入学校尚未确定"}, ("HN-19.1", "GZ-18.1", "YK-10.1"), keeps_backup=True
    ),
    Occasion.MERGER: _Rule("successor_id", {"successor_id": "并入的学校尚未登记"}, ("HN-19.3", "GZ-7.5", "YK-10.4"), keeps_backup=False),
    Occasion.CLOSURE: _Rule(
        "designated_id",
        {"designated_id": "主管部门尚未指定接收单位", "designation_ref": "缺少接收单位指定文件"},
        ("HN-19.4", "GZ-7.5", "YK-10.5", "C-23"),
        keeps_backup=False,
    ),
}


def receiver(occasion: Occasion, parties: Parties, *, sender_id: str) -> Receiver:
    """Who receives: the new school, the school merged into, or the unit a document designates.

    Source: HN-19.1, HN-19.3, HN-19.4, GZ-7.5, YK-10.4, YK-10.5.
    """
    rule = _RULES[occasion]
    unit_id: str | None = getattr(parties, rule.receiver)
    reasons = [text for field, text in rule.wants.items() if not getattr(parties, field)]
    if unit_id == sender_id:
        reasons.append("移交单位与接收单位相同")
    return Receiver(None if reasons else unit_id, tuple(reasons), rule.articles, rule.keeps_backup)
