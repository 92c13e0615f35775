"""Whose paper it is: the job `match`, and the decisions of people.

Lives here: finding registry entries near what was read, keeping the outcome, binding a record to a student, taking it back.
Not here: weighing (`rules.matching`). Candidates come only from the schools of the unit that took the paper in: nobody learns of a
student elsewhere by uploading a page. A person's decision is never overruled by a later run.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, false, or_, select
from sqlalchemy.orm import Session, selectinload

from archive_service import queue
from archive_service.archive import Archive
from archive_service.errors import Refused, StaleRow
from archive_service.models.organisation import Organisation
from archive_service.models.record import FieldState, Match, MatchState, PageField, Record, RecordState
from archive_service.models.student import Dossier, Student, StudentNumber
from archive_service.rules import identity
from archive_service.rules.access import Right
from archive_service.rules.matching import Entry, Seen, Weighed, differences, weigh
from archive_service.services import ledger
from archive_service.services.actor import SERVICE, Actor
from archive_service.services.evidence_fit import is_evidence, refuse_refiling
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope, Tree

ENTRIES_AT_MOST = 400
OUTCOME = ("first_page", "last_page", "state", "student_id", "candidates", "disagreements", "decided_by")  # of a match, all but when


def match_record(archive: Archive, record_id: str) -> None:
    """Propose or settle whose paper it is; a person's earlier decision stands. What is found again as it is makes no second event."""
    now = archive.clock.now()
    with archive.begin() as session:
        record = session.get(Record, record_id, with_for_update=True)
        if record is None or record.state not in (RecordState.READ, RecordState.UNREADABLE):
            return
        decided = _decided_by_person(session, record_id)
        if decided is not None:
            _compare_again(session, record, decided)
        else:
            weighed = _weigh(session, record)
            if _keep(session, record, weighed, now):
                subject = Subject("record", record_id, student_id=record.student_id, record_id=record_id)
                ledger.write(session, "record.matched", subject, actor=SERVICE, now=now, detail={"outcome": weighed.outcome.value})
        queue.put(session, "index", record_id=record_id, now=now, priority=3)


def set_match(archive: Archive, record_id: str, *, student_id: str, reason: str, actor: Actor, version: int | None = None) -> Record:
    """File a record with a student, by a person's decision.

    Raises:
        NotFound, Denied: record or student out of scope, or no right to match.
        Refused: the dossier is frozen, a case of somebody else rests on the record, or the case it is done under is another student's.
        StaleRow: the record moved meanwhile.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        record = scope.record(session, record_id, Right.MATCH, lock=True)
        check_version(record, version)
        student = scope.filed_with(session, student_id)
        scope.check_ground(session, student.id)
        refuse_frozen(session, student.id)
        refuse_refiling(session, record, student.id)
        before = record.student_id
        seen = seen_on(_fields(session, record_id))
        weighed = weigh(seen, _load(session, Student.id == student.id), given=student.id)
        session.add(_decision(record, student.id, weighed, reason, actor, now))
        bind(record, student)
        detail = {"from": before, "to": student.id, "reason": reason}
        ledger.write(session, "record.filed", Subject("record", record_id, student.id, record_id), actor=actor, now=now, detail=detail)
        queue.put(session, "index", record_id=record_id, now=now, priority=3)
    return record


def undo_match(archive: Archive, record_id: str, *, actor: Actor) -> Record:
    """Take a record back to the tray; the service's own proposal is made again.

    Raises: NotFound, Denied, Refused (the dossier is frozen, or a case rests on the record).
    """
    now = archive.clock.now()
    with archive.begin() as session:
        record = Scope.of(session, actor).record(session, record_id, Right.MATCH, lock=True)
        if record.student_id:
            refuse_frozen(session, record.student_id)
        refuse_refiling(session, record, None)
        before = record.student_id
        session.execute(delete(Match).where(Match.record_id == record_id))
        _unfile(record)
        record.given_student_id, record.match_state = None, MatchState.UNMATCHED
        record.version += 1
        subject = Subject("record", record_id, before, record_id)
        ledger.write(session, "record.unfiled", subject, actor=actor, now=now, detail={"from": before})
        queue.put(session, "match", record_id=record_id, now=now, priority=2)
    return record


def check_version(record: Record, version: int | None) -> None:
    """Insist that nobody else changed the record since the caller looked. Raises StaleRow."""
    if version is not None and record.version != version:
        raise StaleRow("这份材料刚被他人更新，请查看最新内容后再操作。")


def refuse_frozen(session: Session, student_id: str) -> None:
    """A frozen dossier takes no more pages and gives none away. Source: HN-19.2."""
    if _is_frozen(session, student_id):
        raise Refused("档案已封卷，不能再增减材料。如需更正，请联系档案员。", code="dossier_frozen")


def bind(record: Record, student: Student) -> None:
    """The record now belongs to the student's dossier and lies in the scope of their school."""
    record.student_id, record.organisation_id = student.id, student.school_id
    record.match_state = MatchState.MATCHED
    record.version += 1


def seen_on(fields: Iterable[PageField]) -> Seen:
    """What the fields of a record say of its student; a person's confirmation outweighs what was read beside it."""
    fields = list(fields)
    confirmed = {field.name for field in fields if field.state is FieldState.CONFIRMED}
    values: dict[str, list[str]] = {}
    for field in fields:
        if field.value and (field.state is FieldState.CONFIRMED or field.name not in confirmed):
            values.setdefault(field.name, []).append(field.value)
    return Seen(
        id_nos=tuple(identity.normalise(value) for value in values.get("id_no", [])),
        student_nos=tuple(identity.normalise(value) for value in values.get("student_no", [])),
        names=tuple(values.get("name", [])),
        births=tuple(day for value in values.get("birth_on", []) if (day := _day(value))),
        sexes=tuple(values.get("sex", [])),
        ethnicities=tuple(values.get("ethnicity", [])),
    )


def _weigh(session: Session, record: Record) -> Weighed:
    seen = seen_on(_fields(session, record.id))
    entries = _entries(session, seen, _units_below(session, record.received_unit_id))
    known = {entry.student_id for entry in entries}
    named = {student_id for student_id in (record.student_id, record.given_student_id) if student_id} - known
    return weigh(seen, [*entries, *_load(session, Student.id.in_(named))], given=record.given_student_id)


def _entries(session: Session, seen: Seen, units: frozenset[str]) -> list[Entry]:
    """Students of these schools that share something with the page, the surest first: namesakes crowd nobody out."""
    found: dict[str, Entry] = {}
    for shares in _shares(seen):
        wanted = Student.school_id.in_(units) & Student.id.not_in(found) & or_(false(), *shares)
        found |= {entry.student_id: entry for entry in _load(session, wanted, at_most=ENTRIES_AT_MOST - len(found))}
    return list(found.values())


def _shares(seen: Seen) -> Iterator[list[ColumnElement[bool]]]:
    """What a student may share with the page: a number, then name and birth date, then anything near."""
    births = {*seen.births, *(day for number in seen.id_nos if (day := _day(number[6:14])))}
    numbered = select(StudentNumber.student_id).where(StudentNumber.number.in_(seen.student_nos))
    yield [Student.id_no.in_(seen.id_nos), Student.id.in_(numbered)]
    named = Student.name.in_(seen.names) | Student.former_name.in_(seen.names)
    yield [named & Student.birth_on.in_(births)]
    near: list[ColumnElement[bool]] = [named]
    for name in (name for name in seen.names if len(name) > 1 and "%" not in name):
        near += [Student.name.like(f"{name[:-1]}_"), Student.name.like(f"{name[0]}_{name[2:]}")]
        near += [Student.name.like(f"{name[0]}%") & Student.birth_on.in_(births)]
    if seen.id_nos:
        near.append(Student.birth_on.in_(births) & Student.id_no.is_not(None))
    yield near


def _load(session: Session, condition: ColumnElement[bool], *, at_most: int = ENTRIES_AT_MOST) -> list[Entry]:
    wanted = select(Student).where(condition).options(selectinload(Student.numbers), selectinload(Student.guardians))
    return [
        Entry(
            student_id=student.id,
            name=student.name,
            former_name=student.former_name,
            sex=student.sex,
            ethnicity=student.ethnicity,
            birth_on=student.birth_on,
            id_no=student.id_no,
            student_nos=tuple(number.number for number in student.numbers),
            guardian_ids=tuple(guardian.id_no for guardian in student.guardians if guardian.id_no),
            guardian_names=tuple(guardian.name for guardian in student.guardians),
        )
        for student in session.scalars(wanted.order_by(Student.id).limit(at_most))
    ]


def _units_below(session: Session, unit_id: str) -> frozenset[str]:
    tree = Tree.load(session)
    schools = session.scalars(select(Organisation.id))
    return frozenset(unit for unit in schools if unit_id in tree.above(unit)) | {unit_id}


def _keep(session: Session, record: Record, weighed: Weighed, now: datetime) -> bool:
    """Keep the outcome; false when it is kept already: a run killed between its end and the end of its job is done again."""
    place, decision = _place(session, record, weighed), _decision(record, weighed.student_id, weighed, None, SERVICE, now)
    if place == (record.match_state, record.student_id, record.organisation_id) and _is_kept(session, decision):
        return False
    session.execute(delete(Match).where(Match.record_id == record.id))
    session.add(decision)
    record.match_state, record.student_id, record.organisation_id = place
    record.version += 1
    return True


def _place(session: Session, record: Record, weighed: Weighed) -> tuple[MatchState, str | None, str]:
    """By what was weighed: the match state, the student, the organisation whose record it is."""
    state, student_id = MatchState(weighed.outcome.value), weighed.student_id or record.given_student_id
    stays = record.student_id, record.organisation_id
    if student_id == record.student_id:
        return state, *stays
    if _is_frozen(session, record.student_id) or is_evidence(session, record):
        return MatchState.CONFLICT, *stays  # it stays where it is, and a person looks
    if student_id is None:
        return state, None, record.received_unit_id
    if _is_frozen(session, student_id):
        return MatchState.PROPOSED, *stays
    return state, student_id, session.get_one(Student, student_id).school_id


def _is_kept(session: Session, decision: Match) -> bool:
    kept = session.scalars(select(Match).where(Match.record_id == decision.record_id)).all()
    return len(kept) == 1 and all(getattr(kept[0], name) == getattr(decision, name) for name in OUTCOME)


def _unfile(record: Record) -> None:
    record.student_id, record.organisation_id = None, record.received_unit_id


def _is_frozen(session: Session, student_id: str | None) -> bool:
    return session.scalars(select(Dossier.frozen_at).where(Dossier.student_id == student_id)).first() is not None


def _decision(record: Record, student_id: str | None, weighed: Weighed, reason: str | None, actor: Actor, now: datetime) -> Match:
    return Match(
        record_id=record.id,
        first_page=1,
        last_page=record.page_count or 1,
        state=MatchState.MATCHED if actor is not SERVICE else MatchState(weighed.outcome.value),
        student_id=student_id,
        candidates=[
            asdict(candidate) | {"grounds": list(candidate.grounds), "against": list(candidate.against)} for candidate in weighed.candidates
        ],
        disagreements=[asdict(gap) for gap in weighed.differences],
        decided_by=actor.account_id,
        decided_at=now,
        reason=reason,
    )


def _decided_by_person(session: Session, record_id: str) -> Match | None:
    decided = select(Match).where(Match.record_id == record_id, Match.decided_by.is_not(None)).order_by(Match.id.desc())
    return session.scalars(decided).first()


def _compare_again(session: Session, record: Record, match: Match) -> None:
    """Values may have been corrected since the person decided: whose it is stays, where paper and registry differ does not."""
    seen = seen_on(_fields(session, record.id))
    match.disagreements = [asdict(gap) for entry in _load(session, Student.id == match.student_id) for gap in differences(seen, entry)]


def _fields(session: Session, record_id: str) -> list[PageField]:
    return list(session.scalars(select(PageField).where(PageField.record_id == record_id).order_by(PageField.id)))


def _day(value: str) -> date | None:
    digits = value.replace("-", "")
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}")
    except ValueError:
        return None
