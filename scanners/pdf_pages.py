"""PDF pages as pixels, at the resolution the scanner had.

Lives here: render. Not here: whether the PDF may be opened (scanners.pdf_door), what it hides (scanners.pdf_risks).
"""

from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from scanners.pdf_door import open_pdf
from scanners.pixels import Pixels

_POINTS_PER_INCH = 72
_TEXT_PAGE_DPI = 200.0
_LOWEST_DPI, _HIGHEST_DPI = 100.0, 600.0
_WHOLE_PAGE = 0.85  # a scan fills the page; a photo on a form does not


def render(content: bytes, *, max_pixels: int) -> Iterator[tuple[int, Pixels, float]]:
    """Page number, BGR pixels and dpi of each page; the dpi falls where the page would pass `max_pixels`.

    Raises:
        PdfNotOpened: encrypted or damaged.
    """
    with open_pdf(content) as pdf:
        for index in range(len(pdf)):
            page = pdf[index]
            try:
                dpi = _fitting_dpi(page, max_pixels)
                bitmap = page.render(scale=dpi / _POINTS_PER_INCH)
                yield index + 1, bitmap.to_numpy()[:, :, :3].copy(), dpi
                bitmap.close()
            finally:
                page.close()


def _fitting_dpi(page: pypdfium2.PdfPage, max_pixels: int) -> float:
    width_pt, height_pt = page.get_size()
    square_inches = max(width_pt * height_pt / _POINTS_PER_INCH**2, 1e-6)
    return float(min(_own_dpi(page) or _TEXT_PAGE_DPI, (max_pixels / square_inches) ** 0.5))


def _own_dpi(page: pypdfium2.PdfPage) -> float | None:
    """The resolution of the one picture that is the page; None for drawn pages."""
    width_pt, height_pt = page.get_size()
    best: tuple[float, float] = (0.0, 0.0)
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = image.get_bounds()
        share = (right - left) * (top - bottom) / max(1.0, width_pt * height_pt)
        longer_px, longer_pt = max(image.get_px_size()), max(right - left, top - bottom)
        best = max(best, (share, longer_px * _POINTS_PER_INCH / max(longer_pt, 1.0)))
    share, dpi = best
    return min(max(dpi, _LOWEST_DPI), _HIGHEST_DPI) if share >= _WHOLE_PAGE else None
