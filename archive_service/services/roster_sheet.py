"""Reading .xlsx sheets from outside: refused when hostile, rows by heading, every cell as text.

Lives here: the checks before a sheet is opened, finding the heading row, turning cells into text, and faults by cell.
Not here: what a column means (roster_entry, organisations_import).
"""

import io
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from archive_service.errors import Rejected

BYTES_AT_MOST = 16 * 1024 * 1024
UNPACKED_AT_MOST = 96 * 1024 * 1024  # 50,000 rows of thirteen columns unpack to about 40 MB
PARTS_AT_MOST = 500
ROWS_AT_MOST = 50_000
_COLUMNS_AT_MOST = 60
_HEADING_WITHIN = 10  # a title and a note may stand above the headings
_HEADINGS_AT_LEAST = 3
_SURE_DIGITS = 15  # Excel keeps fifteen digits of a number; an 18-digit ID typed as a number has lost its end
_TEXT_AT_MOST = 200
_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    zlib.error,
    KeyError,
    ValueError,
    IndexError,
    AttributeError,
    TypeError,
    EOFError,
    SyntaxError,
)


@dataclass(frozen=True)
class CellFault:
    """What is wrong, and where: `row` counts as Excel does, `column` is the heading."""

    sheet: str
    row: int
    column: str | None
    code: str
    message: str

    def as_row(self) -> dict[str, Any]:
        """As it is kept in a task."""
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "code": self.code, "message": self.message}


@dataclass(frozen=True)
class SheetRow:
    """A row with its cells as text by heading; headings the sheet does not have are absent."""

    sheet: str
    no: int
    cells: dict[str, str]

    def fault(self, column: str | None, code: str, message: str) -> CellFault:
        """A fault of this row."""
        return CellFault(self.sheet, self.no, column, code, message)


@dataclass
class ReadSheets:
    """Rows in order; a row with a fault of its own is left out, and its faults are here."""

    rows: list[SheetRow] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


def refuse_hostile(content: bytes) -> None:
    """Look at the package without opening it: size, parts, what it unpacks to, no markup declarations.

    Raises:
        Rejected: with the reason; status 413 when it is too large, 415 when it is no .xlsx.
    """
    if len(content) > BYTES_AT_MOST:
        raise Rejected(f"表格超过 {BYTES_AT_MOST // 1024 // 1024} MB，分成几份再导入", code="too_large", status=413)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _refuse_parts(package)
    except _BROKEN as error:
        raise _not_a_sheet() from error


def read_sheets(path: Path, headings: Collection[str], required: Collection[str]) -> ReadSheets:
    """Read every visible sheet that has the headings.

    Raises:
        Rejected: the workbook cannot be read, or no sheet has the headings.
    """
    found, has_sheet = ReadSheets(), False
    try:
        # Real workbooks carry extensions openpyxl does not know and warns of; they do not concern the cells.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for title, rows in _sheets(path):
                has_sheet |= _read_sheet(title, rows, headings, required, found)
    except FileNotFoundError:
        raise
    except (*_BROKEN, OSError) as error:  # openpyxl raises a bare OSError for a package without a workbook
        raise _not_a_sheet() from error
    if not has_sheet:
        raise Rejected("表中没有找到标题行，标题须包括：" + "、".join(required), code="no_headings")
    return found


def _refuse_parts(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if len(parts) > PARTS_AT_MOST or sum(part.file_size for part in parts) > UNPACKED_AT_MOST:
        raise Rejected("表格展开后过大，已拒绝；去掉图片和多余的工作表再导入", code="too_large", status=413)
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise _not_a_sheet()
    for part in parts:
        # zipfile never gives more than the size declared, which was limited above.
        if part.filename.endswith((".xml", ".rels")) and b"<!" in package.read(part).replace(b"<!--", b"").replace(b"<![CDATA[", b""):
            raise Rejected("表格中含有不应有的声明，已拒绝", code="hostile_sheet")


def _not_a_sheet() -> Rejected:
    return Rejected("文件不是可读的 .xlsx 表格；用 Excel 或 WPS 另存为 .xlsx 再导入", code="not_xlsx", status=415)


def _sheets(path: Path) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                sheet.reset_dimensions()  # what the file says of its size is not believed
                yield sheet.title, sheet.iter_rows(max_row=ROWS_AT_MOST + 1, max_col=_COLUMNS_AT_MOST, values_only=True)
        book.close()


def _read_sheet(
    title: str, rows: Iterator[tuple[Any, ...]], headings: Collection[str], required: Collection[str], found: ReadSheets
) -> bool:
    numbered = enumerate(rows, start=1)
    heading_no, columns = _heading_row(numbered, headings)
    if not columns:
        return False
    missing = [heading for heading in required if heading not in columns]
    found.faults += [CellFault(title, heading_no, heading, "no_column", f"缺少“{heading}”一列") for heading in missing]
    if not missing:
        _read_rows(title, numbered, columns, found)
    return True


def _heading_row(rows: Iterable[tuple[int, tuple[Any, ...]]], headings: Collection[str]) -> tuple[int, dict[str, int]]:
    for no, cells in rows:
        columns = {heading: at for at, cell in enumerate(cells) if (heading := _fold(cell)) in headings}
        if len(columns) >= _HEADINGS_AT_LEAST:
            return no, columns
        if no >= _HEADING_WITHIN:
            break
    return 0, {}


def _read_rows(title: str, rows: Iterable[tuple[int, tuple[Any, ...]]], columns: dict[str, int], found: ReadSheets) -> None:
    for no, cells in rows:
        taken = {heading: cells[at] for heading, at in columns.items() if at < len(cells)}
        if all(cell is None or not str(cell).strip() for cell in taken.values()):
            continue
        if len(found.rows) >= ROWS_AT_MOST or no > ROWS_AT_MOST:
            found.faults.append(CellFault(title, no, None, "too_many_rows", f"超过 {ROWS_AT_MOST} 行，分成几份再导入"))
            return
        texts, faults = _texts(title, no, taken)
        found.faults += faults
        if not faults:
            found.rows.append(SheetRow(title, no, texts))


def _texts(title: str, no: int, cells: dict[str, Any]) -> tuple[dict[str, str], list[CellFault]]:
    texts: dict[str, str] = {}
    faults: list[CellFault] = []
    for heading, cell in cells.items():
        code, message = _cell_fault(cell)
        if code:
            faults.append(CellFault(title, no, heading, code, message))
        else:
            texts[heading] = _text(cell)
    return texts, faults


def _cell_fault(cell: object) -> tuple[str, str]:
    if isinstance(cell, str):
        return _text_fault(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        lost = abs(cell) >= 10**_SURE_DIGITS
        return ("number_cell", "单元格须为文本格式：长号码存成数字会丢失末位") if lost else ("", "")
    if cell is None or isinstance(cell, date):
        return "", ""
    return "strange_cell", "单元格内容不是文字、数字或日期"


def _text_fault(cell: str) -> tuple[str, str]:
    if cell.startswith("="):
        return "formula", "单元格是公式，不予计算；复制后粘贴为数值再导入"
    if len(cell) > _TEXT_AT_MOST:
        return "too_long", f"内容超过 {_TEXT_AT_MOST} 个字"
    return "", ""


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _clean(str(cell)) if cell is not None else ""


def _clean(text: str) -> str:
    printable = "".join(" " if unicodedata.category(character).startswith("C") else character for character in text)
    return " ".join(printable.split())


def _fold(cell: object) -> str:
    return "".join(unicodedata.normalize("NFKC", str(cell)).split()) if cell is not None else ""
