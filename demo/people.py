"""Households and their children, as ordinary as a roster is.

A `Census` hands out households, seats and official numbers and never gives a number twice. The children a registry
stumbles over (twins, long names, no number) are made from these by `cast`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from demo import names, numbers
from demo.model import Guardian, NumberKind, Section, Sex, Student, StudentNumber
from demo.places import DISTRICTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.dice import Dice
    from demo.model import Organisation

SEATS_OF_A_SCHOOL = 28
CLASSES_OF_A_GRADE = 2
# first grade of the section, number of grades, age on 31 August of the year of entry
SECTIONS = {Section.PRIMARY: (1, 6, 6), Section.JUNIOR: (7, 3, 12), Section.SENIOR: (10, 3, 15)}
GRADES = ("", "一年级", "二年级", "三年级", "四年级", "五年级", "六年级", "七年级", "八年级", "九年级", "高一", "高二", "高三")
FIRST_MONTH_OF_SCHOOL = 9


@dataclass(frozen=True)
class Household:
    region: str
    surname: str
    ethnicity: str
    household_no: str
    address: str
    birthplace: str
    guardians: tuple[Guardian, ...]


@dataclass(frozen=True)
class Seat:
    """A place in a class, before a child sits on it."""

    key: str
    school: str
    section: Section
    grade: str
    class_name: str
    entered_on: date
    age_at_entry: int


def seats(school: Organisation, as_of: date) -> Iterator[Seat]:
    """Yield the seats of a school, class by class, lower grades first."""
    year = as_of.year if as_of.month >= FIRST_MONTH_OF_SCHOOL else as_of.year - 1
    rows = [(section, grade) for section in school.sections for grade in range(SECTIONS[section][1])]
    for index in range(SEATS_OF_A_SCHOOL):
        section, grade = rows[index * len(rows) // SEATS_OF_A_SCHOOL]
        first, _, age = SECTIONS[section]
        yield Seat(
            key=f"{school.login_prefix}-{index + 1:02d}",
            school=school.code,
            section=section,
            grade=GRADES[first + grade],
            class_name=f"{index % CLASSES_OF_A_GRADE + 1}班",
            entered_on=date(year - grade, FIRST_MONTH_OF_SCHOOL, 1),
            age_at_entry=age,
        )


class Census:
    """Gives out households and numbers; remembers what it gave."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._born: Counter[tuple[str, date, Sex]] = Counter()
        self._phones = 0

    def resident_id(self, region: str, birth_on: date, sex: Sex) -> str:
        index = self._born[region, birth_on, sex]
        self._born[region, birth_on, sex] += 1
        return numbers.resident_id(region, birth_on, numbers.order_code(sex, index))

    def household(self, region: str, profile: str) -> Household:
        """Return a family with father, mother and an address in the district."""
        dice, district = self._dice, DISTRICTS[region]
        surname = dice.choice(names.COMPOUND_SURNAMES) if dice.chance(0.02) else dice.choice(names.SURNAMES)
        town = dice.choice(district.townships)
        return Household(
            region=region,
            surname=surname,
            ethnicity=dice.weighted(names.ETHNICITIES[profile]),
            household_no=f"{dice.whole(0, 999_999_999):09d}",
            address=f"{district.province}{district.place}{town}{self._door(rural=town.endswith('镇'))}",
            birthplace=f"{district.province}{district.place}",
            guardians=(self._guardian(region, surname, Sex.MALE), self._guardian(region, dice.choice(names.SURNAMES), Sex.FEMALE)),
        )

    def child(self, seat: Seat, household: Household) -> Student:
        """Return a child of the household, of the right age for the seat."""
        dice = self._dice
        sex = dice.choice((Sex.MALE, Sex.FEMALE))
        latest = date(seat.entered_on.year - seat.age_at_entry, 8, 31)
        birth_on = latest - timedelta(days=dice.whole(0, 364))
        id_no = self.resident_id(household.region, birth_on, sex)
        return Student(
            key=seat.key,
            school=seat.school,
            section=seat.section,
            name=household.surname + self.given_name(sex),
            sex=sex,
            ethnicity=household.ethnicity,
            birth_on=birth_on,
            id_kind="居民身份证",
            id_no=id_no,
            grade=seat.grade,
            class_name=seat.class_name,
            entered_on=seat.entered_on,
            household_no=household.household_no,
            hukou_address=household.address,
            birthplace=household.birthplace,
            guardians=household.guardians,
            numbers=(StudentNumber(numbers.formal_number(id_no), NumberKind.FORMAL, seat.entered_on + timedelta(days=20)),),
        )

    def given_name(self, sex: Sex) -> str:
        last = self._dice.choice(names.BOYS if sex is Sex.MALE else names.GIRLS)
        return last if self._dice.chance(0.15) else self._dice.choice(names.FIRST) + last

    def _door(self, *, rural: bool) -> str:
        dice = self._dice
        if rural:
            return f"{dice.choice(names.VILLAGES)}{dice.whole(1, 12)}组{dice.whole(1, 60)}号"
        street = f"{dice.choice(names.STREETS)}{dice.whole(2, 180)}号{dice.choice(names.ESTATES)}"
        return f"{street}{dice.whole(1, 18)}栋{dice.whole(1, 3)}单元{dice.whole(1, 11)}0{dice.whole(1, 4)}室"

    def _guardian(self, region: str, surname: str, sex: Sex) -> Guardian:
        dice = self._dice
        birth_on = date(dice.whole(1984, 1990), dice.whole(1, 12), dice.whole(1, 28))
        self._phones += 1
        return Guardian(
            name=surname + dice.choice(names.FATHERS if sex is Sex.MALE else names.MOTHERS),
            relation="父亲" if sex is Sex.MALE else "母亲",
            sex=sex,
            id_no=self.resident_id(DISTRICTS[region].code_in(birth_on.year), birth_on, sex),
            phone=numbers.mobile_number(self._phones),
            workplace=dice.choice(names.WORKPLACES),
        )
