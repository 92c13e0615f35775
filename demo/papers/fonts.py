"""Finds Chinese typefaces on this machine and opens each size once.

Five faces are asked for by what a Chinese office prints with. Noto CJK serves all of them; where a real Kai, Song or pen
face is installed (fonts-lxgw-wenkai, fonts-arphic-ukai, fonts-arphic-uming) it is used instead and pages look less alike.
`XUEJI_DEMO_FONTS` names one more folder to look in.
"""

from __future__ import annotations

import os
from enum import StrEnum
from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
)
CJK_COLLECTION_FACES = 10


class Face(StrEnum):
    SONG = "song"
    SONG_BOLD = "song bold"
    HEI = "hei"
    KAI = "kai"
    PEN = "pen"
    PRINTER = "printer"


# what each face may be drawn with, best first
FILES = {
    Face.SONG: ("NotoSerifCJK-Regular.ttc", "uming.ttc"),
    Face.SONG_BOLD: ("NotoSerifCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc"),
    Face.HEI: ("NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc"),
    Face.KAI: ("gkai00mp.ttf", "LXGWWenKai-Regular.ttf", "ukai.ttc", "NotoSerifCJK-Regular.ttc"),
    Face.PEN: ("LXGWWenKai-Light.ttf", "LXGWWenKai-Regular.ttf", "gkai00mp.ttf", "ukai.ttc", "NotoSansCJK-Regular.ttc"),
    Face.PRINTER: ("uming.ttc", "NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc"),
}
# draws what the others lack: rare surnames outside the first plane
FALLBACK = "NotoSerifCJK-Regular.ttc"


class FontsMissingError(RuntimeError):
    """No Chinese typeface is installed; the message says how to get one."""


@cache
def _installed() -> dict[str, Path]:
    wanted = {name for files in FILES.values() for name in files}
    extra = os.environ.get("XUEJI_DEMO_FONTS")
    folders = ([Path(extra)] if extra else []) + list(FOLDERS)
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.tt[cf]")):
            if path.name in wanted:
                found.setdefault(path.name, path)
    return found


def _path(face: Face) -> Path:
    installed = _installed()
    for name in FILES[face]:
        if name in installed:
            return installed[name]
    raise FontsMissingError(
        f"no typeface for {face} in {', '.join(map(str, FOLDERS))}: install fonts-noto-cjk (apt install fonts-noto-cjk)"
    )


@cache
def _simplified_index(path: Path) -> int:
    """The member of a collection that draws mainland forms; single files have one member."""
    if path.suffix != ".ttc":
        return 0
    for index in range(CJK_COLLECTION_FACES):
        try:
            family, _ = ImageFont.truetype(path, 12, index=index).getname()
        except OSError:
            return 0
        if family is not None and family.endswith((" SC", " CN")):
            return index
    return 0


@cache
def _open(path: Path, size_px: int) -> Font:
    return ImageFont.truetype(path, size_px, index=_simplified_index(path), layout_engine=ImageFont.Layout.BASIC)


def font(face: Face, size_px: int) -> Font:
    """Return the face at a size in pixels.

    Raises:
        FontsMissingError: no Chinese typeface is installed.
    """
    return _open(_path(face), size_px)


def font_for(face: Face, size_px: int, character: str) -> Font:
    """Return the face, or the fallback where the face cannot draw the character."""
    return font(face, size_px) if draws(face, character) else _open(_installed().get(FALLBACK, _path(Face.SONG)), size_px)


@cache
def draws(face: Face, character: str) -> bool:
    """Tell whether the face has a glyph of its own for the character."""
    probe = font(face, 32)
    return bytes(probe.getmask(character)) != bytes(probe.getmask("\U0010fffe"))
