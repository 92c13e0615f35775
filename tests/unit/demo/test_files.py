"""Rosters and catalogue in the columns others rely on, files to be refused, and the command that writes them all."""

import ast
import io
import json
import zipfile
from pathlib import Path

import pikepdf
import pytest
from openpyxl import load_workbook
from PIL import Image

import demo.papers
from demo.__main__ import main
from demo.bad_files import MAKERS, bad_files
from demo.papers import make_papers
from demo.tables import CATALOGUE, ROSTER, catalogue, roster
from demo.world import make_world


def rows(book: bytes) -> list[tuple[str | None, ...]]:
    sheet = load_workbook(io.BytesIO(book)).active
    return list(sheet.iter_rows(values_only=True))


def test_a_roster_lists_every_child_of_the_school_as_text():
    world = make_world(3)
    school = world.schools[0].code
    heading, *lines = rows(roster(world, school))
    assert heading == ROSTER
    assert [line[1] for line in lines] == [student.name for student in world.students_of(school)]
    assert all(isinstance(value, str) for line in lines for value in line if value is not None)
    assert roster(world, school) == roster(make_world(3), school)


def test_a_catalogue_files_each_paper_under_the_child_it_was_handed_in_for():
    world = make_world(3)
    papers = list(make_papers(world, 3, 4))
    heading, *lines = rows(catalogue(papers))
    assert heading == CATALOGUE
    assert [(line[0], line[2]) for line in lines] == [(p.name, p.truth["filed_under"]["name"]) for p in papers]


@pytest.fixture(scope="module")
def bad() -> dict[str, bytes]:
    return bad_files(oversize_bytes=5_000_000)


def test_each_bad_file_is_bad_in_the_way_it_claims(bad: dict[str, bytes]):
    assert len(bad) == len(MAKERS) + 1
    assert bad["空文件.jpg"] == b""
    assert bad["程序改名.jpg"].startswith(b"MZ")
    assert zipfile.is_zipfile(io.BytesIO(bad["压缩包改名.pdf"]))
    assert len(bad["过大的扫描件.jpg"]) == 5_000_000
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(bad["有密码.pdf"]))
    with Image.open(io.BytesIO(bad["传了一半.jpg"])) as image, pytest.raises(OSError, match="truncated"):
        image.load()
    with pikepdf.open(io.BytesIO(bad["带脚本.pdf"])) as pdf:
        assert pikepdf.Name.JavaScript == pdf.Root.OpenAction.S
    with pikepdf.open(io.BytesIO(bad["带附件.pdf"])) as pdf:
        assert list(pdf.attachments) == ["fujian.txt"]


def test_the_bomb_is_small_as_a_file_and_huge_as_a_picture(bad: dict[str, bytes]):
    bomb = bad["超大像素.png"]
    assert len(bomb) < 100_000
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(bomb))


def test_the_command_writes_papers_truth_and_rosters(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--out", str(tmp_path), "--count", "3", "--seed", "3"]) == 0
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert {path.name for path in (tmp_path / "papers").iterdir()} == set(truth)
    assert len(list(tmp_path.glob("名册-*.xlsx"))) == 10
    assert "3 papers" in capsys.readouterr().out


def test_drawing_knows_neither_the_reader_nor_the_service():
    """Papers drawn with knowledge of how they are read would prove nothing."""
    folder = Path(demo.papers.__file__).parent
    for path in [*folder.rglob("*.py"), folder.parent / "world.py", folder.parent / "bad_files.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None) or ""]
            assert not any(name.split(".")[0] in {"scanners", "archive_service", "retention"} for name in names), path
