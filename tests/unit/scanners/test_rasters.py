"""Opening a picture costs its header only and leaves Pillow's own limit as it was."""

import pytest
from PIL import Image

from scanners.rasters import HEADER_ERRORS, open_image
from tests.unit.scanners.drawing import saved, sheet


def test_the_size_is_known_before_decoding():
    with open_image(saved(sheet(320, 200), "PNG"), "image/png") as image:
        assert image.size == (320, 200)


def test_only_the_format_of_the_content_is_tried():
    with pytest.raises(HEADER_ERRORS), open_image(saved(sheet(20, 20), "PNG"), "image/jpeg"):
        pass


def test_pillows_limit_is_restored_after_a_failure():
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(HEADER_ERRORS), open_image(b"\xff\xd8\xff", "image/jpeg"):
        pass
    assert before == Image.MAX_IMAGE_PIXELS
