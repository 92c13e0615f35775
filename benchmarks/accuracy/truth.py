"""A folder of scans with what is true about them, as `python -m demo --out` writes it and as anybody else may.

`truth.json` maps the name of a file, in the folder or in `papers/`, to an object.
Every key may be left out; what is not said is not scored.

    kind     code of `config/kinds/`, null for what is no paper of any kind
    values   fields by their names in the API, as printed; dates as 2026-03-01
    profile  the machine it comes from, and faults, a list of codes: what tables are made by
    pages    one object a page: `kind` null for a blank side, `rotation` clockwise as it lies, `lines` [{text, by_hand}],
             `seals`: the text of each ring
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "truth.json"
UNREADABLE = frozenset({"not_a_paper", "cut_off", "blurred", "tiny"})
"""Faults after which what was drawn need not be on the picture: such papers count for kind, blankness and turning alone."""


@dataclass(frozen=True)
class PageTruth:
    """One page; None where nothing was said."""

    is_blank: bool | None
    rotation: int | None
    lines: tuple[tuple[str, bool], ...]
    seals: tuple[str, ...] | None


@dataclass(frozen=True)
class PaperTruth:
    """One file. `says_kind`: the truth tells what it is, perhaps nothing."""

    path: Path
    says_kind: bool
    kind: str | None
    values: Mapping[str, str]
    profile: str
    faults: tuple[str, ...]
    pages: tuple[PageTruth, ...] = field(default=())

    @property
    def is_readable(self) -> bool:
        return UNREADABLE.isdisjoint(self.faults)


def papers_of(folder: Path) -> Iterator[PaperTruth]:
    """Every file the truth speaks of, in its order. Raises ValueError (no truth, a file that is not there)."""
    try:
        told = json.loads((folder / FILE).read_text("utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"{folder} holds no {FILE}") from error
    for name, said in told.items():
        path = next((place / name for place in (folder, folder / "papers") if (place / name).is_file()), None)
        if path is None:
            raise ValueError(f"{FILE} speaks of {name}, which is not in {folder}")
        yield _paper(path, said)


def _paper(path: Path, said: dict[str, Any]) -> PaperTruth:
    return PaperTruth(
        path=path,
        says_kind="kind" in said,
        kind=said.get("kind"),
        values={name: str(value) for name, value in said.get("values", {}).items()},
        profile=said.get("profile", "unknown"),
        faults=tuple(said.get("faults", ())),
        pages=tuple(_page(page) for page in said.get("pages", ())),
    )


def _page(said: dict[str, Any]) -> PageTruth:
    return PageTruth(
        is_blank=said["kind"] is None if "kind" in said else None,
        rotation=said.get("rotation"),
        lines=tuple((line["text"], bool(line.get("by_hand"))) for line in said.get("lines", ())),
        seals=tuple(said["seals"]) if "seals" in said else None,
    )
