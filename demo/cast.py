"""The children a registry stumbles over, made from ordinary ones.

Each rule names the seat it recasts; the rest of the class stays as it was. Twins and siblings share a household, two
children of one class share a name, and some have a number that is temporary, old, foreign or missing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from demo import numbers
from demo.model import NumberKind, Sex, Student, StudentNumber

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.people import Census

Children = dict[str, Student]


class NewName(NamedTuple):
    """Another name for a child; `girl` where the name is not for both. An ethnicity changes the father's name with it."""

    name: str
    girl: str = ""
    ethnicity: str = ""
    note: str = ""


SIBLINGS = (("gsh1-09", "gsh2-05"), ("gsh3-04", "gsh3-20"), ("hx1-12", "hx2-22"), ("hx2-03", "gy1-15"), ("yk1-04", "yk2-19"))
TWINS = (("gsh1-15", "gsh1-17"), ("hx1-21", "hx1-23"), ("yk1-08", "yk1-10"))
NAMESAKES = (("gsh2-11", "gsh2-13"), ("hx2-16", "hx2-18"), ("yk2-06", "yk2-08"))
RENAMED = {
    "gsh1-22": NewName("𠮷沐阳", note="姓氏为生僻字"),
    "gsh2-08": NewName("王䶮"),
    "hx1-06": NewName("张燚"),
    "yk3-07": NewName("刘翀燚"),
    "gsh3-25": NewName("苏热提艾山江·阿布都热依木", ethnicity="维吾尔族"),
    "yk1-16": NewName("迪力亚尔·买买提艾力", girl="古丽米热·买买提艾力", ethnicity="维吾尔族"),
    "hx2-09": NewName("叶尔兰", girl="阿依努尔", ethnicity="哈萨克族"),
}
FORMER_NAMES = {"gsh1-05": "小宝", "gsh3-11": "招娣", "hx1-17": "天赐", "yk2-23": "盼盼"}
SUSPENDED = ("gsh2-19", "hx2-25", "gy1-07", "yk1-20", "yk3-13")
DROPPED_OUT = ("hx2-27",)
TEMPORARY = ("gsh1-02", "gsh1-03", "hx1-01")
MADE_FORMAL = ("gsh3-07", "yk2-14")
NUMBER_CORRECTED = ("gsh2-23", "gy1-20")
WITHOUT_NUMBER = "hx1-02"
HONG_KONG, PASSPORT = "yk2-10", "gy1-11"


def recast(children: Children, census: Census) -> Children:
    """Return the same seats with the special children on some of them."""
    cast = dict(children)
    for first, second in SIBLINGS:
        cast[second] = sibling(cast[second], of=cast[first], census=census)
    for first, second in TWINS:
        cast[second] = twin(cast[second], of=cast[first])
    for first, second in NAMESAKES:
        cast[second] = replace(cast[second], name=cast[first].name, class_name=cast[first].class_name, grade=cast[first].grade)
    for key, new_name in RENAMED.items():
        cast[key] = _renamed(cast[key], new_name)
    for key, given in FORMER_NAMES.items():
        cast[key] = replace(cast[key], former_name=_surname(cast[key]) + given)
    for keys, rule in NUMBER_RULES:
        for key in keys:
            cast[key] = rule(cast[key])
    return cast


def sibling(student: Student, *, of: Student, census: Census) -> Student:
    """Return the student as a brother or sister: same household, own birthday and number."""
    id_no = census.resident_id(of.id_no[:6], student.birth_on, student.sex)
    return replace(
        _of_household(student, of), name=_surname(of) + census.given_name(student.sex), id_no=id_no, numbers=_formal(student, id_no)
    )


def twin(student: Student, *, of: Student) -> Student:
    """Return the student as a twin of the other: same day, same class, the next order code of the same sex."""
    id_no = numbers.resident_id(of.id_no[:6], of.birth_on, int(of.id_no[14:17]) + 2)
    name = _surname(of) + ("欣悦" if of.sex is Sex.FEMALE else "欣然")
    born = replace(_of_household(student, of), name=name, sex=of.sex, birth_on=of.birth_on, entered_on=of.entered_on)
    return replace(born, grade=of.grade, class_name=of.class_name, id_no=id_no, numbers=_formal(born, id_no))


def _surname(student: Student) -> str:
    """The father's, whose given name has two characters in every household the census makes."""
    return student.guardians[0].name[:-2]


def _renamed(student: Student, new: NewName) -> Student:
    """Give the child another name, and the father the surname that goes with it."""
    father, mother = student.guardians
    name = new.girl if new.girl and student.sex is Sex.FEMALE else new.name
    kin = "买买提·吐尔逊" if new.ethnicity else name[0] + father.name[-2:]
    renamed = replace(student, name=name, guardians=(replace(father, name=kin), mother), note=new.note)
    return replace(renamed, ethnicity=new.ethnicity or student.ethnicity)


def _of_household(student: Student, of: Student) -> Student:
    return replace(
        student,
        ethnicity=of.ethnicity,
        household_no=of.household_no,
        hukou_address=of.hukou_address,
        birthplace=of.birthplace,
        guardians=of.guardians,
    )


def _formal(student: Student, id_no: str) -> tuple[StudentNumber, ...]:
    return (StudentNumber(numbers.formal_number(id_no), NumberKind.FORMAL, student.entered_on + timedelta(days=20)),)


def _suspended(student: Student) -> Student:
    return replace(student, state="SUSPENDED", note="因病休学一年")


def _dropped_out(student: Student) -> Student:
    return replace(student, state="DROPOUT", note="已书面报告街道办事处")


def _temporary(student: Student) -> Student:
    """No household yet, so no resident ID and a temporary number."""
    number = numbers.temporary_number(student.id_no[:6], student.birth_on, int(student.key[-2:]))
    return replace(
        student,
        state="TEMP",
        id_kind="无证件",
        id_no="",
        household_no="",
        numbers=(StudentNumber(number, NumberKind.TEMPORARY, student.entered_on),),
        note="户口正在补办",
    )


def _made_formal(student: Student) -> Student:
    """The temporary number was replaced a year later and still resolves as a former one."""
    changed_on = student.entered_on + timedelta(days=200)
    number = numbers.temporary_number(student.id_no[:6], student.birth_on, int(student.key[-2:]))
    former = StudentNumber(number, NumberKind.FORMER, student.entered_on, changed_on)
    return replace(student, numbers=(former, replace(student.numbers[0], valid_from_on=changed_on)))


def _number_corrected(student: Student) -> Student:
    """The resident ID was corrected by the police; the registry number keeps the old body, the new one is an alias."""
    wrong_birth = student.birth_on.replace(day=1) - timedelta(days=1)
    old_id = numbers.resident_id(student.id_no[:6], wrong_birth, int(student.id_no[14:17]))
    kept = replace(student.numbers[0], number=numbers.formal_number(old_id))
    alias = StudentNumber(numbers.formal_number(student.id_no), NumberKind.ALIAS, student.entered_on + timedelta(days=400))
    return replace(student, numbers=(kept, alias), note="身份证号更正，学籍号不变")


def _without_number(student: Student) -> Student:
    return replace(student, numbers=(), state="PREPARING", note="学籍号申请中")


def _foreign(student: Student, *, id_kind: str, id_no: str, birthplace: str) -> Student:
    number = numbers.born_abroad_number(student.id_no[:6], student.birth_on, int(student.key[-2:]))
    return replace(
        student,
        id_kind=id_kind,
        id_no=id_no,
        birthplace=birthplace,
        ethnicity="",
        household_no="",
        numbers=(StudentNumber(number, NumberKind.FORMAL, student.entered_on + timedelta(days=35)),),
    )


def _hong_kong(student: Student) -> Student:
    return _foreign(student, id_kind="港澳居民来往内地通行证", id_no="H09990123", birthplace="香港")


def _passport(student: Student) -> Student:
    return replace(_foreign(student, id_kind="护照", id_no="K9900127P", birthplace="新加坡"), name="林恩慧")


NUMBER_RULES: tuple[tuple[tuple[str, ...], Callable[[Student], Student]], ...] = (
    (SUSPENDED, _suspended),
    (DROPPED_OUT, _dropped_out),
    (TEMPORARY, _temporary),
    (MADE_FORMAL, _made_formal),
    (NUMBER_CORRECTED, _number_corrected),
    ((WITHOUT_NUMBER,), _without_number),
    ((HONG_KONG,), _hong_kong),
    ((PASSPORT,), _passport),
)
