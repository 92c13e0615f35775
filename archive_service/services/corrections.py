"""What a person says a paper is and says: kinds and field values confirmed or corrected, with the reason.

OCR proposes, a person confirms: only a confirmed value fills a claim or passes a gate. The engine's own reading stays in `raw`.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.archive import Archive
from archive_service.errors import Refused
from archive_service.models.record import FieldState, KindState, PageField, Record
from archive_service.rules import identity
from archive_service.rules.access import Right
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.evidence_fit import refuse_decided, refuse_other_kind
from archive_service.services.ledger import Subject
from archive_service.services.matching import check_version, refuse_frozen
from archive_service.services.scope import Scope
from scanners.labels import FIELD_LABELS

LONGEST_VALUE = 500


@dataclass(frozen=True)
class Correction:
    """What a person says a field holds, and why; `page` chooses among pages that each name somebody."""

    value: str
    reason: str = ""
    page: int | None = None


def set_kind(archive: Archive, record_id: str, *, kind: str, actor: Actor, version: int | None = None, reason: str = "") -> Record:
    """Say what paper it is; its sensitivity and series follow from the kind.

    Raises: NotFound, Denied, Refused (unknown kind, or one that does not serve where the record is evidence), StaleRow.
    """
    chosen = archive.kinds.get(kind)
    if chosen is None:
        raise Refused(f"没有“{kind}”这种材料种类。", code="unknown_kind")
    now = archive.clock.now()
    with archive.begin() as session:
        record = Scope.of(session, actor).record(session, record_id, Right.CONFIRM, lock=True)
        check_version(record, version)
        refuse_other_kind(archive, session, record, chosen)
        detail = {"from": record.kind, "to": kind, "reason": reason}
        record.kind, record.kind_state, record.kind_confidence = kind, KindState.CONFIRMED, None
        record.sensitivity, record.series = chosen.sensitivity.value, chosen.series
        record.version += 1
        subject = Subject("record", record.id, record.student_id, record.id)
        ledger.write(session, "record.kind_set", subject, actor=actor, now=now, detail=detail)
        queue.put(session, "index", record_id=record_id, now=now, priority=3)
    return record


def confirm_field(
    archive: Archive, record_id: str, name: str, correction: Correction, *, actor: Actor, version: int | None = None
) -> Record:
    """Confirm or correct a value with the page in view; one that breaks its check is refused, not kept as confirmed.

    Raises: NotFound, Denied, StaleRow, Refused (unknown field, a value that cannot be right, a frozen dossier, evidence of a decided case).
    """
    value = correction.value.strip()
    if name not in FIELD_LABELS:
        raise Refused(f"没有“{name}”这个字段。", code="unknown_field")
    if not value or len(value) > LONGEST_VALUE:
        raise Refused(f"内容不能为空，也不能超过 {LONGEST_VALUE} 个字。", code="bad_value")
    _check(name, value)
    now = archive.clock.now()
    with archive.begin() as session:
        record = Scope.of(session, actor).record(session, record_id, Right.CONFIRM, lock=True)
        check_version(record, version)
        if record.student_id:
            refuse_frozen(session, record.student_id)
        refuse_decided(session, record)
        field = _field(session, record_id, name, correction.page)
        before = field.value
        field.value, field.state, field.suggestion = value, FieldState.CONFIRMED, None
        field.confirmed_by, field.confirmed_at = actor.account_id, now
        record.version += 1
        subject = Subject("record", record.id, record.student_id, record.id)
        detail = {"field": name, "from": before, "to": value, "reason": correction.reason}
        ledger.write(session, "record.field_confirmed", subject, actor=actor, now=now, detail=detail)
        queue.put(session, "match", record_id=record_id, now=now, priority=2)
    return record


def _field(session: Session, record_id: str, name: str, page: int | None) -> PageField:
    """The field meant: of several pages the named one, else the first; a new one where the engine saw nothing."""
    wanted = select(PageField).where(PageField.record_id == record_id, PageField.name == name).order_by(PageField.id)
    field = session.scalars(wanted.where(PageField.page_no == page) if page else wanted).first()
    if field is None:
        field = PageField(record_id=record_id, name=name, label=FIELD_LABELS[name].label, found_by="person", page_no=page)
        session.add(field)
    return field


def _check(name: str, value: str) -> None:
    if name == "student_no" and (faults := identity.student_no_faults(value)):
        raise Refused(f"学籍号不成立：{'、'.join(fault.value for fault in faults)}。", code="bad_value")
    looks_resident = len(identity.normalise(value)) == len("520102201303051234")
    if name == "id_no" and looks_resident and (faults := identity.id_faults(identity.IdKind.RESIDENT, value)):
        raise Refused(f"身份证件号不成立：{'、'.join(fault.value for fault in faults)}。", code="bad_value")
