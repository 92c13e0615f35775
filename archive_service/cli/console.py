"""How the command line speaks: one result, for people or as JSON; notes and progress beside it.

Lives here: `Console`, the options every command shares, and the table from error to sentence and exit status.
Standard output carries the result alone, so that a script can read it; everything else goes to standard error.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click
from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

DONE, REFUSED, WRONG_USE = 0, 1, 2
Command = TypeVar("Command", bound=Callable[..., Any])
Advance = Callable[[int, int | None], None]  # how many are done, of how many


@dataclass(frozen=True)
class Console:
    """Where a command's result and remarks go."""

    as_json: bool = False

    def result(self, value: Mapping[str, Any] | Sequence[Any], *lines: str) -> None:
        """The command's answer: the value with --json, the lines without."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
            return
        for line in lines:
            click.echo(line)

    def table(self, value: Sequence[Mapping[str, Any]], headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """The command's answer as a table, or the value with --json."""
        if self.as_json:
            self.result(value)
            return
        table = Table(*headings, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        terminal = Terminal()
        # Cut lines are worse than long ones where nobody looks at the width: a pipe or a file.
        terminal.print(table, width=None if terminal.is_terminal else 240)

    def note(self, text: str) -> None:
        """A remark beside the result."""
        click.echo(text, err=True)

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Advance]:
        """A bar on a terminal, nothing anywhere else."""
        terminal = Terminal(stderr=True)
        if not terminal.is_terminal:
            yield _silent
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=terminal, transient=True) as bars:
            bar = bars.add_task(label, total=total)

            def advance(done: int, total: int | None = None) -> None:
                bars.update(bar, completed=done, total=total)

            yield advance


def _silent(_done: int, _total: int | None = None) -> None:
    """Progress that nobody watches."""


def speaking(command: Command) -> Command:
    """Give a command the option --json and a `console` to speak through."""
    option = click.option("--json", "console", is_flag=True, help="以 JSON 输出结果", callback=lambda _c, _p, value: Console(bool(value)))
    return option(command)
