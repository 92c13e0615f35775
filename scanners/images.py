"""From bytes to upright-able pixels, one page at a time.

Lives here: open_pages for every media type the door takes, ScannedPage, ScanError; the traps of colour modes.
Not here: which way is up and whether the page is any good (scanners.orientation, quality); PDF (scanners.pdf_pages).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageFile, ImageOps

from scanners import pdf_pages
from scanners.findings import Finding, Severity, found
from scanners.limits import Limits
from scanners.pdf_door import PdfNotOpened
from scanners.pixels import Pixels, scaled
from scanners.rasters import HEADER_ERRORS, open_image
from scanners.resolution import believable_dpi, guess_dpi
from scanners.sources import size_findings

_DEEP_MODES = {"I;16", "I;16L", "I;16B", "I", "F"}  # more than 8 bits: Pillow's own conversion clips them to white
_CHROMA = 12  # channels of a grey page differ by less than this after JPEG compression


class ScanError(Exception):
    """The content cannot be turned into pages; `code` is a finding's code and the message is its advice."""

    def __init__(self, code: str, finding: Finding | None = None) -> None:
        self.finding = finding or found(code)
        super().__init__(self.finding.advice)
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.code, self.finding)


@dataclass(frozen=True, eq=False)
class ScannedPage:
    """One page as it lies in the file, EXIF turn applied; dpi is None where neither file nor paper size tells."""

    no: int
    pixels: Pixels
    dpi: float | None
    mode: str
    is_colour: bool
    findings: tuple[Finding, ...] = ()


def open_pages(content: bytes, media_type: str, limits: Limits) -> Iterator[ScannedPage]:
    """Decode page after page; only one page's pixels are held at a time.

    A page cut short by a broken file comes with what can be seen and a `truncated_image` finding.

    Raises:
        ScanError: nothing (more) can be decoded, or a page is beyond the limits.
    """
    pages = _pdf(content, limits) if media_type == "application/pdf" else _raster(content, media_type, limits)
    for page in pages:
        if page.no > limits.max_pages:
            raise ScanError("too_many_pages", found("too_many_pages", value=page.no, limit=limits.max_pages))
        yield page


def _pdf(content: bytes, limits: Limits) -> Iterator[ScannedPage]:
    try:
        for no, pixels, dpi in pdf_pages.render(content, max_pixels=limits.max_pixels):
            yield _scanned(no, pixels, dpi, mode="PDF")
    except PdfNotOpened as refusal:
        raise ScanError(refusal.code) from refusal


def _raster(content: bytes, media_type: str, limits: Limits) -> Iterator[ScannedPage]:
    try:
        with open_image(content, media_type) as image:
            # Only TIFF holds pages; further frames of the others are previews, depth maps and animation.
            frames = getattr(image, "n_frames", 1) if media_type == "image/tiff" else 1
            for index in range(frames):
                image.seek(index)
                yield _decode(image, index + 1, limits)
    except HEADER_ERRORS as error:
        raise ScanError("damaged_file") from error


def _decode(image: Image.Image, no: int, limits: Limits) -> ScannedPage:
    for refusal in size_findings(image.width, image.height, limits):
        raise ScanError(refusal.code, refusal)
    dpi = believable_dpi(image.info.get("dpi"))
    mode = image.mode
    is_cut = _load(image)
    pixels = _bgr(ImageOps.exif_transpose(image))
    findings = (found("truncated_image", page=no),) if is_cut else ()
    return _scanned(no, pixels, dpi, mode=mode, findings=findings)


def _load(image: Image.Image) -> bool:
    """Decode in place; True when the data ended early and the rest is filled in grey."""
    try:
        image.load()
    except OSError:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            image.load()
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
        return True
    return False


def _bgr(image: Image.Image) -> Pixels:
    if image.mode in _DEEP_MODES:
        return cv2.cvtColor(_eight_bits(np.asarray(image)), cv2.COLOR_GRAY2BGR)
    if image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info:
        on_white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(on_white, image.convert("RGBA"))
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def _eight_bits(deep: Pixels) -> Pixels:
    values = deep.astype(np.float32)
    top = 255 if values.max() <= 255 else 65535  # noqa: PLR2004  # the two depths scanners write
    return np.asarray(np.clip(values * (255 / top), 0, 255), np.uint8)


def _scanned(no: int, pixels: Pixels, dpi: float | None, *, mode: str, findings: tuple[Finding, ...] = ()) -> ScannedPage:
    if dpi is None:
        dpi = guess_dpi(pixels.shape[1], pixels.shape[0])
    if dpi is None:
        findings = (*findings, found("unknown_dpi", page=no, severity=Severity.NOTE))
    return ScannedPage(no, pixels, dpi, mode, _has_colour(pixels), findings)


def _has_colour(pixels: Pixels) -> bool:
    small = scaled(pixels, 400 / max(pixels.shape[:2])).astype(np.int16)
    spread = small.max(axis=2) - small.min(axis=2)
    return bool(np.percentile(spread, 99.9) > _CHROMA)
