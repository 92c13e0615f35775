"""PDF pages come at the scanner's own resolution and within the pixel limit."""

import io

import pikepdf
import pytest

from scanners.pdf_door import PdfNotOpened, open_pdf
from scanners.pdf_pages import render
from tests.unit.scanners.drawing import sheet, write


def test_scanned_pdf_comes_at_the_scanners_own_resolution():
    page = sheet(1240, 1754)
    write(page, 100, 100, "学籍证明")
    out = io.BytesIO()
    page.save(out, "PDF", resolution=150)
    ((no, pixels, dpi),) = render(out.getvalue(), max_pixels=60_000_000)
    assert (no, dpi) == (1, pytest.approx(150, abs=0.5))
    assert abs(pixels.shape[1] - 1240) <= 1
    assert pixels.min() < 60


def test_drawn_pdf_is_rendered_within_the_pixel_limit():
    document = pikepdf.new()
    document.add_blank_page(page_size=(14_400, 14_400))
    out = io.BytesIO()
    document.save(out)
    ((_, pixels, _),) = render(out.getvalue(), max_pixels=1_000_000)
    assert pixels.shape[0] * pixels.shape[1] <= 1_010_000


@pytest.mark.parametrize("user", ["u", ""])
def test_an_encrypted_pdf_stays_closed_even_with_an_empty_password(user):
    document = pikepdf.new()
    document.add_blank_page()
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner="o", user=user))
    with pytest.raises(PdfNotOpened) as refused, open_pdf(out.getvalue()):
        pass
    assert refused.value.code == "encrypted_pdf"
