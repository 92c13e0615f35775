"""Whether a paper in hand is what the law wants: carrier, confirmation, issuer, sighting.

Lives here: Held (what a case has) and `shortcomings` against an evidence type.
Not here: which evidence a procedure wants (law data, procedure), reading papers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archive_service.rules.law_data import EvidenceType
from archive_service.rules.vocabulary import Carrier, CarrierRule, Level


class HeldState(StrEnum):
    """How far a paper in a case has come: read by machine only, confirmed by a person, accepted or returned."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True)
class Sighting:
    """An original shown and handed back: by whom it was seen, when, and what it was. Source: GZ-15, YK-A1."""

    by: str
    on: date | None
    what: str

    @property
    def is_complete(self) -> bool:
        """Whether it says who, when and what."""
        return bool(self.by.strip() and self.on and self.what.strip())


@dataclass(frozen=True)
class Held:
    """One paper, or one sighting, standing for an evidence code in a case.

    `issuer_level` is what the reviewer confirmed, None while nobody has; `has_valid_seal` is an electronic seal that
    was verified, which makes a digital paper an original (requirements C-43).
    """

    state: HeldState = HeldState.PROPOSED
    carrier: Carrier = Carrier.COPY
    record_id: str | None = None
    sighting: Sighting | None = None
    issuer_level: Level | None = None
    has_valid_seal: bool = False
    misfit: str = ""  # why it cannot stand for this at all: it is another student's by now, or of another kind


# What serves where the law wants this. An original serves wherever a copy does.
_SERVES: Mapping[CarrierRule, frozenset[Carrier]] = {
    CarrierRule.SIGHT_ORIGINAL: frozenset({Carrier.SIGHTED}),
    CarrierRule.KEEP_ORIGINAL: frozenset({Carrier.ORIGINAL}),
    CarrierRule.KEEP_COPY: frozenset({Carrier.COPY, Carrier.ORIGINAL, Carrier.DIGITAL}),
    CarrierRule.DIGITAL: frozenset({Carrier.DIGITAL, Carrier.ORIGINAL, Carrier.COPY}),
}
_WANTS: Mapping[CarrierRule, str] = {
    CarrierRule.SIGHT_ORIGINAL: "须查验原件并登记查验人、日期和所验材料",
    CarrierRule.KEEP_ORIGINAL: "须留存原件",
    CarrierRule.KEEP_COPY: "须留存复印件",
    CarrierRule.DIGITAL: "须为电子材料",
}
_LEVEL_WORDS: Mapping[Level, str] = {
    Level.SCHOOL: "学校",
    Level.COUNTY: "县级",
    Level.CITY: "市级",
    Level.PROVINCE: "省级",
    Level.NATION: "国家级",
}


def is_sighted(kind: EvidenceType, held: Held) -> bool:
    """Whether it is a sighting that serves: complete, for an original to be seen and returned."""
    return (
        kind.carrier is CarrierRule.SIGHT_ORIGINAL
        and held.carrier is Carrier.SIGHTED
        and held.sighting is not None
        and held.sighting.is_complete
    )


def shortcomings(kind: EvidenceType, held: Held) -> tuple[str, ...]:
    """Why what is in hand does not serve; empty when it does. Source: requirements 3.1, C-33, C-43."""
    if held.misfit:
        return (held.misfit,)
    if kind.carrier is CarrierRule.SIGHT_ORIGINAL:
        return () if is_sighted(kind, held) else (_WANTS[kind.carrier],)
    found = [_carrier_fault(kind, held), _state_fault(held), _issuer_fault(kind, held)]
    return tuple(text for text in found if text)


def _carrier_fault(kind: EvidenceType, held: Held) -> str:
    sealed = held.carrier is Carrier.DIGITAL and held.has_valid_seal
    return "" if sealed or held.carrier in _SERVES[kind.carrier] else _WANTS[kind.carrier]


def _state_fault(held: Held) -> str:
    if held.state is HeldState.RETURNED:
        return "材料已被退回，须重新提交"
    return "材料内容尚未经人工确认" if held.state is HeldState.PROPOSED else ""


def _issuer_fault(kind: EvidenceType, held: Held) -> str:
    if kind.issuer_min is None:
        return ""
    least = _LEVEL_WORDS[kind.issuer_min]
    if held.issuer_level is None:
        return f"出具单位级别尚未确认，须为{least}以上"
    return "" if held.issuer_level.rank >= kind.issuer_min.rank else f"出具单位级别不足，须为{least}以上"
