"""The way of a case through its parties."""

from collections.abc import Callable

import pytest

from archive_service.rules.chain import is_last, next_station, stations
from archive_service.rules.facts import Facts
from archive_service.rules.procedure_data import Procedure

Find = Callable[[str, str], Procedure]


@pytest.mark.parametrize(
    ("code", "profile", "facts", "way"),
    [
        pytest.param("transfer", "HN", {}, "SCH_IN AUTH_IN SCH_OUT AUTH_OUT", id="HN-11.2 four parties"),
        pytest.param("transfer", "GZ", {"cross_province": False}, "SCH_IN AUTH_IN SCH_OUT AUTH_OUT", id="GZ-16.4"),
        pytest.param(
            "transfer",
            "GZ",
            {"cross_province": True},
            "SCH_IN AUTH_IN PROV_IN SCH_OUT AUTH_OUT PROV_OUT",
            id="GZ-16.4 cross-province",
        ),
        pytest.param("transfer", "NAT", {}, "SCH_IN AUTH_IN SCH_OUT AUTH_OUT", id="ME-14"),
        pytest.param("transfer_in_yk", "YK", {}, "REG CITY SCH_IN CITY CITY", id="YK-13.5"),
        pytest.param("transfer_out_yk", "YK", {}, "SCH_OUT CITY SCH_OUT CITY", id="YK-13.6"),
        pytest.param("suspend", "HN", {}, "REG AUTH", id="HN-13.2"),
        pytest.param("suspend", "GZ", {}, "REG AUTH REG", id="GZ-17.2 signed form goes back up"),
        pytest.param("suspend", "YK", {}, "PRIN CITY REG", id="YK-14.2"),
        pytest.param("suspend", "NAT", {}, "REG AUTH", id="ME-19"),
        pytest.param("enrol", "HN", {}, "REG AUTH", id="HN-6.4"),
        pytest.param("enrol", "YK", {"id_kind": "1"}, "REG CITY", id="YK-3.2"),
        pytest.param("enrol", "YK", {"id_kind": "A"}, "REG CITY PROV", id="YK-6.4 overseas papers"),
    ],
)
def test_stations_in_the_service(procedure: Find, code: str, profile: str, facts: dict[str, str], way: str) -> None:
    chain = stations(procedure(code, profile), None, facts=Facts.model_validate(facts))
    walked, station = [], next_station(chain)
    while station is not None:
        walked.append(str(station.actor))
        assert is_last(chain, station) is (next_station(chain, station.no) is None)
        station = next_station(chain, station.no)
    assert walked == way.split()


def test_an_open_question_passes_nobody_over(procedure: Find) -> None:
    chain = stations(procedure("transfer", "GZ"), "G1", facts=Facts())
    assert "PROV_OUT" in [station.actor for station in chain]


def test_deciding_and_duty(procedure: Find) -> None:
    chain = {station.act: station for station in stations(procedure("suspend", "YK"), None, facts=Facts())}
    assert [act for act, station in chain.items() if station.decides] == ["approve"]
    assert [act for act, station in chain.items() if not station.is_in_service] == ["apply", "sign_student", "sign_teacher"]
    duties = [station.duty for station in stations(procedure("transfer", "GZ"), None, facts=Facts())]
    assert ("GZ-16.7",) in duties


@pytest.mark.parametrize("case", ["enrol-HN", "enrol-GZ", "enrol-YK", "suspend-GZ", "transfer-HN", "transfer_in_yk-YK"])
def test_a_submission_comes_before_any_decision(procedure: Find, case: str) -> None:
    chain = stations(procedure(*case.split("-")), None, facts=Facts())
    first = next_station(chain)
    assert first is not None
    assert not first.decides
