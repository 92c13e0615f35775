"""What kind of paper a record is, by its title, its wording and who issues it.

Lives here: classify, KindGuess. Not here: the kinds themselves (config/kinds, scanners.kinds).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rapidfuzz import fuzz

from scanners.cjk_text import fold, is_han
from scanners.kinds import Kind, Kinds
from scanners.words import TextPage

_TITLE_LINE, _TITLE_INSIDE = 4.0, 2.0  # the title alone on its line; the title within a longer line
_WORD, _MOST_WORDS = 0.5, 3.0
_ISSUER = 0.5
_TOP_LINES = 12  # titles stand at the head, below letterhead, numbers and bar codes
_ALIKE = 0.85  # a title with one wrong character of seven
_SHORT = 2  # 申请, 公示: headings only when nothing else is in the line
_ALONE = 1.5  # times the title's length: 关于张三的处分决定 still is a heading
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
    first_page = next((page for page in pages if page.lines), None)
    if first_page is None:
        return UNKNOWN
    body = _plain(first_page.text)  # a certificate stapled to a form does not make the form a certificate
    heads = [_plain(line.text) for line in first_page.lines[:_TOP_LINES]]
    titles = _title_scores(heads, kinds)
    ranked = sorted(((_score(kind, titles.get(kind.code, 0.0), body), kind.code, kind) for kind in kinds), reverse=True)
    if not ranked or ranked[0][0] <= 0:
        return UNKNOWN
    score, _, first = ranked[0]
    kind, is_open = _by_body(first, kinds, body)
    second = next((other for other, code, _ in ranked[1:] if code != kind.code), 0.0)
    lead = max(0.0, score - second) / score
    is_sure = score >= _ENOUGH and (lead >= _CLEARLY or kind is not first) and not is_open
    confidence = round(min(1.0, score / _FULL) * (0.5 + 0.5 * min(1.0, lead / (2 * _CLEARLY))), 3)
    return KindGuess(kind.code, kind.label, confidence, "sure" if is_sure else "unsure")


def _by_body(first: Kind, kinds: Kinds, body: str) -> tuple[Kind, bool]:
    """The kind that uses the first one's heading and is told by the body; open where the wording of both is there."""
    rivals = [kind for kind in kinds if first.code in kind.instead_of and kind.is_told_in(body)]
    if not rivals:
        return first, False
    return (first, True) if first.is_told_in(body) else (rivals[0], len(rivals) > 1)


def _plain(text: str) -> str:
    """Without spaces and in simplified characters, which engines mix up in worn print; marks stay, they end sentences."""
    return "".join(fold(char) if is_han(char) else char for char in text if not char.isspace())


def _score(kind: Kind, title: float, body: str) -> float:
    words = min(_MOST_WORDS, _WORD * sum(word in body for word in kind.words))
    issuer = _ISSUER if any(issuer in body for issuer in kind.issuers) else 0.0
    return title + words + (issuer if title or words else 0.0)


def _title_scores(heads: Sequence[str], kinds: Kinds) -> dict[str, float]:
    """The best title of each kind. In one line the longest titles win: 休学申请书 is no 申请书."""
    titles = [(title, kind.code) for kind in kinds for title in kind.titles]
    scores: dict[str, float] = {}
    for line in heads:
        for title, code, likeness in _in_line(line, titles):
            is_alone = len(line) <= _ALONE * len(title) or line.endswith(title)
            weight = _TITLE_LINE if is_alone else _TITLE_INSIDE
            scores[code] = max(scores.get(code, 0.0), weight * likeness + 0.1 * len(title))
    return scores


def _in_line(line: str, titles: list[tuple[str, str]]) -> list[tuple[str, str, float]]:
    """Titles that stand in the line to the letter, else those most like a part of it (one character misread)."""
    exact = [(title, code, 1.0) for title, code in titles if title == line or (len(title) > _SHORT and title in line)]
    if exact:
        return [one for one in exact if not any(one[0] in other[0] and one[0] != other[0] for other in exact)]
    alike = [(title, code, fuzz.partial_ratio(title, line) / 100) for title, code in titles if _SHORT < len(title) <= len(line) + 1]
    most = max((likeness for _, _, likeness in alike), default=0.0)
    return [one for one in alike if one[2] == most >= _ALIKE]
