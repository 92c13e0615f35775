"""The papers of a sample one by one: what the checker is shown, what they say of it, and the end of the sample.

Lives here: `sheet`, `mark`, `unmark`, `following`, `end`. Not here: drawing and figures (sampling). Each look goes on the ledger as any
other, for the purpose of checking. Which lines are compared letter by letter follows from the seed and the paper, so that nobody chooses
the easy ones. A paper whose text cannot be had is checked by its picture alone.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.errors import Damaged, NotFound, Refused, Rejected, StoreUnavailable
from archive_service.models.inspection import Inspection, InspectionItem
from archive_service.models.record import Record, Rendition
from archive_service.rules.sampling import Fault, chosen
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.records import RecordView, views
from archive_service.services.sampling import PURPOSE, open_to, seen_by
from archive_service.services.scope import Scope
from archive_service.services.transcripts import newest_transcript, pages_of

log = structlog.get_logger()

LINES = 5
LEAST_LETTERS = 4  # shorter ones are labels that are never wrong, or marks that are no text


@dataclass(frozen=True)
class SampleLine:
    """A line to compare with the picture."""

    page: int
    text: str
    box: tuple[int, int, int, int]

    @property
    def letters(self) -> int:
        return len("".join(self.text.split()))


@dataclass(frozen=True)
class Sheet:
    """One paper of a sample; `view` is absent when it may no longer be looked at. `next_no` is the first that has no verdict.

    `is_text_lost`: it was read, but its text cannot be had, so that there is nothing to compare.
    """

    inspection: Inspection
    item: InspectionItem
    view: RecordView | None
    lines: tuple[SampleLine, ...]
    marked: int
    next_no: int | None
    is_text_lost: bool = False


@dataclass(frozen=True)
class Mark:
    """What the checker says: it passes, or what is wrong with it, and how many letters of the lines were read wrongly.

    `wrong_letters` is absent where nothing was compared; none of its letters are counted then.
    """

    fault: Fault | None = None
    wrong_letters: int | None = None


def sheet(archive: Archive, inspection_id: str, no: int | None, *, actor: Actor) -> Sheet:
    """The paper of that number, or the first without a verdict; the look is on the ledger. Raises Denied, NotFound, Refused."""
    actor = actor.for_case(None, PURPOSE)
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        inspection = seen_by(session, scope, inspection_id, to_mark=True)
        open_nos = _open_nos(session, inspection.id)
        item = _item(session, inspection.id, no or min(open_nos, default=1))
        record = _record(session, scope, item)
        view = views(archive, session, scope, [record])[0] if record else None
        rendition = newest_transcript(session, record.id) if record else None
        if record:
            _tell_looks(archive, session, record, rendition, actor)
    lines = _lines(archive, inspection, item, rendition)
    marked, is_text_lost = inspection.size - len(open_nos), lines is None
    return Sheet(inspection, item, view, lines or (), marked, _next(open_nos, item.no), is_text_lost)


def mark(archive: Archive, inspection_id: str, no: int, said: Mark, *, actor: Actor) -> None:
    """Keep what the checker says of a paper; one that may no longer be looked at is void, whatever is said of it.

    Raises: Denied, NotFound, Refused (ended), Rejected (more wrong letters than there are).
    """
    actor = actor.for_case(None, PURPOSE)
    with archive.read() as session:
        scope = Scope.of(session, actor)
        inspection, item = seen_by(session, scope, inspection_id), _item(session, inspection_id, no)
        record = _record(session, scope, item)
        rendition = newest_transcript(session, record.id) if record else None
    lines = _lines(archive, inspection, item, rendition)
    if not lines or said.wrong_letters is None:
        said = Mark(said.fault)
    letters = sum(line.letters for line in lines or ()) if said.wrong_letters is not None else 0
    if not 0 <= (said.wrong_letters or 0) <= letters:
        raise Rejected(f"错字数须在 0 和 {letters} 之间。", code="bad_count", status=422)
    verdict = ("fault" if said.fault else "pass") if record else "void"
    _keep(archive, inspection_id, no, (verdict, said, letters), actor)


def unmark(archive: Archive, inspection_id: str, no: int, *, actor: Actor) -> None:
    """Take back what was said of a paper. Raises as `mark`."""
    _keep(archive, inspection_id, no, (None, Mark(), 0), actor.for_case(None, PURPOSE))


def following(archive: Archive, inspection_id: str, no: int, *, actor: Actor) -> int | None:
    """The next paper without a verdict, those behind this one first; None when all have one. Raises Denied, NotFound."""
    with archive.read() as session:
        inspection = seen_by(session, Scope.of(session, actor), inspection_id)
        return _next(_open_nos(session, inspection.id), no)


def end(archive: Archive, inspection_id: str, *, actor: Actor) -> None:
    """Close a sample all of which was looked at; its record stands from then on. Raises Denied, NotFound, Refused."""
    now = archive.clock.now()
    with archive.begin() as session:
        inspection = seen_by(session, Scope.of(session, actor), inspection_id, to_mark=True)
        if left := len(_open_nos(session, inspection.id)):
            raise Refused(f"还有 {left} 件没有检查，检查完才能结束。", code="inspection_unfinished")
        inspection.ended_at = now
        ledger.write(session, "inspection.ended", Subject("inspection", inspection.id), actor=actor, now=now)


def _keep(archive: Archive, inspection_id: str, no: int, said: tuple[str | None, Mark, int], actor: Actor) -> None:
    now, (verdict, mark_, letters) = archive.clock.now(), said
    wrong_letters = mark_.wrong_letters or 0
    with archive.begin() as session:
        inspection = seen_by(session, Scope.of(session, actor), inspection_id, to_mark=True)
        item = _item(session, inspection.id, no)
        item.verdict, item.fault = verdict, mark_.fault.value if verdict == "fault" and mark_.fault else None
        item.letters, item.wrong_letters, item.marked_at = letters, wrong_letters, now if verdict else None
        detail = {"no": no, "verdict": verdict, "fault": item.fault, "letters": letters, "wrong_letters": wrong_letters}
        act = "inspection.marked" if verdict else "inspection.unmarked"
        ledger.write(session, act, Subject("inspection", inspection.id), actor=actor, now=now, detail=detail)


def _open_nos(session: Session, inspection_id: str) -> set[int]:
    wanted = select(InspectionItem.no).where(InspectionItem.inspection_id == inspection_id, InspectionItem.verdict.is_(None))
    return set(session.scalars(wanted))


def _next(open_nos: set[int], no: int) -> int | None:
    others = open_nos - {no}
    return min((one for one in others if one > no), default=min(others, default=None))


def _item(session: Session, inspection_id: str, no: int) -> InspectionItem:
    wanted = select(InspectionItem).where(InspectionItem.inspection_id == inspection_id, InspectionItem.no == no)
    found = session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def _record(session: Session, scope: Scope, item: InspectionItem) -> Record | None:
    """The paper, as long as it may be looked at: it may have gone to another school, or become closed, since it was drawn."""
    return session.scalars(select(Record).where(Record.id == item.record_id, open_to(scope))).first()


def _tell_looks(archive: Archive, session: Session, record: Record, rendition: Rendition | None, actor: Actor) -> None:
    subject, now = Subject("record", record.id, record.student_id, record.id), archive.clock.now()
    ledger.write(session, "record.viewed", subject, actor=actor, now=now)
    if rendition:
        ledger.write(session, "transcript.viewed", subject, actor=actor, now=now, detail={"rendition": rendition.id})


def _lines(archive: Archive, inspection: Inspection, item: InspectionItem, rendition: Rendition | None) -> tuple[SampleLine, ...] | None:
    """The lines to compare; None when the text was lost or its store is away, which may not hold the sample up."""
    if rendition is None:
        return ()
    try:
        pages = pages_of(archive, rendition)
    except (Damaged, StoreUnavailable) as fault:
        log.warning("sample_text_missing", rendition=rendition.id, fault=fault.code)
        return None
    lines = [SampleLine(page.no, line.text, line.box) for page in pages for line in page.lines]
    long = [line for line in lines if line.letters >= LEAST_LETTERS]
    return tuple(long[at] for at in chosen(inspection.seed, item.record_id, len(long), LINES))
