"""Whose numbers stand on a page: the student's identity number and student number, not a parent's.

Lives here: number_fields. Not here: the numbers' own rules (scanners.identity_numbers), the registry (services).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from scanners.identity_numbers import NumberHit, birth_on, find_numbers
from scanners.passage import Passage, Span
from scanners.rows import Row

_ADULT = ("监护人", "家长", "父亲", "母亲", "户主身份", "经办人", "代办人")
_NEAR = 12  # characters before a number in which its label stands
_REPAIRABLE = 2  # wrong characters between two readings of one number


@dataclass(frozen=True)
class PlacedNumber:
    """A number with its place and how much the words around it make it the student's own."""

    hit: NumberHit
    span: Span
    page: int
    weight: int


def numbers_of(rows: Sequence[Row], page: int) -> list[PlacedNumber]:
    """Every number of a page: in each cell, in the joined row, and over the end of a row into the next."""
    placed: dict[tuple[str, str], PlacedNumber] = {}
    for at, row in enumerate(rows):
        for passage in _passages(row, rows[at + 1] if at + 1 < len(rows) else ()):
            for hit in find_numbers(passage.text):
                number = PlacedNumber(hit, passage.span(hit.start, hit.stop), page, _weight(passage.text, hit))
                known = placed.get((hit.kind, hit.value))
                if known is None or number.weight > known.weight:
                    placed[hit.kind, hit.value] = number
    return _without_fragments(list(placed.values()))


def _passages(row: Row, following: Row) -> Iterator[Passage]:
    if len(row) > 1:
        yield from (Passage([cell]) for cell in row)
    joined = Passage(row)
    yield joined
    if following and joined.text[-1:].isalnum() and joined.text[-1:].isascii():
        yield Passage((*row, *following))


def _weight(text: str, hit: NumberHit) -> int:
    before = text[: hit.start]
    near = before[-_NEAR:]
    weight = 0
    if any(word in near for word in ("身份", "证件", "公民")):
        weight += 3
    elif "身份" in before:
        weight += 2
    if any(word in text for word in _ADULT):
        weight -= 5 if any(word in before for word in _ADULT) else 1
    if "学籍" in near:
        weight += 3 if hit.kind == "student_no" else -2
    return weight


def _without_fragments(numbers: list[PlacedNumber]) -> list[PlacedNumber]:
    """A failed token that a valid number explains (half of it, or both run together) is no number of its own."""
    valid = [number for number in numbers if number.hit.is_valid]
    return valid + [
        number for number in numbers if not number.hit.is_valid and not any(_overlaps(number.hit.value, other.hit.body) for other in valid)
    ]


def _overlaps(failed: str, body: str) -> bool:
    return failed in body or body in failed or failed[-14:] in body or failed[:14] in body


def own(numbers: Sequence[PlacedNumber], kind: str) -> PlacedNumber | None:
    """The student's own number of this kind: valid first, best placed, then the youngest holder."""
    of_kind = [number for number in numbers if number.hit.kind == kind and number.weight > -3]  # noqa: PLR2004  # an adult's row
    return max(of_kind, key=lambda number: (number.hit.is_valid, number.weight, _born(number)), default=None)


def _born(number: PlacedNumber) -> str:
    return birth_on(number.hit.body) if number.hit.is_valid else ""


def suggestion(number: PlacedNumber, numbers: Sequence[PlacedNumber]) -> str | None:
    """For a number that fails: a valid one on the same record that differs by at most two characters."""
    for other in numbers:
        if other.hit.is_valid and Levenshtein.distance(number.hit.body, other.hit.body) <= _REPAIRABLE:
            return other.hit.body if number.hit.kind == "id_no" else number.hit.value[0] + other.hit.body
    return None
