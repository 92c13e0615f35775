"""Whose paper it is, as a table: what stands on the page, who is in the registry, what follows (HN-8.1, GZ-25)."""

from dataclasses import replace
from datetime import date

import pytest

from archive_service.rules.matching import Entry, Outcome, Seen, weigh
from archive_service.rules.names import mask_number
from tests.factories import resident_id

BORN = date(2013, 3, 5)
ZHANG_ID, LI_ID, MOTHER_ID = resident_id(serial=123), resident_id(serial=246), resident_id(birth="19850101", serial=2)
ZHANG = Entry(
    "zhang", "张三", former_name="张小三", sex="男", ethnicity="汉", birth_on=BORN, id_no=ZHANG_ID, student_nos=(f"G{ZHANG_ID}", "L520102201303050001"),
    guardian_ids=(MOTHER_ID,), guardian_names=("王芳",),
)  # fmt: skip
LI = Entry("li", "李四", sex="男", birth_on=date(2013, 7, 9), id_no=LI_ID, student_nos=(f"G{LI_ID}",))
NAMESAKE = Entry("namesake", "张三", sex="男", birth_on=BORN, id_no=resident_id(serial=321))
TWIN = Entry("twin", "张四", sex="男", birth_on=BORN, id_no=resident_id(serial=125))
REGISTRY = (ZHANG, LI)

STRANGE_ID = resident_id(serial=777)
GRANDFATHER_ID = resident_id(birth="19500101", serial=5)
SISTER_BORN = date(2009, 4, 2)
SISTER_ID = resident_id(birth="20090402", serial=8)


def misread(number: str) -> str:
    """One digit of the serial read wrong, so that the check character fails."""
    return number[:15] + str((int(number[15]) + 1) % 10) + number[16:]


def with_ids(*numbers: str, births: tuple[date, ...] = (BORN,)) -> Seen:
    """A paper of the right name and birth date that carries these numbers."""
    return Seen(id_nos=numbers, names=("张三",), births=births)


NAMESAKES_PAPER = with_ids(STRANGE_ID)


@pytest.mark.parametrize(
    ("seen", "registry", "given", "outcome", "student"),
    [
        pytest.param(Seen(id_nos=(ZHANG_ID,)), REGISTRY, None, Outcome.MATCHED, "zhang", id="id number"),
        pytest.param(Seen(student_nos=("L520102201303050001",)), REGISTRY, None, Outcome.MATCHED, "zhang", id="alias number"),
        pytest.param(Seen(names=("张三",), births=(BORN,)), REGISTRY, None, Outcome.MATCHED, "zhang", id="name and birth date"),
        pytest.param(Seen(names=("张小三",), births=(BORN,)), REGISTRY, None, Outcome.MATCHED, "zhang", id="former name and birth date"),
        pytest.param(Seen(names=("张三",)), REGISTRY, None, Outcome.PROPOSED, None, id="a name alone never binds"),
        pytest.param(Seen(names=("张王",)), REGISTRY, None, Outcome.PROPOSED, None, id="a name one character away proposes"),
        pytest.param(Seen(id_nos=(misread(ZHANG_ID),), names=("张三",)), REGISTRY, None, Outcome.MATCHED, "zhang", id="misread number under the right name"),
        pytest.param(Seen(id_nos=(misread(ZHANG_ID),)), REGISTRY, None, Outcome.UNMATCHED, None, id="misread number alone repairs nothing"),
        pytest.param(Seen(id_nos=(MOTHER_ID,)), REGISTRY, None, Outcome.UNMATCHED, None, id="a parent's number is not the child's"),
        pytest.param(Seen(names=("张三",), births=(BORN,)), (ZHANG, NAMESAKE), None, Outcome.CONFLICT, None, id="same name and birth date twice"),
        pytest.param(Seen(id_nos=(ZHANG_ID, LI_ID)), REGISTRY, None, Outcome.CONFLICT, None, id="two children on one page"),
        pytest.param(Seen(id_nos=(TWIN.id_no,), names=("张四",)), (ZHANG, TWIN), None, Outcome.MATCHED, "twin", id="twins told apart by number"),
        pytest.param(Seen(), REGISTRY, None, Outcome.UNMATCHED, None, id="a silent page belongs to nobody"),
        pytest.param(Seen(), REGISTRY, "zhang", Outcome.MATCHED, "zhang", id="a silent page stays where it was put"),
        pytest.param(Seen(id_nos=(LI_ID,), names=("李四",)), REGISTRY, "zhang", Outcome.CONFLICT, None, id="alarm: another child's number"),
        pytest.param(Seen(names=("李四",), births=(date(2013, 7, 9),)), REGISTRY, "zhang", Outcome.CONFLICT, None, id="alarm: another child's name and birth"),
        pytest.param(Seen(names=("赵六",)), REGISTRY, "zhang", Outcome.CONFLICT, None, id="alarm: a name nobody has"),
        pytest.param(Seen(id_nos=(ZHANG_ID,)), REGISTRY, "stranger", Outcome.CONFLICT, None, id="given for someone else"),
        pytest.param(NAMESAKES_PAPER, REGISTRY, None, Outcome.PROPOSED, None, id="a namesake born the same day has another number"),
        pytest.param(NAMESAKES_PAPER, REGISTRY, "zhang", Outcome.CONFLICT, None, id="alarm: a namesake's number"),
        pytest.param(Seen(id_nos=(STRANGE_ID,), names=("张三",)), REGISTRY, "zhang", Outcome.CONFLICT, None, id="alarm: the name with a strange number"),
        pytest.param(NAMESAKES_PAPER, (replace(ZHANG, id_no=None),), None, Outcome.MATCHED, "zhang", id="no number on file to differ from"),
        pytest.param(with_ids(STRANGE_ID, ZHANG_ID), REGISTRY, None, Outcome.MATCHED, "zhang", id="register: the own number stands beside it"),
        pytest.param(with_ids(misread(ZHANG_ID), STRANGE_ID), REGISTRY, "zhang", Outcome.MATCHED, "zhang", id="register: own number misread"),
        pytest.param(with_ids(MOTHER_ID), REGISTRY, "zhang", Outcome.MATCHED, "zhang", id="register: a guardian's number"),
        pytest.param(with_ids(GRANDFATHER_ID), REGISTRY, "zhang", Outcome.MATCHED, "zhang", id="register: the head of the household"),
        pytest.param(with_ids(GRANDFATHER_ID), REGISTRY, None, Outcome.MATCHED, "zhang", id="register: the head, nobody given"),
        pytest.param(with_ids(SISTER_ID, births=(BORN, SISTER_BORN)), REGISTRY, "zhang", Outcome.MATCHED, "zhang", id="register: a sister's page"),
        pytest.param(with_ids(SISTER_ID), REGISTRY, "zhang", Outcome.CONFLICT, None, id="alarm: a child born another day, unexplained"),
        pytest.param(Seen(id_nos=(GRANDFATHER_ID,), births=(date(1950, 1, 1),)), REGISTRY, "zhang", Outcome.MATCHED, "zhang", id="register: only the head's page"),
    ],
)  # fmt: skip
def test_outcome(seen, registry, given, outcome, student):
    weighed = weigh(seen, registry, given=given)
    assert (weighed.outcome, weighed.student_id) == (outcome, student)


@pytest.mark.parametrize(
    ("seen", "fields"),
    [
        pytest.param(Seen(id_nos=(ZHANG_ID,), names=("张三",), births=(BORN,), sexes=("男",), ethnicities=("汉族",)), [], id="all agree"),
        pytest.param(Seen(id_nos=(ZHANG_ID,), births=(date(2013, 5, 3),)), ["birth_on"], id="birth date"),
        pytest.param(Seen(id_nos=(ZHANG_ID,), names=("张叁",)), ["name"], id="name"),
        pytest.param(Seen(id_nos=(ZHANG_ID,), names=("张小三",)), [], id="a former name is no disagreement"),
        pytest.param(Seen(student_nos=(f"G{ZHANG_ID}",), id_nos=(MOTHER_ID,)), [], id="a guardian's number is no disagreement"),
        pytest.param(Seen(id_nos=(ZHANG_ID,), sexes=("女",), ethnicities=("苗",)), ["sex", "ethnicity"], id="sex and ethnicity"),
    ],
)
def test_differences(seen, fields):
    weighed = weigh(seen, REGISTRY)
    assert weighed.student_id == "zhang"
    assert [gap.field for gap in weighed.differences] == fields


def test_what_speaks_against_is_told_in_words_and_is_no_ground():
    best = weigh(NAMESAKES_PAPER, REGISTRY).candidates[0]
    assert best.grounds == ("姓名和出生日期一致",)
    assert best.against == (f"材料上的身份证件号 {mask_number(STRANGE_ID)} 校验无误，不是该生的",)
    given = weigh(Seen(names=("赵六",)), REGISTRY, given="zhang").candidates[0]
    assert (given.grounds, given.against) == (("上传时指定",), ("材料上的姓名或号码与该生不符",))


@pytest.mark.parametrize(
    "seen", [with_ids(ZHANG_ID, GRANDFATHER_ID, births=(BORN, date(1950, 1, 1))), with_ids(GRANDFATHER_ID, births=(date(1950, 1, 1),))]
)
def test_what_a_register_says_of_others_is_no_difference(seen):
    assert weigh(seen, REGISTRY, given="zhang").differences == ()


def test_grounds_are_told_in_words():
    best = weigh(Seen(id_nos=(ZHANG_ID,), names=("张三",), births=(BORN,)), REGISTRY).candidates[0]
    assert best.grounds == ("身份证件号一致", "姓名和出生日期一致")


def test_the_strongest_candidate_comes_first():
    weighed = weigh(Seen(names=("张三",), births=(date(2013, 7, 9),)), (ZHANG, TWIN, LI))
    assert [candidate.student_id for candidate in weighed.candidates] == ["zhang", "twin"]
