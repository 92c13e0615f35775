"""What an instance remembers of its demo: the password of its accounts, and from what its world and papers are made.

Kept as `XUEJI_HOME/demo.json`, readable by its owner alone, and written before the first row: a demo whose loading was cut
short is loaded again with the same password.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from demo.county.schools import make_county
from demo.county.size import COUNTY, Size
from demo.model import World
from demo.world import make_world

FILE = "demo.json"
SEED = 7
PAPERS = 120
_WORDS = ("qinghe", "songlin", "yunqiao", "chenxi", "maiping", "xipan", "haiyan", "tingchao", "wangxi", "hupan")


@dataclass(frozen=True)
class Notes:
    """The demo of one instance; `share`: of the county, nothing for the town; `is_complete`: its papers are in and its cases are open."""

    password: str
    as_of: date
    seed: int = SEED
    papers: int = PAPERS
    is_complete: bool = False
    share: float = 0.0

    @property
    def size(self) -> Size | None:
        """How large the county is; None for the town."""
        return COUNTY.part(self.share) if self.share else None

    def world(self) -> World:
        """The same world at every call and every start."""
        return make_county(self.seed, self.size, as_of=self.as_of) if self.size else make_world(self.seed, as_of=self.as_of)


def new_notes(on: date, *, papers: int = PAPERS, share: float = 0.0) -> Notes:
    """Notes for a demo that begins today, with a password that can be read out: two words and four digits."""
    words = "-".join(secrets.choice(_WORDS) for _ in range(2))
    password = f"{words}-{secrets.randbelow(10_000):04d}"
    return Notes(password, as_of=on, papers=COUNTY.part(share).records if share else papers, share=share)


def read_notes(home: Path) -> Notes | None:
    """The notes of the instance, or None when it has no demo."""
    try:
        values = json.loads((home / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Notes(**values | {"as_of": date.fromisoformat(values["as_of"])})


def write_notes(home: Path, notes: Notes) -> None:
    """Keep the notes, whole or not at all."""
    fresh = home / f"{FILE}.part"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(notes), file, ensure_ascii=False, indent=1, default=str)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(home / FILE)


def complete(home: Path, notes: Notes) -> None:
    """Note that there is nothing left to do."""
    write_notes(home, replace(notes, is_complete=True))
