"""Names and numbers as people may see them, and how far two names are apart.

Lives here: masks, folding of names, edit distance. Not here: who sees the unmasked form (access), numbers (identity).
"""

import re
import unicodedata

_MIDDLE_DOTS = re.compile(r"[·••・‧∙.。]")
_KEEP_HEAD, _KEEP_TAIL = 4, 4


def fold_name(name: str) -> str:
    """One form for comparing: width and spaces folded, every kind of middle dot the same."""
    return _MIDDLE_DOTS.sub("·", re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)))


def mask_name(name: str) -> str:
    """Family character and two stars, whatever the length: the mask must not tell how long the name is."""
    return f"{name[0]}**" if name else ""


def mask_number(number: str) -> str:
    """First and last four characters; a number too short to hide anything is hidden whole."""
    hidden = len(number) - _KEEP_HEAD - _KEEP_TAIL
    if hidden < _KEEP_TAIL:
        return "*" * len(number)
    return number[:_KEEP_HEAD] + "*" * hidden + number[-_KEEP_TAIL:]


def name_distance(one: str, other: str) -> int:
    """Characters to insert, drop or replace to turn one folded name into the other."""
    one, other = fold_name(one), fold_name(other)
    row = list(range(len(other) + 1))
    for count, here in enumerate(one, start=1):
        above, row = row, [count]
        for at, there in enumerate(other):
            row.append(min(above[at + 1] + 1, row[at] + 1, above[at] + (here != there)))
    return row[-1]
