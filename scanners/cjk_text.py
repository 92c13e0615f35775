"""The one folding of Chinese text: what two writings of the same words have in common.

Lives here: `fold` (used by indexing, querying, checking and matching alike), the same with offsets into the original
for highlighting, and the digest of its rules. The traditional-to-simplified table beside it is frozen data.
Not here: tokens and plans of the search index, fuzzy comparison of names.

Folding goes code point by code point, so a piece of a text folds to a piece of the folded text, and offsets map back.
"""

import hashlib
import unicodedata
from functools import lru_cache
from itertools import compress
from pathlib import Path

RULES_VERSION = 1
"""Raise when `_fold_character` changes its mind about any character: every index then asks for a rebuild."""

_TABLE_FILE = Path(__file__).with_name("han_simplified.txt")
_RARE_HAN = range(0x20000, 0x40000)  # planes 2 and 3 are for ideographs only, some too new for Python's Unicode tables
_ZERO_LOOKALIKES = {"○": "〇", "◯": "〇"}  # printed and read for the numeral zero in dates: 二○一九年


def _simplified() -> dict[str, str]:
    lines = _TABLE_FILE.read_text(encoding="utf-8").splitlines()
    return {line[0]: line[1] for line in lines if not line.startswith("#")}


_SIMPLIFIED = _simplified()


def _fold_character(character: str) -> str:
    """Letters and numbers in their plainest form; everything else (spaces, punctuation, marks, controls) vanishes."""
    shape = _ZERO_LOOKALIKES.get(character, character)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", shape).upper())
    kept = (letter for letter in plain if unicodedata.category(letter)[0] in "LN" or ord(letter) in _RARE_HAN)
    return "".join(_SIMPLIFIED.get(letter, letter) for letter in kept)


class _FoldTable(dict[int, str]):
    """Filled as characters turn up: a page uses some hundred of a million code points."""

    def __missing__(self, code_point: int) -> str:
        folded = self[code_point] = _fold_character(chr(code_point))
        return folded


_FOLDED = _FoldTable()


def fold(text: str) -> str:
    """The text without spaces and punctuation, half width, upper case, simplified; empty when nothing can be searched."""
    return text.translate(_FOLDED)


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters, the offset of the original character it came from."""
    pieces = list(map(_FOLDED.__getitem__, map(ord, text)))
    folded, offsets = "".join(pieces), list(compress(range(len(pieces)), pieces))
    if len(folded) != len(offsets):  # a character became several: ㎏, ㈠
        offsets = [offset for offset, piece in enumerate(pieces) for _ in piece]
    return folded, offsets


def is_han(character: str) -> bool:
    """Whether the character is a Chinese ideograph (the numeral 〇 included)."""
    return character == "〇" or ord(character) in _RARE_HAN or unicodedata.name(character, "").startswith("CJK UNIFIED IDEOGRAPH")


@lru_cache(maxsize=1)
def fold_digest() -> str:
    """Names the folding rules and the table: equal digests fold equally on the same Unicode version."""
    facts = f"{RULES_VERSION}|{unicodedata.unidata_version}|{''.join(sorted(_ZERO_LOOKALIKES))}|"
    return hashlib.blake2b(facts.encode() + _TABLE_FILE.read_bytes(), digest_size=16).hexdigest()
