"""One paper read as the service reads it, held against its truth.

Lives here: `score`, and what it counts. Not here: tables (show). A line is held against the best part of the page's text, letters and
digits alone, so that order and seals over print do not count against it; a line that is not there counts with all its characters.
"""

import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import fuzz, process

from benchmarks.accuracy.truth import PageTruth, PaperTruth
from scanners.fields import Field, FieldState
from scanners.judging import JudgedPage, judge
from scanners.kinds import Kinds
from scanners.limits import Limits
from scanners.ocr import OcrEngine, OcrError
from scanners.reading import Reading, read
from scanners.sources import sniff

MANY = frozenset({"seal_unit"})  # a paper may bear several, in any order
A_UNIT = 60  # of 100: less alike is no unit's name


@dataclass(frozen=True)
class Verdict:
    """What became of one value: right, or else wrong or not there, and whether the reader was sure of it."""

    name: str
    is_right: bool
    is_sure: bool
    read: str | None


@dataclass
class Score:
    """What was counted on one paper. A list has an entry for each thing the truth speaks of."""

    truth: PaperTruth
    kind: str | None = None
    kind_sure: bool = False
    fields: list[Verdict] = field(default_factory=list)
    printed: list[tuple[int, int]] = field(default_factory=list)  # characters, errors
    written: list[tuple[int, int]] = field(default_factory=list)
    upright: list[bool] = field(default_factory=list)
    blank: list[tuple[bool, bool]] = field(default_factory=list)  # is, was taken for
    seals: list[tuple[int, int, int]] = field(default_factory=list)  # on the page, found, texts right after matching to the units
    cpu_seconds: float = 0.0
    failure: str | None = None

    @property
    def errors(self) -> int:
        return sum(errors for _, errors in (*self.printed, *self.written))


def score(truth: PaperTruth, engine: OcrEngine, kinds: Kinds, units: Sequence[str]) -> Score:
    """Look at one paper; a refusal or a failure of the reader is a result, with its reason. `units`: whose seals there are."""
    result, began = Score(truth), time.process_time()
    content, limits = truth.path.read_bytes(), Limits()
    sniffed = sniff(content, limits=limits)
    if sniffed.media_type is None or not sniffed.is_taken:
        result.failure = "refused at the door"
        return result
    judgement = judge(content, sniffed.media_type, limits)
    rotations = {page.no: page.rotation for page in judgement.pages if page.rotation_sure}
    try:
        reading = read(content, sniffed.media_type, engine=engine, kinds=kinds, limits=limits, rotations=rotations)
    except OcrError as error:
        result.failure = error.code
        return result
    result.cpu_seconds = time.process_time() - began
    result.kind, result.kind_sure = reading.kind.code, reading.kind.state == "sure"
    _score_pages(result, {page.no: page for page in (*judgement.pages, *reading.corrected)}, reading, units)
    if truth.is_readable:
        result.fields = [verdict(name, value, reading.fields) for name, value in truth.values.items()]
    return result


def _score_pages(result: Score, judged: Mapping[int, JudgedPage], reading: Reading, units: Sequence[str]) -> None:
    texts = {page.no: bare(page.text) for page in reading.pages}
    for no, page in enumerate(result.truth.pages, start=1):
        if no not in judged:
            continue
        if page.is_blank is not None:
            result.blank.append((page.is_blank, judged[no].blank))
        if page.rotation is not None and not page.is_blank and result.truth.is_readable:
            result.upright.append((page.rotation + judged[no].rotation) % 360 == 0)
        if result.truth.is_readable:
            for text, by_hand in page.lines:
                line = bare(text)
                if line:
                    (result.written if by_hand else result.printed).append((len(line), errors_of(line, texts.get(no, ""))))
            _score_seals(result, page, [seal.text for seal in reading.seals if seal.page == no], units)


def _score_seals(result: Score, page: PageTruth, found: Sequence[str], units: Sequence[str]) -> None:
    if page.seals is None:
        return
    matched = [match[0] for text in found if (match := process.extractOne(text, units, scorer=fuzz.ratio, score_cutoff=A_UNIT))]
    wanted = list(page.seals)
    right = sum(_taken(wanted, unit) for unit in matched)
    result.seals.append((len(page.seals), len(found), right))


def _taken(wanted: list[str], unit: str) -> bool:
    if unit not in wanted:
        return False
    wanted.remove(unit)
    return True


def verdict(name: str, value: str, fields: Iterable[Field]) -> Verdict:
    """The first field of the name, which is the student's as far as the paper tells, must be the value; of seals any may be."""
    named = [each for each in fields if each.name == name]
    hit = next((each for each in named if bare(each.value) == bare(value)), None) if name in MANY else None
    first = hit or (named[0] if named else None)
    if first is None:
        return Verdict(name, is_right=False, is_sure=False, read=None)
    return Verdict(name, bare(first.value) == bare(value), first.state is FieldState.SURE, first.value)


def bare(text: str) -> str:
    """Letters and digits alone, in their plain forms."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())


def errors_of(line: str, text: str) -> int:
    """The edit distance of a line to that part of the text which is most like it."""
    if line in text:
        return 0
    signs = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    places = np.arange(len(signs) + 1)
    costs = np.zeros(len(signs) + 1, np.int64)  # the part may begin anywhere
    for row, sign in enumerate(line, start=1):
        other = np.empty_like(costs)
        other[0] = row
        np.minimum(costs[:-1] + (signs != ord(sign)), costs[1:] + 1, out=other[1:])
        costs = np.minimum.accumulate(other - places) + places  # signs too many in the text, from left to right
    return int(costs.min())
