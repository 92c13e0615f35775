"""A hundred people at a running instance: how long screens and page images take, on SQLite and on PostgreSQL, and what it costs.

    python -m benchmarks.web [--home FOLDER] [--databases sqlite postgresql] [--share 0.5] [--sessions 100] [--seconds 120] [--think 15]

The instance is the product as it is installed, started by `xueji up`: gunicorn with two processes of eight threads, keeper, gate, reader.
Without `--home` a part of the made-up county is loaded first; with it, that instance is used as it is (SQLite only). Some seven screens
and twenty-seven images a second, each image with its event on the ledger, counted afterwards. Aims on two cores: p95 of a screen at most
150 ms, of an image at most 100 ms, no error.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from archive_service.archive import opened
from archive_service.models.ledger import Event
from archive_service.rules.access import Role
from archive_service.settings import Settings
from benchmarks.web.crowd import Outcome, Plan
from benchmarks.web.product import Product, load_part, running
from demo.load_notes import Notes, read_notes
from tests.services.postgres import running_postgres

AIM_SCREEN_MS, AIM_IMAGE_MS = 150, 100
WARM_SECONDS = 15.0
WHO = (Role.COUNTY_REVIEWER, Role.SCHOOL_REGISTRAR, Role.SCHOOL_LEADER)


def plan_of(product: Product, options: argparse.Namespace) -> Plan:
    """Who sits at the screens: accounts in turn, one in five a county's reviewer, whose list holds cases of all its schools."""
    notes = notes_of(product.settings)
    accounts = [each for each in notes.world().accounts if Role(each.role.value) in WHO]
    reviewers = [each.login for each in accounts if Role(each.role.value) is Role.COUNTY_REVIEWER]
    registrars = [each.login for each in accounts if each.login not in reviewers]
    reviewing, registering = cycle(reviewers), cycle(registrars)
    turns = cycle((reviewing, registering, registering, registering, registering))
    logins = [next(turn) for turn in islice(turns, options.sessions)]
    refuse_crowding(logins, product.settings.accounts.sessions_at_most)
    return Plan(product.port, notes.password, logins, reviewers, options.seconds, options.think, WARM_SECONDS)


def refuse_crowding(logins: list[str], at_most: int) -> None:
    """More sessions of one account than it may have would throw each other out, and be counted as errors of the product."""
    login, sessions = Counter(logins).most_common(1)[0]
    if sessions > at_most:
        raise SystemExit(
            f"too few accounts for {len(logins)} sessions: {login} would have {sessions}, and may have {at_most}; load a larger share"
        )


def notes_of(settings: Settings) -> Notes:
    """Of the demo the instance was filled with."""
    notes = read_notes(settings.home)
    if notes is None:
        raise SystemExit(f"{settings.home} holds no demo; load one with: xueji demo load --scale county")
    return notes


def send(folder: Path, plan: Plan) -> Outcome:
    """Let the crowd work, in its own process."""
    file = folder / "plan.json"
    file.write_text(json.dumps(plan.__dict__), "utf-8")
    done = subprocess.run([sys.executable, "-m", "benchmarks.web.crowd", str(file)], check=True, stdout=subprocess.PIPE, text=True)
    return Outcome(**json.loads(done.stdout))


def looks(settings: Settings) -> int:
    """How many looks at a page the ledger has."""
    with opened(settings) as archive, archive.read() as session:
        return session.scalar(select(func.count()).select_from(Event).where(Event.act == "page.viewed")) or 0


def show(name: str, outcome: Outcome, cpu: dict[str, float], written: int) -> None:
    screens = [took for kind, times in outcome.took_ms.items() if kind != "image" for took in times]
    rows = {**dict(sorted(outcome.took_ms.items())), "all screens": screens}
    print(f"\n{name:<22}{'n':>7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for kind, times in rows.items():
        print(f"{kind:<22}{len(times):7}" + "".join(f"{np.percentile(times, share):9.1f}" for share in (50, 95, 99)))
    counted, images = outcome.seconds - WARM_SECONDS, len(rows.get("image", []))
    print(f"{len(screens) / counted:.1f} screens, {images / counted:.1f} images a second; aims: p95 {AIM_SCREEN_MS} and {AIM_IMAGE_MS} ms")
    print(f"errors: {len(outcome.faults)}" + "".join(f"\n  {fault}" for fault in outcome.faults[:5]))
    used = ", ".join(f"{role} {100 * seconds / outcome.seconds:.0f} %" for role, seconds in cpu.items())
    print(f"processor, of one core: generator {100 * outcome.cpu_seconds / outcome.seconds:.0f} %, {used}")
    print(f"looks on the ledger: {written} for {outcome.images_opened} images opened")


def measure(product: Product, options: argparse.Namespace, name: str) -> None:
    """One database."""
    before = looks(product.settings)
    with tempfile.TemporaryDirectory() as folder, running(product):
        cpu = product.cpu_seconds()
        outcome = send(Path(folder), plan_of(product, options))
        used = {role: seconds - cpu.get(role, 0.0) for role, seconds in product.cpu_seconds().items()}
    show(name, outcome, used, looks(product.settings) - before)


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty database, for the settings."""
    if kind == "sqlite":
        yield ""
        return
    with running_postgres() as server:
        name = "benchmark_web"
        server.drop_database(name)
        yield server.create_database(name)
        server.drop_database(name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description="A hundred people at a running instance.")
    parser.add_argument("--home", type=Path, help="an instance with a loaded county, SQLite")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=("sqlite", "postgresql"))
    parser.add_argument(
        "--share",
        type=float,
        default=0.5,
        help="of the county, where no instance is given; a smaller one has too few accounts for a hundred sessions",
    )
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--think", type=float, default=15)
    options = parser.parse_args()
    for kind in ("sqlite",) if options.home else options.databases:
        with tempfile.TemporaryDirectory() as folder, database(kind) as url:
            product = Product(options.home or Path(folder) / "home", url)
            if not options.home:
                load_part(product, options.share)
            measure(product, options, kind)


if __name__ == "__main__":
    main()
