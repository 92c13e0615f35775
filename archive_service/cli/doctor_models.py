"""Loading the reading engine, called by the doctor in a child process with the reader's limits."""

from scanners.engines import load_engine as load
from scanners.ocr import OcrError


def load_engine(name: str) -> str:
    """Nothing when the engine and its models load, or why they do not."""
    try:
        load(name)
    except OcrError as error:
        return error.message
    return ""
