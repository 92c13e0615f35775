"""Four corners of a photographed paper are found on any desk, hand or no hand; where there is no paper there is no border."""

import numpy as np
import pytest

from scanners.border import find_border
from scanners.border_places import sharpened
from tests.unit.scanners.drawing import bgr, certificate, sheet, table
from tests.unit.scanners.photographs import DESKS, MM, Pose, Setting, Shot, photograph

PAPER = bgr(certificate())
MOST_ERROR = 0.02  # of the paper's width; papers are drawn bent by about a third of a percent


def error(corners, shot: Shot) -> float:
    """The farthest corner, as a share of the paper's width in the picture."""
    width = np.linalg.norm(shot.corners[1] - shot.corners[0])
    turns = (np.roll(corners, turn, axis=0) for turn in range(4))
    return float(min(np.linalg.norm(turned - shot.corners, axis=1).max() for turned in turns) / width)


@pytest.mark.parametrize("desk", sorted(DESKS))
@pytest.mark.parametrize("hand", [False, True], ids=["alone", "held"])
def test_corners_are_found_on_any_desk(desk, hand):
    shot = photograph(PAPER, np.random.default_rng(11), Setting(desk=desk, hand=hand))
    border = find_border(shot.pixels)
    assert border is not None
    assert error(border.corners, shot) < MOST_ERROR


@pytest.mark.parametrize("tilt", [5, 20, 35])
@pytest.mark.parametrize("paper", ["a4", "card", "leaf"])
def test_corners_are_found_from_any_side(tilt, paper):
    page = bgr(table([["姓 名", "张伟"]]))
    page = page if paper == "a4" else page[150:800, 100:1100]
    pose = Pose(tilt, azimuth_deg=130, roll_deg=-9, fill=0.85)
    shot = photograph(page, np.random.default_rng(5), Setting(size_mm=MM[paper], pose=pose, desk="stone", hand=False))
    border = find_border(shot.pixels)
    assert border is not None
    assert error(border.corners, shot) < MOST_ERROR


def test_corners_are_named_from_the_upper_left_clockwise():
    pose = Pose(20, azimuth_deg=10, roll_deg=5, fill=0.8)
    shot = photograph(PAPER, np.random.default_rng(3), Setting(pose=pose, desk="plain", hand=False))
    border = find_border(shot.pixels)
    assert border is not None
    assert np.abs(border.corners - shot.corners).max() < 0.02 * shot.pixels.shape[1]


@pytest.mark.parametrize("shade", [30, 128, 250])
def test_nothing_but_noise_has_no_border(shade):
    noise = np.random.default_rng(1).normal(shade, 6, (800, 600, 3))
    assert find_border(np.clip(noise, 0, 255).astype(np.uint8)) is None


def test_a_desk_without_a_paper_has_no_border():
    for seed in range(6):
        desk = DESKS[sorted(DESKS)[seed]](np.random.default_rng(seed))
        assert find_border(np.clip(desk, 0, 255).astype(np.uint8)) is None


def test_a_page_that_fills_the_picture_has_no_border():
    assert find_border(PAPER) is None
    assert find_border(bgr(sheet())) is None


def test_sides_are_laid_anew_where_the_colour_changes():
    picture = np.full((2000, 1500, 3), 60, np.uint8)
    picture[300:1700, 200:1300] = 230
    true = np.array([[199.5, 299.5], [1299.5, 299.5], [1299.5, 1699.5], [199.5, 1699.5]])
    rough = true + np.array([[6, -5], [-4, 7], [5, 5], [-7, -3]])
    assert np.abs(sharpened(picture, rough) - true).max() < 1.5
