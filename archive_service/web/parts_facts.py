"""The questions of a case as fields of a form, and a form's answers as facts; shared by opening and amending.

An answer left empty is unknown, which is never the same as no.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from archive_service.errors import ArchiveError
from archive_service.services.cases import OUTSIDE_SENDER
from archive_service.services.cases_offer import AnswerKind, Asked, Offer

PREFIX = "fact_"
YES_NO = (("yes", "是"), ("no", "否"))
_TYPES = {AnswerKind.DATE: "date", AnswerKind.NUMBER: "number", AnswerKind.TEXT: "text", AnswerKind.CHOICES: "choices"}
SENDER = Asked(OUTSIDE_SENDER, "转出学校全称（不在本系统内的）", AnswerKind.TEXT)


def asked_of(offer: Offer, ground: str | None) -> tuple[Asked, ...]:
    """What a procedure asks on this ground."""
    return next((one.questions for one in offer.grounds if one.code == ground), offer.grounds[0].questions)


def fields(asked: Iterable[Asked], values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Questions with what has been answered so far and what is wrong with it."""
    return [_field(one, values.get(one.fact), (faults or {}).get(one.fact)) for one in asked]


def told(asked: Iterable[Asked]) -> dict[str, Any]:
    """The answers of the form that was sent; None where nothing was said."""
    return {one.fact: _answer(one) for one in asked}


def faults_of(error: ArchiveError) -> dict[str, str]:
    """Faults by question."""
    return {str(one["field"]): str(one.get("advice") or error.message) for one in error.findings if "field" in one}


def _answer(one: Asked) -> object:
    name = PREFIX + one.fact
    if one.kind is AnswerKind.CHOICES:
        return request.form.getlist(name) or None
    return request.form.get(name, "").strip() or None


def _field(one: Asked, value: object, fault: str | None) -> dict[str, Any]:
    options = YES_NO if one.kind is AnswerKind.YES_NO else one.choices
    return {
        "name": one.fact,
        "label": one.label,
        "type": _TYPES.get(one.kind, "choice"),
        "options": [{"code": code, "label": label} for code, label in options],
        "required": False,
        "hint": "",
        "value": _shown(value),
        "fault": fault,
    }


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value
