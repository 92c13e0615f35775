"""Whether a paper fits the evidence it stands for, and what may no longer be said of a paper that stands for some.

Lives here: `serves_as`, `misfit`, and the refusals that keep a paper in a case what it was when it was put there.
Not here: putting it there (case_evidence), judging the case (cases_sheet). Called by matching, corrections and the case services.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.errors import Refused
from archive_service.models.case import Case, CaseEvidence
from archive_service.models.record import KindState, Record
from archive_service.rules.law_data import EvidenceType
from archive_service.rules.lifecycle import OPEN_STATES, CaseState
from scanners.kinds import Kind

_OTHER_STUDENT = "材料现已归到另一名学生名下，须换上本人的材料"


def serves_as(kind: Kind, wanted: EvidenceType) -> bool:
    """Whether papers of this kind can play the part: by the kinds' own list, or because a form is called so."""
    names = {wanted.label, *wanted.synonyms}
    return wanted.code in kind.evidence or any(title in names for title in (kind.label, *kind.titles))


def misfit(record: Record, kind: Kind | None, wanted: EvidenceType, *, student_id: str) -> str:
    """Why the paper cannot stand for this evidence of this student at all; empty when it can. An unsure kind only warns."""
    if record.student_id != student_id:
        return _OTHER_STUDENT
    if kind is None or record.kind_state is KindState.UNSURE or serves_as(kind, wanted):
        return ""
    return f"材料现为《{kind.label}》，不能作为《{wanted.label}》"


def refuse_refiling(session: Session, record: Record, student_id: str | None) -> None:
    """A paper that stands for evidence stays with the student of the case.

    Raises:
        Refused: it would leave that student; the message names the case.
    """
    for case, _ in _uses(session, record.id):
        if case.student_id != student_id:
            raise _in_use(case, "不能改归他人或撤销归位")


def refuse_other_kind(archive: Archive, session: Session, record: Record, kind: Kind) -> None:
    """A paper that stands for evidence may have its kind put right, as long as it still serves.

    Raises:
        Refused: papers of that kind do not serve, or the case is decided; the message names the case.
    """
    for case, code in _uses(session, record.id):
        wanted = archive.law.evidence[code]
        is_decided = CaseState(case.state).is_final and record.kind != kind.code
        if is_decided or not serves_as(kind, wanted):
            raise _in_use(case, f"不能改为《{kind.label}》")


def is_evidence(session: Session, record: Record) -> bool:
    """Whether an open or decided case rests on the paper."""
    return bool(_uses(session, record.id))


def refuse_decided(session: Session, record: Record) -> None:
    """What a decided case rested on is no longer corrected. Raises Refused."""
    for case, _ in _uses(session, record.id):
        if CaseState(case.state).is_final:
            raise _in_use(case, "不能再更正")


def _uses(session: Session, record_id: str) -> list[tuple[Case, str]]:
    """Open and decided cases in which the paper stands now, with the code it stands for; withdrawn ones rest on nothing."""
    rested_on = (*OPEN_STATES, CaseState.ACCEPTED)
    wanted = select(Case, CaseEvidence.code).join(CaseEvidence, CaseEvidence.case_id == Case.id)
    wanted = wanted.where(CaseEvidence.record_id == record_id, CaseEvidence.replaced_at.is_(None), Case.state.in_(rested_on))
    return [(case, code) for case, code in session.execute(wanted.order_by(Case.id))]


def _in_use(case: Case, what: str) -> Refused:
    if CaseState(case.state).is_final:
        return Refused(f"这份材料是已办结业务 {case.case_no} 的证明材料，{what}。", code="record_in_decided_case")
    advice = "请先在该业务中换上另一份材料，或撤回该业务，再更正"
    return Refused(f"这份材料正作为业务 {case.case_no} 的证明材料，{what}。{advice}。", code="record_in_open_case")
