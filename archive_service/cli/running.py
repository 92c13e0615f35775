"""`xueji init` and `xueji up`: making an instance, and running it in one process tree until Ctrl-C."""

import http.client
import signal
import time
from collections.abc import Iterator

import click

from archive_service import instance, logs
from archive_service.archive import opened
from archive_service.cli import banner, demonstration
from archive_service.cli.console import Console, speaking
from archive_service.cli.single import free_port, only_one
from archive_service.errors import Refused, Unavailable
from archive_service.processes import Role, Supervisor
from archive_service.services import starting_again
from archive_service.settings import Settings, load
from demo.load_notes import Notes, read_notes

READY_SECONDS = 90  # loading everything on a busy office machine takes a third of this
LOG_TAIL = 15
NO_DEMO = "service.mode 是 production，不装演示数据；去掉 --demo，或把 service.mode 改为 office。"


@click.command(help="在数据目录里建立空的实例（或把已有实例升级到本版本）。")
@speaking
def init(console: Console) -> None:
    """Make an empty instance, or bring an existing one to this version."""
    settings = load()
    with only_one(settings):
        done = instance.prepare(settings)
    said = [f"{settings.home} 已就绪。", *(f"  {line}" for line in done)] if done else [f"{settings.home} 已是最新，没有改动。"]
    console.result({"home": str(settings.home), "done": done}, *said)


@click.command(help="启动全部服务：网页、收件检查、识别、检索与台账；Ctrl-C 停止。")
@click.option("--demo", "with_demo", is_flag=True, help="空实例先装入演示数据，材料随后在后台经正式流程送入")
@click.option("--verbose", "-v", is_flag=True, help="日志显示在终端，不写入文件")
def up(*, with_demo: bool, verbose: bool) -> None:
    """Run the instance until a signal comes."""
    began, settings = time.monotonic(), load()
    if with_demo and settings.is_production:
        raise Refused(NO_DEMO, code="production")
    logs.configure(settings.log)
    with only_one(settings) as killed:
        free_port(settings)
        for line in _made_ready(settings, killed):
            click.echo(line)
        notes = _demo(settings) if with_demo else read_notes(settings.home)
        helpers = demonstration.helpers(notes) if with_demo else ()
        _run(settings, helpers, notes, began, verbose=verbose)


def _made_ready(settings: Settings, killed: str | None) -> Iterator[str]:
    """What was found of the last run and what was done about it."""
    if killed is not None:
        yield f"上次没有正常停止（进程号 {killed}），现在接着办；已确认收到的材料都在。"
    yield from instance.prepare(settings)
    with opened(settings) as archive:
        yield from starting_again.take_up(archive)


def _demo(settings: Settings) -> Notes | None:
    with opened(settings) as archive:
        if instance.is_empty(archive):
            click.echo("正在装入演示数据……")
            fresh, loaded = demonstration.load(archive)
            click.echo(f"装入 {loaded.organisations} 个单位、{loaded.accounts} 个账号、{loaded.students} 名学生")
            return fresh
    notes = read_notes(settings.home)
    click.echo("已有演示数据，直接启动。" if notes else "实例里已有自己的数据，没有装入演示数据。")
    return notes


def _run(settings: Settings, helpers: tuple[Role, ...], notes: Notes | None, began: float, *, verbose: bool) -> None:
    log = None if verbose else logs.fresh_log(settings.home)
    supervisor = Supervisor(settings, helpers, log)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.stop)
    click.echo("正在启动……")
    supervisor.start()
    try:
        _await_web(supervisor)
        if not supervisor.is_stopping:
            banner.show(settings, notes, log, seconds=time.monotonic() - began)
        supervisor.watch()
    finally:
        supervisor.end_all()
    click.echo("已停止。未完成的工作都在，下次启动时继续。")


def _await_web(supervisor: Supervisor) -> None:
    """Wait until the web answers, or say why it does not."""
    limit = time.monotonic() + READY_SECONDS
    while not supervisor.is_stopping and not answers(supervisor.settings):
        if supervisor.has_died("web") or time.monotonic() > limit:
            raise Unavailable(f"网页没有启动起来。{_last_words(supervisor)}")
        time.sleep(0.1)


def answers(settings: Settings) -> bool:
    """Whether the instance's web answers at its address; what it answers is for the doctor."""
    host = banner.reachable_host(settings)
    connection = http.client.HTTPConnection(host, settings.service.port, timeout=2)
    try:
        connection.request("GET", "/api/v1/health")
        return connection.getresponse().status > 0
    except OSError:
        return False
    finally:
        connection.close()


def _last_words(supervisor: Supervisor) -> str:
    if supervisor.log is None:
        return "原因见上面的日志。"
    lines = supervisor.log.read_text("utf-8", errors="replace").splitlines()[-LOG_TAIL:]
    return "\n".join([f"日志 {supervisor.log} 的最后几行：", *(f"  {line}" for line in lines)])
