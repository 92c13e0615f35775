"""What kind of paper a record is, by its title, its wording and who issues it.

Lives here: classify, KindGuess. Not here: the kinds themselves (config/kinds, scanners.kinds).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rapidfuzz import fuzz

from scanners.kinds import Kind, Kinds
from scanners.words import TextPage

_TITLE_LINE, _TITLE_INSIDE = 4.0, 2.0  # the title alone on its line; the title within a longer line
_WORD, _MOST_WORDS = 0.5, 3.0
_ISSUER = 0.5
_TOP_LINES = 12  # titles stand at the head, below letterhead, numbers and bar codes
_ALIKE = 85.0  # a title with one wrong character of seven
_ENOUGH, _CLEARLY = 3.0, 0.25
_FULL = 6.0  # a title and four of its words


@dataclass(frozen=True)
class KindGuess:
    """code is None where nothing speaks for any kind; `unsure` asks a person to choose."""

    code: str | None
    label: str
    confidence: float
    state: Literal["sure", "unsure"]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


UNKNOWN = KindGuess(None, "未识别种类", 0.0, "unsure")


def classify(pages: Sequence[TextPage], kinds: Kinds) -> KindGuess:
    """The kind that most speaks for; sure only with a title, or enough wording, and clearly ahead of the next."""
    body = "".join(_plain(page.text) for page in pages)
    heads = [_plain(line.text) for page in pages[:1] for line in page.lines[:_TOP_LINES]]
    ranked = sorted(((_score(kind, heads, body), kind.code, kind) for kind in kinds), reverse=True)
    if not ranked or ranked[0][0] <= 0:
        return UNKNOWN
    score, _, kind = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    lead = (score - second) / score
    is_sure = score >= _ENOUGH and lead >= _CLEARLY
    confidence = round(min(1.0, score / _FULL) * (0.5 + 0.5 * min(1.0, lead / (2 * _CLEARLY))), 3)
    return KindGuess(kind.code, kind.label, confidence, "sure" if is_sure else "unsure")


def _plain(text: str) -> str:
    return "".join(text.split())


def _score(kind: Kind, heads: list[str], body: str) -> float:
    words = min(_MOST_WORDS, _WORD * sum(word in body for word in kind.words))
    issuer = _ISSUER if any(issuer in body for issuer in kind.issuers) else 0.0
    title = max((_title_score(title, heads) for title in kind.titles), default=0.0)
    return title + words + (issuer if title or words else 0.0)


def _title_score(title: str, heads: list[str]) -> float:
    """Longer titles count more, so that 转学申请表 beats the 申请表 it ends with."""
    best = 0.0
    for line in heads:
        if len(line) < len(title) - 1:
            continue
        likeness = fuzz.partial_ratio(title, line)
        if likeness >= _ALIKE:
            is_alone = len(line) <= 1.5 * len(title) + 2 or line.endswith(title)
            best = max(best, (_TITLE_LINE if is_alone else _TITLE_INSIDE) * likeness / 100)
    return best + 0.1 * len(title) if best else 0.0
