"""Backups of every release go into today's code, and are brought up to its schema; those of a later one are refused untouched.

The kept backups and how they were made: tests/backups. A later schema is made by adding a migration to a copy of the migrations.
"""

import json
import shutil
import tarfile
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import inspect, select

from archive_service import __version__, migrations
from archive_service.adapters.blobs import Bucket
from archive_service.archive import open_archive
from archive_service.cli import main
from archive_service.errors import Rejected
from archive_service.ids import new_id
from archive_service.models.record import Record, Rendition
from archive_service.services import indexing, ledger_verify
from archive_service.services.actor import SERVICE
from archive_service.services.backup import make_backup
from archive_service.services.backup_restore import check_backup, restore
from archive_service.settings import load
from tests.backups import FOLDER, PAPERS

KEPT = sorted(FOLDER.glob("*.tar.xz"))
NEXT = '''
"""A later schema."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "later", "{head}"


def upgrade():
    op.add_column("record", sa.Column("later", sa.Integer))
'''


def nothing(*_):
    """Progress that nobody watches."""


def unpacked(bundle, folder):
    with tarfile.open(bundle) as archive:
        archive.extractall(folder, filter="data")
    return folder / "backup"


@pytest.fixture(params=KEPT, ids=lambda path: path.name.removesuffix(".tar.xz"))
def kept(request, tmp_path):
    """A kept backup and settings of an empty instance on the same kind of database."""
    backup, url, server = unpacked(request.param, tmp_path), "", None
    if json.loads((backup / "backup.json").read_text("utf-8"))["database"] == "postgresql":
        server, name = request.getfixturevalue("postgres_server"), f"kept_{new_id()}"
        url = server.create_database(name)
    yield backup, load({"XUEJI_HOME": str(tmp_path / "restored")}, database={"url": url}, reading={"engine": "canned"})
    if server:
        server.drop_database(name)


@contextmanager
def later_schema(folder):
    """Today's migrations and one more, inside the block."""
    shutil.copytree(migrations.FOLDER, folder)
    (folder / "versions" / "later.py").write_text(NEXT.format(head=migrations.head()), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "FOLDER", folder)
        yield


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_this_version_has_kept_its_backup(database):
    assert FOLDER / f"{__version__}-{database}.tar.xz" in KEPT


def test_it_is_restored_brought_up_and_proved(kept):
    backup, empty = kept
    about = json.loads((backup / "backup.json").read_text("utf-8"))
    assert check_backup(backup, nothing) == []
    restored = restore(empty, backup, actor=SERVICE)
    assert restored.is_sound
    assert restored.store.checked == about["counts"]["rendition"] > len(PAPERS)
    with closing(open_archive(empty)) as archive:
        assert migrations.current(archive.engine) == migrations.head()
        verdict = ledger_verify.verify(archive)
        assert (verdict.fault, verdict.sealed, verdict.head) == (None, about["ledger"]["sealed"], about["ledger"]["digest"])
        with archive.read() as session:
            assert set(session.scalars(select(Record.original_name))) == set(PAPERS)
            renditions = session.scalars(select(Rendition)).all()
        for row in renditions:
            assert len(archive.blobs.get(Bucket(row.bucket), row.blob_key, sha256=row.sha256)) == row.bytes
        assert indexing.rebuild(archive) == about["counts"]["page"]


def test_a_later_schema_takes_an_earlier_backup(kept, tmp_path):
    backup, empty = kept
    with later_schema(tmp_path / "migrations"):
        assert restore(empty, backup, actor=SERVICE).is_sound
    with closing(open_archive(empty)) as archive:
        assert migrations.current(archive.engine) == "later"
        assert "later" in {column["name"] for column in inspect(archive.engine).get_columns("record")}


def test_a_backup_of_a_later_schema_is_refused_and_nothing_touched(archive, tmp_path, monkeypatch, capsys):
    with later_schema(tmp_path / "migrations"):
        migrations.upgrade(archive.engine)
        backup = make_backup(archive, tmp_path / "backup", actor=SERVICE).folder
    empty = load({"XUEJI_HOME": str(tmp_path / "restored")})
    for attempt in (lambda: check_backup(backup, nothing), lambda: restore(empty, backup, actor=SERVICE)):
        with pytest.raises(Rejected) as error:
            attempt()
        assert error.value.this_code == "newer"
    monkeypatch.setenv("XUEJI_HOME", str(empty.home))
    assert main(["restore", str(backup)]) == 1
    said = "".join(capsys.readouterr())
    assert "由更新的版本制作" in said
    assert "数据库结构 later" in said
    assert not empty.home.exists()
