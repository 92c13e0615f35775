"""From what a person typed to a plan.

Lives here: the one parser. It has no operators: every sign is text and folds away, so nothing typed can break it.
Not here: filters and scope, which the service adds around the plan.

Spaces part words, all of which must hold; single Chinese characters in a row are one word, because people write names
as 张 三; what stands between quotes is one word. A word is looked for in texts, names and numbers at once, and
when it is long enough to mean something, with one wrong character too.
"""

import re
from dataclasses import dataclass

from archive_service.adapters.search_index.plan import SHORTEST_PIECE, And, Name, Number, OneWrong, Or, Plan, Text
from scanners.cjk_text import fold, is_han

LONGEST_QUERY = 200
LONGEST_NAME = 40
NEAR_TEXT = range(4, 41)  # shorter ones are near to almost every page; with digits, 2019年 would be near to 2018年
NEAR_NAME = range(3, LONGEST_NAME + 1)
NEAR_NUMBER = range(8, 31)

_WORD = re.compile(r'"([^"]*)"|“([^“”]*)”|「([^「」]*)」|(\S+)')
_DIGIT = re.compile(r"[0-9]")
_LATIN_AND_DIGITS = re.compile(r"[0-9A-Z]+")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing can be looked for, in words for the person who typed."""

    message: str


def parse(typed: str) -> Plan | Refusal:
    """The plan for the typed text; blank text gives the plan that every page fulfils."""
    if not typed.strip():
        return And()
    words = _words(typed)
    if not words:
        return Refusal("只输入了标点或符号，没有可检索的内容。请输入汉字、字母或数字。")
    length = sum(map(len, words))
    if length > LONGEST_QUERY:
        return Refusal(f"检索词太长（共 {length} 个字，最多 {LONGEST_QUERY} 个）。请只输入其中一段。")
    plans = tuple(_anywhere(word) for word in dict.fromkeys(words))
    return plans[0] if len(plans) == 1 else And(plans)


def _words(typed: str) -> list[str]:
    folded = [fold("".join(filter(None, found.groups()))) for found in _WORD.finditer(typed)]
    words: list[str] = []
    joining = False
    for word in filter(None, folded):
        single = len(word) == 1 and is_han(word)
        if single and joining:
            words[-1] += word
        else:
            words.append(word)
        joining = single
    return words


def _anywhere(word: str) -> Plan:
    homes: list[Text | Name | Number] = [Text(word)]
    if len(word) <= LONGEST_NAME and not word.isdigit():
        homes.append(Name(word))
    if len(word) >= SHORTEST_PIECE and _LATIN_AND_DIGITS.fullmatch(word):
        homes.append(Number(word))
    return Or((*homes, *(OneWrong(home) for home in homes if _has_near(home))))


def _has_near(home: Text | Name | Number) -> bool:
    length = len(home.words)
    match home:
        case Text(word):
            return length in NEAR_TEXT and not _DIGIT.search(word)
        case Name():
            return length in NEAR_NAME
        case Number():
            return length in NEAR_NUMBER
