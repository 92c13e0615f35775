"""采集: papers are dropped, photographed or pasted; each becomes a card that tells how far it has come."""

from typing import Any

from flask import render_template, request

from archive_service.archive import Archive
from archive_service.http.context import actor, archive
from archive_service.models.record import MatchState, RecordState
from archive_service.rules.access import Right
from archive_service.services import batches, records, reveal, targets
from archive_service.services.batches import BatchView
from archive_service.services.records import Filter, RecordView
from archive_service.services.reveal import Named
from archive_service.web import parts, parts_lists
from archive_service.web.pages import pages
from archive_service.web.rights import require
from scanners.findings import Severity

ACCEPT = ".jpg,.jpeg,.png,.tif,.tiff,.pdf,.heic,.heif,.webp"
ACCEPT_LABEL = "JPEG、PNG、TIFF、PDF、HEIC、WebP"
CARDS_MOST = 200
WHO_MAY = "采集由班主任和学籍管理员办理。需要时请联系本单位的账号管理员。"


@pages.get("/capture")
def capture() -> str:
    """The drop target, before a batch begins."""
    return _page(None)


@pages.get("/capture/batches/<batch_id>")
def capture_batch(batch_id: str) -> str:
    """A batch one comes back to."""
    return _page(batch_id)


@pages.get("/capture/batches/<batch_id>/cards")
def capture_cards(batch_id: str) -> str:
    """The board of a batch, asked for again while it works."""
    require(Right.CAPTURE, WHO_MAY)
    return render_template("pages/capture_cards.html", **_board(archive(), batch_id))


def _page(batch_id: str | None) -> str:
    require(Right.CAPTURE, WHO_MAY)
    the = archive()
    targets.require_capture(the, actor=actor(), right=Right.CAPTURE)
    board = _board(the, batch_id) if batch_id else None
    target = targets.of_request(the, request.args.get("case"), request.args.get("evidence"), request.args.get("student"), actor=actor())
    return render_template(
        "pages/capture.html",
        batch=board["batch"] if board else None,
        limits={"accept": ACCEPT, "accept_label": ACCEPT_LABEL, "max_bytes": the.settings.intake.max_bytes},
        target=_target(target),
        board=board,
        batches=[summary(view) for view in batches.recent_batches(the, actor=actor(), at_most=8) if view.total],
    )


def summary(view: BatchView) -> dict[str, Any]:
    """A batch in one line."""
    unreadable = view.states.get(RecordState.UNREADABLE, 0)
    settled = view.matches.get(MatchState.MATCHED, 0)
    return {
        "id": view.batch.id,
        "accession_no": view.batch.accession_no,
        "received_at": view.batch.opened_at,
        "total": view.total,
        "settled": settled,
        "needs_person": max(view.waiting - unreadable, 0),
        "refused": unreadable,
        "pending": view.pending,
    }


def _board(the: Archive, batch_id: str) -> dict[str, Any]:
    """The cards, then the counts; while a card shows what the counts have left behind, the page has to ask again."""
    who = actor().for_case(None, "采集")
    listed = records.listed(the, Filter(batch_id=batch_id), actor=who, size=CARDS_MOST)
    people = reveal.named(the, [view.student.id for view in listed.items if view.student], actor=who)
    batch = batches.batch_view(the, batch_id, actor=actor())
    cards = [_card(view, people, batch) for view in listed.items]
    unfinished = sum(view.record.state in batches.UNFINISHED for view in listed.items)
    settled_since = sum(_is_in_doubt(view, batch) for view in listed.items) - batch.waiting
    counts = summary(batch)
    return {
        "batch": counts | {"pending": max(counts["pending"], unfinished, settled_since)},
        "cards": sorted(cards, key=lambda card: not card["needs_person"]),
    }


def _is_in_doubt(view: RecordView, batch: BatchView) -> bool:
    """Whether a person has to say whose paper it is."""
    record = view.record
    return record.state is RecordState.READ and record.match_state is not MatchState.MATCHED and record.id not in batch.matching


def _card(view: RecordView, people: dict[str, Named], batch: BatchView) -> dict[str, Any]:
    record, is_in_doubt = view.record, _is_in_doubt(view, batch)
    named = people.get(view.student.id) if view.student else None  # nobody: named whole in a draft of one's own, and seen nowhere else yet
    return {
        "record": parts.thumb(view),
        "name": record.original_name,
        "words": "识别" if record.id in batch.matching else parts.walk_words(record),
        "student": parts_lists.person(named) if named else parts.student_line(view.student, view.school),
        "findings": parts.findings(view, at_least=Severity.WARN),
        "differs": _differs(view),
        "duplicate_of": view.earlier.duplicate_of,
        "rescan": parts.rescan(view),
        "needs_person": is_in_doubt or record.state is RecordState.UNREADABLE,
        "url": f"/tray/{record.id}" if is_in_doubt else f"/records/{record.id}",
        "action": "去确认" if is_in_doubt else "查看",
    }


def _differs(view: RecordView) -> list[str]:
    """What the paper says otherwise than the registry."""
    labels = {field.name: field.label for field in view.fields}
    gaps = [str(gap["field"]) for gap in view.match.disagreements] if view.match else []
    return [labels.get(name, parts.FIELD_WORDS.get(name, name)) for name in gaps]


def _target(target: targets.Target | None) -> dict[str, Any] | None:
    if target is None:
        return None
    return {
        "student": parts.student_line(target.student, target.school),
        "case_id": target.case_id,
        "procedure": target.procedure,
        "kind": target.kind,
        "kind_label": target.kind_label,
    }
