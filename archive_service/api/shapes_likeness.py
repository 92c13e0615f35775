"""The shapes of second scans, as the API's document names them; told to who may read both records."""

from datetime import datetime
from typing import Literal

from archive_service.api.values import Input, Output
from archive_service.models.likeness import Rescan

RescanState = Literal["proposed", "denied"]


class LikePagesOut(Output):
    """A page that may be a second scan, the page it is like, and how far text and picture agree, of 1."""

    page: int
    first_page: int
    text: float
    picture: float | None


class RescanOut(Output):
    """The earlier record of which this one may be a second scan; `denied` by a person who compared them."""

    record_id: str
    pages: list[LikePagesOut]
    state: RescanState
    denied_at: datetime | None


class RescanIn(Input):
    """A person's word whether a record may be a second scan of the first."""

    state: RescanState


def rescan_out(rescan: Rescan | None) -> RescanOut | None:
    """What was found as the API gives it."""
    if rescan is None:
        return None
    pages = [LikePagesOut.model_validate(pair) for pair in rescan.pages]
    return RescanOut(record_id=rescan.first_id, pages=pages, state="denied" if rescan.denied_at else "proposed", denied_at=rescan.denied_at)
