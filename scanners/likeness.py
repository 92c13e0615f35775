"""How alike two pages look: a hash of the picture that a second scan of the same paper keeps.

Lives here: picture_hash, distance, bands. Not here: what the pages say, which alone decides (scanners.same_paper): two children's copies
of one form look alike. The hash is taken from where the ink lies, inside the box that holds it, so that a shift, a margin, uneven light
and compression leave it nearly as it is; a slight turn changes a few of its bits.
"""

import cv2
import numpy as np

from scanners.pixels import Pixels, grey, scaled

BITS = 64
BANDS = 4
_BAND_BITS = BITS // BANDS
_SIDE_PX = 512  # of the picture the ink is looked for in
_GRID, _KEPT = 32, 8  # cells of the ink map, and of its coarsest waves
_PAPER_PX = 25  # wider than a stroke at that size: what is left without strokes is paper and light
_GRAIN = 0.05  # darker than its surroundings by this share is grain; taken off, not cut at: a thin stroke grows faint, it does not vanish
_TRIMMED = 0.005  # of all ink at each side: specks outside the text box it does not move


def picture_hash(pixels: Pixels) -> int | None:
    """64 bits of an upright page, grey or colour; None where there is no ink to tell pages apart by."""
    ink = _ink(pixels)
    box = _content(ink)
    if box is None:
        return None
    cells = cv2.resize(ink[box], (_GRID, _GRID), interpolation=cv2.INTER_AREA)
    waves = cv2.dct(np.sqrt(cells))[:_KEPT, :_KEPT].flatten()
    bits = waves > np.median(waves[1:])
    bits[0] = False  # how much ink there is in all says nothing of where
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def distance(one: int, other: int) -> int:
    """How many of the bits differ: a second scan differs in few, another layout in about half."""
    return (one ^ other).bit_count()


def bands(picture: int) -> tuple[int, ...]:
    """The hash in four parts: pages that differ in up to three bits share one of them, and are found by an index."""
    return tuple(picture >> _BAND_BITS * at & (1 << _BAND_BITS) - 1 for at in range(BANDS))


def of_bands(parts: tuple[int, ...]) -> int:
    """The hash put together again."""
    return sum(part << _BAND_BITS * at for at, part in enumerate(parts))


def _ink(pixels: Pixels) -> Pixels:
    """How much darker each place is than the paper around it, as 0 or a share; light and paper colour drop out."""
    small = grey(scaled(pixels, _SIDE_PX / max(pixels.shape[:2])))
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((_PAPER_PX, _PAPER_PX), np.uint8))
    darker = (paper.astype(np.float32) - small) / np.maximum(paper, 1)
    return np.maximum(darker - _GRAIN, 0).astype(np.float32)


def _content(ink: Pixels) -> tuple[slice, slice] | None:
    rows, columns = _held(ink.sum(axis=1)), _held(ink.sum(axis=0))
    return (rows, columns) if rows and columns else None


def _held(amounts: Pixels) -> slice | None:
    """From where to where nearly all of the ink lies along one side."""
    running = np.cumsum(amounts)
    if running[-1] <= 0:
        return None
    first, last = (int(np.searchsorted(running, running[-1] * share)) for share in (_TRIMMED, 1 - _TRIMMED))
    return slice(first, last + 1) if last - first >= _KEPT else None
