"""Reading a scan: words, seals, codes page by page, then kind and fields of the whole.

Lives here: read, read_pages, finish, Reading. Not here: pictures to show (scanners.judging, whose judge is passed on
from here), the engines. The worker runs it in a child process, one page at a time so that each has its time limit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean

from scanners.barcode import CodeMark, find_codes
from scanners.classify import KindGuess, classify
from scanners.fields import Field, extract
from scanners.findings import Finding, found
from scanners.flattening import as_laid_flat
from scanners.images import ScannedPage, open_pages
from scanners.judging import JudgedPage, Judgement, judge, judge_pages, rejudged
from scanners.kinds import Kinds
from scanners.likeness import picture_hash
from scanners.limits import Limits
from scanners.ocr import OcrEngine, OcrError
from scanners.orientation import SURE, best_rotation, lies_on_its_side, reading_value, upright_rotation
from scanners.pixels import MM_PER_INCH, Pixels, grey, turned, without_red_ink, working_dpi
from scanners.quality import NEARLY_BLANK, text_like
from scanners.ring_text import unrolled
from scanners.rows import in_reading_order
from scanners.seal import Seal, find_seals
from scanners.words import Box, Line, TextPage

__all__ = ["Judgement", "PageReading", "Reading", "Seal", "finish", "judge", "judge_pages", "read", "read_pages"]

_SURE_READING = 0.85
_EDGE_MM = 1.5


@dataclass(frozen=True)
class PageReading:
    """What one page says; `corrected` replaces the page as judged when reading found another way up."""

    text: TextPage
    is_colour: bool
    seals: tuple[Seal, ...] = ()
    codes: tuple[CodeMark, ...] = ()
    findings: tuple[Finding, ...] = ()
    corrected: JudgedPage | None = None
    picture: int | None = None


@dataclass(frozen=True)
class Reading:
    """What a whole record says. Fields and kind are proposals; only a person confirms them."""

    pages: tuple[TextPage, ...]
    fields: tuple[Field, ...]
    kind: KindGuess
    seals: tuple[Seal, ...]
    codes: tuple[CodeMark, ...]
    findings: tuple[Finding, ...]
    corrected: tuple[JudgedPage, ...]
    engine: str
    engine_version: str
    settings: str
    pictures: tuple[tuple[int, int], ...] = ()  # page number and hash, by which a second scan is found


def read(
    content: bytes,
    media_type: str,
    *,
    engine: OcrEngine,
    kinds: Kinds,
    limits: Limits,
    rotations: Mapping[int, int] | None = None,
) -> Reading:
    """Read every page and say what the record is. `rotations` are those of judging, by page number.

    Raises:
        ScanError: a page cannot be decoded.
        OcrError: a page with writing on it could not be read; no part of the record counts as read then.
    """
    pages = read_pages(content, media_type, engine=engine, limits=limits, rotations=rotations)
    return finish(pages, engine=engine, kinds=kinds)


def read_pages(
    content: bytes,
    media_type: str,
    *,
    engine: OcrEngine,
    limits: Limits,
    rotations: Mapping[int, int] | None = None,
) -> Iterator[PageReading]:
    """The same page by page, without kind and fields."""
    for page in open_pages(content, media_type, limits):
        yield _read_page(as_laid_flat(page), engine, limits, judged_rotation=(rotations or {}).get(page.no))


def finish(pages: Iterable[PageReading], *, engine: OcrEngine, kinds: Kinds) -> Reading:
    """Put the pages together: kind first, since it says which fields and stamps to expect."""
    pages = tuple(pages)
    texts = tuple(page.text for page in pages)
    seals = tuple(seal for page in pages for seal in page.seals)
    guess = classify(texts, kinds)
    kind = kinds.get(guess.code)
    findings = tuple(finding for page in pages for finding in page.findings)
    if kind and kind.stamped_by:
        findings += tuple(found("not_colour", page=page.text.no) for page in pages if _lacks_colour(page))
    return Reading(
        pages=texts,
        fields=tuple(extract(texts, kind=kind, seals=seals)),
        kind=guess,
        seals=seals,
        codes=tuple(code for page in pages for code in page.codes),
        findings=findings,
        corrected=tuple(page.corrected for page in pages if page.corrected),
        engine=engine.name,
        engine_version=engine.version,
        settings=engine.settings,
        pictures=tuple((page.text.no, page.picture) for page in pages if page.picture is not None),
    )


def _lacks_colour(page: PageReading) -> bool:
    return not page.is_colour and bool(page.text.lines)


def _read_page(page: ScannedPage, engine: OcrEngine, limits: Limits, *, judged_rotation: int | None) -> PageReading:
    spots = text_like(grey(page.pixels), working_dpi(page.pixels, page.dpi))
    if spots == 0:
        upright = turned(page.pixels, judged_rotation or 0)
        return PageReading(TextPage(page.no, upright.shape[1], upright.shape[0]), page.is_colour)
    rotation, lines = _read_upright(page, engine, judged_rotation)
    if not lines and spots > NEARLY_BLANK:
        raise OcrError("no_text", f"第 {page.no} 页有字迹，但识别引擎没有读出任何文字。")
    upright = turned(page.pixels, rotation)
    text = TextPage(page.no, upright.shape[1], upright.shape[0], in_reading_order(lines))
    is_moved = judged_rotation is not None and rotation != judged_rotation
    return PageReading(
        text=text,
        is_colour=page.is_colour,
        seals=_seals(upright, page, engine) if page.is_colour else (),
        codes=tuple(find_codes(upright, page.no)),
        findings=_reading_findings(text, working_dpi(upright, page.dpi)),
        corrected=rejudged(page, limits, rotation) if is_moved else None,
        picture=picture_hash(upright) if lines else None,
    )


def _read_upright(page: ScannedPage, engine: OcrEngine, judged_rotation: int | None) -> tuple[int, tuple[Line, ...]]:
    """The rotation that makes the page upright, and its lines; other turns are read only where the first is doubtful."""
    pixels = without_red_ink(page.pixels) if page.is_colour else page.pixels

    def read_turned(view: Pixels) -> tuple[Line, ...]:
        return engine.read(view, dpi=page.dpi)

    rotation, confidence = (judged_rotation, 1.0) if judged_rotation is not None else upright_rotation(page.pixels)
    if confidence < SURE:
        rotation = best_rotation(pixels, read_turned)
    lines = read_turned(turned(pixels, rotation))
    if not _is_doubtful(lines):
        return rotation, lines
    other = best_rotation(pixels, read_turned)
    if other == rotation:
        return rotation, lines
    other_lines = read_turned(turned(pixels, other))
    return max(((rotation, lines), (other, other_lines)), key=lambda reading: reading_value(reading[1]))


def _is_doubtful(lines: tuple[Line, ...]) -> bool:
    return not lines or fmean(line.confidence for line in lines) < _SURE_READING or lies_on_its_side(lines)


def _seals(upright: Pixels, page: ScannedPage, engine: OcrEngine) -> tuple[Seal, ...]:
    seals = []
    for mark in find_seals(upright, working_dpi(upright, page.dpi)):
        ring = unrolled(upright, mark)
        text, confidence = engine.read_line(ring) if ring is not None else ("", 0.0)
        han = "".join(char for char in text if "\u4e00" <= char <= "\u9fff")
        seals.append(Seal(page.no, mark.box, han, confidence if han else 0.0))
    return tuple(seals)


def _reading_findings(text: TextPage, dpi: float) -> tuple[Finding, ...]:
    findings = []
    edge_px = _EDGE_MM * dpi / MM_PER_INCH
    at_edge = sum(_is_at_edge(line.box, text, edge_px) for line in text.lines)
    if at_edge:
        findings.append(found("cut_off", page=text.no, value=at_edge, limit=0))
    if text.confidence is not None and text.confidence < _SURE_READING:
        findings.append(found("unsure_reading", page=text.no, value=text.confidence, limit=_SURE_READING))
    return tuple(findings)


def _is_at_edge(box: Box, text: TextPage, edge_px: float) -> bool:
    x0, y0, x1, y1 = box
    return min(x0, y0, text.width_px - x1, text.height_px - y1) < edge_px
