"""A folder that scanners write to: files are taken in once they are whole, and leave it afterwards.

Lives here: `Watch`. Not here: what is left alone (ingest_folder), taking in (ingest). Taken files go to `.done`, refused ones to
`.refused` with a note beside them; a file that was taken just before a kill is known again and only moved.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.ids import new_id
from archive_service.services.actor import Actor
from archive_service.services.ingest import Intake, RefusedFile, Slip, folder_label, open_intake, take_file
from archive_service.services.ingest_folder import FolderFile, files_of

DONE, REFUSED = ".done", ".refused"
SOURCE = "watch"
SETTLED_SECONDS = 2.0  # scanners write in bursts; a file untouched for this long, twice the same, is whole


@dataclass
class Watch:
    """One folder under watch; call `round` every second or so."""

    archive: Archive
    folder: Path
    actor: Actor
    settled_seconds: float = SETTLED_SECONDS
    _seen: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _day: date | None = None
    _intake: Intake | None = None

    def round(self) -> Iterator[tuple[str, RefusedFile | None]]:
        """Take in what is whole by now; gives each file's name, with its refusal if it was refused.

        Raises: StoreUnavailable (the file stays where it is and is tried again in the next round).
        """
        for file in files_of(self.folder):
            if self._is_whole(file.path):
                refusal = take_file(self.archive, file, Slip(), self.batch(), actor=self.actor)
                self._move(file, refusal)
                yield file.name, refusal

    def _is_whole(self, path: Path) -> bool:
        try:
            found = path.lstat()
        except FileNotFoundError:
            return False
        now = (found.st_size, found.st_mtime_ns)
        before, self._seen[path] = self._seen.get(path), now
        return before == now and time.time() - found.st_mtime >= self.settled_seconds

    def batch(self) -> Intake:
        """The batch of today's files; each day has its own."""
        on = today(self.archive.clock)
        if self._intake is None or self._day != on:
            label = f"{folder_label(self.folder)} {on}"
            self._day, self._intake = on, open_intake(self.archive, label, source=SOURCE, actor=self.actor, expected=None)
        return self._intake

    def _move(self, file: FolderFile, refusal: RefusedFile | None) -> None:
        target = self.folder / (REFUSED if refusal else DONE) / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() or target.is_symlink():
            target = target.with_name(f"{target.stem}-{new_id()[:12]}{target.suffix}")
        file.path.rename(target)
        if refusal:
            target.with_name(f"{target.name}.txt").write_text(f"{refusal.message}\n", encoding="utf-8")
        self._seen.pop(file.path, None)
