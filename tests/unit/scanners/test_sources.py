"""The door knows a file by its content and refuses what cannot be shown or kept."""

import io
import struct
import zipfile
import zlib

import pikepdf
import pytest
from PIL import Image

from scanners.findings import Severity
from scanners.sources import Limits, media_type_of, sniff
from tests.unit.scanners.drawing import saved, sheet

SMALL = sheet(200, 300)


def heic() -> bytes:
    return saved(SMALL, "HEIF")


def pdf(pages: int = 1, **save: object) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    document.save(out, **save)
    return out.getvalue()


def zip_file() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.jpg", b"\xff\xd8\xff")
    return out.getvalue()


def png_claiming(width_px: int, height_px: int) -> bytes:
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (saved(SMALL), "image/jpeg"),
        (saved(SMALL, "PNG"), "image/png"),
        (saved(SMALL, "TIFF"), "image/tiff"),
        (saved(SMALL, "WEBP"), "image/webp"),
        (heic(), "image/heic"),
        (pdf(), "application/pdf"),
        (b"\xef\xbb\xbf\r\n" + pdf(), "application/pdf"),
    ],
    ids=["jpeg", "png", "tiff", "webp", "heic", "pdf", "pdf-after-blank-line"],
)
def test_takes_what_it_knows_by_content(content, media_type):
    sniffed = sniff(content, limits=Limits())
    assert (sniffed.media_type, sniffed.findings) == (media_type, ())
    assert sniffed.is_taken


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"MZ\x90\x00" + bytes(200), "unknown_type"),
        (b"\x7fELF" + bytes(200), "unknown_type"),
        (zip_file(), "unknown_type"),
        (b"<html><script>alert(1)</script>", "unknown_type"),
        (b"GIF89a" + bytes(50), "unknown_type"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(50), "unknown_type"),
        (b"MZ" + pdf(), "unknown_type"),
        (b"\xff\xd8\xff" + bytes(50), "damaged_file"),
        (b"%PDF-1.7\nnothing", "damaged_file"),
        (png_claiming(30_000, 30_000), "too_many_pixels"),
        (png_claiming(8_000, 8_000), "too_many_pixels"),
        (saved(sheet(12, 3000)), "too_small"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "encrypted_pdf"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="")), "encrypted_pdf"),
    ],
)
def test_refuses_with_the_reason(content, code):
    sniffed = sniff(content, limits=Limits())
    assert [finding.code for finding in sniffed.findings] == [code]
    assert sniffed.findings[0].severity is Severity.REFUSE
    assert not sniffed.is_taken


def test_a_file_over_the_limit_is_refused_with_both_figures():
    finding = sniff(saved(SMALL), limits=Limits(max_bytes=100)).findings[0]
    assert (finding.code, finding.limit) == ("too_large", 100)
    assert "100 字节" in finding.advice


def test_a_pdf_of_too_many_pages_is_refused():
    finding = sniff(pdf(pages=4), limits=Limits(max_pages=3)).findings[0]
    assert (finding.code, finding.value, finding.limit) == ("too_many_pages", 4, 3)


def test_pillows_own_limit_is_back_after_sniffing():
    before = Image.MAX_IMAGE_PIXELS
    sniff(png_claiming(30_000, 30_000), limits=Limits())
    assert before == Image.MAX_IMAGE_PIXELS
    assert before is not None


def test_a_broken_off_head_is_nothing_we_know():
    assert media_type_of(b"\xff") is None
