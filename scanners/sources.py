"""The door's look at a file: what it is by its content, and whether we can take it at all.

Lives here: sniff, by magic bytes and headers only; nothing is decoded. Not here: decoding (scanners.images), scripts
and attachments inside a PDF (scanners.pdf_risks, in judging). Services run it in a limited subprocess at upload.
"""

from dataclasses import dataclass

from scanners.findings import Finding, Severity, found
from scanners.limits import Limits
from scanners.pdf_door import door_findings
from scanners.rasters import HEADER_ERRORS, open_image

__all__ = ["MEDIA_TYPES", "Limits", "Sniffed", "media_type_of", "sniff"]

MEDIA_TYPES = ("image/jpeg", "image/png", "image/tiff", "application/pdf", "image/heic", "image/webp")
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
)
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_BEFORE_PDF = b"\xef\xbb\xbf\r\n\t "  # what exporters are known to leave before the PDF's own first bytes


@dataclass(frozen=True)
class Sniffed:
    """The door's verdict; media_type is None when it is nothing we take."""

    media_type: str | None
    findings: tuple[Finding, ...]

    @property
    def is_taken(self) -> bool:
        return not any(finding.severity is Severity.REFUSE for finding in self.findings)


def media_type_of(content: bytes) -> str | None:
    """The media type by content alone; a renamed program or archive is None whatever its name says."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        brands = {content[at : at + 4] for at in (8, *range(16, 48, 4))}
        return "image/heic" if brands & _HEIF_BRANDS else None
    head = content[:64].lstrip(_BEFORE_PDF)
    return next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), None)


def sniff(content: bytes, *, limits: Limits) -> Sniffed:
    """Look at the content's head and give the media type with what speaks against taking it.

    Only headers are parsed, so a decompression bomb is seen by its declared size and never unpacked.
    """
    if not content:
        return Sniffed(None, (found("empty_file", value=0),))
    media_type = media_type_of(content)
    if len(content) > limits.max_bytes:
        return Sniffed(media_type, (found("too_large", value=len(content), limit=limits.max_bytes),))
    if media_type is None:
        return Sniffed(None, (found("unknown_type"),))
    if media_type == "application/pdf":
        return Sniffed(media_type, door_findings(content, limits))
    return Sniffed(media_type, _image_findings(content, media_type, limits))


def _image_findings(content: bytes, media_type: str, limits: Limits) -> tuple[Finding, ...]:
    try:
        with open_image(content, media_type) as image:
            return size_findings(image.width, image.height, limits)
    except HEADER_ERRORS:
        return (found("damaged_file"),)


def size_findings(width_px: int, height_px: int, limits: Limits) -> tuple[Finding, ...]:
    """Whether a picture of this size may be decoded."""
    if width_px * height_px > limits.max_pixels:
        return (found("too_many_pixels", value=width_px * height_px, limit=limits.max_pixels),)
    if min(width_px, height_px) < limits.min_side_px:
        return (found("too_small", value=min(width_px, height_px), limit=limits.min_side_px),)
    return ()
