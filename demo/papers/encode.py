"""From pixels to files, as scanners and phones write them: JPEG, PNG, TIFF, WebP, HEIC, image PDF.

No file carries the day it was made, so that the same seed gives the same bytes.
"""

from __future__ import annotations

import io
from enum import StrEnum
from typing import TYPE_CHECKING

import cv2
import pikepdf
import pillow_heif
from PIL import Image

from demo.papers.scan import turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demo.dice import Dice
    from demo.papers.scan import Scan


class MediaType(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    WEBP = "image/webp"
    HEIC = "image/heic"
    PDF = "application/pdf"


SUFFIXES = {
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.TIFF: "tif",
    MediaType.WEBP: "webp",
    MediaType.HEIC: "heic",
    MediaType.PDF: "pdf",
}
# EXIF orientation: quarter turns clockwise that bring the stored pixels upright
EXIF_TURNS = {3: 180, 6: 90, 8: 270}
EXIF_ORIENTATION = 0x0112
TIFF_PHOTOMETRIC, TIFF_STRIP_OFFSETS, TIFF_ROWS_PER_STRIP, TIFF_STRIP_BYTES = 262, 273, 278, 279
BLACK_IS_ZERO = 1
DPI_OF_PHOTOS_IN_PDF = 200
POINTS_PER_INCH = 72
HEIC_LONGEST_PX = 1800


def encode(scans: Sequence[Scan], media_type: MediaType, dice: Dice) -> bytes:
    """Return one file with all sides; only TIFF and PDF hold more than one."""
    if media_type is MediaType.PDF:
        return _pdf(scans, dice)
    if media_type is MediaType.TIFF:
        return _tiff(scans)
    (one,) = scans
    return {MediaType.JPEG: _jpeg, MediaType.PNG: _png, MediaType.WEBP: _webp, MediaType.HEIC: _heic}[media_type](one, dice)


def _image(scan: Scan) -> Image.Image:
    image = Image.fromarray(scan.pixels)
    return image.convert("1") if scan.bilevel else image


def _saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def _dpi(scan: Scan) -> dict[str, tuple[int, int]]:
    return {"dpi": (scan.dpi, scan.dpi)} if scan.dpi else {}


def _jpeg(scan: Scan, dice: Dice) -> bytes:
    """Office scanners squeeze; phones write an orientation instead of turning the pixels."""
    quality = dice.whole(45, 85)
    if scan.dpi is not None or dice.chance(0.5):
        return _saved(_image(scan), "JPEG", quality=quality, **_dpi(scan))
    orientation = dice.choice(list(EXIF_TURNS))
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    stored = Image.fromarray(turn(scan.pixels, 360 - EXIF_TURNS[orientation]))
    return _saved(stored, "JPEG", quality=quality, exif=exif)


def _png(scan: Scan, _: Dice) -> bytes:
    return _saved(_image(scan), "PNG", compress_level=2, **_dpi(scan))


def _webp(scan: Scan, dice: Dice) -> bytes:
    return _saved(_image(scan), "WEBP", quality=dice.whole(55, 80), method=1)


def _heic(scan: Scan, dice: Dice) -> bytes:
    """As phones send it on; made smaller, because the coder takes seconds for a full picture."""
    height, width = scan.pixels.shape[:2]
    share = min(1.0, HEIC_LONGEST_PX / max(height, width))
    small = cv2.resize(scan.pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    buffer = io.BytesIO()
    coder = {"preset": "ultrafast"}
    pillow_heif.from_pillow(Image.fromarray(small)).save(buffer, quality=dice.whole(45, 65), enc_params=coder)
    return buffer.getvalue()


def _tiff(scans: Sequence[Scan]) -> bytes:
    """G4 for black and white, LZW for the rest."""
    images = [_image(scan) for scan in scans]
    compression = "group4" if scans[0].bilevel else "tiff_lzw"
    return _saved(images[0], "TIFF", compression=compression, save_all=True, append_images=images[1:], **_dpi(scans[0]))


def _pdf(scans: Sequence[Scan], dice: Dice) -> bytes:
    """One picture a page, as copiers make it: JPEG, or G4 for black and white."""
    pdf = pikepdf.new()
    for scan in scans:
        picture = _g4_picture(pdf, scan) if scan.bilevel else _jpeg_picture(pdf, scan, dice)
        height, width = scan.pixels.shape[:2]
        scale = POINTS_PER_INCH / (scan.dpi or DPI_OF_PHOTOS_IN_PDF)
        size = (round(width * scale, 2), round(height * scale, 2))
        page = pdf.add_blank_page(page_size=size)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
        page.Contents = pdf.make_stream(f"q {size[0]} 0 0 {size[1]} 0 0 cm /Im0 Do Q".encode())
    pdf.docinfo["/Producer"] = "Office Scan"
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _jpeg_picture(pdf: pikepdf.Pdf, scan: Scan, dice: Dice) -> pikepdf.Stream:
    grey = scan.pixels.ndim == 2  # noqa: PLR2004  rows and columns, no channels
    data = _saved(_image(scan), "JPEG", quality=dice.whole(50, 80))
    return _picture(pdf, scan, data, Filter=pikepdf.Name.DCTDecode, ColorSpace=pikepdf.Name.DeviceGray if grey else pikepdf.Name.DeviceRGB)


def _g4_picture(pdf: pikepdf.Pdf, scan: Scan) -> pikepdf.Stream:
    height, width = scan.pixels.shape
    tiff = _saved(_image(scan), "TIFF", compression="group4", tiffinfo={TIFF_ROWS_PER_STRIP: height})
    with Image.open(io.BytesIO(tiff)) as opened:
        tags = dict(opened.tag_v2)  # type: ignore[attr-defined]  # present on TIFF files only
    start, length = tags[TIFF_STRIP_OFFSETS][0], tags[TIFF_STRIP_BYTES][0]
    # TIFF that counts black as zero codes the white dots as "black" runs; PDF has a switch for that
    inverted = tags[TIFF_PHOTOMETRIC] == BLACK_IS_ZERO
    parameters = pikepdf.Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=inverted)
    return _picture(
        pdf,
        scan,
        tiff[start : start + length],
        Filter=pikepdf.Name.CCITTFaxDecode,
        DecodeParms=parameters,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=1,
    )


def _picture(pdf: pikepdf.Pdf, scan: Scan, data: bytes, **entries: object) -> pikepdf.Stream:
    height, width = scan.pixels.shape[:2]
    common: dict[str, object] = {
        "Type": pikepdf.Name.XObject,
        "Subtype": pikepdf.Name.Image,
        "Width": width,
        "Height": height,
        "BitsPerComponent": 8,
    }
    return pikepdf.Stream(pdf, data, **(common | entries))
