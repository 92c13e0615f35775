"""The shape of a transcript, as the API's document names it. Boxes are [x0, y0, x1, y1] in pixels of the upright page."""

from archive_service.api.shapes import Box
from archive_service.api.values import Output


class WordOut(Output):
    """What can be boxed by itself: one Han character, or a run of digits or letters."""

    text: str
    box: Box
    confidence: float


class LineOut(Output):
    """A run of text."""

    text: str
    box: Box
    confidence: float
    words: list[WordOut]


class TextPageOut(Output):
    """A page with its lines in reading order; without lines it is blank."""

    no: int
    width_px: int
    height_px: int
    lines: list[LineOut]


class TranscriptOut(Output):
    """The words of a record with their boxes."""

    engine: str
    version: str
    pages: list[TextPageOut]
