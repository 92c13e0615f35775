"""Puts the made-up world into an empty instance: units, accounts, students with their numbers, guardians, history and dossiers.

Lives here: from `demo.model` to rows, set by set, in one transaction. Not here: papers (load_papers), the password's file (load_notes).
Only the command line calls this; the service never learns that a world is made up.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.db import Base
from archive_service.ids import new_id
from archive_service.models.account import Account, AccountRole, AccountState, TrainingRecord
from archive_service.models.organisation import Level, Organisation
from archive_service.models.student import CustodyEvent, Dossier, Guardian, NumberKind, Student, StudentNumber, StudentPeriod
from archive_service.rules.access import Role
from archive_service.rules.identity import IdKind
from archive_service.services import ledger
from archive_service.services.accounts_roles import NEEDS_TRAINING
from archive_service.services.actor import SERVICE
from archive_service.services.passwords import hash_password
from demo import model
from demo.model import World

# What the demo's papers print, and the national code of the document (standards 19).
ID_KINDS: Mapping[str, IdKind] = {
    "居民身份证": IdKind.RESIDENT,
    "港澳居民来往内地通行证": IdKind.HONG_KONG,
    "护照": IdKind.PASSPORT,
    "无证件": IdKind.OTHER,
}
IN_STATE_FOR = timedelta(days=60)  # how long a suspended or dropped-out child has been so
ALWAYS_SO = frozenset({"ENROLLED", "TEMP", "PREPARING"})  # states a child has from its first day
HASHERS = 2


@dataclass(frozen=True)
class Loaded:
    """How much was put in."""

    organisations: int
    accounts: int
    students: int


def load_world(archive: Archive, world: World, password: str) -> Loaded:
    """Write the world into an empty instance; all accounts share the password, each with a hash of its own."""
    with ThreadPoolExecutor(HASHERS) as pool:
        hashes = list(pool.map(hash_password, [password] * len(world.accounts)))
    now, on = archive.clock.now(), today(archive.clock)
    with archive.begin() as session:
        units = _organisations(session, world)
        _accounts(session, world, units, hashes, now)
        _students(session, world, units, _Moment(now, on))
        detail = {"organisations": len(units), "accounts": len(world.accounts), "students": len(world.students)}
        ledger.write(session, "demo.loaded", ledger.Subject("instance"), actor=SERVICE, now=now, detail=detail)
    return Loaded(**detail)


@dataclass(frozen=True)
class _Moment:
    now: datetime
    on: date


def _organisations(session: Session, world: World) -> dict[str, str]:
    ids = {each.code: new_id() for each in world.organisations}
    for number, each in enumerate(world.organisations, start=1):
        session.add(
            Organisation(
                id=ids[each.code],
                number=number,
                code=each.code,
                name=each.name,
                level=Level(each.level.value),
                profile=each.profile,
                parent_id=ids.get(each.parent or ""),
                authority_id=ids.get(each.authority or ""),
                sections=[section.value for section in each.sections],
                valid_from_on=each.valid_from_on,
            )
        )
        session.flush()  # a unit stands after its parent and its authority
    return ids


def _accounts(session: Session, world: World, units: Mapping[str, str], hashes: Iterable[str], now: datetime) -> None:
    founded = {each.code: each.valid_from_on for each in world.organisations}
    for each, password_hash in zip(world.accounts, hashes, strict=True):
        account_id = new_id()
        session.add(
            Account(
                id=account_id, login=each.login, name=each.name, password_hash=password_hash, state=AccountState.ACTIVE,
                must_change_password=False, created_at=now,
            )
        )  # fmt: skip
        session.flush()
        role = Role(each.role.value)
        place = {
            "organisation_id": units[each.organisation],
            "class_name": each.class_name or "",
            "valid_from_on": founded[each.organisation],
        }
        session.add(AccountRole(account_id=account_id, role=role.value, **place))
        if role in NEEDS_TRAINING:
            filing = f"演示备案-{each.login}"
            session.add(
                TrainingRecord(account_id=account_id, trained_on=world.as_of, subject="学籍管理业务培训", filing_ref=filing, filed_at=now)
            )


def _students(session: Session, world: World, units: Mapping[str, str], moment: _Moment) -> None:
    ids = {student.key: new_id() for student in world.students}
    dossiers = {student.key: new_id() for student in world.students}
    tables: tuple[Iterator[Base], ...] = (
        (_student(student, ids, units, moment) for student in world.students),
        (number for student in world.students for number in _numbers(student, ids)),
        (guardian for student in world.students for guardian in _guardians(student, ids)),
        (period for student in world.students for period in _periods(student, ids, units, world.as_of)),
        (_dossier(student, ids, dossiers, units, moment) for student in world.students),
        (_custody(student, dossiers, units, moment) for student in world.students),
    )
    for rows in tables:
        session.add_all(rows)
        session.flush()


def _student(each: model.Student, ids: Mapping[str, str], units: Mapping[str, str], moment: _Moment) -> Student:
    return Student(
        id=ids[each.key],
        school_id=units[each.school],
        section=each.section.value,
        name=each.name,
        former_name=each.former_name or None,
        sex=each.sex.value,
        ethnicity=each.ethnicity or None,
        birth_on=each.birth_on,
        id_type=ID_KINDS[each.id_kind].value,
        id_no=each.id_no or None,
        grade=each.grade,
        class_name=each.class_name,
        entered_on=each.entered_on,
        address=each.hukou_address or None,
        state=each.state,
        created_at=moment.now,
        updated_at=moment.now,
    )


def _numbers(each: model.Student, ids: Mapping[str, str]) -> Iterator[StudentNumber]:
    for number in each.numbers:
        yield StudentNumber(
            student_id=ids[each.key],
            number=number.number,
            kind=NumberKind(number.kind.value),
            valid_from_on=number.valid_from_on,
            valid_to_on=number.valid_to_on,
        )


def _guardians(each: model.Student, ids: Mapping[str, str]) -> Iterator[Guardian]:
    for guardian in each.guardians:
        yield Guardian(
            student_id=ids[each.key],
            name=guardian.name,
            relation=guardian.relation,
            id_no=guardian.id_no or None,
            phone=guardian.phone or None,
        )


def _periods(each: model.Student, ids: Mapping[str, str], units: Mapping[str, str], as_of: date) -> Iterator[StudentPeriod]:
    place = {"student_id": ids[each.key], "school_id": units[each.school], "grade": each.grade, "class_name": each.class_name}
    if each.state in ALWAYS_SO:
        yield StudentPeriod(**place, state=each.state, from_on=each.entered_on, to_on=None)
        return
    changed_on = max(as_of - IN_STATE_FOR, each.entered_on + timedelta(days=1))
    yield StudentPeriod(**place, state="ENROLLED", from_on=each.entered_on, to_on=changed_on - timedelta(days=1))
    yield StudentPeriod(**place, state=each.state, from_on=changed_on, to_on=None)


def _dossier(
    each: model.Student, ids: Mapping[str, str], dossiers: Mapping[str, str], units: Mapping[str, str], moment: _Moment
) -> Dossier:
    return Dossier(id=dossiers[each.key], student_id=ids[each.key], custodian_id=units[each.school], opened_at=moment.now)


def _custody(each: model.Student, dossiers: Mapping[str, str], units: Mapping[str, str], moment: _Moment) -> CustodyEvent:
    return CustodyEvent(
        dossier_id=dossiers[each.key],
        to_id=units[each.school],
        ground="建档",
        happened_on=min(each.entered_on, moment.on),
        recorded_at=moment.now,
    )
