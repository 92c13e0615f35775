"""Codes printed on forms are read with their places."""

import numpy as np
import segno

from scanners.barcode import find_codes


def test_a_code_is_read_with_its_place():
    modules = np.array([[0 if dark else 255 for dark in row] for row in segno.make_qr("XJ-2024-0001").matrix], np.uint8)
    code = np.kron(modules, np.ones((8, 8), np.uint8))
    page = np.full((1200, 900, 3), 255, np.uint8)
    page[200 : 200 + code.shape[0], 300 : 300 + code.shape[1]] = code[:, :, None]
    (mark,) = find_codes(page, 2)
    assert (mark.text, mark.page) == ("XJ-2024-0001", 2)
    assert "QR" in mark.format.upper()
    assert abs(mark.box[0] - 300) < 10
    assert abs(mark.box[3] - 200 - code.shape[0]) < 10


def test_a_page_without_codes_has_none():
    assert find_codes(np.full((300, 300, 3), 255, np.uint8), 1) == []
