"""A paper asked for twice is one record: what the first request made is known by its upload and by its Idempotency-Key.

Lives here: finding that record, and noting it in the transaction that makes it, so that a kill between the two cannot happen.
Not here: the keys with their answers (answers), the bytes of uploads (uploads).
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.services import answers, uploads
from archive_service.services.actor import Actor
from archive_service.services.answers import Taken


@dataclass(frozen=True)
class Asked:
    """What a request may be known by when it comes again; nothing, when it came with neither."""

    upload_id: str | None
    key: Taken | None

    def made_before(self, archive: Archive, *, actor: Actor) -> str | None:
        """The record an earlier try made. Raises NotFound: not the caller's upload."""
        of_upload = uploads.record_of(archive, self.upload_id, actor=actor) if self.upload_id else None
        return of_upload or (answers.made_before(archive, self.key) if self.key else None)

    @property
    def note(self) -> Callable[[Session, str], None]:
        """Writes down the record made; raises Conflict, and nothing is made, when another try was quicker."""

        def written(session: Session, record_id: str) -> None:
            if self.upload_id:
                uploads.note_made(session, self.upload_id, record_id)
            if self.key:
                answers.note_made(session, self.key, record_id)

        return written
