"""Breaking Chinese prose into lines. Pure text; `layout` prints the lines and `hand` writes them."""

from __future__ import annotations

ASCII_WIDTH = 0.55
LONGEST_UNBROKEN = 8
NEVER_FIRST = "，。、；：？！）》”"


def wrap(text: str, per_line: int, *, indent: int = 2) -> list[str]:
    """Break prose into lines of `per_line` characters, the first indented; digits count half."""
    lines, line, room = [], "\u3000" * indent, float(per_line - indent)
    for token in _tokens(text):
        cost = sum(ASCII_WIDTH if c.isascii() else 1.0 for c in token)
        if cost > room and line.strip() and token not in NEVER_FIRST:
            lines.append(line)
            line, room = "", float(per_line)
        line += token
        room -= cost
    return [*lines, line]


def _tokens(text: str) -> list[str]:
    """Single characters, except that digits and letters stay together up to a length: long numbers do wrap in print."""
    tokens: list[str] = []
    for character in text:
        if tokens and character.isascii() and tokens[-1].isascii() and len(tokens[-1]) < LONGEST_UNBROKEN:
            tokens[-1] += character
        else:
            tokens.append(character)
    return tokens
