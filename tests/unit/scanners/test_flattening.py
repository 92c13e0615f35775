"""A photographed paper comes out flat, in its own proportions and with words where they stand; a scan is left alone."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from scanners.flattening import as_laid_flat, is_flat, sheet_of
from scanners.images import ScannedPage
from scanners.judging import judge
from scanners.limits import Limits
from tests.unit.scanners.drawing import bgr, certificate, sheet, write
from tests.unit.scanners.flat_scans import WAYS, flat_scan
from tests.unit.scanners.photographs import MM, Pose, Setting, photograph, plane_to_picture

LIMITS = Limits()
STEEP = Pose(tilt_deg=25, azimuth_deg=20, roll_deg=4, fill=0.9)


def dice(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def scanned(pixels) -> ScannedPage:
    return ScannedPage(1, pixels, None, "RGB", is_colour=True)


def jpeg(pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)).save(out, "JPEG", quality=92)
    return out.getvalue()


def test_a_photographed_paper_is_laid_flat_in_its_own_proportions_with_a_note():
    shot = photograph(bgr(certificate()), dice(), Setting(pose=STEEP, desk="wood", hand=False))
    flat = as_laid_flat(scanned(shot.pixels))
    height, width = flat.pixels.shape[:2]
    assert height / width == pytest.approx(297 / 210, rel=0.002)
    assert flat.dpi == pytest.approx(height / 11.69, rel=0.01)
    assert [finding.code for finding in flat.findings] == ["laid_flat"]
    area = cv2.contourArea(shot.corners.astype(np.float32))
    assert height * width == pytest.approx(area, rel=0.03), "no resolution is made up"


def test_what_stands_on_the_paper_stands_there_on_the_flat_page():
    page = sheet()
    for x, y in ((200, 300), (1400, 300), (200, 2000), (1400, 2000), (800, 1200)):
        write(page, x, y, "■", 60)
    shot = photograph(bgr(page), dice(), Setting(pose=STEEP, desk="plain", hand=False))
    flat = as_laid_flat(scanned(shot.pixels)).pixels
    back = cv2.cvtColor(cv2.resize(flat, (1654, 2339), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    drawn = cv2.cvtColor(bgr(page), cv2.COLOR_BGR2GRAY)
    _, _, _, wanted = cv2.connectedComponentsWithStats((drawn < 128).astype(np.uint8))
    dark = (back < 0.6 * np.median(back)).astype(np.uint8)
    dark[:60], dark[-60:], dark[:, :60], dark[:, -60:] = 0, 0, 0, 0
    _, _, stats, seen = cv2.connectedComponentsWithStats(dark)
    seen = seen[stats[:, 4] > 300][1:]
    assert len(seen) == 5
    far = [np.linalg.norm(seen - middle, axis=1).min() for middle in wanted[1:]]
    assert max(far) < 1654 * 0.01


def test_judged_and_shown_flat_with_the_resolution_of_the_flattened_paper():
    shot = photograph(bgr(certificate()), dice(2), Setting(pose=STEEP, desk="plain", hand=False))
    (judged,) = judge(jpeg(shot.pixels), "image/jpeg", LIMITS).pages
    assert judged.height_px / judged.width_px == pytest.approx(297 / 210, rel=0.003)
    codes = {finding.code: finding for finding in judged.findings}
    assert codes["low_dpi"].value == pytest.approx(judged.height_px / 11.69, rel=0.01)
    assert "laid_flat" in codes
    shown = np.asarray(Image.open(io.BytesIO(judged.access_jpeg)).convert("L"))
    assert shown.shape == (judged.height_px, judged.width_px)
    assert np.median(shown[:, :12]) > 150, "the desk is gone"


@pytest.mark.parametrize("way", sorted(WAYS))
def test_scans_are_left_as_they_are(way):
    page = scanned(flat_scan(bgr(certificate()), dice(7), ways=(way,)))
    assert as_laid_flat(page) is page


def test_scans_with_much_about_them_are_left_as_they_are():
    small = cv2.resize(bgr(certificate()), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    pages = [scanned(flat_scan(small, dice(seed))) for seed in range(20)]
    assert all(as_laid_flat(page) is page for page in pages)


def test_a_paper_that_lies_square_is_flat_at_any_usual_skew_and_seen_from_an_angle_it_is_not():
    frame, size = (1500, 2000), MM["a4"]

    def corners(tilt: float, roll: float):
        half = np.array(size) / 2
        matrix = plane_to_picture(size, frame, Pose(tilt, 30, roll, 0.8))
        paper = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
        return cv2.perspectiveTransform(paper[None], matrix)[0]

    assert is_flat(corners(0, 3))
    assert not is_flat(corners(15, 0))
    assert not is_flat(corners(0, 12)), "a paper lying askew is put straight"


@pytest.mark.parametrize(("paper", "long_inch"), [("a4", 11.69), ("card", 85.6 / 25.4), ("leaf", 143 / 25.4)])
def test_proportions_come_from_the_perspective(paper, long_inch):
    width, height = MM[paper]
    matrix = plane_to_picture(MM[paper], (1500, 2000), Pose(30, 70, 5, 0.8))
    corners = cv2.perspectiveTransform(np.array([[[-width, -height], [width, -height], [width, height], [-width, height]]]) / 2, matrix)[0]
    seen = sheet_of(corners, (2000, 1500))
    assert seen.aspect == pytest.approx(width / height, rel=0.01)
    assert seen.long_inch == pytest.approx(long_inch, rel=0.001)


def on_glass(count: int, *, alike: bool = True):
    """Identity cards on a dark glass, at 100 dpi."""
    page = np.full((1169, 827, 3), 40, np.uint8)
    for at in range(count):
        card = np.full((212, 337, 3), (225, 235, 240) if alike or at == 0 else (120, 60, 30), np.uint8)
        cv2.putText(card, "520302 2012", (20, 100), cv2.FONT_HERSHEY_SIMPLEX, 1, (40, 40, 40), 2)
        matrix = cv2.getRotationMatrix2D((168, 106), 1.5 * at, 1.0)
        matrix[:, 2] += (120 + 90 * at, 100 + 330 * at)
        cv2.warpAffine(card, matrix, (827, 1169), dst=page, borderMode=cv2.BORDER_TRANSPARENT)
    return page


@pytest.mark.parametrize("count", [2, 3])
def test_several_cards_on_the_glass_are_counted_and_left_together(count):
    page = scanned(on_glass(count))
    seen = as_laid_flat(page)
    assert seen.pixels is page.pixels
    assert [(finding.code, finding.value) for finding in seen.findings] == [("several_papers", count)]


def test_one_card_or_two_unlike_blocks_are_not_several_papers():
    for page in (on_glass(1), on_glass(2, alike=False)):
        assert "several_papers" not in {finding.code for finding in as_laid_flat(scanned(page)).findings}


def test_a_paper_that_leaves_the_picture_is_told_and_left_as_it_is():
    pose = Pose(tilt_deg=25, azimuth_deg=0, roll_deg=2, fill=0.95, shift=(0, 0.25))
    shot = photograph(bgr(certificate()), dice(4), Setting(pose=pose, desk="wood", hand=False))
    assert shot.corners[:, 1].max() > shot.pixels.shape[0], "the lower edge is not in the picture"
    page = scanned(shot.pixels)
    seen = as_laid_flat(page)
    assert seen.pixels is page.pixels
    assert [finding.code for finding in seen.findings] == ["photo_not_flat"]


def test_an_odd_paper_keeps_its_proportions_and_its_size_stays_unknown():
    corners = np.array([[100, 100], [700, 130], [680, 1500], [120, 1480]], float)
    assert sheet_of(corners, (1600, 800)).long_inch is None
