"""The drawn papers: repeatable, of every kind and format, and truly what their truth says they are."""

import hashlib
import io
from collections import Counter

import numpy as np
import pikepdf
import pillow_heif
import pytest
from PIL import Image, ImageOps
from stdnum.cn import ric

from demo.dice import Dice
from demo.model import World
from demo.papers.compose import Plan
from demo.papers.encode import MediaType
from demo.papers.faults import Fault
from demo.papers.kinds import KINDS
from demo.papers.press_run import Paper, make_papers, make_plan
from demo.world import make_world

SEED = 7
DRAWN = 72
PLANNED = 240


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SEED)


@pytest.fixture(scope="module")
def papers(world: World) -> list[Paper]:
    return list(make_papers(world, SEED, DRAWN))


@pytest.fixture(scope="module")
def plans(world: World) -> list[Plan]:
    return [make_plan(world, index, Dice(SEED, "paper", index)) for index in range(PLANNED)]


def pages_of(paper: Paper) -> int:
    if paper.media_type == MediaType.PDF:
        with pikepdf.open(io.BytesIO(paper.content)) as pdf:
            return len(pdf.pages)
    if paper.media_type == MediaType.HEIC:
        return len(pillow_heif.open_heif(io.BytesIO(paper.content)))
    with Image.open(io.BytesIO(paper.content)) as image:
        image.load()
        assert Image.MIME[image.format] == paper.media_type
        return getattr(image, "n_frames", 1)


def test_the_same_seed_gives_the_same_bytes(world: World, papers: list[Paper]):
    again = [hashlib.sha256(p.content).hexdigest() for p in make_papers(world, SEED, 10)]
    assert again == [hashlib.sha256(p.content).hexdigest() for p in papers[:10]]
    other = next(make_papers(world, SEED + 1, 1))
    assert other.content != papers[0].content


def test_names_are_unique_and_every_file_opens_with_the_pages_of_its_truth(papers: list[Paper]):
    assert len({paper.name for paper in papers}) == DRAWN
    for paper in papers:
        assert pages_of(paper) == len(paper.truth["pages"]), paper.name


def test_every_format_and_every_fault_occurs(papers: list[Paper]):
    assert {paper.media_type for paper in papers} == {kind.value for kind in MediaType}
    assert {fault for paper in papers for fault in paper.truth["faults"]} == {fault.value for fault in Fault}


def test_a_full_run_has_every_kind_and_several_pages_in_pdf_and_tiff(plans: list[Plan]):
    assert {plan.kind.code for plan in plans} == {kind.code for kind in KINDS}
    several = Counter(plan.media_type for plan in plans if len(plan.kind.sides) > 1)
    assert set(several) == {MediaType.PDF, MediaType.TIFF}


def test_printed_values_are_the_registrys_unless_the_fault_says_otherwise(world: World, papers: list[Paper]):
    by_key = {student.key: student for student in world.students}
    sound = [p for p in papers if not p.truth["faults"]]
    for paper in sound:
        student, values = by_key[paper.truth["student"]["key"]], paper.truth["values"]
        assert values["name"] == student.name
        assert values.get("id_no", student.id_no) == student.id_no
        assert values.get("birth_on", student.birth_on.isoformat()) == student.birth_on.isoformat()
        assert paper.truth["filed_under"] == paper.truth["student"]
        assert values["issued_on"] <= world.as_of.isoformat()


def by_fault(papers: list[Paper], fault: Fault) -> Paper:
    return next(paper for paper in papers if fault in paper.truth["faults"])


def test_faults_of_data_show_in_the_printed_values(world: World, papers: list[Paper]):
    birth = by_fault(papers, Fault.BIRTH_DATE_DIFFERS).truth
    registered = {student.key: student for student in world.students}
    assert birth["values"]["birth_on"] != registered[birth["student"]["key"]].birth_on.isoformat()
    digit = by_fault(papers, Fault.ID_DIGIT_WRONG).truth
    printed, known = digit["values"]["id_no"], digit["student"]["id_no"]
    assert sum(a != b for a, b in zip(printed, known, strict=True)) == 1
    assert not ric.is_valid(printed)
    name = by_fault(papers, Fault.NAME_DIFFERS).truth
    assert name["values"]["name"] != name["student"]["name"]
    astray = by_fault(papers, Fault.ANOTHER_CHILD).truth
    assert astray["student"]["key"] != astray["filed_under"]["key"]
    assert astray["student"]["school"] == astray["filed_under"]["school"]
    assert by_fault(papers, Fault.TWO_CHILDREN).truth["second_student"] is not None
    assert by_fault(papers, Fault.NOT_A_PAPER).truth["kind"] is None


def test_a_duplicate_has_the_bytes_of_the_paper_it_names(papers: list[Paper]):
    duplicate = by_fault(papers, Fault.DUPLICATE)
    first = next(paper for paper in papers if paper.name == duplicate.truth["duplicate_of"])
    assert duplicate.content == first.content


def picture(paper: Paper) -> np.ndarray:
    if paper.media_type == MediaType.HEIC:
        return np.asarray(pillow_heif.open_heif(io.BytesIO(paper.content)).to_pillow().convert("L"))
    if paper.media_type == MediaType.PDF:
        with pikepdf.open(io.BytesIO(paper.content)) as pdf:
            raw = pdf.pages[-1].Resources.XObject.Im0
            return np.asarray(pikepdf.PdfImage(raw).as_pil_image().convert("L"))
    with Image.open(io.BytesIO(paper.content)) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("L"))


def test_faults_of_pixels_show_in_the_pixels(papers: list[Paper]):
    assert picture(by_fault(papers, Fault.DARK)).mean() < 90
    assert max(picture(by_fault(papers, Fault.TINY)).shape) <= 420
    blank = picture(by_fault(papers, Fault.BLANK_BACK))
    inner = blank[blank.shape[0] // 6 : -blank.shape[0] // 6, blank.shape[1] // 6 : -blank.shape[1] // 6]
    assert (inner < 120).mean() < 0.0005
    assert by_fault(papers, Fault.BLANK_BACK).truth["pages"][-1]["kind"] is None


def test_faxes_are_black_print_on_white_in_tiff_and_in_pdf(papers: list[Paper]):
    faxes = [paper for paper in papers if paper.truth["profile"] == "fax"]
    assert {paper.media_type for paper in faxes} == {MediaType.TIFF, MediaType.PDF}
    for paper in faxes:
        assert picture(paper).mean() > 180, paper.name
