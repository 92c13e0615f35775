"""Rows as they were before a decision, as JSON, and putting them back.

Lives here: which columns a decision may change (`image_of`), `restore`. Not here: when taking back is allowed (case_actions_undo).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, Enum

from archive_service.db import Base, Instant
from archive_service.services.cases_sheet import Sheet

CASE = ("state", "due_on", "closed_at", "expires_on")
STEP = ("state", "received_at", "due_on", "due_article", "done_by", "done_at")
RECORD = ("review_state", "review_reasons", "reviewed_by", "reviewed_at")
STUDENT = ("state", "school_id", "class_name", "version")


def image_of(sheet: Sheet) -> dict[str, Any]:
    """Everything an act on the case may change, as it is now."""
    return {
        "case": _image(sheet.case, CASE),
        "steps": {str(step.seq): _image(step, STEP) for step in sheet.steps},
        "records": {record.id: _image(record, RECORD) for record in sheet.records.values()},
        "student": _image(sheet.student, STUDENT),
    }


def restore(row: Base, image: Mapping[str, Any]) -> None:
    """Put the columns of a row back to the image."""
    for name, value in image.items():
        setattr(row, name, _typed(row, name, value))


def _image(row: Base, columns: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in columns}


def _plain(value: object) -> object:
    if isinstance(value, date):  # an instant is one too
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def _typed(row: Base, name: str, value: Any) -> object:  # noqa: ANN401 (what JSON gives back)
    kind = row.__table__.columns[name].type
    if value is None:
        return None
    if isinstance(kind, Instant):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return kind.enum_class(value) if isinstance(kind, Enum) and kind.enum_class else value
