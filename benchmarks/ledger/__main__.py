"""How long fifty writers wait for their events, with the sealer at work and without, on SQLite and PostgreSQL.

    python -m benchmarks.ledger [--seconds 10]

Each writer is a thread with a connection of its own and writes one event a transaction, with a pause between as a person makes.
PostgreSQL is the tests' own server, which does not flush. The sealer is a process of its own, as in the service. Aim: the 95th
percentile with sealing is at most a tenth above the one without, or 2 ms.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from archive_service import migrations
from archive_service.archive import Archive, opened
from archive_service.db import open_engine
from archive_service.services import ledger, ledger_verify
from archive_service.services.actor import SERVICE
from archive_service.services.ledger import Subject
from archive_service.settings import Settings, load
from tests.services.postgres import running_postgres

WRITERS = 50
PAUSE_SECONDS = 0.25  # two hundred events a second, seven times what a county's screens and images make
SEAL_SECONDS = 1.0


def settings_of(home: Path, url: str) -> Settings:
    """An instance in a folder, with a connection for every writer."""
    return load(
        {"XUEJI_HOME": str(home)}, reading={"engine": "canned"}, database={"url": url, "pool_size": WRITERS + 2, "busy_seconds": 60}
    )


def write_until(archive: Archive, end: float) -> list[float]:
    """One writer; the milliseconds each transaction took."""
    took = []
    while (began := time.monotonic()) < end:
        with archive.begin() as session:
            ledger.write(session, "record.viewed", Subject("record", "r"), actor=SERVICE, now=archive.clock.now())
        took.append((time.monotonic() - began) * 1000)
        time.sleep(random.uniform(0, 2 * PAUSE_SECONDS))  # noqa: S311 (a pause is no secret)
    return took


def seal_until_told(home: str, url: str) -> None:
    """The sealer's process: as the keeper does, until its input ends."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    with opened(settings_of(Path(home), url)) as archive:
        while not ended.is_set():
            if ledger.seal(archive) < ledger.SEAL_AT_MOST:
                ended.wait(SEAL_SECONDS)


@contextmanager
def sealer(home: Path, url: str, *, at_work: bool) -> Iterator[None]:
    """A sealer beside the writers, or none."""
    if not at_work:
        yield
        return
    command = [sys.executable, "-m", "benchmarks.ledger", "--sealer", str(home), url]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        time.sleep(3)  # it has opened the instance
        yield
        process.stdin.close()  # type: ignore[union-attr]  # it was asked for


def measure(url: str, seconds: float, *, sealing: bool) -> str:
    """One run on an empty instance, as a line."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = settings_of(home, url)
        engine = open_engine(settings.database_url)
        migrations.upgrade(engine)
        engine.dispose()
        with opened(settings) as archive, sealer(home, url, at_work=sealing):
            end = time.monotonic() + seconds
            with ThreadPoolExecutor(WRITERS) as pool:
                took = sorted(each for own in pool.map(lambda _: write_until(archive, end), range(WRITERS)) for each in own)
            while ledger.seal(archive):
                pass
            verdict = ledger_verify.verify(archive)
        assert not verdict.faults, verdict.faults
        assert verdict.unsealed == 0
    cuts = statistics.quantiles(took, n=100)
    return f"{len(took):8d} {len(took) / seconds:8.0f} {cuts[49]:8.1f} {cuts[94]:8.1f} {cuts[98]:8.1f} {took[-1]:8.1f}"


def main() -> None:
    """Both databases, without and with the sealer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--sealer", nargs=2, metavar=("HOME", "URL"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.sealer:
        seal_until_told(*chosen.sealer)
        return
    print(f"{WRITERS} writers, {chosen.seconds:g} s each; milliseconds a transaction")
    print(f"{'':24}{'events':>8} {'a second':>8} {'p50':>8} {'p95':>8} {'p99':>8} {'most':>8}")
    with running_postgres() as server:
        for name in ("SQLite", "PostgreSQL"):
            for sealing in (False, True):
                database = f"bench_{uuid4().hex}"
                url = server.create_database(database) if name == "PostgreSQL" else ""
                line = measure(url, chosen.seconds, sealing=sealing)
                server.drop_database(database)
                print(f"{name + (', sealing' if sealing else ', not sealing'):24}{line}", flush=True)


if __name__ == "__main__":
    main()
