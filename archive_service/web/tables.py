"""Tables to take away, as office programs open them: CSV with a mark of its encoding, and nothing in a cell that would be worked out.

Lives here: `csv_table`. Not here: what stands in the rows (the screens), tables that are read (services).
"""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet computes such a cell; names come from people


def csv_table(rows: Iterable[Sequence[object]], name: str) -> Response:
    """The rows as a file of that name; what would begin a formula gets a quote before it, which spreadsheets read as text."""
    told = io.StringIO()
    csv.writer(told).writerows([_plain(cell) for cell in row] for row in rows)
    answer = Response("\ufeff" + told.getvalue(), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_BEGINS_FORMULA) else cell
