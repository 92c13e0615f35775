"""Pages as flatbeds, copiers and feeders give them: nothing here may ever be taken for a photograph.

Lives here: flat_scan and what scanners do to a page. Not here: photographs (photographs), what is on the pages (drawing).
"""

from collections.abc import Callable

import cv2
import numpy as np

from scanners.pixels import Pixels

Dice = np.random.Generator


def flat_scan(page: Pixels, dice: Dice, *, ways: tuple[str, ...] = ()) -> Pixels:
    """The page (BGR) decorated and scanned in the ways named, or in one to three ways by chance."""
    chosen = ways or tuple(dice.choice(sorted(WAYS), size=int(dice.integers(1, 4)), replace=False))
    for way, put_on in WAYS.items():  # print before paper, paper before machine, whatever the order of the names
        if way in chosen:
            page = put_on(page, dice)
    soft = cv2.GaussianBlur(page, (0, 0), dice.uniform(0.4, 0.9))
    noisy = soft + dice.normal(0, dice.uniform(1, 7), soft.shape)
    encoded = cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(55, 95))])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))


def _any_colour(dice: Dice, low: float, high: float) -> tuple[float, ...]:
    return tuple(float(part) for part in dice.uniform(low, high, 3))


def _thick_frame(page: Pixels, dice: Dice) -> Pixels:
    """A certificate's band of ornament, 4 to 25 mm wide, a little way in from the edge."""
    page, (height, width) = page.copy(), page.shape[:2]
    margin, band = int(width * dice.uniform(0.015, 0.08)), int(width * dice.uniform(0.02, 0.12))
    colour = _any_colour(dice, 20, 200)
    cv2.rectangle(page, (margin + band // 2, margin + band // 2), (width - margin - band // 2, height - margin - band // 2), colour, band)
    if dice.random() < 0.5:
        for at in range(margin, width - margin, max(6, band // 2)):
            cv2.circle(page, (at, margin + band // 2), band // 4, (255, 255, 255), 2)
            cv2.circle(page, (at, height - margin - band // 2), band // 4, (255, 255, 255), 2)
    return page


def _printed_ground(page: Pixels, dice: Dice) -> Pixels:
    """A coloured ground with a white margin, as on certificates and family registers."""
    page, (height, width) = page.copy(), page.shape[:2]
    margin = int(width * dice.uniform(0.03, 0.1))
    inner = page[margin : height - margin, margin : width - margin]
    tint = np.array(_any_colour(dice, 120, 245)) / 255
    page[margin : height - margin, margin : width - margin] = (inner * tint).astype(np.uint8)
    return page


def _blocks(page: Pixels, dice: Dice) -> Pixels:
    """Portraits, shaded cells, logos."""
    page, (height, width) = page.copy(), page.shape[:2]
    for _ in range(int(dice.integers(1, 5))):
        x, y = int(dice.uniform(0, 0.7) * width), int(dice.uniform(0, 0.7) * height)
        right, bottom = x + int(dice.uniform(0.1, 0.6) * width), y + int(dice.uniform(0.05, 0.4) * height)
        cv2.rectangle(page, (x, y), (min(right, width - 40), min(bottom, height - 40)), _any_colour(dice, 60, 240), -1)
    return page


def _coloured_paper(page: Pixels, dice: Dice) -> Pixels:
    return np.asarray(page * (np.array(_any_colour(dice, 150, 250)) / 255), np.uint8)


def _folded(page: Pixels, dice: Dice) -> Pixels:
    page, (height, width) = page.copy(), page.shape[:2]
    for _ in range(int(dice.integers(1, 3))):
        ends = [(int(dice.uniform(0, width)), 0), (int(dice.uniform(0, width)), height)]
        if dice.random() < 0.5:
            ends = [(0, int(dice.uniform(0, height))), (width, int(dice.uniform(0, height)))]
        cv2.line(page, ends[0], ends[1], _any_colour(dice, 130, 215), int(dice.integers(2, 9)), cv2.LINE_AA)
    return page


def _gutter(page: Pixels, dice: Dice) -> Pixels:
    """The dark fold of a book along one side."""
    width = page.shape[1]
    ramp = 1 - dice.uniform(0.3, 0.9) * np.exp(-np.arange(width) / (width * dice.uniform(0.01, 0.06)))
    ramp = ramp if dice.random() < 0.5 else ramp[::-1]
    return np.asarray(page * ramp[None, :, None], np.uint8)


def _skewed(page: Pixels, dice: Dice) -> Pixels:
    return _turned(page, dice.uniform(-3, 3), (250, 250, 250))


def _on_dark_glass(page: Pixels, dice: Dice) -> Pixels:
    """Smaller than the glass, the lid open or black: the paper lies on dark, nearly straight."""
    height, width = page.shape[:2]
    top, bottom, left, right = (int(side) for side in dice.uniform(0, 0.25, 4) * (dice.random(4) < 0.7) * [height, height, width, width])
    dark = _any_colour(dice, 5, 70)
    around = cv2.copyMakeBorder(page, top, bottom, left, right, cv2.BORDER_CONSTANT, value=dark)
    return _turned(around, dice.uniform(-3, 3), dark)


def _black_borders(page: Pixels, dice: Dice) -> Pixels:
    """The black bars a feeder leaves at one or more sides, a little out of true."""
    page, (height, width) = page.copy(), page.shape[:2]
    for side in range(4):
        if dice.random() < 0.5:
            continue
        near, far = dice.uniform(0.002, 0.05, 2) * width
        run = height if side < 2 else width  # the first two are left and right
        wedge = np.array([[0, 0], [near, 0], [far, run], [0, run]])
        wedge = wedge if side < 2 else wedge[:, ::-1]
        wedge = wedge if side % 2 == 0 else np.array([width, height]) - wedge
        cv2.fillConvexPoly(page, np.round(wedge).astype(np.int32), _any_colour(dice, 0, 40))
    return page


def _bilevel(page: Pixels, dice: Dice) -> Pixels:
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    return cv2.cvtColor(np.where(grey > dice.uniform(120, 190), 255, 0).astype(np.uint8), cv2.COLOR_GRAY2BGR)


def _turned(page: Pixels, degrees: float, ground: tuple[float, ...]) -> Pixels:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=ground)


WAYS: dict[str, Callable[[Pixels, Dice], Pixels]] = {
    "printed ground": _printed_ground,
    "thick frame": _thick_frame,
    "blocks": _blocks,
    "coloured paper": _coloured_paper,
    "folded": _folded,
    "gutter": _gutter,
    "skewed": _skewed,
    "dark glass": _on_dark_glass,
    "black borders": _black_borders,
    "bilevel": _bilevel,
}
