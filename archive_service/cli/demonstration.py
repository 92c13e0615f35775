"""`xueji demo`: the made-up county in an instance, its accounts and password, and its papers on their way in.

The only part of the service that knows the package `demo`. Production mode refuses all of it but looking.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

import click

from archive_service import instance as instances
from archive_service.archive import Archive
from archive_service.cli.banner import address
from archive_service.cli.console import Advance, Console, speaking
from archive_service.cli.operator import instance
from archive_service.cli.taking_over import as_indexer
from archive_service.clock import today
from archive_service.errors import NotFound, Refused
from archive_service.processes import Role
from archive_service.rules.access import ROLE_LABELS
from archive_service.rules.access import Role as AccountRole
from archive_service.services import indexing
from archive_service.settings import Settings
from archive_service.settings import load as settings_of_instance
from demo.county.load import load_papers, seal_all
from demo.load import Loaded, load_world
from demo.load_cases import open_cases, papers_left
from demo.load_notes import PAPERS, Notes, complete, new_notes, read_notes, write_notes
from demo.load_papers import hand_in_all
from demo.papers.fonts import FontsMissingError

NO_DEMO = "这个实例没有演示数据；空实例可用 xueji up --demo 或 xueji demo load 装入。"
NOT_EMPTY = "实例里已有自己的数据，不能再装演示数据；另用一个空的数据目录（XUEJI_HOME）。"
OTHER_SCALE = "实例里的演示数据是另一种规模；要换规模，请另用一个空的数据目录（XUEJI_HOME）。"
PRODUCTION = "service.mode 是 production，不装演示数据。"
TELL_EVERY = 20
LOOK_SECONDS = 5.0
POLITENESS = 10  # readers come first where processors are few


@click.group(invoke_without_command=True, help="演示数据：地址、账号、密码、学校代码。")
@speaking
@click.pass_context
def demo(context: click.Context, console: Console) -> None:
    """Where the demo is and who can sign in."""
    if context.invoked_subcommand is None:
        settings = settings_of_instance()
        _show(console, settings, _notes(settings.home))


class Scale(click.ParamType[float]):
    """A town, the county, or a part of the county as a number; as the share of the county, nothing for the town."""

    name = "规模"
    _NAMED = {"town": 0.0, "county": 1.0}  # noqa: RUF012 (never changed)

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share."""
        if isinstance(value, float) or value in self._NAMED:
            return value if isinstance(value, float) else self._NAMED[value]
        try:
            share = float(value)
        except ValueError:
            share = 0.0
        if not 0 < share <= 1:
            self.fail("请写 town、county，或 0 与 1 之间的数（全县的几分之几）。", param, ctx)
        return share


@demo.command("load", help="把演示数据装入空实例；中断后重新运行会接着装。town 的材料经正式流程送入，county 的直接写成已识别。")
@click.option("--scale", type=Scale(), default="town", help="规模：town 十所学校；county 全县六十校、2 万学生、10 万份材料")
@click.option("--papers", type=click.IntRange(0, 5000), default=PAPERS, show_default=True, help="town 送入多少份材料")
@speaking
def load_demo(console: Console, scale: float, papers: int) -> None:
    """Load the world into an empty instance and put its papers in; goes on where it was cut short."""
    with instance() as archive:
        _refuse_production(archive)
        notes = read_notes(archive.settings.home)
        if instances.is_empty(archive):
            notes, _ = load(archive, papers=papers, share=scale)
        if notes is None:
            raise Refused(NOT_EMPTY, code="not_empty")
        if notes.share != scale:
            raise Refused(OTHER_SCALE, code="other_scale")
        refused = _fill(archive, notes, console)
    value = _described(archive.settings, notes)
    told = [f"演示数据已装入；密码 {notes.password}，账号见 xueji demo。", *(f"门口未接收：{name}" for name in refused)]
    console.result(value, *told)


def _fill(archive: Archive, notes: Notes, console: Console) -> list[str]:
    if notes.size is None:
        with console.progress("送入演示材料", notes.papers) as advance:
            return _hand_in(archive, notes, advance)
    if notes.is_complete:
        return []
    with console.progress("写入材料和业务", notes.papers) as advance:
        load_papers(archive, notes.world(), notes.size, advance)
    with console.progress("封存台账") as advance:
        seal_all(archive, advance)
    with console.progress("建立检索"), as_indexer(archive):
        indexing.rebuild(archive)
    complete(archive.settings.home, notes)
    return []


@demo.command("papers", hidden=True, help="送入尚未送完的演示材料；由 xueji up --demo 在后台启动。")
def hand_in_papers() -> None:
    """Hand in what is left of the papers, open cases once they are read; `xueji up --demo` starts this in the background."""
    os.nice(POLITENESS)
    with instance() as archive:
        notes = _notes(archive.settings.home)
        if not notes.is_complete and not notes.share:
            _hand_in(archive, notes, _lines)
            while papers_left(archive):
                time.sleep(LOOK_SECONDS)
            number = open_cases(archive)
            complete(archive.settings.home, notes)
            click.echo(f"演示材料全部识别完毕；开立演示业务 {number} 件" if number else "演示材料全部识别完毕", err=True)


def load(archive: Archive, *, papers: int = PAPERS, share: float = 0.0) -> tuple[Notes, Loaded]:
    """Put the world into an empty instance, the password kept first. Raises Refused in production mode."""
    _refuse_production(archive)
    home = archive.settings.home
    notes = read_notes(home) or new_notes(today(archive.clock), papers=papers, share=share)
    write_notes(home, notes)
    return notes, load_world(archive, notes.world(), notes.password)


def _refuse_production(archive: Archive) -> None:
    if archive.settings.is_production:
        raise Refused(PRODUCTION, code="production")


def helpers(notes: Notes | None) -> tuple[Role, ...]:
    """The process that hands papers in beside a running service, while there are any left."""
    if notes is None or notes.is_complete or notes.share:
        return ()
    return (Role("demo", [sys.executable, "-m", "archive_service.cli", "demo", "papers"], once=True, speaks=True),)


def _hand_in(archive: Archive, notes: Notes, told: Advance) -> list[str]:
    try:
        refused = list(hand_in_all(archive, notes, told))
    except FontsMissingError as error:
        raise Refused(f"画演示材料需要中文字体：{error}", code="fonts") from error
    return refused


def _lines(done: int, total: int | None) -> None:
    if done % TELL_EVERY == 0 or done == total:
        click.echo(f"演示材料已送入 {done}/{total} 份", err=True)


def _notes(home: Path) -> Notes:
    notes = read_notes(home)
    if notes is None:
        raise NotFound(NO_DEMO, code="no_demo")
    return notes


def _show(console: Console, settings: Settings, notes: Notes) -> None:
    value = _described(settings, notes)
    if console.as_json:
        console.result(value)
        return
    console.result({}, f"地址 {value['address']}    密码 {notes.password}（全部账号共用）")
    rows = [(each["role_label"], each["login"], each["name"], each["organisation_name"]) for each in value["accounts"]]
    console.table([], ("岗位", "登录名", "姓名", "单位"), rows)


def _described(settings: Settings, notes: Notes) -> dict[str, Any]:
    world = notes.world()
    return {
        "address": address(settings),
        "password": notes.password,
        "schools": [
            {
                "code": school.code,
                "name": school.name,
                "profile": school.profile,
                "sections": [section.value for section in school.sections],
            }
            for school in world.schools
        ],
        "accounts": [
            {
                "login": account.login,
                "password": notes.password,
                "name": account.name,
                "role": account.role.value,
                "role_label": ROLE_LABELS[AccountRole(account.role.value)],
                "organisation": account.organisation,
                "organisation_name": world.by_code[account.organisation].name,
            }
            for account in world.accounts
        ],
        "papers": notes.papers,
        "papers_complete": notes.is_complete,
    }
