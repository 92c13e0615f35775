"""The bureaus, schools, accounts and children of the county. Pure; the same seed, size and day give the same county."""

from collections.abc import Iterator
from datetime import date

from demo.accounts import make_accounts
from demo.county.size import Size
from demo.dice import Dice
from demo.model import Level, Organisation, Section, World
from demo.people import FIRST_MONTH_OF_SCHOOL, GRADES, SECTIONS, Census, Seat
from demo.places import BUREAUS, FOUNDED_ON

PROVINCE, CITY, COUNTY = "410000", "411500", "411522"
TOWNS = [
    "弦山",
    "泼河",
    "白雀",
    "寨河",
    "文殊",
    "仙居",
    "罗陈",
    "晏河",
    "凉亭",
    "殷棚",
    "南向",
    "马畈",
    "砖桥",
    "槐店",
    "孙铁铺",
    "北向",
    "斛山",
    "十里",
    "紫水",
    "官渡",
]
CLASS_SIZE = 45
# Of every ten schools: what a county has.
KINDS = (
    *(("小学", "2", (Section.PRIMARY,)),) * 6,
    *(("初级中学", "3", (Section.JUNIOR,)),) * 2,
    ("九年一贯制学校", "3", (Section.PRIMARY, Section.JUNIOR)),
    ("高级中学", "3", (Section.SENIOR,)),
)


def make_county(seed: int, size: Size, *, as_of: date) -> World:
    """The county without its papers."""
    organisations = (*_bureaus(), *(_school(number) for number in range(size.schools)))
    census = Census(Dice(seed, "county"))
    schools = [each for each in organisations if each.level is Level.SCHOOL]
    children = [
        census.child(seat, census.household(school.region, school.profile))
        for number, school in enumerate(schools)
        for seat in seats(school, as_of, share_of(size.students, size.schools, number))
    ]
    accounts = make_accounts(organisations, Dice(seed, "accounts"))
    return World(seed=seed, as_of=as_of, organisations=organisations, accounts=accounts, students=tuple(children))


def share_of(whole: int, parts: int, number: int) -> int:
    """How much the part of this number gets of something that does not divide evenly."""
    return whole * (number + 1) // parts - whole * number // parts


def seats(school: Organisation, as_of: date, many: int) -> Iterator[Seat]:
    """The seats of a school, grade by grade, in classes of an ordinary size."""
    year = as_of.year if as_of.month >= FIRST_MONTH_OF_SCHOOL else as_of.year - 1
    rows = [(section, grade) for section in school.sections for grade in range(SECTIONS[section][1])]
    index = 0
    for number, (section, grade) in enumerate(rows):
        first, _, age = SECTIONS[section]
        for place in range(share_of(many, len(rows), number)):
            index += 1
            yield Seat(
                key=f"{school.login_prefix}-{index:04d}",
                school=school.code,
                section=section,
                grade=GRADES[first + grade],
                class_name=f"{place // CLASS_SIZE + 1}班",
                entered_on=date(year - grade, FIRST_MONTH_OF_SCHOOL, 1),
                age_at_entry=age,
            )


def _bureaus() -> Iterator[Organisation]:
    for code, name, level, profile, prefix, parent in BUREAUS:
        if code in (PROVINCE, CITY, COUNTY):
            yield Organisation(
                code=code,
                name=name,
                level=level,
                profile=profile,
                region=code,
                login_prefix=prefix,
                parent=parent,
                valid_from_on=FOUNDED_ON,
            )


def _school(number: int) -> Organisation:
    kind, digit, sections = KINDS[number % len(KINDS)]
    town = TOWNS[number % len(TOWNS)]
    order = "一二三四五六七八九十"[number // len(TOWNS) % 10]
    return Organisation(
        code=f"{digit}14152{number + 1:04d}",
        name=f"光山县{town}第{order}{kind}",
        level=Level.SCHOOL,
        profile="HN",
        region=COUNTY,
        login_prefix=f"s{number + 1:02d}",
        parent=COUNTY,
        authority=COUNTY,
        sections=sections,
        valid_from_on=FOUNDED_ON,
    )
