"""Opening sheets from outside: which sheets, which rows, which cells."""

import io
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook

from archive_service.errors import Rejected
from archive_service.services import roster_sheet
from archive_service.services.roster_sheet import read_sheets, refuse_hostile

HEADINGS = ("甲", "乙", "丙")


@pytest.fixture
def read(tmp_path):
    def read(*sheets, hidden=()):
        book = Workbook()
        book.remove(book.active)
        for title, rows in sheets:
            sheet = book.create_sheet(title)
            sheet.sheet_state = "hidden" if title in hidden else "visible"
            for row in rows:
                sheet.append(row)
        content = io.BytesIO()
        book.save(content)
        refuse_hostile(content.getvalue())
        path = tmp_path / "sheet.xlsx"
        path.write_bytes(content.getvalue())
        return read_sheets(path, HEADINGS, HEADINGS[:2])

    return read


def test_rows_keep_the_numbers_a_clerk_sees_and_empty_ones_are_passed_over(read):
    found = read(("一班", [["花名册"], [], ["乙", " 甲 ", "丙", "备注"], ["b", "a", "c", "x"], [None, " "], ["b2", "a2", None]]))
    assert [(row.no, row.cells) for row in found.rows] == [(4, {"乙": "b", "甲": "a", "丙": "c"}), (6, {"乙": "b2", "甲": "a2", "丙": ""})]


def test_every_visible_sheet_with_headings_is_read_others_are_not(read):
    rows = [list(HEADINGS), ["a", "b", "c"]]
    found = read(("一班", rows), ("说明", [["填写说明"]]), ("二班", rows), ("旧表", rows), hidden=("旧表",))
    assert [row.sheet for row in found.rows] == ["一班", "二班"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(12, "12"), (12.0, "12"), (1.5, "1.5"), (datetime(2013, 3, 5, 8, tzinfo=UTC).replace(tzinfo=None), "2013-03-05"), ("a\n b\t", "a b")],
)
def test_cells_become_text(read, cell, text):
    assert read(("一班", [list(HEADINGS), ["x", cell, None]])).rows[0].cells["乙"] == text


@pytest.mark.parametrize(
    ("cell", "code"), [("=1+1", "formula"), (520102201303050017, "number_cell"), (True, "strange_cell"), ("长" * 201, "too_long")]
)
def test_cells_that_cannot_be_trusted_are_faults_of_their_row(read, cell, code):
    found = read(("一班", [list(HEADINGS), ["x", cell, None], ["x", "y", "z"]]))
    assert [(fault.row, fault.column, fault.code) for fault in found.faults] == [(2, "乙", code)]
    assert [row.no for row in found.rows] == [3]


def test_missing_headings_and_missing_sheets(read):
    found = read(("一班", [["甲", "丙", "乙"], ["a", "c", "b"]]))
    assert found.faults == []
    with pytest.raises(Rejected, match="标题"):
        read(("一班", [["无", "关"]]))


def test_no_more_rows_than_the_limit(read, monkeypatch):
    monkeypatch.setattr(roster_sheet, "ROWS_AT_MOST", 5)
    found = read(("一班", [list(HEADINGS), *([["a", "b", "c"]] * 9)]))
    assert len(found.rows) == 4  # five rows of the sheet, one of them the headings
    assert [fault.code for fault in found.faults] == ["too_many_rows"]
