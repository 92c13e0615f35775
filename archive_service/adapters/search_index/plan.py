"""The tree that says what is looked for, in no engine's language.

Lives here: the nodes, and `strict` which takes the near matches out of a tree.
Not here: making a tree from what a person typed (`parse.py`), what a node means for one page (`scan.py`: the
definition that every engine is tested against).
Texts in nodes are folded already (`scanners.cjk_text.fold`) and not empty.
"""

from dataclasses import dataclass
from typing import Literal

LabelField = Literal["school", "kind", "status", "sensitivity"]


@dataclass(frozen=True, slots=True)
class Text:
    """The words stand somewhere in the text of the page."""

    words: str


@dataclass(frozen=True, slots=True)
class Name:
    """The words are one of the page's names or a piece of one."""

    words: str


@dataclass(frozen=True, slots=True)
class Number:
    """The characters are one of the page's numbers or a piece of one; fewer than `SHORTEST_PIECE` match nothing."""

    words: str


@dataclass(frozen=True, slots=True)
class OneWrong:
    """As `of`, but with exactly one character replaced by another; of names and numbers only whole ones count."""

    of: Text | Name | Number


@dataclass(frozen=True, slots=True)
class Label:
    """The page carries one of the values."""

    field: LabelField
    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class DateRange:
    """The page was made between the two days, both included, as yyyymmdd; pages of unknown date (0) are outside."""

    first: int = 1
    last: int = 99999999


@dataclass(frozen=True, slots=True)
class Without:
    """The page is none of these: what the caller knows to be outdated."""

    page_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; no parts means every page."""

    parts: "tuple[Plan, ...]" = ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds; no parts means no page."""

    parts: "tuple[Plan, ...]" = ()


Leaf = Text | Name | Number
Plan = And | Or | Text | Name | Number | OneWrong | Label | DateRange | Without

SHORTEST_PIECE = 4
"""Characters of the shortest piece of a number that can be looked for."""

EVERYTHING = And()
NOTHING = Or()


def strict(plan: Plan) -> Plan:
    """The same tree with `OneWrong` matching nothing: what is left are exact matches."""
    match plan:
        case And(parts):
            return And(tuple(strict(part) for part in parts))
        case Or(parts):
            return Or(tuple(strict(part) for part in parts if not isinstance(part, OneWrong)))
        case OneWrong():
            return NOTHING
        case _:
            return plan


def leaves(plan: Plan) -> list[Leaf]:
    """All words of the tree in order, those inside `OneWrong` left out."""
    match plan:
        case And(parts) | Or(parts):
            return [leaf for part in parts for leaf in leaves(part)]
        case Text() | Name() | Number():
            return [plan]
        case _:
            return []
