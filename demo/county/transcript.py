"""The transcript of a made-up paper, in the form readers keep theirs: lines and characters with their boxes."""

import json
from collections.abc import Iterator
from typing import Any

from demo.county import scans
from demo.county.writing import Written

ENGINE, ENGINE_VERSION = "demo", "1"


def transcript(pages: list[Written]) -> bytes:
    """The bytes of the rendition."""
    told = [
        {"no": number, "width_px": scans.WIDTH_PX, "height_px": scans.HEIGHT_PX, "lines": list(_lines(page))}
        for number, page in enumerate(pages, start=1)
    ]
    return json.dumps({"engine": ENGINE, "version": ENGINE_VERSION, "settings": "", "pages": told}, ensure_ascii=False).encode()


def _lines(page: Written) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(page.lines):
        box = scans.box_of(number, text)
        step = (box[2] - box[0]) / len(text)
        words = [
            {"text": letter, "box": [round(box[0] + at * step), box[1], round(box[0] + (at + 1) * step), box[3]], "confidence": 0.97}
            for at, letter in enumerate(text)
        ]
        yield {"text": text, "box": list(box), "confidence": 0.97, "words": words}
