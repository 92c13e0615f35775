"""Makes the backup that a release keeps: `python -m tests.backups`, once a release, on the commit that carries its number.

Lives here: a small instance of made-up people and papers, backed up on SQLite and on PostgreSQL as `<version>-<database>.tar.xz`.
What is there already is never made again: a kept backup says what an earlier version wrote. The tests restore every one of them
(tests/functional/test_backup_kept.py). Not here: restoring.
"""

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archive_service import __version__, instance
from archive_service.archive import open_archive
from archive_service.ids import new_id
from archive_service.rules.access import Role
from archive_service.services import indexing, intake, ledger
from archive_service.services.actor import SERVICE
from archive_service.services.backup import make_backup
from archive_service.services.cases import open_case
from archive_service.services.intake import Incoming
from archive_service.settings import Settings, load
from archive_service.worker import Worker
from tests.backups import FOLDER, PAPERS
from tests.factories import Make
from tests.functional.case_steps import ILLNESS_FACTS, Office
from tests.papers import hukou, jpeg
from tests.services.postgres import running_postgres


def main() -> None:
    """Write what is missing for this version."""
    for database in ("sqlite", "postgresql"):
        target = FOLDER / f"{__version__}-{database}.tar.xz"
        if target.exists():
            continue
        with tempfile.TemporaryDirectory() as folder, _address(database) as url:
            settings = load({"XUEJI_HOME": str(Path(folder) / "home")}, database={"url": url}, reading={"engine": "canned"})
            _fill(settings, Path(folder) / "backup")
            with tarfile.open(target, "w:xz", preset=9) as bundle:
                bundle.add(Path(folder) / "backup", arcname="backup")


@contextmanager
def _address(database: str) -> Iterator[str]:
    if database == "sqlite":
        yield ""
        return
    with running_postgres() as server:
        name = f"kept_{new_id()}"
        yield server.create_database(name)
        server.drop_database(name)


def _fill(settings: Settings, backup: Path) -> None:
    """A county, a school with a case under way, papers in every state from the door to the index."""
    instance.prepare(settings)
    with closing(open_archive(settings)) as archive:
        make = Make(archive)
        office = Office(archive, make)
        student = make.student(office.school, name="张三")
        intake.receive(archive, Incoming(jpeg(hukou("张三", student.id_no)), PAPERS[0]), actor=office.registrar)
        intake.receive(archive, Incoming(jpeg("三好学生"), PAPERS[1], kind="award_certificate"), actor=office.registrar)
        Worker(archive).drain()
        indexing.rebuild(archive)
        open_case(archive, procedure="suspend", student_id=student.id, ground="illness", facts=ILLNESS_FACTS, actor=office.registrar)
        make.account(Role.COUNTY_REVIEWER, office.county)
        intake.receive(archive, Incoming(jpeg("刚收到"), PAPERS[2]), actor=office.registrar)
        ledger.seal(archive)
        make_backup(archive, backup, actor=SERVICE)


if __name__ == "__main__":
    main()
