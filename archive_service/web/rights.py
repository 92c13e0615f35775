"""Whether a screen or a button makes sense for this person; the services decide again, on rows."""

from archive_service.errors import Denied
from archive_service.http.context import person
from archive_service.rules.access import Right


def holds(right: Right) -> bool:
    """Whether the actor holds the right at some unit."""
    return any(grant.gives(right) for grant in person().viewer.grants)


def require(right: Right, who_may: str) -> None:
    """Insist that the screen is one of the actor's, before it says anything. Raises Denied with the words on who may."""
    if not holds(right):
        raise Denied(who_may)
