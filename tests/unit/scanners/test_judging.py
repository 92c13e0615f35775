"""Judging gives pages upright, measured, with pictures to show; nothing of an OCR engine is loaded."""

import io
import pickle
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from scanners.images import ScanError
from scanners.judging import judge
from scanners.limits import Limits
from tests.unit.scanners.drawing import certificate, saved, sheet

LIMITS = Limits()


@pytest.mark.parametrize(("turn", "rotation"), [(None, 0), (Image.Transpose.ROTATE_90, 90), (Image.Transpose.ROTATE_180, 180)])
def test_page_is_shown_upright_and_sized_upright(turn, rotation):
    page = certificate() if turn is None else certificate().transpose(turn)
    (judged,) = judge(saved(page), "image/jpeg", LIMITS).pages
    assert (judged.width_px, judged.height_px) == (1654, 2339)
    assert (judged.rotation, judged.rotation_sure, judged.dpi, judged.blank) == (rotation, True, 200, False)
    assert judged.findings == ()
    shown = np.asarray(Image.open(io.BytesIO(judged.access_jpeg)).convert("L"))
    assert shown.shape == (2339, 1654)
    assert shown[180:320, 600:1000].min() < 80, "the title is at the top"
    assert shown[2000:, :].min() > 200, "the foot is empty"


def test_access_picture_is_reduced_and_thumbnail_small():
    page = sheet(2480, 3508)
    (judged,) = judge(saved(page, dpi=(300, 300)), "image/jpeg", LIMITS).pages
    assert Image.open(io.BytesIO(judged.access_jpeg)).size == (1653, 2339)
    assert Image.open(io.BytesIO(judged.thumbnail_jpeg)).width == 320


def test_a_blank_page_lies_as_it_was_and_says_so():
    (judged,) = judge(saved(sheet(2339, 1654)), "image/jpeg", LIMITS).pages
    assert (judged.blank, judged.rotation, judged.width_px) == (True, 0, 2339)
    assert [finding.code for finding in judged.findings] == ["blank_page"]


def test_many_pages_keep_their_numbers():
    content = saved(certificate(), "TIFF", save_all=True, append_images=[sheet()])
    judgement = judge(content, "image/tiff", LIMITS)
    assert [(page.no, page.blank) for page in judgement.pages] == [(1, False), (2, True)]


def test_sound_pages_outlive_a_break_in_the_file():
    content = saved(sheet(400, 600), "TIFF", save_all=True, append_images=[sheet(700, 700)])
    judgement = judge(content, "image/tiff", Limits(max_pixels=400 * 600))
    assert [page.no for page in judgement.pages] == [1]
    assert [finding.code for finding in judgement.findings] == ["too_many_pixels"]


def test_nothing_to_show_is_an_error():
    with pytest.raises(ScanError):
        judge(b"\xff\xd8\xff\xe0", "image/jpeg", LIMITS)


def test_judgements_and_errors_travel_between_processes():
    judgement = judge(saved(sheet(400, 600)), "image/jpeg", LIMITS)
    assert pickle.loads(pickle.dumps(judgement)) == judgement  # noqa: S301  # our own
    error = pickle.loads(pickle.dumps(ScanError("damaged_file")))  # noqa: S301  # our own
    assert (error.code, error.finding.code) == ("damaged_file", "damaged_file")


def test_judging_loads_no_engine():
    loaded = "import sys, scanners.judging, scanners.reading; print('rapidocr' in sys.modules, 'openvino' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
