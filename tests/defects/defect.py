"""What a planted defect is: a guard of the service taken out by one or two exact changes, and the tests that must notice.

Lives here: `Defect`, `Change`, finding the old text. Not here: the defects themselves (the tables), planting them (runner).
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Change:
    """`old` stands exactly once in `file` and becomes `new`."""

    file: str
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The file's text with the change. Raises ValueError."""
        if (found := text.count(self.old)) != 1:
            raise ValueError(f"{self.file}: the old text stands {found} times: {self.old!r}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Defect:
    """`guard` says what no longer holds once the changes are made; `tests` are node ids without parameters."""

    name: str
    guard: str
    changes: tuple[Change, ...]
    tests: tuple[str, ...]

    def texts(self, root: Path) -> dict[Path, str]:
        """Every changed file with its new text, which is still Python. Raises ValueError, SyntaxError."""
        texts: dict[Path, str] = {}
        for change in self.changes:
            path = root / change.file
            texts[path] = change.applied(texts.get(path) or path.read_text("utf-8"))
        for path, text in texts.items():
            ast.parse(text, path)
        return texts


def change(file: str, old: str, new: str) -> Change:
    """A change of a file of the service."""
    return Change(f"archive_service/{file}", old, new)


def nodes(defects: Sequence[Defect]) -> list[str]:
    """Every test the defects name, once."""
    return sorted({test for defect in defects for test in defect.tests})
