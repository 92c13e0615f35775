"""What is asked: classes of questions as people type them, each question once, and by whom.

Lives here: the table of classes. Not here: what an answer costs or holds (compare, exactness).
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from archive_service.services.search import Query, Sort
from benchmarks.search.corpus import ENDINGS, HAN, KINDS, LABELS, TITLES, Sheet
from scanners.cjk_text import fold


@dataclass(frozen=True)
class Question:
    """One search of one person."""

    group: str
    query: Query
    by: str


@dataclass(frozen=True)
class Group:
    """A class: what is typed about some page, and what else is chosen on the screen."""

    typed: Callable[[Sheet, random.Random], str]
    chosen: dict[str, Any] = field(default_factory=dict)
    by: str = "city"


def _piece(length: int) -> Callable[[Sheet, random.Random], str]:
    def piece(sheet: Sheet, chance: random.Random) -> str:
        text = fold(sheet.text)
        start = chance.randrange(len(text) - length)
        return text[start : start + length]

    return piece


def _common(length: int) -> Callable[[Sheet, random.Random], str]:
    """A piece of what stands on many pages."""

    def common(_: Sheet, chance: random.Random) -> str:
        words = chance.choice([words for words in (*TITLES, *ENDINGS, *LABELS) if len(words) >= length])
        start = chance.randrange(len(words) - length + 1)
        return words[start : start + length]

    return common


def _one_off(words: str, chance: random.Random) -> str:
    at = chance.randrange(len(words))
    return words[:at] + chance.choice(HAN[1_000:]) + words[at + 1 :]


_frequent = _common(2)
GROUPS: dict[str, Group] = {
    "one character": Group(_piece(1)),
    "name": Group(lambda sheet, _: sheet.child.name),
    "name, spaced": Group(lambda sheet, _: " ".join(sheet.child.name)),
    "whole number": Group(lambda sheet, _: sheet.child.student_no),
    "whole identity number": Group(lambda sheet, _: sheet.child.id_no),
    "number prefix 6": Group(lambda sheet, _: sheet.child.id_no[:6]),
    "number tail 4": Group(lambda sheet, _: sheet.child.id_no[-4:]),
    "number middle 9": Group(lambda sheet, _: sheet.child.id_no[5:14]),
    "digits anywhere 4": Group(lambda _, chance: f"{chance.randrange(10_000):04}"),
    "common word": Group(_frequent),
    "word of 2": Group(_piece(2)),
    "phrase of 3": Group(_piece(3)),
    "common phrase of 4": Group(_common(4)),
    "phrase of 8": Group(_piece(8)),
    "phrase of 40": Group(_piece(40)),
    "mixed": Group(lambda sheet, _: f"{sheet.made_on.year}年{sheet.made_on.month}月"),
    "two words": Group(lambda sheet, chance: f"{sheet.child.name[:2]} {_frequent(sheet, chance)}"),
    "three common words": Group(lambda sheet, chance: " ".join(_frequent(sheet, chance) for _ in range(3))),
    "one school's": Group(_frequent, by="school"),
    "one county's": Group(_frequent, by="county"),
    "kind and state chosen": Group(_frequent, {"kind": KINDS[1], "status": "accepted"}),
    "span of days": Group(_frequent, {"first_on": date(2019, 9, 1), "last_on": date(2020, 8, 31)}),
    "by date": Group(_frequent, {"sort": Sort.DATE}),
    "by number": Group(_frequent, {"sort": Sort.NUMBER}),
    "page 50": Group(_frequent, {"page": 50}),
    "deep page": Group(_piece(1), {"page": 200, "size": 50}),
    "everything": Group(lambda _sheet, _chance: "", {"sort": Sort.DATE}),
    "name, one wrong": Group(lambda sheet, chance: _one_off(sheet.child.name, chance)),
    "phrase, one wrong": Group(lambda sheet, chance: _one_off(_piece(6)(sheet, chance), chance)),
    "common phrase, one wrong": Group(lambda sheet, chance: _one_off(_common(6)(sheet, chance), chance)),
    "number, one wrong": Group(lambda sheet, chance: sheet.child.student_no[:12] + str(chance.randrange(10)) + sheet.child.student_no[13:]),
    "nothing": Group(lambda _, chance: "".join(chance.choices(HAN[3_000:], k=3))),
}


def questions(sheets: Iterable[Sheet], each: int) -> list[Question]:
    """Up to so many different questions a class; common words are fewer. Mixed, so that a cold start is not one class's."""
    chance, some = random.Random(20260902), list(sheets)  # noqa: S311 - the same questions every time
    asked = [
        Question(name, Query(group.typed(chance.choice(some), chance), **group.chosen), group.by)
        for name, group in GROUPS.items()
        for _ in range(each)
    ]
    mixed = list(dict.fromkeys(asked))
    chance.shuffle(mixed)
    return mixed
