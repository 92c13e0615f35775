"""Opening a picture file up to its header, under our own pixel limit.

Lives here: open_image, the formats by media type. Not here: decoding into pixels
(scanners.images); importing this stays cheap, for the door runs it on every upload.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

_FORMATS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/tiff": ("TIFF",),
    "image/heic": ("HEIF",),
    "image/webp": ("WEBP",),
}
# What Pillow and its plugins raise on a header they cannot follow.
HEADER_ERRORS = (OSError, SyntaxError, ValueError, EOFError, KeyError, OverflowError)


@contextmanager
def open_image(content: bytes, media_type: str) -> Iterator[Image.Image]:
    """Open by the format the content has; nothing is decoded yet.

    Pillow's own pixel limit is lifted meanwhile, because callers hold the header's size against Limits before
    they decode: with it in place the size of an oversized picture could not even be reported.
    """
    pillow_limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken EXIF and odd TIFF tags are common and harmless
            with Image.open(io.BytesIO(content), formats=_FORMATS[media_type]) as image:
                yield image
    finally:
        Image.MAX_IMAGE_PIXELS = pillow_limit
