"""What a person reads when the service is up: where it is, who can sign in, where the data lies, how to stop it."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console as Terminal
from rich.table import Table

from archive_service.rules.access import ROLE_LABELS, Role
from archive_service.settings import Settings
from demo.load_notes import Notes
from demo.model import Account, World

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 (an address to show, not to listen on)
ENGLISH = {
    Role.HOMEROOM_TEACHER: "homeroom teacher",
    Role.SCHOOL_REGISTRAR: "registrar",
    Role.SCHOOL_LEADER: "school leader",
    Role.COUNTY_REVIEWER: "county reviewer",
    Role.CITY_REVIEWER: "city reviewer",
    Role.PROVINCE_REVIEWER: "province reviewer",
    Role.ARCHIVIST: "archivist",
    Role.SYSTEM_ADMIN: "system admin",
    Role.SECURITY_ADMIN: "security admin",
    Role.AUDIT_ADMIN: "audit admin",
}
WIDTH = 100


def show(settings: Settings, notes: Notes | None, log: Path | None, *, seconds: float) -> None:
    """Print it."""
    terminal = Terminal()
    paper = Terminal(width=max(terminal.width, WIDTH), highlight=False)
    paper.rule(f"[bold]学籍档案 Xueji Archive[/bold]  {seconds:.0f} 秒就绪 ready", align="left")
    facts = Table.grid(padding=(0, 2))
    for label, value in _facts(settings, notes, log):
        facts.add_row(f" {label}", value)
    paper.print(facts)
    if notes:
        paper.print()
        paper.print(_accounts(notes.world()))
        paper.print(" 其余账号 all accounts: xueji demo")
    paper.rule()


def address(settings: Settings) -> str:
    """Where the web is, as one would type it."""
    return f"http://{reachable_host(settings)}:{settings.service.port}"


def reachable_host(settings: Settings) -> str:
    """The address to reach the web at from this machine."""
    return ANYWHERE.get(settings.service.host, settings.service.host)


def _facts(settings: Settings, notes: Notes | None, log: Path | None) -> Iterator[tuple[str, str]]:
    yield "地址 Address", f"[bold]{address(settings)}[/bold]"
    if notes:
        yield "密码 Password", f"[bold]{notes.password}[/bold]  （演示账号共用 shared by all demo accounts）"
    yield "数据 Data", str(settings.home)
    if log:
        yield "日志 Log", str(log)
    yield "停止 Stop", "Ctrl-C"


def _accounts(world: World) -> Table:
    table = Table("岗位 Role", "登录名 Login", "姓名 Name", "单位 Unit", box=None, padding=(0, 2, 0, 1), header_style="dim")
    for account in one_of_each_role(world):
        role = Role(account.role.value)
        table.add_row(f"{ROLE_LABELS[role]} {ENGLISH[role]}", account.login, account.name, world.by_code[account.organisation].name)
    return table


def one_of_each_role(world: World) -> Iterator[Account]:
    """The first account of each role, those of schools first, in the order of a paper's way up."""
    first: dict[str, Account] = {}
    of_schools = {school.code for school in world.schools}
    for account in sorted(world.accounts, key=lambda account: account.organisation not in of_schools):
        first.setdefault(account.role.value, account)
    yield from (first[role.value] for role in Role if role.value in first)
