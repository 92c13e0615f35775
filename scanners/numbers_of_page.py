"""Whose numbers stand on a page: the student's identity number and student number, not a parent's.

Lives here: numbers_of, own, adults, by_age, second_readings, suggestion. Not here: the numbers' own rules (scanners.identity_numbers),
the registry (services).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from scanners.identity_numbers import NumberHit, birth_on, find_numbers
from scanners.passage import Passage, Span
from scanners.rows import Row

_ADULT = ("监护人", "家长", "父亲", "母亲", "户主身份", "经办人", "代办人")
AN_ADULTS = -5
_CHILD_BELOW, _GROWN_FROM = 16, 25  # years old when the paper was written: no parent yet, no pupil any more
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
        following = rows[at + 1] if at + 1 < len(rows) else ()
        for number in (*_in_row(row, page), *_over_the_end(row, following, page)):
            known = placed.get((number.hit.kind, number.hit.value))
            if known is None or number.weight > known.weight:
                placed[number.hit.kind, number.hit.value] = number
    return _without_fragments(list(placed.values()))


def by_age(number: PlacedNumber, year: int) -> PlacedNumber:
    """The number weighed again by its holder's age in the year the paper was written, which outweighs words around it."""
    if not number.hit.is_valid or number.hit.kind == "student_no":
        return number
    age = year - int(birth_on(number.hit.body)[:4])
    if age >= _GROWN_FROM:
        return replace(number, weight=AN_ADULTS)
    return replace(number, weight=0) if age < _CHILD_BELOW and number.weight == AN_ADULTS else number


def _in_row(row: Row, page: int) -> list[PlacedNumber]:
    """Numbers of the joined row, where labels stand before them; of single cells only what joining hid."""
    numbers = _in_passage(Passage(row), page)
    known = {number.hit.value for number in numbers if number.hit.is_valid}
    for cell in row if len(row) > 1 else ():
        numbers += [number for number in _in_passage(Passage([cell]), page) if number.hit.value not in known]
    return numbers


def _over_the_end(row: Row, following: Row, page: int) -> list[PlacedNumber]:
    """Numbers that run from the end of one row into the next, as in prose."""
    joined = Passage((*row, *following))
    end = len(Passage(row).text)
    if not joined.text[max(0, end - 1) : end + 1].isalnum() or not joined.text[max(0, end - 1) : end].isascii():
        return []
    return [number for number in _in_passage(joined, page) if number.hit.start < end < number.hit.stop]


def _in_passage(passage: Passage, page: int) -> list[PlacedNumber]:
    return [PlacedNumber(hit, passage.span(hit.start, hit.stop), page, _weight(passage.text, hit)) for hit in find_numbers(passage.text)]


def _weight(text: str, hit: NumberHit) -> int:
    before = text[: hit.start]
    near = before[-_NEAR:]
    if any(word in before for word in _ADULT):
        return AN_ADULTS
    weight = 3 if any(word in near for word in ("身份", "证件", "公民")) else 2 if "身份" in before else 0
    if "学籍" in near:
        weight += 3 if hit.kind == "student_no" else -2
    return weight


def _without_fragments(numbers: list[PlacedNumber]) -> list[PlacedNumber]:
    """A failed token that is the greater part of a valid number, cut by the line's end, is no number of its own."""
    bodies = [number.hit.body for number in numbers if number.hit.is_valid]
    return [number for number in numbers if number.hit.is_valid or not any(number.hit.value.lstrip("GJL") in body for body in bodies)]


def own(numbers: Sequence[PlacedNumber], kind: str) -> PlacedNumber | None:
    """The student's own number of this kind: valid first, best placed, then the youngest holder."""
    of_kind = [number for number in numbers if number.hit.kind == kind and number.weight > AN_ADULTS]
    return max(of_kind, key=lambda number: (number.hit.is_valid, number.weight, _born(number)), default=None)


def adults(numbers: Sequence[PlacedNumber]) -> list[PlacedNumber]:
    """Sound identity numbers that words or age give to a grown-up."""
    return [number for number in numbers if number.hit.kind == "id_no" and number.hit.is_valid and number.weight == AN_ADULTS]


def _born(number: PlacedNumber) -> str:
    return birth_on(number.hit.body) if number.hit.is_valid else ""


def second_readings(rows: Sequence[Row]) -> list[NumberHit]:
    """Sound numbers that a second engine read where the first one's failed."""
    return [hit for row in rows for line in row for hit in find_numbers(line.second) if hit.is_valid]


def suggestion(number: PlacedNumber, others: Sequence[NumberHit]) -> str | None:
    """For a number that fails: a valid one of the same record, or of a second reading, that differs by at most two characters."""
    for other in others:
        if other.is_valid and Levenshtein.distance(number.hit.body, other.body) <= _REPAIRABLE:
            return other.body if number.hit.kind == "id_no" else number.hit.value[0] + other.body
    return None
