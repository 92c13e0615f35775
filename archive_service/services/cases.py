"""Opening a case (业务): from a student and a procedure to a draft with its chain laid out.

Lives here: `open_case`, `amend_facts`, the number of a case. Not here: finding a student of another school (cases_incoming), evidence
(case_evidence), what happens next (case_actions). What is known to forbid a case forbids it at once; open questions wait for submitting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import civil
from archive_service.errors import Conflict, Denied, Refused, Rejected
from archive_service.ids import new_id
from archive_service.models.case import Case
from archive_service.models.organisation import Organisation
from archive_service.models.student import Student
from archive_service.rules.access import Right
from archive_service.rules.chain import Station, stations
from archive_service.rules.facts import Declared, Facts
from archive_service.rules.guards import GUARDS
from archive_service.rules.lifecycle import OPEN_STATES, CaseState
from archive_service.rules.procedure import Verdict, judge
from archive_service.rules.procedure_data import GuardRule, Procedure
from archive_service.rules.vocabulary import Anchor
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.asked_again import Note
from archive_service.services.case_chain import advance, lay_out, open_step, place, steps_of
from archive_service.services.cases_facts import declared, facts_of
from archive_service.services.cases_incoming import admitted_student
from archive_service.services.cases_parties import Parties, is_incoming
from archive_service.services.cases_sheet import check_version, procedure_on, stage_of
from archive_service.services.claims import registry_values
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope
from archive_service.services.students import number_of

OUTSIDE_SENDER = "from_school_name"  # a party, not a fact: the sending school when it does not work with this instance
NUMBERING_TRIES = 8
_PREPARING = (CaseState.DRAFT, CaseState.RETURNED)


@dataclass(frozen=True)
class _Opening:
    """What has been settled before the row is written."""

    school: Organisation
    student: Student
    procedure: Procedure
    facts: Facts
    chain: tuple[Station, ...]
    parties: Parties
    on: date


@dataclass(frozen=True)
class Wish:
    """What is asked for. `note` writes down, in the transaction that opens the case, that this request opened it."""

    procedure: str
    student_id: str
    ground: str | None
    facts: Mapping[str, object]
    note: Note | None = None


def open_case(archive: Archive, *, procedure: str, student_id: str, ground: str | None, facts: Mapping[str, object], actor: Actor) -> Case:
    """Open a case for a student, as `open_wished` does."""
    return open_wished(archive, Wish(procedure, student_id, ground, facts), actor=actor)


def open_wished(archive: Archive, wish: Wish, *, actor: Actor) -> Case:
    """Open a case for a student, as a draft of the school.

    A student transfer is opened by the receiving school for a student it has identified (`cases_incoming.identify`); a sender outside
    the system is named in `facts` as `from_school_name`.

    Source: HN-3.5, HN-11.2, GZ-16.3, GZ-17.2, C-37.

    Raises:
        NotFound, Denied: student out of scope, or no right to open cases.
        Rejected: a fact is unknown or malformed.
        Refused: the procedure is not available, or something known forbids it; reasons name the articles.
        Conflict: too many are opened at once, or what `note` raises; nothing was opened.
    """
    now = archive.clock.now()
    told = dict(wish.facts)
    outside = told.pop(OUTSIDE_SENDER, None)
    said = declared(told)
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        opening = _settle(archive, session, scope, wish, said, outside)
        warnings = _refuse_forbidden(opening, wish.ground).warnings
        case = _draft(archive, session, opening, said, actor)
        case.ground, case.warnings = wish.ground, [dict(reason.as_json()) for reason in warnings]
        _number(session, case, opening.school, now)
        _lay_chain(archive, session, scope, case, opening, now)
        if wish.note is not None:
            wish.note(session, case.id)
        subject = Subject("case", case.id, student_id=wish.student_id, case_id=case.id)
        ledger.write(session, "case.opened", subject, actor=actor, now=now, detail={"case_no": case.case_no, "procedure": wish.procedure})
    return case


def amend_facts(archive: Archive, case_id: str, facts: Mapping[str, object], *, actor: Actor, version: int | None = None) -> Case:
    """Answer more of the questions while the case is at the school; a fact given as None becomes unknown again.

    Raises:
        NotFound, Denied, Rejected, StaleRow, Refused: as for opening.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        case = scope.case(session, case_id, lock=True)
        require_own(scope, Right.SUBMIT_CASE, case.organisation_id)
        check_version(case, version)
        _refuse_unless_at_school(session, case)
        said = declared({**case.facts, **facts})
        case.facts = said.model_dump(mode="json", exclude_none=True)
        if CaseState(case.state) in _PREPARING:
            _relay(archive, session, scope, case, said, now)
        case.version += 1
        subject = Subject("case", case.id, student_id=case.student_id, case_id=case.id)
        ledger.write(session, "case.facts_amended", subject, actor=actor, now=now, detail={"facts": sorted(facts)})
    return case


def require_own(scope: Scope, right: Right, unit_id: str | None) -> None:
    """Insist that the actor holds the right at this very unit, not at one above it; the thing itself has been seen. Raises Denied."""
    if unit_id not in scope.own_units_with(right):
        unit = scope.tree.units.get(unit_id or "")
        raise Denied(f"这一步由{unit.name if unit else '其他单位'}有权限的人员办理。")


def _settle(archive: Archive, session: Session, scope: Scope, wish: Wish, said: Declared, outside: object) -> _Opening:
    on = civil(archive.clock.now())
    student, school = admitted_student(archive, session, scope, wish.student_id, on=on)
    procedure = procedure_on(archive.law, wish.procedure, school.profile, on, stage_of(student))
    facts = facts_of(session, said, student, school_id=school.id, kinds=archive.kinds, on=on)
    chain = stations(procedure, wish.ground, facts=facts)
    parties = _parties(student, school, chain, outside)
    require_own(scope, Right.OPEN_CASE, school.id)
    _refuse_second(session, student.id, wish.procedure)
    return _Opening(school, student, procedure, facts, chain, parties, on)


def _parties(student: Student, school: Organisation, chain: tuple[Station, ...], outside: object) -> Parties:
    if not is_incoming(chain):
        if student.school_id != school.id:
            raise Refused("学生不在本校，此项业务由学生所在学校办理。", code="not_own_student")
        return Parties(school.id, sending_id=school.id)
    if student.school_id != school.id:
        return Parties(school.id, receiving_id=school.id, sending_id=student.school_id)
    name = str(outside or "").strip()
    if not name:
        raise Rejected(
            "学生已在本校名下。从系统外学校转入的，须填写转出学校名称。", findings=[{"field": OUTSIDE_SENDER, "code": "missing"}]
        )
    return Parties(school.id, receiving_id=school.id, sending_name=name[:200])


def _refuse_second(session: Session, student_id: str, procedure: str) -> None:
    session.execute(select(Student.id).where(Student.id == student_id).with_for_update())  # two who open at once come one after the other
    same = select(Case.id).where(Case.student_id == student_id, Case.procedure == procedure, Case.state.in_(OPEN_STATES))
    if session.scalars(same).first():
        raise Refused("该学生已有一项同类业务尚未办结，不能重复发起。请先办结或撤回原业务。", code="case_already_open")


def _refuse_forbidden(opening: _Opening, ground: str | None) -> Verdict:
    """Judge by what is known today: papers and open questions come later."""
    guards = tuple(rule for rule in opening.procedure.guards if _is_known(rule, opening.facts))
    window = opening.procedure.window
    known = {"requires": (), "guards": guards, "window": window if window and _is_window_known(opening) else None}
    verdict = judge(opening.procedure.model_copy(update=known), ground, facts=opening.facts, held={})
    if verdict.refusals:
        raise Refused(f"不能办理{opening.procedure.label}", reasons=[reason.as_json() for reason in verdict.refusals])
    return verdict


def _is_known(rule: GuardRule, facts: Facts) -> bool:
    return all(getattr(facts, fact) is not None for fact in GUARDS[rule.name].needs)


def _is_window_known(opening: _Opening) -> bool:
    window = opening.procedure.window
    return window is not None and window.anchor is Anchor.TERM_START and None not in (opening.facts.term_start_on, opening.facts.applied_on)


def _draft(archive: Archive, session: Session, opening: _Opening, said: Declared, actor: Actor) -> Case:
    now = archive.clock.now()
    parties, student = opening.parties, opening.student
    return Case(
        id=new_id(),
        procedure=opening.procedure.code,
        profile=opening.school.profile,
        rules_version=archive.law.version[:64],
        student_id=student.id,
        organisation_id=opening.school.id,
        from_school_id=parties.sending_id if parties.receiving_id else None,
        from_school_name=parties.sending_name,
        to_school_id=parties.receiving_id,
        facts=said.model_dump(mode="json", exclude_none=True),
        claim=dict(registry_values(student, student_no=number_of(session, student.id), school=_school_name(session, student))),
        state=CaseState.DRAFT.value,
        opened_by=actor.account_id or "",
        opened_at=now,
        version=1,
    )


def _school_name(session: Session, student: Student) -> str:
    return session.scalars(select(Organisation.name).where(Organisation.id == student.school_id)).one()


def _number(session: Session, case: Case, school: Organisation, now: datetime) -> None:
    """Give the next number of the school and year. Two at once cannot get the same: the later one tries again.

    Raises:
        Conflict: too many at once; nothing was opened.
    """
    year = civil(now).year
    last = select(func.coalesce(func.max(Case.serial), 0)).where(Case.organisation_id == school.id, Case.year == year)
    for _ in range(NUMBERING_TRIES):
        serial = (session.scalar(last) or 0) + 1
        case.year, case.serial, case.case_no = year, serial, f"{school.code}-{year}-{serial:04d}"
        try:
            with session.begin_nested():
                session.add(case)
                session.flush()
        except IntegrityError:
            if (session.scalar(last) or 0) < serial:
                raise  # the number was free: something else is wrong
            continue
        return
    raise Conflict("同时发起的业务过多，本次没有发起，请稍后再试。", code="numbering_busy")


def _lay_chain(archive: Archive, session: Session, scope: Scope, case: Case, opening: _Opening, now: datetime) -> None:
    places = place(opening.chain, opening.parties, scope.tree)
    steps = lay_out(archive, session, case, places, opening.facts)
    first = next((step for step in steps if step.right is not None), None)
    if first is not None and first.unit_id == case.organisation_id:  # others have nothing in hand before it is submitted
        advance(case, steps, now=now, facts=opening.facts, calendar=archive.law.calendar)


def _relay(archive: Archive, session: Session, scope: Scope, case: Case, said: Declared, now: datetime) -> None:
    """Lay the chain anew: a fact may add or spare a party (a transfer across provinces)."""
    student = session.scalars(select(Student).where(Student.id == case.student_id)).one()
    school = session.scalars(select(Organisation).where(Organisation.id == case.organisation_id)).one()
    on = civil(case.opened_at)
    procedure = procedure_on(archive.law, case.procedure, case.profile, on, stage_of(student))
    facts = facts_of(session, said, student, school_id=school.id, kinds=archive.kinds, on=civil(now))
    chain = stations(procedure, case.ground, facts=facts)
    opening = _Opening(school, student, procedure, facts, chain, parties_of(case), on)
    case.warnings = [dict(reason.as_json()) for reason in _refuse_forbidden(opening, case.ground).warnings]
    for step in steps_of(session, case.id):
        session.delete(step)
    session.flush()
    _lay_chain(archive, session, scope, case, opening, now)


def parties_of(case: Case) -> Parties:
    """The schools of a case as its row names them."""
    if case.to_school_id is None:
        return Parties(case.organisation_id, sending_id=case.organisation_id)
    return Parties(case.organisation_id, case.to_school_id, case.from_school_id, case.from_school_name)


def _refuse_unless_at_school(session: Session, case: Case) -> None:
    """The school answers while it prepares, and while a step of its own is open (the signed form comes back)."""
    state = CaseState(case.state)
    if state in _PREPARING:
        return
    step = open_step(steps_of(session, case.id))
    if step is None or step.right != Right.SUBMIT_CASE or step.unit_id != case.organisation_id:
        raise Refused(f"业务{state.label}，不能修改填报情况。", code="case_not_at_school")
