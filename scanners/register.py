"""The cards of a household register: where each begins, and whether it is a child's.

Lives here: cards_of, seniority. Not here: reading a card (scanners.page_fields). Schools copy a household's cards page by page or two
to a sheet; each card is one person, and only one of them is the student.
Source: the national form 常住人口登记卡; the relations of GB/T 4761.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum

from rapidfuzz import fuzz

from scanners.passage import Passage
from scanners.words import Line, TextPage

_HEADING = "常住人口登记卡"
_ALIKE = 70  # two of the seven characters misread
_LONGEST = len(_HEADING) + 3
_A_PAPER = 6  # lines that make a paper of their own above a card, such as the register's first page
_HEADED = re.compile(r"^(?:户主|之|的)+(?=.)")
# Marriage and age outrank the word for child within: 儿媳 and 女婿 are grown up, 妻子 is no son.
_GROWN = re.compile(r"户主|本人|妻|夫|配偶|父|母|祖|公|婆|岳|兄|哥|姐|嫂|媳|婿|叔|伯|姑|舅|姨")
_YOUNG = re.compile(r"子|女|儿|孙|侄|甥|弟|妹")
_OF_GRANDPARENTS = re.compile(r"^外?孙|^[侄甥]|^外甥")


class Seniority(IntEnum):
    """Whose fields come first: the student's."""

    CHILD = 0
    UNTOLD = 1
    GROWN = 2


def cards_of(pages: Sequence[TextPage]) -> tuple[list[TextPage], list[TextPage]]:
    """The register's cards, each as a page of its own lines, and what is left of the pages."""
    cards: list[TextPage] = []
    others: list[TextPage] = []
    for page in pages:
        tops = sorted(line.box[1] for line in page.lines if _is_heading(line))
        if not tops:
            others.append(page)
            continue
        above = _between(page, 0, tops[0])
        if len(above) < _A_PAPER:
            tops[0] = 0  # a few letters above a card belong to it
        else:
            others.append(replace(page, lines=above))
        ends = [*tops[1:], page.height_px + 1]
        cards += [replace(page, lines=_between(page, top, end)) for top, end in zip(tops, ends, strict=True)]
    return cards, others


def _between(page: TextPage, top: int, below: int) -> tuple[Line, ...]:
    return tuple(line for line in page.lines if top <= line.box[1] < below)


def _is_heading(line: Line) -> bool:
    text = Passage([line]).text
    return len(text) <= _LONGEST and fuzz.ratio(text, _HEADING) >= _ALIKE


def seniority(relation: str | None) -> Seniority:
    """Child or grown-up by 户主或与户主关系, as far as that tells."""
    bare = _HEADED.sub("", relation or "")
    if _OF_GRANDPARENTS.match(bare):
        return Seniority.GROWN if re.search(r"[媳婿]", bare) else Seniority.CHILD
    if _GROWN.search(bare):
        return Seniority.GROWN
    return Seniority.CHILD if _YOUNG.search(bare) else Seniority.UNTOLD
