"""How well photographed papers are laid flat: `python -m benchmarks.photographs [--first SEED] [--photos N] [--scans N] [--read N]`.

Prints corners, shares and processor time over photographs and scans drawn from the seeds given, and line errors of the default
engine before and after. Seeds below 10,000 were looked at while the rules were made; the default ones were not.
"""

import argparse
import sys
import time
import unicodedata
from collections.abc import Iterable

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio_alignment

from scanners.border import look_for_papers
from scanners.engines import load_engine
from scanners.flattening import as_laid_flat, is_flat
from scanners.images import ScannedPage
from scanners.ocr import OcrEngine
from scanners.orientation import upright_rotation
from scanners.pixels import Pixels, turned, without_red_ink
from tests.unit.scanners.drawing import bgr, certificate, table, written
from tests.unit.scanners.flat_scans import flat_scan
from tests.unit.scanners.photographs import DESKS, Setting, Shot, photograph

_FOUND_WITHIN = 0.03  # of the paper's width
_READ_FRAME = (2250, 3000)
_WORDS = "兹证明该生系我校在籍学生家长申请办理休学复学转学手续情况属实请予批准监护人签字学校盖章教育局审核意见姓名性别民族住址电话"


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; always 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.photographs")
    parser.add_argument("--first", type=int, default=10_000)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--scans", type=int, default=300)
    parser.add_argument("--read", type=int, default=30)
    options = parser.parse_args(arguments)
    for measure, count in ((_photos, options.photos), (_scans, options.scans), (_read, options.read)):
        for line in measure(options.first, count) if count else ():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    return 0


def _photos(first: int, count: int) -> Iterable[str]:
    errors, false, left, seconds = [], 0, 0, []
    for seed in range(first, first + count):
        dice = np.random.default_rng(seed)
        shot = photograph(bgr(written(_lines(dice))), dice, Setting(desk=sorted(DESKS)[seed % len(DESKS)]))
        begun = time.process_time()
        border = look_for_papers(shot.pixels).border
        seconds.append(time.process_time() - begun)
        if border is None:
            left += 1
        elif (error := corner_error(border.corners, shot)) > _FOUND_WITHIN:
            false += 1
        else:
            errors.append(error)
            left += is_flat(border.corners, on_black=border.on_black)
    middle, most = np.percentile(errors, (50, 95)) * 100
    yield f"photographs {count}: laid flat {count - left - false}, left as they are {left}, border wrong {false}"
    yield f"farthest corner, % of the paper's width: median {middle:.2f}, p95 {most:.2f}"
    yield f"ms of processor a photograph: mean {np.mean(seconds) * 1000:.0f}, p95 {np.percentile(seconds, 95) * 1000:.0f}"


def corner_error(corners: Pixels, shot: Shot) -> float:
    width = np.linalg.norm(shot.corners[1] - shot.corners[0])
    return float(min(np.linalg.norm(np.roll(corners, turn, axis=0) - shot.corners, axis=1).max() for turn in range(4)) / width)


def _scans(first: int, count: int) -> Iterable[str]:
    flattened, told, seconds = 0, 0, []
    pages = [bgr(certificate()), bgr(table([["姓名", "张伟"], ["身份证件号", "520302201205161222"]] * 6))]
    for seed in range(first, first + count):
        dice = np.random.default_rng(seed)
        page = ScannedPage(1, flat_scan(pages[seed % 2], dice), 200, "RGB", is_colour=True)
        begun = time.process_time()
        seen = as_laid_flat(page)
        seconds.append(time.process_time() - begun)
        flattened += seen.pixels is not page.pixels
        told += seen.pixels is page.pixels and bool(seen.findings)
    yield f"scans {count}: falsely laid flat {flattened}, false findings {told}"
    yield f"ms of processor a scan: mean {np.mean(seconds) * 1000:.0f}, p95 {np.percentile(seconds, 95) * 1000:.0f}"


def _read(first: int, count: int) -> Iterable[str]:
    engine = load_engine("rapidocr")
    before, after, letters = 0, 0, 0
    for seed in range(first, first + count):
        dice = np.random.default_rng(seed)
        lines = _lines(dice)
        shot = photograph(bgr(written(lines)), dice, Setting(frame=_READ_FRAME, hand=False, desk=sorted(DESKS)[seed % len(DESKS)]))
        page = ScannedPage(1, shot.pixels, None, "RGB", is_colour=True)
        before += _errors(lines, _text(page, engine))
        after += _errors(lines, _text(as_laid_flat(page), engine))
        letters += sum(len(line) for line in lines)
    yield f"line errors of {letters} characters on {count} pages: {before / letters:.2%} as photographed, {after / letters:.2%} laid flat"


def _text(page: ScannedPage, engine: OcrEngine) -> str:
    rotation, _ = upright_rotation(page.pixels)
    return _plain("".join(line.text for line in engine.read(turned(without_red_ink(page.pixels), rotation), dpi=page.dpi)))


def _errors(lines: Iterable[str], text: str) -> int:
    errors = 0
    for line in map(_plain, lines):
        best = partial_ratio_alignment(line, text)
        errors += Levenshtein.distance(line, text[best.dest_start : best.dest_end]) if best else len(line)
    return errors


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())


def _lines(dice: np.random.Generator) -> list[str]:
    """Lines of random words and numbers, none of which a language could help to guess."""
    return ["".join(dice.choice(list(_WORDS + "0123456789"), int(dice.integers(8, 30)))) for _ in range(22)]


if __name__ == "__main__":
    raise SystemExit(main())
