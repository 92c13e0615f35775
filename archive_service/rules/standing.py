"""States of a student in the registry (学籍状态) and the moves between them, as tables.

Lives here: the states of requirements 3.3 with their marks, and from which states a procedure may be started.
Not here: states of a case (lifecycle), which state a procedure ends in (law data).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StudentState(StrEnum):
    """State of the registry. Source: requirements 3.3."""

    PREPARING = "PREPARING"
    TEMP = "TEMP"
    ENROLLED = "ENROLLED"
    PROBLEM = "PROBLEM"
    TRANSFERRING = "TRANSFERRING"
    TRANSFERRED_OUT = "TRANSFERRED_OUT"
    SUSPENDED = "SUSPENDED"
    SUSPECT_DROPOUT = "SUSPECT_DROPOUT"
    DROPOUT = "DROPOUT"
    WITHDRAWN = "WITHDRAWN"
    ABROAD = "ABROAD"
    MISSING = "MISSING"
    DETAINED = "DETAINED"
    DEAD = "DEAD"
    PROMOTED = "PROMOTED"
    GRADUATED = "GRADUATED"
    COMPLETED = "COMPLETED"
    INCOMPLETE = "INCOMPLETE"
    EXPELLED = "EXPELLED"
    CANCELLED = "CANCELLED"
    FORFEITED = "FORFEITED"

    @property
    def marks(self) -> "Standing":
        """Its marks."""
        return STANDINGS[self]

    @property
    def label(self) -> str:
        """The word on the badge."""
        return STANDINGS[self].label


@dataclass(frozen=True)
class Standing:
    """Marks of a state: `is_live` counts in the headcount, an overlay stands beside another state."""

    label: str
    is_live: bool = False
    is_overlay: bool = False
    may_reopen: bool = False
    may_cancel: bool = True
    is_restricted: bool = False


S = StudentState
STANDINGS: Mapping[StudentState, Standing] = {
    S.PREPARING: Standing("建档中"),
    S.TEMP: Standing("在籍（临时学籍号）", is_live=True),
    S.ENROLLED: Standing("在籍", is_live=True),
    S.PROBLEM: Standing("问题学籍", is_live=True, is_overlay=True),
    S.TRANSFERRING: Standing("转学办理中", is_live=True, is_overlay=True),
    S.TRANSFERRED_OUT: Standing("已转出"),
    S.SUSPENDED: Standing("休学", is_live=True),
    S.SUSPECT_DROPOUT: Standing("疑似辍学", is_live=True),
    S.DROPOUT: Standing("辍学", is_live=True),
    S.WITHDRAWN: Standing("退学"),
    S.ABROAD: Standing("出境就读", may_reopen=True),
    # HN-16.2: nobody may cancel the registry of a missing or detained student.
    S.MISSING: Standing("失踪（保留学籍）", is_live=True, may_cancel=False),
    S.DETAINED: Standing("刑事拘留等离校（保留学籍）", is_live=True, may_cancel=False, is_restricted=True),
    S.DEAD: Standing("死亡注销"),
    S.PROMOTED: Standing("已升学"),
    S.GRADUATED: Standing("毕业"),
    S.COMPLETED: Standing("结业"),
    S.INCOMPLETE: Standing("肄业"),
    S.EXPELLED: Standing("开除学籍"),
    S.CANCELLED: Standing("取消学籍"),
    S.FORFEITED: Standing("放弃入学资格"),
}

_ATTENDING = frozenset({S.TEMP, S.ENROLLED})
_LEAVES = frozenset({S.TRANSFERRED_OUT, S.SUSPENDED, S.SUSPECT_DROPOUT, S.ABROAD, S.MISSING, S.DETAINED, S.DEAD})
_ENDS = frozenset({S.PROMOTED, S.GRADUATED, S.COMPLETED, S.INCOMPLETE, S.WITHDRAWN, S.EXPELLED, S.CANCELLED})

MOVES: Mapping[StudentState, frozenset[StudentState]] = {
    S.PREPARING: _ATTENDING | {S.CANCELLED, S.FORFEITED},
    S.TEMP: _LEAVES | _ENDS | {S.ENROLLED},
    S.ENROLLED: _LEAVES | _ENDS,
    S.SUSPENDED: _ATTENDING | {S.DROPOUT, S.WITHDRAWN, S.CANCELLED, S.ABROAD, S.MISSING, S.DETAINED, S.DEAD},
    S.SUSPECT_DROPOUT: _ATTENDING | {S.DROPOUT, S.MISSING, S.DETAINED, S.DEAD},
    S.DROPOUT: _ATTENDING | {S.WITHDRAWN, S.MISSING, S.DETAINED, S.DEAD},
    S.ABROAD: _ATTENDING | {S.DEAD},
    S.MISSING: _ATTENDING | {S.DROPOUT, S.DEAD},
    S.DETAINED: _ATTENDING | {S.DROPOUT, S.EXPELLED, S.DEAD},
    S.TRANSFERRED_OUT: _ATTENDING,
    S.WITHDRAWN: _ATTENDING,
    S.PROMOTED: _ATTENDING,
    # YK-26: a completed student may still graduate later.
    S.COMPLETED: frozenset({S.GRADUATED}),
}


def may_become(now: StudentState, then: StudentState) -> bool:
    """Whether the registry may pass from one state to the other; overlays come and go beside a live state."""
    if then.marks.is_overlay:
        return now.marks.is_live
    return then in MOVES.get(now, frozenset())
