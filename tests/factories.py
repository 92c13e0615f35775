"""One object that makes valid things: organisations, accounts, students, records. Nothing here returns a scenario."""

import itertools
from dataclasses import dataclass, field
from datetime import date

from archive_service.archive import Archive
from archive_service.ids import new_id
from archive_service.models.account import Account, AccountRole, AccountState
from archive_service.models.organisation import Level, Organisation
from archive_service.models.student import CustodyEvent, Dossier, Student, StudentNumber
from archive_service.models.student import NumberKind as StudentNumberKind
from archive_service.rules.access import Role, Viewer, grants_of
from archive_service.services.actor import Actor

LONG_AGO = date(2014, 1, 1)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident_id(region: str = "520102", birth: str = "20130305", serial: int = 123) -> str:
    """A made-up resident ID whose check character holds (GB 11643)."""
    body = f"{region}{birth}{serial:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


@dataclass
class Make:
    """Makes rows in the given archive; every call gives a valid thing by default."""

    archive: Archive
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def organisation(
        self, level: Level = Level.SCHOOL, *, parent: Organisation | None = None, profile: str = "GZ", **values
    ) -> Organisation:
        number = next(self.numbers)
        row = Organisation(
            id=new_id(), number=number, code=values.pop("code", f"52{number:08d}"), name=values.pop("name", f"第{number}中学"), level=level,
            profile=profile, parent_id=parent.id if parent else None, authority_id=values.pop("authority_id", parent.id if parent else None),
            sections=values.pop("sections", ["junior"]), valid_from_on=LONG_AGO, **values,
        )  # fmt: skip
        return self._add(row)

    def tree(self) -> tuple[Organisation, Organisation, Organisation, Organisation]:
        """A province, a city, a county and a school in it."""
        province = self.organisation(Level.PROVINCE, name="贵州省教育厅")
        city = self.organisation(Level.CITY, parent=province, name="贵阳市教育局")
        county = self.organisation(Level.COUNTY, parent=city, name="观山湖区教育局")
        return province, city, county, self.organisation(parent=county, name="观山湖区第三中学")

    def account(self, role: Role, unit: Organisation, **values) -> Account:
        login = values.pop("login", f"user{next(self.numbers)}")
        account = Account(
            id=new_id(), login=login, name=values.pop("name", login), password_hash=None, state=AccountState.ACTIVE,
            must_change_password=False, created_at=self.archive.clock.now(), **values,
        )  # fmt: skip
        self._add(account)
        self._add(AccountRole(account_id=account.id, organisation_id=unit.id, role=role.value, valid_from_on=LONG_AGO))
        return account

    def actor(self, role: Role, unit: Organisation) -> Actor:
        """A signed-in person of that role at that unit."""
        account = self.account(role, unit)
        viewer = Viewer(account.id, grants_of(role, unit.id))
        return Actor(name=account.name, account_id=account.id, unit_id=unit.id, role=role.value, address="127.0.0.1", viewer=viewer)

    def student(self, school: Organisation, *, number: str | None = "", **values) -> Student:
        """A student with an open dossier; `number=None` leaves them without a registry number."""
        serial = next(self.numbers)
        now = self.archive.clock.now()
        id_no = values.pop("id_no", resident_id(serial=serial))
        row = Student(
            id=new_id(), school_id=school.id, section="junior", name=values.pop("name", f"张{'一二三四五六七八九十'[serial % 10]}"),
            sex="男", ethnicity="汉", birth_on=values.pop("birth_on", date(2013, 3, 5)), id_type="1", id_no=id_no,
            grade=values.pop("grade", "七年级"), class_name=values.pop("class_name", "2班"), entered_on=date(2025, 9, 1), state=values.pop("state", "ENROLLED"), created_at=now, updated_at=now, **values,
        )  # fmt: skip
        self._add(row)
        if number is not None:
            kind = StudentNumberKind.FORMAL
            self._add(StudentNumber(student_id=row.id, number=number or f"G{id_no}", kind=kind, valid_from_on=date(2025, 9, 1)))
        dossier = self._add(Dossier(id=new_id(), student_id=row.id, custodian_id=school.id, opened_at=now))
        self._add(
            CustodyEvent(dossier_id=dossier.id, to_id=school.id, ground="建档", happened_on=date(2025, 9, 1), recorded_at=now)
        )  # fmt: skip
        return row

    def _add(self, row):
        with self.archive.begin() as session:
            session.add(row)
        return row
