"""Findings rest on measures: blank sides are blank, one short line is not, and faults come with their figures."""

import cv2
import numpy as np
import pytest
from PIL import ImageDraw, ImageFilter

from scanners.findings import CHECKS, Severity, found
from scanners.images import ScannedPage
from scanners.limits import Limits
from scanners.pixels import grey
from scanners.quality import examine, skew_deg, text_like
from tests.unit.scanners.drawing import CERTIFICATE, DPI, bgr, sheet, write, written


def scanned(page, dpi=DPI, mode="RGB") -> ScannedPage:
    return ScannedPage(1, bgr(page), dpi, mode, is_colour=True)


def codes_of(page, **options) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in examine(scanned(page, **options), Limits()).findings}


def test_a_sound_page_has_no_findings():
    assert codes_of(written(CERTIFICATE)) == {}


def punched_and_folded():
    page = sheet(colour="#f4f2ee")
    pen = ImageDraw.Draw(page)
    for y in (900, 1500):
        pen.ellipse((60, y, 115, y + 55), fill="#303030")
    pen.line((0, 1170, 1654, 1170), fill="#d8d4cc", width=3)
    pen.rectangle((0, 0, 12, 2339), fill="#202020")
    return page


def show_through():
    back = written(CERTIFICATE * 3).transpose(0).filter(ImageFilter.GaussianBlur(3))
    return back.point(lambda value: 255 - (255 - value) // 8)


@pytest.mark.parametrize("page", [sheet(), punched_and_folded(), show_through()], ids=["white", "punched", "show-through"])
def test_back_sides_are_blank(page):
    quality = examine(scanned(page), Limits())
    assert quality.is_blank
    assert [finding.code for finding in quality.findings] == ["blank_page"]


@pytest.mark.parametrize("text", ["同意", "李娜", "2024年3月5日"])
def test_one_short_line_is_not_blank_but_asks(text):
    page = sheet()
    write(page, 700, 1100, text)
    assert codes_of(page) == {"nearly_blank": Severity.NOTE}


@pytest.mark.parametrize(("degrees", "severity"), [(0.0, None), (1.8, Severity.NOTE), (-3.5, Severity.WARN)])
def test_skew_is_measured_with_its_sign(degrees, severity):
    page = written(CERTIFICATE * 3).rotate(-degrees, fillcolor="white", resample=3)
    quality = examine(scanned(page), Limits())
    assert quality.skew_deg == pytest.approx(degrees, abs=0.2)
    assert {finding.severity for finding in quality.findings} == ({severity} if severity else set())


def test_skew_of_a_reduced_page_is_the_same():
    page = written(CERTIFICATE * 3).rotate(-2, fillcolor="white", resample=3)
    assert skew_deg(cv2.resize(grey(bgr(page)), None, fx=0.8, fy=0.8)) == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize(("sigma", "severity"), [(0, None), (3, Severity.WARN), (6, Severity.REFUSE)])
def test_blur_is_graded(sigma, severity):
    page = written(CERTIFICATE * 3).filter(ImageFilter.GaussianBlur(sigma))
    assert codes_of(page).get("blurred") is severity


@pytest.mark.parametrize(("share", "severity"), [(1.0, None), (0.5, Severity.WARN), (0.35, Severity.REFUSE)])
def test_darkness_is_graded(share, severity):
    page = written(CERTIFICATE * 3).point(lambda value: int(value * share))
    assert codes_of(page).get("dark") is severity


def test_too_few_dots_are_reported_against_the_standards_limit():
    page = written(CERTIFICATE).resize((1240, 1754))
    (finding,) = [f for f in examine(scanned(page, dpi=150), Limits()).findings if f.code == "low_dpi"]
    assert (finding.value, finding.limit, finding.unit) == (150, 200, "dpi")
    assert "150" in finding.advice
    assert "300 dpi" in finding.advice


def test_spots_count_alike_at_any_resolution():
    view = grey(bgr(written(CERTIFICATE)))
    assert text_like(cv2.resize(view, None, fx=1.5, fy=1.5), 300) == pytest.approx(text_like(view, 200), rel=0.2)


def test_every_check_gives_advice_with_its_figures_and_a_clause():
    for code, check in CHECKS.items():
        finding = found(code, value=1.5, limit=2)
        assert finding.advice.endswith("。"), code
        assert "{" not in finding.advice, code
        assert check.clause, code


def test_a_finding_is_plain_json():
    assert found("skewed", page=2, value=np.float64(3.24), limit=1.0).to_json() == {
        "code": "skewed",
        "page": 2,
        "value": 3.24,
        "limit": 1.0,
        "unit": "度",
        "severity": "warn",
        "advice": "倾斜 3.2 度，超过 1.0 度。请放正后重新扫描。",
    }
