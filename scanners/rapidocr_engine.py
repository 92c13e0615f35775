"""PP-OCRv6 (small) through RapidOCR, on OpenVINO or ONNX Runtime; both read the same text.

Lives here: RapidOcrEngine with the measured settings. OpenVINO takes 40 % less CPU and 340 MB more memory.
Not here: orientation and red ink (scanners.reading). Models ship in the wheel; nothing is fetched at run time.
"""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Literal

import cv2
import numpy as np
from rapidocr import EngineType, RapidOCR

from scanners.ocr import OcrError, settings_digest
from scanners.pixels import Pixels
from scanners.words import Box, Line, Word, as_box, even_words, join_han

Backend = Literal["openvino", "onnxruntime"]
_SETTINGS: dict[str, Any] = {
    "Global.log_level": "error",  # its information lines name files
    "Global.max_side_len": 4200,  # the default 2000 shrinks a 300-dpi page before lines are cut out
    "Global.use_cls": False,  # turns single lines silently; the page is upright already
    "Global.text_score": 0.5,
    "Det.limit_side_len": 1280,
    "Det.limit_type": "max",
    "Det.box_thresh": 0.5,
    "Det.unclip_ratio": 1.6,
    "Rec.rec_batch_num": 6,
    "EngineConfig.openvino.inference_num_threads": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
}
# Arguments of a call stick in the engine, so every call gives all of them.
_PAGE_CALL = {
    "use_det": True,
    "use_cls": False,
    "use_rec": True,
    "return_word_box": True,
    "return_single_char_box": True,
}
_LINE_CALL = _PAGE_CALL | {"use_det": False, "return_word_box": False, "return_single_char_box": False}


class RapidOcrEngine:
    """The default engine; loading takes 1 to 3 seconds, so keep one per process."""

    name = "rapidocr"

    def __init__(self, backend: Backend = "openvino") -> None:
        engine_type = EngineType(backend)
        chosen = {f"{part}.engine_type": engine_type for part in ("Det", "Cls", "Rec")}
        self.version = f"{version('rapidocr')}+{backend}-{version(backend)}"
        self.settings = settings_digest(_SETTINGS | {"backend": backend, "version": self.version})
        try:
            self._engine = RapidOCR(params=_SETTINGS | chosen)
        except (RuntimeError, ImportError, OSError, ValueError) as error:
            raise OcrError("engine_missing", f"识别引擎 {backend} 无法启动。") from error

    def read(self, pixels: Pixels, *, dpi: float | None) -> tuple[Line, ...]:  # noqa: ARG002  # the protocol's; this engine needs none
        output = self._call(pixels, _PAGE_CALL)
        texts, boxes = getattr(output, "txts", None), getattr(output, "boxes", None)
        if texts is None or boxes is None:
            return ()
        words = output.word_results if len(output.word_results) == len(texts) else (None,) * len(texts)
        return tuple(
            _line(text, float(score), corners, chars)
            for text, score, corners, chars in zip(texts, output.scores, boxes, words, strict=True)
        )

    def read_line(self, pixels: Pixels) -> tuple[str, float]:
        output = self._call(pixels, _LINE_CALL)
        texts = getattr(output, "txts", None)
        return (join_han(texts[0]), float(output.scores[0])) if texts else ("", 0.0)

    def _call(self, pixels: Pixels, call: dict[str, bool]) -> Any:  # noqa: ANN401  # five return types, none documented
        if pixels.size == 0:
            raise OcrError("engine_failed", "页面没有像素，无法识别。")
        try:
            return self._engine(pixels, **call)
        except (RuntimeError, ValueError, ArithmeticError, IndexError, TypeError, cv2.error) as error:
            raise OcrError("engine_failed", "识别引擎出错，本页未识别。") from error


def _line(text: str, score: float, corners: Any, chars: Sequence[Any] | None) -> Line:  # noqa: ANN401  # numpy or lists
    box = _hull(corners)
    words = tuple(Word(char, _hull(points), float(sure)) for char, sure, points in chars or () if points is not None and char.strip())
    is_whole = "".join(word.text for word in words) == "".join(text.split())
    return Line(join_han(text), box, score, words if is_whole else even_words(text, box, score))


def _hull(corners: Any) -> Box:  # noqa: ANN401  # numpy or lists of four points
    points = np.asarray(corners, dtype=float).reshape(-1, 2)
    return as_box((*points.min(axis=0), *points.max(axis=0)))
