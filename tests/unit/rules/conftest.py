"""The project's own law data, read once, and papers that serve."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from archive_service.rules.evidence import Held, HeldState, Sighting
from archive_service.rules.law import Law, load_law
from archive_service.rules.law_data import EvidenceType
from archive_service.rules.procedure_data import Procedure
from archive_service.rules.vocabulary import Carrier, CarrierRule, Level

CONFIG = Path(__file__).parents[3] / "config"
IN_FORCE = date(2026, 9, 10)
_CARRIERS = {
    CarrierRule.SIGHT_ORIGINAL: Carrier.SIGHTED,
    CarrierRule.KEEP_ORIGINAL: Carrier.ORIGINAL,
    CarrierRule.KEEP_COPY: Carrier.COPY,
    CarrierRule.DIGITAL: Carrier.DIGITAL,
}


@pytest.fixture(scope="session")
def law() -> Law:
    return load_law(CONFIG)


@pytest.fixture
def procedure(law: Law) -> Callable[[str, str], Procedure]:
    return lambda code, profile: law.procedure(code, profile, IN_FORCE)


def serving(kind: EvidenceType, record_id: str = "r1") -> Held:
    """A paper with which nothing is wrong."""
    carrier = _CARRIERS[kind.carrier]
    seen = Sighting("王老师", date(2026, 9, 1), kind.label) if carrier is Carrier.SIGHTED else None
    return Held(HeldState.CONFIRMED, carrier, record_id, seen, issuer_level=Level.CITY)


@pytest.fixture
def papers() -> Callable[..., dict[str, Held]]:
    return lambda procedure, *codes: {code: serving(procedure.evidence[code]) for code in codes}
