"""What happened to a record, and what one may do with it, for the page of the record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from archive_service.archive import Archive
from archive_service.errors import Denied, NotFound
from archive_service.models.ledger import Event
from archive_service.models.organisation import Organisation
from archive_service.models.record import Record
from archive_service.rules.access import Right
from archive_service.services.actor import Actor
from archive_service.services.scope import Scope

LINES_MOST = 100
ACTS = {
    "record.received": "接收",
    "record.judged": "检查完毕",
    "record.read": "识别完毕",
    "record.not_read": "识别未成功",
    "record.unreadable": "打不开",
    "record.matched": "比对归属",
    "record.filed": "归入学生",
    "record.unfiled": "撤销归位",
    "record.kind_set": "改定种类",
    "record.field_confirmed": "确认字段",
    "record.accepted": "审核通过",
    "record.returned": "退回",
    "record.answers": "补交",
    "record.retried": "重新识别",
    "record.viewed": "查看",
    "page.viewed": "查看页面",
    "transcript.viewed": "查看识别文本",
    "master.taken": "下载原件",
    "access.refused": "查阅或办理被拒绝",
}
ON_RECORDS = (Right.CONFIRM, Right.MATCH, Right.CAPTURE, Right.REVIEW_CASE)
LOOKS = ("record.viewed", "page.viewed", "transcript.viewed")


@dataclass(frozen=True)
class Line:
    """One act on a record."""

    act: str
    at: datetime
    name: str
    unit: str | None
    note: str | None
    is_service: bool

    def as_shown(self) -> dict[str, Any]:
        """The shape of components/history.html."""
        who = None if self.is_service else {"name": self.name, "unit": self.unit or ""}
        return {"text": ACTS.get(self.act, self.act), "who": who, "at": self.at, "note": self.note}


def of_record(archive: Archive, record_id: str, *, actor: Actor) -> list[Line]:
    """Acts on a record, newest first; the mere looks are on the student's page and in the ledger. Raises NotFound."""
    with archive.read() as session:
        Scope.of(session, actor).record(session, record_id)
        wanted = (
            select(Event, Organisation.name)
            .outerjoin(Organisation, Organisation.id == Event.unit_id)
            .where(Event.record_id == record_id, Event.act.not_in(LOOKS))
            .order_by(Event.id.desc())
            .limit(LINES_MOST)
        )
        return [
            Line(event.act, event.at, event.account_name, unit, _note(event), event.account_id is None)
            for event, unit in session.execute(wanted)
        ]


def rights_on(archive: Archive, record: Record, *, actor: Actor) -> frozenset[Right]:
    """What the actor may do with a record that they see."""
    with archive.read() as session:
        scope = Scope.of(session, actor)
        return frozenset(right for right in ON_RECORDS if _holds(scope, right, record.organisation_id))


def _holds(scope: Scope, right: Right, unit_id: str) -> bool:
    try:
        scope.require(right, unit_id)
    except (Denied, NotFound):
        return False
    return True


def _note(event: Event) -> str | None:
    reason = event.detail.get("reason")
    return str(reason) if reason else event.purpose
