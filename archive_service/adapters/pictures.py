"""Pictures at the width a screen asks for, made from our own access copies (never from bytes of outside)."""

import io

from PIL import Image

QUALITY = 80


def at_width(jpeg: bytes, width_px: int) -> bytes:
    """The picture exactly `width_px` wide, its height in proportion; the bytes themselves when they are so already."""
    with Image.open(io.BytesIO(jpeg)) as picture:
        if picture.width == width_px:
            return jpeg
        height_px = max(round(picture.height * width_px / picture.width), 1)
        picture.draft("RGB", (width_px, height_px))  # decodes at a fraction where that is enough
        scaled = picture.resize((width_px, height_px), Image.Resampling.BILINEAR, reducing_gap=2.0)
    content = io.BytesIO()
    scaled.save(content, "JPEG", quality=QUALITY)
    return content.getvalue()
