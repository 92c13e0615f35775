"""The engines by the names settings use.

Lives here: load_engine. An engine's module is imported when it is asked for: each brings its own heavy libraries, and
a judging or canned process must not pay for them.
"""

from importlib import import_module
from typing import Any

from scanners.ocr import OcrEngine, OcrError

ENGINES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "rapidocr": ("second_opinion", "rapidocr_checked", {"backend": "openvino"}),
    "rapidocr-onnx": ("second_opinion", "rapidocr_checked", {"backend": "onnxruntime"}),
    "tesseract": ("tesseract_engine", "TesseractEngine", {}),
    "canned": ("canned_engine", "CannedEngine", {}),
    "failing-error": ("canned_engine", "FailingEngine", {"way": "error"}),
    "failing-crash": ("canned_engine", "FailingEngine", {"way": "crash"}),
    "failing-hang": ("canned_engine", "FailingEngine", {"way": "hang"}),
    "failing-garbage": ("canned_engine", "FailingEngine", {"way": "garbage"}),
}


def load_engine(name: str) -> OcrEngine:
    """Start the engine of this name (1 to 3 seconds for the real ones).

    Raises:
        OcrError: `engine_missing` for an unknown name, a missing library or a model that does not load.
    """
    if name not in ENGINES:
        raise OcrError("engine_missing", f"没有名为 {name} 的识别引擎。可选：{'、'.join(ENGINES)}。")
    module, engine_class, arguments = ENGINES[name]
    try:
        engine: OcrEngine = getattr(import_module(f"scanners.{module}"), engine_class)(**arguments)
    except ImportError as error:
        raise OcrError("engine_missing", f"识别引擎 {name} 的程序库没有安装。") from error
    return engine
