"""A field read from paper, and how far it may be believed.

Lives here: Field with its state and origin, proposal, rank. Not here: finding values (scanners.page_fields), putting the pages
of a record together (scanners.fields).
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from scanners.labels import FIELD_LABELS
from scanners.passage import Span
from scanners.values import parsed
from scanners.words import Box

_SURE_SEAL = 0.98  # rings score high: 通义市 for 遵义市 came with 0.97
_SURE_CONFIDENCE = 0.9  # below it 6 of 49 lines were wrong


class FieldState(StrEnum):
    SURE = "sure"
    DOUBTFUL = "doubtful"
    FAILED_CHECK = "failed_check"


class FoundBy(StrEnum):
    """How a value was found, the surest first."""

    NUMBER = "number"
    LABEL = "label"
    PROSE = "prose"
    PLACE = "place"
    SEAL = "seal"


_STATES = (FieldState.FAILED_CHECK, FieldState.DOUBTFUL, FieldState.SURE)
_WAYS = tuple(reversed(FoundBy))


@dataclass(frozen=True)
class Field:
    """A proposal read from paper: `raw` is what stands there, `value` its proper form."""

    name: str
    label: str
    value: str
    raw: str
    confidence: float
    state: FieldState
    suggestion: str | None
    found_by: FoundBy
    page: int
    box: Box

    @property
    def rank(self) -> tuple[int, int]:
        """Sound values before doubtful ones, then the surer way of finding."""
        return _STATES.index(self.state), _WAYS.index(self.found_by)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"box": list(self.box)}


def proposal(name: str, span: Span, page: int, found_by: FoundBy) -> Field:
    """The field that a piece of text would fill; sure only in the proper form and surely read."""
    value, keeps_rule = parsed(name, span.text)
    least = _SURE_SEAL if found_by is FoundBy.SEAL else _SURE_CONFIDENCE
    is_sure = keeps_rule and span.confidence >= least
    state = FieldState.SURE if is_sure else FieldState.DOUBTFUL
    return Field(name, FIELD_LABELS[name].label, value, span.raw, round(span.confidence, 4), state, None, found_by, page, span.box)
