"""Resident identity numbers and student numbers in read text, by their own rules.

Lives here: find_numbers, NumberHit; look-alike letters are mapped only inside long tokens, where they cannot be words.
Not here: whose number it is (scanners.fields), the registry (services). A check character reveals, it does not repair.
Source: GB 11643-1999; the student number is G, J or L and 18 characters, L without a check character.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from stdnum.cn import ric

NumberKind = Literal["id_no", "student_no"]

_LOOK_ALIKE = str.maketrans(
    {**dict.fromkeys("OoQD〇", "0"), **dict.fromkeys("lIi!", "1"), "S": "5", "Z": "2", "B": "8", "b": "6"}
    | {**dict.fromkeys("qg", "9"), **dict.fromkeys("×хⅩ乂x", "X")}
)
_PLAIN = str.maketrans(dict.fromkeys("×хⅩ乂x", "X"))  # the check character's other shapes are no misreading
_RULES = "|丨"  # ruled lines between boxed digits
_TOKEN = re.compile(r"[0-9A-Za-z〇×хⅩ乂!]{16,}")
_BODY_LENGTH = 18
_NEAR = range(_BODY_LENGTH - 1, _BODY_LENGTH + 2)  # one character lost or gained; shorter ones are pieces
_LETTER = {"G": "G", "J": "J", "L": "L", "6": "G", "C": "G", "c": "G"}
_EARLIEST, _LATEST = 1900, 2100  # bank cards and bar codes hold dates of year 4000
_NO_LETTER = {"6", "C", "c"}  # read for G, so the number is only probable


@dataclass(frozen=True)
class NumberHit:
    """A number at text[start:stop]; `value` in its proper letters, valid or not, mapped where look-alikes were read."""

    kind: NumberKind
    value: str
    start: int
    stop: int
    is_valid: bool
    is_mapped: bool

    @property
    def body(self) -> str:
        return self.value[-_BODY_LENGTH:]


def has_right_check(body: str) -> bool:
    """Whether an 18-character body carries a real birth date and the right check character."""
    return _has_date(body) and ric.calc_check_digit(body) == body[-1]


def birth_on(body: str) -> str:
    """The birth date in a body that has a real one."""
    return f"{body[6:10]}-{body[10:12]}-{body[12:14]}"


def sex(body: str) -> str:
    """The sex an identity number states: its seventeenth digit is odd for men."""
    return "男" if int(body[16]) % 2 else "女"


def find_numbers(text: str) -> list[NumberHit]:
    """Every number of folded text: valid ones wherever they stand in a token, else the token as a failed number."""
    kept = [at for at, char in enumerate(text) if char not in _RULES]
    clean = "".join(text[at] for at in kept)
    hits: list[NumberHit] = []
    for token in _TOKEN.finditer(clean):
        hits += _valid_in(token[0], token.start()) or _failed(token[0], token.start())
    return [replace(hit, start=kept[hit.start], stop=kept[hit.stop - 1] + 1) for hit in hits]


def _valid_in(token: str, offset: int) -> list[NumberHit]:
    hits: list[NumberHit] = []
    at = 0
    while at + _BODY_LENGTH <= len(token):
        hit = _window(token, at, offset)
        if hit:
            hits.append(hit)
            at = hit.stop - offset
        else:
            at += 1
    return hits


def _window(token: str, at: int, offset: int) -> NumberHit | None:
    piece = token[at : at + _BODY_LENGTH]
    body = piece.translate(_LOOK_ALIKE)
    before = token[at - 1] if at else ""
    is_temporary = before == "L" and _has_date(body) and body.isdigit()
    if not is_temporary and not (_is_body(body) and has_right_check(body)):
        return None
    is_mapped = body != piece.translate(_PLAIN)
    letter = _LETTER.get(before)
    if letter and at == 1:
        is_mapped = is_mapped or before in _NO_LETTER
        return NumberHit("student_no", letter + body, offset, offset + 1 + _BODY_LENGTH, True, is_mapped)  # noqa: FBT003  # valid
    return NumberHit("id_no", body, offset + at, offset + at + _BODY_LENGTH, True, is_mapped)  # noqa: FBT003  # valid


def _failed(token: str, offset: int) -> list[NumberHit]:
    """A token of about the right length that breaks its check, kept as read."""
    kind: NumberKind = "student_no" if token[0] in "GJL" else "id_no"
    body = token[1:] if kind == "student_no" else token
    if len(body) not in _NEAR or sum(char.isdigit() for char in body) < _BODY_LENGTH - 4:
        return []
    value = token.translate(_PLAIN)
    return [NumberHit(kind, value, offset, offset + len(token), is_valid=False, is_mapped=False)]


def _is_body(body: str) -> bool:
    return body[:-1].isascii() and body[:-1].isdigit() and (body[-1].isdigit() or body[-1] == "X")


def _has_date(body: str) -> bool:
    try:
        born = date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    except ValueError:
        return False
    return _EARLIEST <= born.year < _LATEST
