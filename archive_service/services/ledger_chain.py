"""How the chain is computed: what of an event is hashed, and what a link's digest is.

Lives here: the first digest, an event's canonical form, a link's digest. Not here: rows (ledger, ledger_verify), files (ledger_anchors).
The form is a promise to outsiders who check without this program (docs/ledger.md); a change of it would break every chain.
"""

import hashlib
import json

from archive_service.models.ledger import Event

GENESIS = hashlib.sha256(b"xueji-archive ledger").hexdigest()


def canonical(event: Event) -> str:
    """The event as JSON with sorted keys: every column, so that no edit escapes."""
    values = {column.key: getattr(event, column.key) for column in Event.__table__.columns}
    values["at"] = event.at.isoformat(timespec="microseconds")
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chained(previous: str, seq: int, text: str) -> str:
    """SHA-256 over the previous link's digest, the place in the chain, and the event's canonical form."""
    return hashlib.sha256(f"{previous}\n{seq}\n{text}".encode()).hexdigest()


def link_digest(previous: str, seq: int, event: Event) -> str:
    """The digest of the link that holds this event."""
    return chained(previous, seq, canonical(event))
