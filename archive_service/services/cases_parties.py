"""Who takes part in a case: from the actors of the law to units of this instance.

Lives here: the schools of a case, and which unit stands for an actor code. Not here: the chain (case_chain), rights (scope).
The registry authority of a school is its own field, never derived (HN-3.2, GZ-7.4, YK-3.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from archive_service.errors import Refused
from archive_service.models.organisation import Level
from archive_service.rules.chain import Station
from archive_service.rules.vocabulary import Actor
from archive_service.services.scope import Tree

_RECEIVING = frozenset({Actor.SCH_IN, Actor.AUTH_IN, Actor.PROV_IN})
_SENDING = frozenset({Actor.SCH_OUT, Actor.AUTH_OUT, Actor.PROV_OUT})
_AUTHORITIES = frozenset({Actor.AUTH, Actor.AUTH_IN, Actor.AUTH_OUT})
_LEVELS: Mapping[Actor, Level] = {
    Actor.CNTY: Level.COUNTY,
    Actor.PREF: Level.CITY,
    Actor.CITY: Level.CITY,
    Actor.PROV: Level.PROVINCE,
    Actor.PROV_IN: Level.PROVINCE,
    Actor.PROV_OUT: Level.PROVINCE,
}
# What these do happens at the school or is recorded by it.
_AT_SCHOOL = frozenset({
    Actor.GUARD, Actor.STU, Actor.HRT, Actor.REG, Actor.VP, Actor.PRIN, Actor.SMEET, Actor.APPEAL, Actor.ARCH, Actor.SCHOOL, Actor.SYS,
    Actor.SCH_IN, Actor.SCH_OUT,
})  # fmt: skip


@dataclass(frozen=True)
class Parties:
    """The schools of a case: the one that opened it, and the two sides of a student transfer."""

    home_id: str
    receiving_id: str | None = None
    sending_id: str | None = None
    sending_name: str | None = None  # a school outside the system

    def school_of(self, actor: Actor) -> str | None:
        """The school an actor stands by; None for a sending side outside the system."""
        if actor in _RECEIVING:
            return self.receiving_id
        return self.sending_id if actor in _SENDING else self.home_id

    def is_outside(self, actor: Actor) -> bool:
        """Whether the actor is on a sending side that does not work with this instance."""
        return actor in _SENDING and self.sending_id is None


def is_incoming(chain: tuple[Station, ...]) -> bool:
    """Whether the case brings a student in: the receiving school opens it."""
    return any(station.actor is Actor.SCH_IN for station in chain)


def unit_of(actor: Actor, parties: Parties, tree: Tree) -> str | None:
    """The unit that stands for an actor in this case; None for those outside the system."""
    school_id = parties.school_of(actor)
    school = tree.units.get(school_id or "")
    if school is None:
        return None
    if actor in _AT_SCHOOL:
        return school.id
    if actor in _AUTHORITIES:
        return school.authority_id
    return _superior(tree, school.id, _LEVELS[actor]) if actor in _LEVELS else None


def unit_for(station: Station, parties: Parties, tree: Tree) -> str | None:
    """The unit a station waits at; what an outside sender decides is recorded by the school that opened the case.

    Raises:
        Refused: nobody is named who could do this step.
    """
    unit_id = unit_of(station.actor, parties, tree)
    if unit_id is None and station.is_in_service:
        if parties.is_outside(station.actor):
            return parties.home_id
        raise Refused(f"「{station.label}」找不到办理单位。学校的学籍主管部门或上级单位尚未登记，请联系管理员补齐机构信息。")
    return unit_id


def _superior(tree: Tree, unit_id: str, level: Level) -> str | None:
    seen: set[str] = set()
    unit = tree.units.get(unit_id)
    while unit is not None and unit.id not in seen:
        if unit.level == level.value:
            return unit.id
        seen.add(unit.id)
        unit = tree.units.get(unit.parent_id or "")
    return None
