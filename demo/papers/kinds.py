"""The kinds of paper the demo draws, as one table: what sides each has, in which profiles it occurs, how often.

Codes are keys of `config/kinds`; labels are what a clerk calls the paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.papers.forms import decisions, hukou, letters, medical, moving, suspension
from demo.papers.sheet import A4

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.papers.subject import Draft, Values

ALL = ("HN", "GZ", "YK")
CARDS_ON_A4 = ((33.0, 20.0), (33.0, 150.0))


@dataclass(frozen=True)
class Side:
    """One side of one sheet: what is on it, how large it is, and its kind where that is not the paper's."""

    draw: Callable[[Draft], Values]
    size_mm: tuple[float, float] = A4
    kind: str | None = None


@dataclass(frozen=True)
class PaperKind:
    """`numbered` kinds are only made for children who have both numbers; `ill` ones rather for suspended children."""

    code: str
    label: str
    sides: tuple[Side, ...]
    weight: float
    profiles: tuple[str, ...] = ALL
    numbered: bool = True
    ill: bool = False


def _copy_of_cards(first: Callable[[Draft], Values], second: Callable[[Draft], Values]) -> Callable[[Draft], Values]:
    """Two cards of the booklet, copied onto one A4 sheet."""

    def draw(draft: Draft) -> Values:
        values: Values = {}
        for card, origin in zip((first, second), CARDS_ON_A4, strict=True):
            with draft.sheet.shifted(origin):
                values |= card(draft)
        return values

    return draw


HUKOU_COPY = Side(_copy_of_cards(hukou.first_page, hukou.child_card))
BOOKLET = (hukou.first_page, hukou.head_card, hukou.parent_card, hukou.child_card)

KINDS = (
    PaperKind("hukou_page", "户口簿常住人口登记卡", (Side(hukou.child_card, hukou.CARD),), 9),
    PaperKind("hukou_page", "户口簿复印件", (HUKOU_COPY,), 9),
    PaperKind("hukou_page", "户口簿首页、户主页、家长页、学生本人页", tuple(Side(page, hukou.CARD) for page in BOOKLET), 4),
    PaperKind("diagnosis_certificate", "疾病诊断证明书", (Side(medical.diagnosis),), 9, ill=True),
    PaperKind("recovery_certificate", "康复诊断证明", (Side(medical.recovery),), 3, ill=True),
    PaperKind("treatment_receipt", "医疗收费票据", (Side(medical.receipt, medical.HALF_A4),), 4, numbered=False, ill=True),
    PaperKind("suspension_application", "休学申请表", (Side(suspension.guizhou),), 7, ("HN", "GZ"), ill=True),
    PaperKind("suspension_application", "休学申请表", (Side(suspension.yingkou),), 7, ("YK",), ill=True),
    PaperKind(
        "suspension_application",
        "休学申请表及诊断证明",
        (Side(suspension.guizhou), Side(medical.diagnosis, kind="diagnosis_certificate")),
        3,
        ("HN", "GZ"),
        ill=True,
    ),
    PaperKind("transfer_contact_form", "中小学生转学联系表", (Side(moving.contact_form),), 8, ("HN", "GZ")),
    PaperKind("transfer_application", "转学申请书", (Side(moving.application),), 5, ("YK",)),
    PaperKind(
        "transfer_application", "转学申请书、承诺书", (Side(moving.application), Side(moving.promise, kind="truth_commitment")), 3, ("YK",)
    ),
    PaperKind("registry_certificate", "学籍证明", (Side(moving.standing),), 9),
    PaperKind("attendance_certificate", "在校表现情况证明", (Side(moving.conduct),), 3, ("YK",)),
    PaperKind("written_application", "书面申请", (Side(letters.handwritten),), 8, numbered=False),
    PaperKind("residence_proof", "居住证明", (Side(letters.residence),), 5),
    PaperKind("work_proof", "工作证明", (Side(letters.work),), 4, numbered=False),
    PaperKind("award_certificate", "荣誉证书", (Side(decisions.award, decisions.A4_ACROSS),), 6, numbered=False),
    PaperKind("sanction_decision", "处分决定", (Side(decisions.sanction),), 2, ("YK", "GZ")),
)
