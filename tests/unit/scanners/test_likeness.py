"""The picture hash: what a second scan keeps of it, and what another page does not."""

import cv2
import numpy as np
import pytest

from scanners.likeness import BITS, bands, distance, of_bands, picture_hash
from tests.unit.scanners.drawing import CHILD_ID, bgr, certificate, sheet, table, written

ROWS = [
    ["姓名", "李梦瑶", "性别", "女"],
    ["身份证号", CHILD_ID],
    ["学校", "红花岗区第一中学"],
    ["转入", "第三中学"],
    ["理由", "父母工作调动"],
]
OTHER_ROWS = [["姓名", "王小明", "性别", "男"], ["身份证号", "520302201107140019"], *ROWS[2:]]
PAGES = {
    "certificate": bgr(certificate()),
    "table": bgr(table(ROWS)),
    "letter": bgr(written(["关于休学的说明", "我的孩子因病住院", "现申请休学一年", "望学校批准", "家长签名"])),
}
NEAR, FAR = 8, 20  # of 64 bits


AS_IT_LAY = {"moved": (0, 0), "turned_deg": 0, "light": 1, "lamp": 0, "quality": 90, "size": 1, "grain": 0}


def again(page, **how):
    """The page laid on a scanner once more."""
    moved, turned_deg, light, lamp, quality, size, grain = (AS_IT_LAY | how).values()
    height, width = page.shape[:2]
    placed = cv2.getRotationMatrix2D((width / 2, height / 2), turned_deg, 1)
    placed[:, 2] += moved
    lies = cv2.warpAffine(page, placed, (width, height), borderValue=(255, 255, 255))
    seen = cv2.resize(lies, None, fx=size, fy=size, interpolation=cv2.INTER_AREA).astype(np.float32) * light
    seen *= np.linspace(1 - lamp, 1, seen.shape[1], dtype=np.float32)[None, :, None]
    seen += np.random.default_rng(1).normal(0, grain, seen.shape)
    saved = cv2.imencode(".jpg", seen.clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(saved, cv2.IMREAD_COLOR)


SECOND_SCANS = {
    "moved": {"moved": (35, -50)},
    "turned": {"turned_deg": 1.5},
    "turned the other way": {"turned_deg": -1.5},
    "dark": {"light": 0.75},
    "lit from one side": {"lamp": 0.3},
    "JPEG of low quality": {"quality": 25},
    "half the resolution": {"size": 0.5},
    "grain": {"grain": 12},
    "all of it": {"moved": (20, 20), "turned_deg": 1, "light": 0.85, "lamp": 0.2, "quality": 40, "size": 0.6, "grain": 8},
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("how", SECOND_SCANS)
def test_a_second_scan_looks_alike(name, how):
    first, second = picture_hash(PAGES[name]), picture_hash(again(PAGES[name], **SECOND_SCANS[how]))
    assert distance(first, second) <= NEAR


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("how", [how for how in SECOND_SCANS if not SECOND_SCANS[how].get("turned_deg")])
def test_one_that_lies_as_straight_is_found_by_a_band(name, how):
    first, second = bands(picture_hash(PAGES[name])), bands(picture_hash(again(PAGES[name], **SECOND_SCANS[how])))
    assert any(one == other for one, other in zip(first, second, strict=True))


def test_other_layouts_look_unlike():
    hashes = [picture_hash(page) for page in PAGES.values()]
    assert min(distance(one, other) for one in hashes for other in hashes if one != other) >= FAR
    assert len(set(hashes)) == len(PAGES)


def test_two_childrens_form_looks_alike():
    """Why the picture may only propose."""
    assert distance(picture_hash(PAGES["table"]), picture_hash(bgr(table(OTHER_ROWS)))) <= NEAR


def test_grey_and_colour_are_hashed_alike():
    grey = cv2.cvtColor(PAGES["table"], cv2.COLOR_BGR2GRAY)
    assert picture_hash(grey) == picture_hash(PAGES["table"])


@pytest.mark.parametrize("page", [bgr(sheet()), np.full((30, 2000, 3), 255, np.uint8), np.zeros((200, 200), np.uint8)])
def test_where_nothing_stands_out_there_is_no_hash(page):
    assert picture_hash(page) is None


def test_a_single_speck_is_no_layout():
    page = bgr(sheet())
    page[1000:1003, 800:803] = 0
    assert picture_hash(page) is None


def test_bands_are_the_hash():
    picture = picture_hash(PAGES["letter"])
    assert of_bands(bands(picture)) == picture
    assert 0 <= picture < 1 << BITS
