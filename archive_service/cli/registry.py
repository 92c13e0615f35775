"""`xueji organisations` and `xueji students`: sheets from the operator, imported at once and reported cell by cell."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archive_service.archive import Archive
from archive_service.cli.console import DONE, REFUSED, Console, speaking
from archive_service.cli.faults import show_cell_faults
from archive_service.cli.operator import OPERATOR, instance
from archive_service.models.job import Task
from archive_service.services import organisations_import, roster, tasks
from archive_service.services.roster_sheet import CellFault

SHEET = click.Path(exists=True, dir_okay=False, path_type=Path)
WORDS = {"created": "新增", "updated": "更新", "unchanged": "未变", "faulty": "有错"}


@click.group(help="单位（教育局、学校）。")
def organisations() -> None:
    """Units."""


@organisations.command("import", help="从 .xlsx 表导入单位：代码、名称、级别、上级、主管部门、学段等；全部正确才写入。")
@click.argument("file", type=SHEET)
@speaking
def import_organisations(console: Console, file: Path) -> int:
    """Import a sheet of units."""
    with instance() as archive:
        task = organisations_import.start(archive, file.read_bytes(), OPERATOR)
        return _run(archive, task, organisations_import.run, console)


@click.group(help="学生名册。")
def students() -> None:
    """Students."""


@students.command("import", help="把 .xlsx 花名册导入学校；全部正确才写入，--partial 先写正确的行。")
@click.argument("file", type=SHEET)
@click.option("--school", required=True, help="学校代码")
@click.option("--partial", is_flag=True, help="先写正确的行")
@click.option("--dry-run", is_flag=True, help="只检查，不写入")
@speaking
def import_students(console: Console, file: Path, **order: Any) -> int:  # noqa: ANN401 (click's options)
    """Import a school's roster."""
    with instance() as archive:
        task = roster.start(archive, file.read_bytes(), roster.RosterOrder(**order), OPERATOR)
        return _run(archive, task, roster.run, console)


def _run(archive: Archive, task: Task, run: Callable[[Archive, str], None], console: Console) -> int:
    """Do the task here and now; a worker that takes it up at the same time finds it done, or is found to have done it."""
    run(archive, task.id)
    done = tasks.read(archive, task.id, OPERATOR)
    faults = [CellFault(**{name: error.get(name) for name in ("sheet", "row", "column", "code", "message")}) for error in done.errors]  # type: ignore[arg-type]  # rows come from CellFault
    if done.state != tasks.DONE:
        show_cell_faults(console, faults, "没有写入；改正后重新导入。")
        return REFUSED
    if faults and not console.as_json:
        show_cell_faults(console, faults, "以上各行没有写入。")
    counts = "、".join(f"{word} {done.result[name]}" for name, word in WORDS.items() if name in done.result)
    what = "检查完成，没有写入" if done.result.get("dry_run") else "导入完成"
    console.result({"task_id": done.id, "state": done.state, "result": done.result, "errors": done.errors}, f"{what}:{counts}")
    return REFUSED if faults else DONE
