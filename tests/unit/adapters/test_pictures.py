"""Pictures come exactly as wide as asked: the viewer's boxes depend on it."""

import io

import pytest
from PIL import Image

from archive_service.adapters.pictures import at_width


@pytest.fixture
def jpeg():
    content = io.BytesIO()
    Image.effect_noise((1240, 1754), 40).convert("RGB").save(content, "JPEG")
    return content.getvalue()


@pytest.mark.parametrize("width_px", [1, 320, 700, 1239, 1241, 2480])
def test_exact_width_and_proportion(jpeg, width_px):
    with Image.open(io.BytesIO(at_width(jpeg, width_px))) as picture:
        assert picture.size == (width_px, max(round(1754 * width_px / 1240), 1))


def test_the_same_width_is_the_same_bytes(jpeg):
    assert at_width(jpeg, 1240) is jpeg
