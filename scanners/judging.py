"""Judging a scan: its pages upright, measured, and as small pictures to show. No OCR engine is loaded here.

Lives here: judge, judge_pages, JudgedPage, Judgement. Not here: words (scanners.reading). The worker runs it in a
child process; judge_pages lets it put a time limit on each page and show progress.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanners.findings import Finding, found
from scanners.flattening import as_laid_flat
from scanners.images import ScanError, ScannedPage, open_pages
from scanners.limits import Limits
from scanners.orientation import SURE, upright_rotation
from scanners.pdf_risks import risk_findings
from scanners.pixels import at_dpi, jpeg_bytes, scaled, turned, working_dpi
from scanners.quality import examine

_ACCESS_DPI = 200
_ACCESS_QUALITY, _THUMBNAIL_QUALITY = 80, 75
_THUMBNAIL_WIDTH_PX = 320


@dataclass(frozen=True)
class JudgedPage:
    """One page as shown, flat and upright, its size in pixels at full resolution.

    rotation is the clockwise degrees applied to get there; rotation_sure is False where reading should decide.
    """

    no: int
    width_px: int
    height_px: int
    dpi: float | None
    rotation: int
    rotation_sure: bool
    skew_deg: float
    blank: bool
    findings: tuple[Finding, ...]
    access_jpeg: bytes
    thumbnail_jpeg: bytes


@dataclass(frozen=True)
class Judgement:
    """All pages of one file; findings here are the file's own, each page has its own besides."""

    pages: tuple[JudgedPage, ...]
    findings: tuple[Finding, ...]


def judge(content: bytes, media_type: str, limits: Limits) -> Judgement:
    """Judge every page that can be decoded; a file that breaks off later keeps its sound pages.

    Raises:
        ScanError: not one page can be decoded.
    """
    pages: list[JudgedPage] = []
    findings = risk_findings(content) if media_type == "application/pdf" else ()
    try:
        for page in judge_pages(content, media_type, limits):
            pages.append(page)  # noqa: PERF402  # extend would keep none of the pages before the break
    except ScanError as error:
        if not pages:
            raise
        findings = (*findings, error.finding)
    return Judgement(tuple(pages), findings)


def judge_pages(content: bytes, media_type: str, limits: Limits) -> Iterator[JudgedPage]:
    """The same page by page. Raises ScanError where decoding ends early."""
    for page in open_pages(content, media_type, limits):
        yield judge_page(as_laid_flat(page), limits)


def judge_page(page: ScannedPage, limits: Limits, *, rotation: int | None = None) -> JudgedPage:
    """Judge one page, with the rotation given or by the document model; a blank page is left as it lies."""
    applied, confidence = (rotation, 1.0) if rotation is not None else upright_rotation(page.pixels)
    upright = turned(page.pixels, applied)
    quality = examine(replace(page, pixels=upright), limits)
    if quality.is_blank and rotation is None:
        applied, upright = 0, page.pixels
    access = at_dpi(upright, working_dpi(upright, page.dpi), _ACCESS_DPI)
    return JudgedPage(
        no=page.no,
        width_px=upright.shape[1],
        height_px=upright.shape[0],
        dpi=None if page.dpi is None else round(page.dpi, 1),
        rotation=applied,
        rotation_sure=quality.is_blank or confidence >= SURE,
        skew_deg=quality.skew_deg,
        blank=quality.is_blank,
        findings=page.findings + quality.findings,
        access_jpeg=jpeg_bytes(access, _ACCESS_QUALITY),
        thumbnail_jpeg=jpeg_bytes(scaled(access, _THUMBNAIL_WIDTH_PX / access.shape[1]), _THUMBNAIL_QUALITY),
    )


def rejudged(page: ScannedPage, limits: Limits, rotation: int) -> JudgedPage:
    """The page judged anew after reading found it lies otherwise, with a note saying so."""
    judged = judge_page(page, limits, rotation=rotation)
    note = found("turned_again", page=page.no, value=rotation)
    return replace(judged, findings=(*judged.findings, note))
