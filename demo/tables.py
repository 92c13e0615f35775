"""The world as a registrar would hand it over: rosters for the student import, a catalogue for a folder of scans.

Columns are those of the API ("Registry") and of `xueji ingest --sheet`; every cell is text, as the registry exports it.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Font

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from demo.model import Student, World
    from demo.papers.press_run import Paper

ROSTER = (
    "学籍号",
    "姓名",
    "曾用名",
    "性别",
    "民族",
    "出生日期",
    "身份证件类型",
    "身份证件号",
    "年级",
    "班级",
    "入学年月",
    "监护人",
    "户籍地址",
)
CATALOGUE = ("文件名", "学籍号", "姓名", "材料种类", "日期", "页数")
COLUMN_WIDTH = 20
NO_DAY = (2026, 1, 1, 0, 0, 0)
STAMPED = re.compile(rb"<dcterms:(created|modified)([^>]*)>[^<]*<")
FIXED_STAMP = rb"<dcterms:\1\2>2026-01-01T00:00:00Z<"


def roster(world: World, school: str) -> bytes:
    """Return the xlsx roster of one school in the import columns."""
    return _sheet("学生名册", ROSTER, (_student_row(student) for student in world.students_of(school)))


def catalogue(papers: Iterable[Paper]) -> bytes:
    """Return the xlsx catalogue of a folder of scans, each filed under the child it was handed in for."""
    return _sheet("材料目录", CATALOGUE, (_paper_row(paper) for paper in papers))


def _student_row(student: Student) -> Sequence[str]:
    return (
        student.student_no,
        student.name,
        student.former_name,
        student.sex.value,
        student.ethnicity,
        student.birth_on.isoformat(),
        student.id_kind,
        student.id_no,
        student.grade,
        student.class_name,
        f"{student.entered_on:%Y-%m}",
        "、".join(guardian.name for guardian in student.guardians),
        student.hukou_address,
    )


def _paper_row(paper: Paper) -> Sequence[str]:
    truth, child = paper.truth, paper.truth["filed_under"]
    return (paper.name, child["student_no"], child["name"], truth["label"], truth["on"], str(len(truth["pages"])))


def _sheet(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise TypeError("a new workbook has a sheet")
    sheet.title = title
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.number_format = "@"
    for column, cell in zip("ABCDEFGHIJKLM", sheet[1], strict=False):
        cell.font = Font(bold=True)
        sheet.column_dimensions[column].width = COLUMN_WIDTH
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return _undated(buffer.getvalue())


def _undated(book: bytes) -> bytes:
    """Put a fixed day where the library wrote the present one, so that the same world gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = STAMPED.sub(FIXED_STAMP, old.read(name)) if name == "docProps/core.xml" else old.read(name)
            new.writestr(zipfile.ZipInfo(name, NO_DAY), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
