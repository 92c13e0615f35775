"""What is asked for twice is made once: what the first request made is known by its upload and by its Idempotency-Key.

Lives here: finding it, and noting it in the transaction that makes it, so that a kill between the two cannot happen.
Not here: the keys with their answers (answers), the bytes of uploads (uploads).
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.services import answers, uploads
from archive_service.services.actor import Actor
from archive_service.services.answers import Taken

Note = Callable[[Session, str], None]  # called with the id, in the transaction that makes the thing


@dataclass(frozen=True)
class Asked:
    """What a request may be known by when it comes again; nothing, when it came with neither."""

    key: Taken | None
    upload_id: str | None = None

    def made_before(self, archive: Archive, *, actor: Actor) -> str | None:
        """The id of what an earlier try made. Raises NotFound: not the caller's upload."""
        of_upload = uploads.record_of(archive, self.upload_id, actor=actor) if self.upload_id else None
        return of_upload or (answers.made_before(archive, self.key) if self.key else None)

    @property
    def note(self) -> Note:
        """Writes down what was made; raises Conflict, and nothing is made, when another try was quicker."""

        def written(session: Session, made_id: str) -> None:
            if self.upload_id:
                uploads.note_made(session, self.upload_id, made_id)
            if self.key:
                answers.note_made(session, self.key, made_id)

        return written
