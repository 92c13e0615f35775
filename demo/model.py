"""What the made-up world consists of: plain frozen values, as the registry would list them.

Only shapes live here; `places`, `people` and `accounts` fill them, `world` joins them. Codes of states, roles and
numbers are the registry's own words (requirements part 3.3), so that a loader needs no table of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class Sex(StrEnum):
    MALE = "男"
    FEMALE = "女"


class Level(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    SCHOOL = "school"


class Section(StrEnum):
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"


class NumberKind(StrEnum):
    TEMPORARY = "temporary"
    FORMAL = "formal"
    ALIAS = "alias"
    FORMER = "former"


class Role(StrEnum):
    HOMEROOM_TEACHER = "homeroom_teacher"
    SCHOOL_REGISTRAR = "school_registrar"
    SCHOOL_LEADER = "school_leader"
    COUNTY_REVIEWER = "county_reviewer"
    CITY_REVIEWER = "city_reviewer"
    PROVINCE_REVIEWER = "province_reviewer"
    ARCHIVIST = "archivist"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


@dataclass(frozen=True)
class Organisation:
    """A bureau or school; `authority` is a fact of its own and need not be the parent."""

    code: str
    name: str
    level: Level
    profile: str
    region: str
    login_prefix: str
    valid_from_on: date
    parent: str | None = None
    authority: str | None = None
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Account:
    login: str
    name: str
    role: Role
    organisation: str
    class_name: str | None = None


@dataclass(frozen=True)
class StudentNumber:
    number: str
    kind: NumberKind
    valid_from_on: date
    valid_to_on: date | None = None


@dataclass(frozen=True)
class Guardian:
    name: str
    relation: str
    sex: Sex
    id_no: str
    phone: str
    workplace: str


@dataclass(frozen=True)
class Student:
    """One child as the registry knows it. `key` names the child in this world only."""

    key: str
    school: str
    section: Section
    name: str
    sex: Sex
    ethnicity: str
    birth_on: date
    id_kind: str
    id_no: str
    grade: str
    class_name: str
    entered_on: date
    household_no: str
    hukou_address: str
    birthplace: str
    guardians: tuple[Guardian, ...]
    numbers: tuple[StudentNumber, ...] = ()
    former_name: str = ""
    state: str = "ENROLLED"
    note: str = ""

    @property
    def student_no(self) -> str:
        """The number in force, or nothing when none was given yet."""
        in_force = (n for n in self.numbers if n.valid_to_on is None and n.kind in {NumberKind.FORMAL, NumberKind.TEMPORARY})
        return next((n.number for n in in_force), "")


@dataclass(frozen=True)
class World:
    seed: int
    as_of: date
    organisations: tuple[Organisation, ...]
    accounts: tuple[Account, ...]
    students: tuple[Student, ...]

    @cached_property
    def by_code(self) -> dict[str, Organisation]:
        return {organisation.code: organisation for organisation in self.organisations}

    @property
    def schools(self) -> tuple[Organisation, ...]:
        return tuple(o for o in self.organisations if o.level is Level.SCHOOL)

    def students_of(self, school: str) -> tuple[Student, ...]:
        return tuple(student for student in self.students if student.school == school)
