"""Why a paper is returned: the closed list a reviewer ticks by number, and the reasons a request may carry.

Lives here: ReturnCode, ReasonGiven and their check. Not here: deciding (case_actions, review).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from archive_service.errors import Rejected

NOTE_LENGTH = 500


class ReturnCode(StrEnum):
    """Ground for returning a paper, in the order of the checklist on the screen."""

    UNCLEAR = "unclear"
    PAGES_MISSING = "pages_missing"
    SEAL_MISSING = "seal_missing"
    SIGNATURE_MISSING = "signature_missing"
    DISAGREES = "disagrees"
    EXPIRED = "expired"
    OTHER_PERSON = "other_person"
    WRONG_KIND = "wrong_kind"
    ISSUER_TOO_LOW = "issuer_too_low"
    NOT_ORIGINAL = "not_original"
    NOT_SUBMITTED = "not_submitted"
    CONDITIONS_NOT_MET = "conditions_not_met"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The words on the checklist and in the notice to the school."""
        return LABELS[self]


LABELS: Mapping[ReturnCode, str] = {
    ReturnCode.UNCLEAR: "不清晰",
    ReturnCode.PAGES_MISSING: "缺页",
    ReturnCode.SEAL_MISSING: "印章缺失或不清",
    ReturnCode.SIGNATURE_MISSING: "签字缺失",
    ReturnCode.DISAGREES: "与登记不符",
    ReturnCode.EXPIRED: "已过期",
    ReturnCode.OTHER_PERSON: "非本人材料",
    ReturnCode.WRONG_KIND: "材料种类不对",
    ReturnCode.ISSUER_TOO_LOW: "出具单位级别不足",
    ReturnCode.NOT_ORIGINAL: "须为原件",
    ReturnCode.NOT_SUBMITTED: "应交材料未交",
    ReturnCode.CONDITIONS_NOT_MET: "不符合办理条件",
    ReturnCode.OTHER: "其他",
}


@dataclass(frozen=True)
class ReasonGiven:
    """One reason as a request gives it; without `record_id` it concerns the case as a whole."""

    record_id: str | None = None
    code: str = ""
    note: str = ""


def return_reasons(given: Iterable[ReasonGiven], *, records: Collection[str]) -> list[dict[str, object]]:
    """Reasons for returning, checked and with their words, as rows keep them.

    Raises:
        Rejected: none at all, an unknown code, «其他» without a note, or a paper that is not among `records`.
    """
    reasons = [_checked(reason, records) for reason in given]
    if not reasons:
        raise Rejected("退回须说明理由：请勾选至少一项。")
    return reasons


def note_of(given: Iterable[ReasonGiven], what: str) -> str:
    """The words given for an act that needs some. Raises Rejected when there are none."""
    note = "；".join(reason.note.strip() for reason in given if reason.note.strip())
    if not note:
        raise Rejected(f"{what}须写明理由。")
    return note[:NOTE_LENGTH]


def _checked(reason: ReasonGiven, records: Collection[str]) -> dict[str, object]:
    if reason.code not in set(ReturnCode):
        raise Rejected("退回理由不在可选范围内。", findings=[{"code": "unknown_reason", "value": reason.code}])
    code, note = ReturnCode(reason.code), reason.note.strip()[:NOTE_LENGTH]
    if code is ReturnCode.OTHER and not note:
        raise Rejected("选择「其他」时须写明具体理由。")
    if reason.record_id is not None and reason.record_id not in records:
        raise Rejected("退回理由所指的材料不在本业务中。")
    return {"record_id": reason.record_id, "code": code.value, "text": code.label, "note": note}
