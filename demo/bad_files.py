"""Files that must not get in, or must not do harm on the way: for tests of the door and for showing its answers.

Each is made here from nothing, none holds anything harmful. Realistic papers with faults are in `papers`.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import pikepdf
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

OVERSIZE_BYTES = 101 * 1024 * 1024
BOMB_SIDE_PX = 25_000
BOMB_ROWS_A_CHUNK = 1000
ZIP_DAY = (2026, 9, 1, 8, 0, 0)
SMALL_PAGE = (595, 842)


def bad_files(*, oversize_bytes: int = OVERSIZE_BYTES) -> dict[str, bytes]:
    """Return file name to bytes. `oversize_bytes` is the size of the one that is too large."""
    return {name: make() for name, make in MAKERS.items()} | {"过大的扫描件.jpg": oversize(oversize_bytes)}


def empty() -> bytes:
    return b""


def program() -> bytes:
    """The head of a Windows program, under the name of a picture."""
    return b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(46) + struct.pack("<I", 64) + b"PE\x00\x00" + bytes(512)


def archive() -> bytes:
    """A zip archive under the name of a PDF."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(zipfile.ZipInfo("说明.txt", ZIP_DAY), "这不是扫描件")
    return buffer.getvalue()


def web_page() -> bytes:
    return "<html><body><p>这是网页，不是图片</p></body></html>".encode()


def bomb() -> bytes:
    """A sound PNG of 625 million pixels in less than 100 kB."""
    squeeze = zlib.compressobj(9)
    rows = (b"\x00" + bytes((BOMB_SIDE_PX + 7) // 8)) * BOMB_ROWS_A_CHUNK
    data = b"".join(squeeze.compress(rows) for _ in range(BOMB_SIDE_PX // BOMB_ROWS_A_CHUNK)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", BOMB_SIDE_PX, BOMB_SIDE_PX, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def truncated() -> bytes:
    """A JPEG whose second half is missing, as after a broken upload."""
    whole = _jpeg()
    return whole[: len(whole) // 2]


def oversize(size_bytes: int) -> bytes:
    """A sound JPEG followed by nothing, of exactly this size."""
    return _jpeg().ljust(size_bytes, b"\x00")


def _jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.effect_mandelbrot((1200, 1600), (-2, -1.5, 1, 1.5), 60).convert("RGB").save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def encrypted_pdf() -> bytes:
    """A PDF that asks for a password; its bytes differ from run to run, because its keys do."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=SMALL_PAGE)
        buffer = io.BytesIO()
        pdf.save(buffer, encryption=pikepdf.Encryption(user="mima-2026", owner="guanli-2026"))
    return buffer.getvalue()


def pdf_with_script() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=SMALL_PAGE)
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('demo');"))
        return _saved(pdf)


def pdf_with_embedded_file() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=SMALL_PAGE)
        stream = pdf.make_stream("附带的文件".encode(), Type=pikepdf.Name.EmbeddedFile)
        spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="fujian.txt", EF=pikepdf.Dictionary(F=stream))
        names = pikepdf.Array([pikepdf.String("fujian.txt"), pdf.make_indirect(spec)])
        pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


MAKERS: dict[str, Callable[[], bytes]] = {
    "空文件.jpg": empty,
    "程序改名.jpg": program,
    "压缩包改名.pdf": archive,
    "网页改名.png": web_page,
    "超大像素.png": bomb,
    "传了一半.jpg": truncated,
    "有密码.pdf": encrypted_pdf,
    "带脚本.pdf": pdf_with_script,
    "带附件.pdf": pdf_with_embedded_file,
}
