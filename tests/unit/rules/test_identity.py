"""Identity and registry numbers as tables."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_service.rules.identity import (
    Disagreement,
    IdKind,
    NumberFault,
    NumberKind,
    Sex,
    age_on,
    agrees_with_id,
    disagreements,
    id_faults,
    normalise,
    one_digit_candidates,
    read_resident_id,
    read_student_no,
    student_no_faults,
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("11010519491231002x", "11010519491231002X"),
        ("110105 19491231 002X", "11010519491231002X"),
        ("G4405-2418-8001-0100-14", "G440524188001010014"),
        ("", ""),
    ],
)
def test_normalise(raw: str, clean: str) -> None:
    assert normalise(raw) == clean


@pytest.mark.parametrize(
    ("kind", "no", "faults"),
    [
        pytest.param("1", "11010519491231002X", [], id="GB 11643 X"),
        pytest.param("1", "440524188001010014", [], id="GB 11643 digit"),
        pytest.param("1", "34052419800101001x", [], id="GB 11643 lower x"),
        pytest.param("1", "110105194912310021", ["CHECK"], id="GB 11643 wrong check"),
        pytest.param("1", "110105194913310020", ["BIRTH", "CHECK"], id="GB 11643 month 13"),
        pytest.param("1", "990105194912310020", ["REGION", "CHECK"], id="GB 11643 no such province"),
        pytest.param("1", "11010519491231", ["SHAPE"], id="too short"),
        pytest.param("1", "", ["EMPTY"], id="empty"),
        pytest.param("6", "H12345678", [], id="HN-28 Hong Kong permit, no check"),
        pytest.param("7", "M12345678", [], id="HN-28 Macao permit"),
        pytest.param("8", "12345678", [], id="HN-28 Taiwan permit"),
        pytest.param("8", "1234567", ["SHAPE"], id="Taiwan permit too short"),
        pytest.param("8", "830000201001010018", [], id="Taiwan residence permit"),
        pytest.param("9", "ABC123456789012", [], id="permanent residence"),
        pytest.param("A", "E12345678", [], id="passport"),
        pytest.param("A", "护照", ["SHAPE"], id="no passport"),
        pytest.param("Z", "", [], id="standards 19: Z may be empty"),
        pytest.param("Z", "01234567", [], id="household number of eight digits"),
    ],
)
def test_id_faults(kind: str, no: str, faults: list[str]) -> None:
    assert [fault.name for fault in id_faults(IdKind(kind), no)] == faults


def test_resident_id_tells_birth_and_sex() -> None:
    found = read_resident_id("11010519491231002X")
    assert found is not None
    assert (found.region_code, found.birth_on, found.sex) == ("110105", date(1949, 12, 31), Sex.FEMALE)
    male = read_resident_id("440524188001010014")
    assert male is not None
    assert male.sex is Sex.MALE
    assert read_resident_id("110105194912310021") is None


@pytest.mark.parametrize(
    ("no", "faults"),
    [
        pytest.param("G440524188001010014", [], id="HN-7.1 formal on the ID"),
        pytest.param("G440524188001010015", ["CHECK"], id="G with a wrong check"),
        pytest.param("J440524188001010014", [], id="J formal without ID"),
        pytest.param("L520102201003051234", [], id="GZ-10.2 temporary, no check digit"),
        pytest.param("L990102201003051234", ["REGION"], id="L region"),
        pytest.param("L520102201013051234", ["BIRTH"], id="L date"),
        pytest.param("X520102201003051234", ["SHAPE"], id="unknown letter"),
        pytest.param("", ["EMPTY"], id="empty"),
    ],
)
def test_student_no_faults(no: str, faults: list[str]) -> None:
    assert [fault.name for fault in student_no_faults(no)] == faults


def test_student_no_taken_apart() -> None:
    found = read_student_no("l520102201003051234")
    assert found is not None
    assert (found.kind, found.birth_on) == (NumberKind.TEMPORARY, date(2010, 3, 5))
    assert read_student_no("L5201") is None


@pytest.mark.parametrize(
    ("student_no", "id_no", "agrees"),
    [
        pytest.param("G44052418800101001 4", "440524188001010014", True, id="HN-7.1"),
        pytest.param("G440524188001010014", "11010519491231002X", False, id="the ID changed later"),
        pytest.param("L520102201003051234", "440524188001010014", None, id="GZ-10.2 not built on an ID"),
    ],
)
def test_number_against_id(student_no: str, id_no: str, *, agrees: bool | None) -> None:
    assert agrees_with_id(student_no, id_no) is agrees


def test_disagreements_with_paper() -> None:
    no = "11010519491231002X"
    assert disagreements(no, birth_on=date(1949, 12, 31), sex=Sex.FEMALE) == ()
    assert disagreements(no) == ()
    assert disagreements("11010519491231", sex=Sex.MALE) == ()
    assert disagreements(no, birth_on=date(1949, 12, 13), sex=Sex.MALE) == (
        Disagreement("birth_on", "1949-12-13", "1949-12-31"),
        Disagreement("sex", "1", "2"),
    )


# Weights and check characters as GB 11643 prints them, so that the test does not lean on the library it tests.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_character(body: str) -> str:
    return "10X98765432"[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True)) % 11]


bodies = st.builds(
    lambda region, born, order: f"{region}{born:%Y%m%d}{order:03}",
    st.sampled_from(["520102", "410105", "210802", "110105"]),
    st.dates(date(1990, 1, 1), date(2020, 12, 31)),
    st.integers(0, 999),
)


@given(bodies, st.integers(0, 16), st.integers(1, 9))
def test_a_misread_digit_is_found_among_the_candidates(body: str, at: int, off: int) -> None:
    true = body + check_character(body)
    read = true[:at] + str((int(true[at]) + off) % 10) + true[at + 1 :]
    found = one_digit_candidates(read)
    assert true in found
    assert all(sum(a != b for a, b in zip(read, each, strict=True)) == 1 for each in found)
    assert not any(id_faults(IdKind.RESIDENT, each) for each in found)


def test_no_candidates_for_other_shapes() -> None:
    assert one_digit_candidates("1234") == ()


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        pytest.param("2020-08-31", "2026-08-31", 6, id="HN-4.2 six on the day itself"),
        pytest.param("2020-09-01", "2026-08-31", 5, id="HN-4.3 a day too young"),
        pytest.param("2020-02-29", "2026-02-28", 5, id="born on 29 February"),
        pytest.param("2020-02-29", "2026-03-01", 6, id="born on 29 February, the day after"),
    ],
)
def test_age(born: str, on: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(on)) == age


def test_faults_speak_chinese() -> None:
    assert all(any("一" <= letter <= "鿿" for letter in fault) for fault in NumberFault)
