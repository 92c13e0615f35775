"""Faults of a sheet, cell by cell, as a person reads them beside the open sheet."""

from collections.abc import Iterable

from archive_service.cli.console import Console
from archive_service.services.roster_sheet import CellFault

SHOWN = 200


def show_cell_faults(console: Console, faults: Iterable[CellFault], message: str) -> None:
    """All of them as JSON; the first two hundred for people, the sentence after them."""
    faults = list(faults)
    lines = [_line(fault) for fault in faults[:SHOWN]]
    if len(faults) > SHOWN:
        lines.append(f"……共 {len(faults)} 处")
    console.result({"faults": [fault.as_row() for fault in faults]}, *lines)
    console.note(message)


def _line(fault: CellFault) -> str:
    place = f"{fault.sheet} 第 {fault.row} 行" if fault.row else "目录"
    return f"{place} {fault.column or ''}:{fault.message}"
