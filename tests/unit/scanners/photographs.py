"""Photographs of papers on a desk, taken by a pin-hole camera: where the corners came to lie is known exactly.

Lives here: photograph and its desks, lights, hands. Not here: what is on the papers (drawing), the demo's own photographs.
Nothing of `scanners` is used in making them, so that a mistake there cannot hide itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from scanners.pixels import Pixels

Dice = np.random.Generator
MM = {"a4": (210.0, 297.0), "a5": (148.0, 210.0), "card": (85.6, 54.0), "leaf": (143.0, 105.0)}
_DESK_PX = 1400  # the desk is drawn as one square, many papers wide


@dataclass(frozen=True)
class Shot:
    """A photograph (BGR) and the four corners of the paper in it: top left, top right, bottom right, bottom left of the paper."""

    pixels: Pixels
    corners: Pixels
    tilt_deg: float
    desk: str


@dataclass(frozen=True)
class Pose:
    """Where the camera stands: tilt away from straight above, whence, turn in hand, and how much of the frame the paper fills."""

    tilt_deg: float
    azimuth_deg: float
    roll_deg: float
    fill: float
    focal: float = 0.75  # of the frame's long side
    shift: tuple[float, float] = (0.0, 0.0)  # of the frame


def any_pose(dice: Dice, most_tilt_deg: float = 35.0) -> Pose:
    """As a person holds a phone over a desk."""
    return Pose(
        tilt_deg=dice.uniform(2, most_tilt_deg),
        azimuth_deg=dice.uniform(0, 360),
        roll_deg=dice.normal(0, 7),
        fill=dice.uniform(0.72, 0.94),
        focal=dice.uniform(0.62, 0.95),
        shift=(dice.uniform(-0.02, 0.02), dice.uniform(-0.02, 0.02)),
    )


def plane_to_picture(size_mm: tuple[float, float], frame: tuple[int, int], pose: Pose) -> Pixels:
    """The homography from millimetres on the desk (paper's middle at 0, 0) to pixels of the frame."""
    width, height = frame
    focal = pose.focal * max(frame)
    tilt, azimuth, roll = (np.radians(angle) for angle in (pose.tilt_deg, pose.azimuth_deg, pose.roll_deg))
    rotation = _about_z(roll) @ _about_z(azimuth) @ _about_x(tilt) @ _about_z(-azimuth)
    half_w, half_h = size_mm[0] / 2, size_mm[1] / 2
    paper = np.array([[-half_w, -half_h], [half_w, -half_h], [half_w, half_h], [-half_w, half_h]])
    place = np.array([0.0, 0.0, 1.2 * focal * max(size_mm) / max(frame)])
    wanted = np.array([width * (0.5 + pose.shift[0]), height * (0.5 + pose.shift[1])])
    lens = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    for _ in range(40):  # step back and aside until the paper fills as much of the frame as asked, and stands in its middle
        matrix = lens @ np.column_stack([rotation[:, 0], rotation[:, 1], place])
        seen = apply(matrix, paper)
        low, high = seen.min(axis=0), seen.max(axis=0)
        place[:2] += (wanted - (low + high) / 2) * place[2] / focal
        place[2] *= float(((high - low) / frame).max() / pose.fill)
    return np.asarray(matrix)


def _about_z(angle: float) -> Pixels:
    return np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])


def _about_x(angle: float) -> Pixels:
    return np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])


def apply(matrix: Pixels, points: Pixels) -> Pixels:
    """Points through a homography."""
    return np.asarray(cv2.perspectiveTransform(np.asarray(points, np.float64)[None], matrix)[0])


@dataclass(frozen=True)
class Setting:
    """What lies where; what is left open falls to chance."""

    size_mm: tuple[float, float] = MM["a4"]
    pose: Pose | None = None
    frame: tuple[int, int] = (1500, 2000)
    desk: str | None = None
    hand: bool | None = None


def photograph(page: Pixels, dice: Dice, setting: Setting = Setting()) -> Shot:
    """The page (BGR) lying on a desk, bent a little, in uneven light, with noise, through a soft lens, as JPEG."""
    pose = setting.pose or any_pose(dice)
    desk = setting.desk or str(dice.choice(sorted(DESKS)))
    size_mm, frame, hand = setting.size_mm, setting.frame, setting.hand
    matrix = plane_to_picture(size_mm, frame, pose)
    picture = _laid(DESKS[desk](dice), matrix, frame, reach_mm=4 * max(size_mm))
    half_w, half_h = size_mm[0] / 2, size_mm[1] / 2
    corners = apply(matrix, np.array([[-half_w, -half_h], [half_w, -half_h], [half_w, half_h], [-half_w, half_h]]))
    picture = _shaded(picture, corners, dice)
    picture = _with_paper(picture, page, np.linalg.inv(matrix), size_mm, dice)
    picture = picture * _light(frame, dice)
    if hand if hand is not None else dice.random() < 0.25:
        picture = _with_hand(picture, corners, dice)
    return Shot(_developed(picture, dice), corners, pose.tilt_deg, desk)


def _with_paper(picture: Pixels, page: Pixels, back: Pixels, size_mm: tuple[float, float], dice: Dice) -> Pixels:
    height, width = picture.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    w = back[2, 0] * xs + back[2, 1] * ys + back[2, 2]
    u = (back[0, 0] * xs + back[0, 1] * ys + back[0, 2]) / w / size_mm[0] + 0.5
    v = (back[1, 0] * xs + back[1, 1] * ys + back[1, 2]) / w / size_mm[1] + 0.5
    bow = dice.normal(0, 0.003, 2)  # a paper is never quite flat; its corners stay where they are
    u, v = u + bow[0] * np.sin(np.pi * v.clip(0, 1)), v + bow[1] * np.sin(np.pi * u.clip(0, 1))
    x, y = (u * page.shape[1] - 0.5).astype(np.float32), (v * page.shape[0] - 0.5).astype(np.float32)
    shrink = page.shape[1] / max(1.0, float(np.ptp(xs[(u > 0) & (u < 1) & (v > 0) & (v < 1)])))
    soft = cv2.GaussianBlur(page, (0, 0), max(0.3, 0.4 * shrink))
    seen = cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    inside = np.minimum(np.minimum(x + 0.5, page.shape[1] - 0.5 - x), np.minimum(y + 0.5, page.shape[0] - 0.5 - y))
    cover = np.clip(inside / max(shrink, 0.5) + 0.5, 0, 1)[..., None]
    tint = np.array([dice.uniform(0.9, 1.0), dice.uniform(0.96, 1.0), 1.0], np.float32)
    return np.asarray(picture * (1 - cover) + seen * tint * cover)


def _laid(desk: Pixels, matrix: Pixels, frame: tuple[int, int], *, reach_mm: float) -> Pixels:
    to_mm = np.array([[reach_mm / _DESK_PX, 0, -reach_mm / 2], [0, reach_mm / _DESK_PX, -reach_mm / 2], [0, 0, 1]])
    laid = cv2.warpPerspective(desk, matrix @ to_mm, frame, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(laid, np.float32)


def _shaded(picture: Pixels, corners: Pixels, dice: Dice) -> Pixels:
    """The paper's own thin shadow on the desk."""
    mask: Pixels = np.zeros(picture.shape[:2], np.float32)
    away = dice.normal(0, 0.004 * max(picture.shape), 2)
    cv2.fillConvexPoly(mask, np.round(corners + away).astype(np.int32), 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), dice.uniform(0.002, 0.008) * max(picture.shape))
    return np.asarray(picture * (1 - dice.uniform(0.1, 0.5) * mask[..., None]))


def _light(frame: tuple[int, int], dice: Dice) -> Pixels:
    """A lamp to one side, darker corners, and at times the shadow of the phone or of an arm, with a soft edge."""
    y, x = np.mgrid[-1:1:96j, -1:1:72j].astype(np.float32)
    turn = dice.uniform(0, 2 * np.pi)
    light = 0.9 + dice.uniform(0.02, 0.16) * (np.cos(turn) * x + np.sin(turn) * y) - dice.uniform(0, 0.08) * (x * x + y * y)
    if dice.random() < 0.5:
        edge = np.cos(turn) * (y - dice.uniform(-0.5, 0.5)) - np.sin(turn) * (x - dice.uniform(-0.5, 0.5))
        light *= 1 - dice.uniform(0.1, 0.4) / (1 + np.exp(edge / dice.uniform(0.03, 0.2)))
    lamp = np.array([dice.uniform(0.85, 1.02), dice.uniform(0.95, 1.0), 1.0], np.float32)
    return np.asarray(cv2.resize(light[..., None] * lamp, frame, interpolation=cv2.INTER_CUBIC))


def _with_hand(picture: Pixels, corners: Pixels, dice: Dice) -> Pixels:
    """Two fingers over one side of the paper."""
    side = int(dice.integers(4))
    first, second = corners[side], corners[(side + 1) % 4]
    middle = corners.mean(axis=0)
    width = float(np.linalg.norm(corners[1] - corners[0]))
    mask: Pixels = np.zeros(picture.shape[:2], np.float32)
    skin = np.array([110, 140, 195], np.float32) * dice.uniform(0.5, 1.15)
    at = dice.uniform(0.2, 0.8)
    for finger in range(int(dice.integers(1, 4))):
        foot = first + (second - first) * (at + 0.11 * finger - 0.1)
        inward = (middle - foot) / np.linalg.norm(middle - foot)
        tip, back = foot + inward * width * dice.uniform(0.03, 0.12), foot - inward * width
        cv2.line(mask, tuple(map(int, tip)), tuple(map(int, back)), 1.0, thickness=int(0.085 * width), lineType=cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), 1.5)[..., None]
    return np.asarray(picture * (1 - mask) + skin * mask)


def _developed(picture: Pixels, dice: Dice) -> Pixels:
    soft = cv2.GaussianBlur(picture, (0, 0), dice.uniform(0.4, 1.0))
    noisy = soft + dice.normal(0, dice.uniform(1, 6), soft.shape)
    quality = int(dice.integers(60, 95))
    encoded = cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))


def _cloudy(dice: Dice, cell_px: int, colours: int = 1) -> Pixels:
    coarse = dice.normal(0, 1, (_DESK_PX // cell_px + 2, _DESK_PX // cell_px + 2, colours)).astype(np.float32)
    return cv2.resize(coarse, (_DESK_PX, _DESK_PX), interpolation=cv2.INTER_CUBIC).reshape(_DESK_PX, _DESK_PX, colours)


def _wood(dice: Dice) -> Pixels:
    """Boards with a grain along them."""
    colour = np.array([(60, 90, 140), (40, 60, 90), (110, 150, 190), (30, 40, 55)][int(dice.integers(4))], np.float32)
    streaks = dice.normal(0, 1, (_DESK_PX // 3 + 1, 8)).astype(np.float32)
    grain = cv2.resize(streaks, (_DESK_PX, _DESK_PX), interpolation=cv2.INTER_CUBIC)
    seams = np.ones((_DESK_PX, 1), np.float32)
    seams[:: int(dice.integers(90, 240))] = dice.uniform(0.4, 0.9)
    desk = (colour + grain[..., None] * dice.uniform(4, 14)) * seams[..., None]
    return np.asarray(desk if dice.random() < 0.5 else desk.transpose(1, 0, 2))


def _plain(dice: Dice, lightest: float = 120) -> Pixels:
    shade = dice.uniform(20, lightest)
    colour = shade * np.array([dice.uniform(0.7, 1.1), dice.uniform(0.85, 1.1), 1.0], np.float32)
    return np.asarray(colour + _cloudy(dice, 40) * 2)


def _light_desk(dice: Dice) -> Pixels:
    """Laminate only a little darker than paper."""
    colour = np.array([dice.uniform(170, 215), dice.uniform(185, 222), dice.uniform(190, 225)], np.float32)
    return np.asarray(colour + _cloudy(dice, 3) * dice.uniform(0.5, 3))


def _cloth(dice: Dice) -> Pixels:
    y, x = np.mgrid[0:_DESK_PX, 0:_DESK_PX].astype(np.float32)
    period = dice.uniform(18, 60)
    check = ((x % period < period / 2).astype(np.float32) + (y % period < period / 2)) / 2
    first, second = dice.uniform(20, 200, 3), dice.uniform(20, 200, 3)
    return np.asarray(first + (second - first) * check[..., None] + _cloudy(dice, 2) * 6)


def _stone(dice: Dice) -> Pixels:
    shade = dice.uniform(60, 200)
    return np.asarray(shade + _cloudy(dice, 60) * 18 + _cloudy(dice, 8) * 10 + _cloudy(dice, 2, 3) * 8)


def _littered(dice: Dice) -> Pixels:
    """A desk with books, a keyboard-like block and pens around the middle."""
    desk = np.ascontiguousarray(_wood(dice) if dice.random() < 0.5 else _plain(dice), np.float32)
    for _ in range(int(dice.integers(3, 9))):
        turn, reach = dice.uniform(0, 2 * np.pi), dice.uniform(260, 520)
        centre = (_DESK_PX / 2 + reach * np.cos(turn), _DESK_PX / 2 + reach * np.sin(turn))
        size = (dice.uniform(10, 260), dice.uniform(8, 200))
        box = cv2.boxPoints((centre, size, dice.uniform(0, 90)))
        cv2.fillConvexPoly(desk, np.round(box).astype(np.int32), tuple(dice.uniform(10, 235, 3)))
    return desk


DESKS: dict[str, Callable[[Dice], Pixels]] = {
    "wood": _wood,
    "plain": _plain,
    "light": _light_desk,
    "cloth": _cloth,
    "stone": _stone,
    "littered": _littered,
}
