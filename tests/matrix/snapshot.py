"""The rows of the land as they were, on SQLite: to see whether anything moved, and to take back what somebody did who may."""

import hashlib
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

# What every request touches: the ledger it writes, when a session or token was last seen, the answer it keeps.
TOUCHED = frozenset({"event", "event_link", "web_session", "api_token", "remembered_answer", "sign_in_failure"})


@dataclass
class Snapshot:
    """A copy of one database file."""

    path: Path
    kept: sqlite3.Connection = field(init=False)
    before: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.kept = sqlite3.connect(":memory:")
        with sqlite3.connect(self.path) as live:
            live.backup(self.kept)
        live.close()
        self.before = _digests(self.kept)

    def changed(self) -> list[str]:
        """Tables that differ now."""
        live = sqlite3.connect(self.path)
        now = _digests(live)
        live.close()
        return sorted(table for table in now if now[table] != self.before[table])

    def restore(self) -> None:
        """Put every row back."""
        live = sqlite3.connect(self.path)
        self.kept.backup(live)
        live.close()

    def close(self) -> None:
        """Let go of the copy."""
        self.kept.close()


def _digests(connection: sqlite3.Connection) -> dict[str, str]:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name not in TOUCHED]
    return {name: hashlib.sha256(repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()).encode()).hexdigest() for name in tables}
