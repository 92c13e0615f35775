"""When a paper in hand is what the law wants."""

from datetime import date

import pytest

from archive_service.rules.evidence import Held, HeldState, Sighting, is_sighted, shortcomings
from archive_service.rules.law_data import EvidenceType
from archive_service.rules.vocabulary import Carrier, CarrierRule, Level, Sensitivity, Series

SEEN = Sighting(by="王老师", on=date(2026, 9, 1), what="户口簿")


def kind(carrier: str, issuer_min: Level | None = None) -> EvidenceType:
    return EvidenceType(
        label="材料",
        carrier=CarrierRule(carrier),
        series=Series.PROOFS,
        sensitivity=Sensitivity.MINOR,
        issuer_min=issuer_min,
    )


def held(carrier: Carrier, state: HeldState = HeldState.CONFIRMED, **more: object) -> Held:
    return Held(state=state, carrier=carrier, **more)  # type: ignore[arg-type] -- fields given by the table


@pytest.mark.parametrize(
    ("carrier", "have", "serves"),
    [
        pytest.param("K", held(Carrier.ORIGINAL), True, id="GZ-17.2 original kept"),
        pytest.param("K", held(Carrier.COPY), False, id="GZ-17.2 a copy is no original"),
        pytest.param("K", held(Carrier.DIGITAL, has_valid_seal=True), True, id="C-43 electronic seal"),
        pytest.param("K", held(Carrier.DIGITAL), False, id="C-43 no seal"),
        pytest.param("C", held(Carrier.COPY), True, id="HN-10 copy kept"),
        pytest.param("C", held(Carrier.ORIGINAL), True, id="HN-10 an original serves as a copy"),
        pytest.param("C", held(Carrier.SIGHTED), False, id="HN-10 a look leaves no copy"),
        pytest.param("D", held(Carrier.DIGITAL), True, id="YK-6.1 born digital"),
        pytest.param("D", held(Carrier.COPY), True, id="YK-4.2 printout"),
        pytest.param("O", held(Carrier.SIGHTED, sighting=SEEN), True, id="GZ-15 sighted"),
        pytest.param("O", held(Carrier.SIGHTED), False, id="GZ-15 nobody says who"),
        pytest.param("O", held(Carrier.ORIGINAL), False, id="GZ-15 the original goes back"),
        pytest.param("O", held(Carrier.SIGHTED, sighting=Sighting(" ", date(2026, 9, 1), "簿")), False, id="GZ-15 by whom"),
        pytest.param("O", held(Carrier.SIGHTED, sighting=Sighting("王", None, "簿")), False, id="GZ-15 when"),
        pytest.param("O", held(Carrier.SIGHTED, sighting=Sighting("王", date(2026, 9, 1), "")), False, id="GZ-15 what"),
    ],
)
def test_carriers(carrier: str, have: Held, *, serves: bool) -> None:
    assert (shortcomings(kind(carrier), have) == ()) is serves


@pytest.mark.parametrize(
    ("state", "said"),
    [
        pytest.param(HeldState.PROPOSED, "尚未经人工确认", id="a reading passes no gate"),
        pytest.param(HeldState.CONFIRMED, "", id="confirmed"),
        pytest.param(HeldState.ACCEPTED, "", id="accepted"),
        pytest.param(HeldState.RETURNED, "已被退回", id="GP-3.2 returned"),
    ],
)
def test_states(state: HeldState, said: str) -> None:
    found = shortcomings(kind("C"), held(Carrier.COPY, state))
    assert said in "".join(found)
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("least", "level", "said"),
    [
        pytest.param(Level.COUNTY, Level.COUNTY, "", id="HN-13.2 county hospital"),
        pytest.param(Level.COUNTY, Level.PROVINCE, "", id="HN-13.2 above county"),
        pytest.param(Level.COUNTY, Level.SCHOOL, "级别不足，须为县级以上", id="HN-13.2 village clinic"),
        pytest.param(Level.CITY, Level.COUNTY, "级别不足，须为市级以上", id="GZ-19.1 city hospital"),
        pytest.param(Level.COUNTY, None, "级别尚未确认", id="C-33 nobody confirmed the level"),
    ],
)
def test_issuer_level(least: Level, level: Level | None, said: str) -> None:
    found = shortcomings(kind("K", least), held(Carrier.ORIGINAL, issuer_level=level))
    assert said in "".join(found)
    assert bool(found) is bool(said)


def test_several_shortcomings_are_all_told() -> None:
    assert len(shortcomings(kind("K", Level.COUNTY), Held())) == 3


def test_only_a_complete_sighting_of_the_right_kind_is_one() -> None:
    assert is_sighted(kind("O"), held(Carrier.SIGHTED, sighting=SEEN))
    assert not is_sighted(kind("K"), held(Carrier.SIGHTED, sighting=SEEN))
