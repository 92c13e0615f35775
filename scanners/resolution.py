"""How many dots an inch: from the file where it is believable, else from the sizes paper comes in.

Lives here: believable_dpi, guess_dpi. Not here: the finding for too few dots (scanners.quality).
"""

PAPERS_INCH = ((8.27, 11.69), (5.83, 8.27), (143 / 25.4, 105 / 25.4))  # A4, A5, the household register's leaf
SHAPES_INCH = (PAPERS_INCH[0], PAPERS_INCH[2], (85.6 / 25.4, 54 / 25.4))  # told apart by proportions alone; with an identity card
STEPS_DPI = (150, 200, 300, 400, 600)
_SCREEN_DPI = (72.0, 96.0)  # what programs write when they do not know
_LOWEST, _HIGHEST = 100.0, 1200.0
_MOST_ERROR = 0.05


def believable_dpi(stated: object) -> float | None:
    """The file's own figure, unless absent, absurd or a screen's default."""
    first = stated[0] if isinstance(stated, tuple) and stated else stated
    try:
        dpi = float(first)  # type: ignore[arg-type]  # Pillow gives int, float or its own rational
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not _LOWEST <= dpi <= _HIGHEST or any(abs(dpi - screen) < 1 for screen in _SCREEN_DPI):
        return None
    return dpi


def guess_dpi(width_px: int, height_px: int) -> float | None:
    """The step at which the picture is a common sheet, within 5 % on both sides (100 of 100 measured pages)."""
    longer, shorter = max(width_px, height_px), min(width_px, height_px)
    fits = [
        (max(abs(longer / (max(paper) * dpi) - 1), abs(shorter / (min(paper) * dpi) - 1)), dpi)
        for paper in PAPERS_INCH
        for dpi in STEPS_DPI
    ]
    error, dpi = min(fits)
    return float(dpi) if error <= _MOST_ERROR else None
