"""What runs inside the reader's child processes: sniffing, judging and reading, with the engine loaded once a process.

Not here: limits and restarts (`sandbox`), rows. Called through `adapters.reader` by name, so the arguments are plain values.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from scanners.engines import load_engine
from scanners.judging import Judgement, judge
from scanners.kinds import Kinds, load_kinds
from scanners.limits import Limits
from scanners.ocr import OcrEngine
from scanners.reading import Reading, read
from scanners.sources import Sniffed, sniff

engine_named = lru_cache(maxsize=2)(load_engine)
kinds_in = lru_cache(maxsize=2)(load_kinds)


def sniff_content(content: bytes, limits: Limits) -> Sniffed:
    """What the content is, and whether the door takes it."""
    return sniff(content, limits=limits)


def judge_content(content: bytes, media_type: str, limits: Limits) -> Judgement:
    """The pages upright and measured."""
    return judge(content, media_type, limits)


def read_content(
    content: bytes, media_type: str, limits: Limits, rotations: Mapping[int, int], engine: str, kinds_folder: str
) -> Reading:  # fmt: skip
    """The words, kind, fields, seals and codes."""
    using: OcrEngine = engine_named(engine)
    kinds: Kinds = kinds_in(Path(kinds_folder))
    return read(content, media_type, engine=using, kinds=kinds, limits=limits, rotations=rotations)
