"""Reading a whole record with an engine that knows the page: order, blank pages, turns, and failures that stay failures."""

import io
import pickle

import pytest

from scanners.canned_engine import CannedEngine, FailingEngine
from scanners.kinds import load_kinds
from scanners.limits import Limits
from scanners.ocr import OcrError
from scanners.reading import judge, read, read_pages
from scanners.words import Line
from tests.unit.scanners.drawing import CERTIFICATE, CHILD_ID, DPI, KINDS, certificate, saved, sheet

LIMITS, PRODUCT = Limits(), load_kinds(KINDS)
TEXT = "\n".join(["学籍证明", *CERTIFICATE, "遵义市红花岗区第一中学", "2024年3月5日"])


class Reciting(CannedEngine):
    """Recites a text on any page, less surely where the page does not stand as it should."""

    def __init__(self, text: str, is_upright=lambda _pixels: True) -> None:
        super().__init__()
        self._texts_of_page, self._is_upright, self.calls = text.split("\n"), is_upright, 0

    def read(self, pixels, *, dpi):
        self.calls += 1
        assert dpi == pytest.approx(DPI, abs=1)
        step, sure = pixels.shape[0] // 30, 0.98 if self._is_upright(pixels) else 0.5
        return tuple(self._line(text, at * step + 60, sure) for at, text in reversed(list(enumerate(self._texts_of_page))))

    def read_line(self, pixels):
        return ("遵义市红花岗区第一中学", 0.97) if pixels.shape[1] > pixels.shape[0] else ("", 0.0)

    @staticmethod
    def _line(text: str, y: int, sure: float) -> Line:
        return Line(text, (100, y, 100 + 20 * len(text), y + 20), sure)


def test_a_record_is_read_to_kind_fields_and_seal():
    reading = read(saved(certificate()), "image/jpeg", engine=Reciting(TEXT), kinds=PRODUCT, limits=LIMITS)
    values = {field.name: field.value for field in reading.fields}
    assert reading.pages[0].text == TEXT, "lines come in reading order, whatever the engine's"
    assert (reading.kind.code, reading.kind.state) == ("registry_certificate", "sure")
    assert (values["name"], values["id_no"], values["student_no"]) == ("李梦瑶", CHILD_ID, f"G{CHILD_ID}")
    assert [seal.text for seal in reading.seals] == ["遵义市红花岗区第一中学"]
    assert values["seal_unit"] == "遵义市红花岗区第一中学"
    assert (reading.engine, reading.corrected, reading.findings) == ("canned", (), ())
    assert pickle.loads(pickle.dumps(reading)) == reading  # noqa: S301  # our own


def test_a_blank_page_is_not_read_and_not_a_failure():
    engine = Reciting("不该读")
    content = saved(certificate(with_seal=False), "TIFF", save_all=True, append_images=[sheet()])
    pages = list(read_pages(content, "image/tiff", engine=engine, limits=LIMITS))
    assert (engine.calls, pages[1].text.lines) == (1, ())


def test_a_pdf_with_a_blank_back_side_is_judged_and_read():
    out = io.BytesIO()
    front, back = certificate(), sheet()
    front.save(out, "PDF", resolution=DPI, save_all=True, append_images=[back])
    judgement = judge(out.getvalue(), "application/pdf", LIMITS)
    assert [page.blank for page in judgement.pages] == [False, True]
    rotations = {page.no: page.rotation for page in judgement.pages}
    reading = read(out.getvalue(), "application/pdf", engine=Reciting(TEXT), kinds=PRODUCT, limits=LIMITS, rotations=rotations)
    assert (len(reading.pages), reading.pages[1].lines, reading.kind.code) == (2, (), "registry_certificate")


def test_no_words_on_a_page_full_of_writing_is_a_failure():
    with pytest.raises(OcrError) as failed:
        read(saved(certificate()), "image/jpeg", engine=CannedEngine(), kinds=PRODUCT, limits=LIMITS)
    assert failed.value.code == "no_text"
    assert "第 1 页" in failed.value.message


def test_an_engines_error_goes_up():
    with pytest.raises(OcrError):
        read(saved(certificate()), "image/jpeg", engine=FailingEngine("error"), kinds=PRODUCT, limits=LIMITS)


def test_garbage_is_marked_unsure():
    reading = read(saved(certificate()), "image/jpeg", engine=FailingEngine("garbage"), kinds=PRODUCT, limits=LIMITS)
    assert "unsure_reading" in {finding.code for finding in reading.findings}
    assert reading.kind.code is None


def test_a_wrong_turn_of_judging_is_put_right_by_reading():
    """The title's corner is dark only when the page stands upright."""

    def is_upright(pixels) -> bool:
        height, width = pixels.shape[:2]
        return height > width and pixels[: height // 7, width // 3 : width // 2].min() < 128

    engine = Reciting(TEXT, is_upright)
    reading = read(saved(certificate()), "image/jpeg", engine=engine, kinds=PRODUCT, limits=LIMITS, rotations={1: 180})
    (corrected,) = reading.corrected
    assert (corrected.rotation, corrected.width_px) == (0, 1654)
    assert [finding.code for finding in corrected.findings] == ["turned_again"]
    assert reading.kind.code == "registry_certificate"


def test_a_sound_first_reading_is_the_only_one():
    engine = Reciting(TEXT)
    read(saved(certificate()), "image/jpeg", engine=engine, kinds=PRODUCT, limits=LIMITS, rotations={1: 0})
    assert engine.calls == 1


def test_a_stamped_paper_in_grey_asks_for_colour():
    content = saved(certificate().convert("L"))
    reading = read(content, "image/jpeg", engine=Reciting(TEXT), kinds=PRODUCT, limits=LIMITS)
    assert [finding.code for finding in reading.findings] == ["not_colour"]


class AtEdge(Reciting):
    @staticmethod
    def _line(text: str, y: int, sure: float) -> Line:
        return Line(text, (2, y, 80, y + 20), sure)


def test_words_at_the_edge_are_counted():
    reading = read(saved(certificate()), "image/jpeg", engine=AtEdge("证明"), kinds=PRODUCT, limits=LIMITS)
    assert [(finding.code, finding.value) for finding in reading.findings] == [("cut_off", 1)]
