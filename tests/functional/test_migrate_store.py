"""Moving the bytes between stores by the command line: every digest read back at the target, a kill in the middle, nothing removed."""

import io
import json
import os
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from unittest.mock import patch
from uuid import uuid4

import pytest
from sqlalchemy import select

from archive_service import instance as instances
from archive_service.adapters.blobs import Bucket, open_store, record_key
from archive_service.adapters.blobs.cipher import AesGcmCipher
from archive_service.adapters.reader import LocalReader
from archive_service.archive import open_archive
from archive_service.cli import main
from archive_service.errors import BlobMissing
from archive_service.ids import new_id
from archive_service.models.ledger import Event
from archive_service.models.record import Rendition, RenditionRole
from archive_service.rules.access import Role
from archive_service.services import intake
from archive_service.services.intake import Incoming
from archive_service.settings import load, with_store
from tests.factories import Make
from tests.functional.killing import kill_when
from tests.papers import jpeg

pytestmark = pytest.mark.timeout(300)
BLOB_BYTES = 60_000
KEY_LINES = "old " + "11" * 32 + "\nnew " + "22" * 32 + "\n"


@pytest.fixture
def s3_store(s3_endpoint):
    """The [store] of fresh buckets at the tests' gateway."""

    def make(**more):
        name = uuid4().hex[:12]
        return {
            "kind": "s3", "endpoint": s3_endpoint.endpoint, "access_key": s3_endpoint.access_key, "secret_key": s3_endpoint.secret_key,
            "tls": False, "working_bucket": f"w-{name}", "permanent_bucket": f"p-{name}", **more,
        }  # fmt: skip

    return make


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "keys"
    path.write_text(KEY_LINES, "ascii")
    return {"cipher": AesGcmCipher.name, "cipher_key_file": str(path)}


class Instance:
    """An instance with one paper and many renditions of random bytes, and the command line over it."""

    def __init__(self, home, store, *, blobs):
        variables = {f"XUEJI_STORE__{key.upper()}": str(value) for key, value in store.items()}
        self.environ = {**os.environ, "XUEJI_HOME": str(home), "XUEJI_READING__ENGINE": "canned", **variables}
        self.home, self.settings = home, load(self.environ)
        instances.prepare(self.settings)
        with closing(self.opened()) as archive:
            make = Make(archive)
            registrar = make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])
            record = intake.receive(archive, Incoming(jpeg("一张"), "一张.jpg"), actor=registrar).id
            rows = [kept(archive, record, os.urandom(BLOB_BYTES)) for _ in range(blobs - 1)]
            with archive.begin() as session:
                session.add_all(rows)

    def opened(self):
        return open_archive(self.settings, paper_reader=LocalReader(self.settings))

    def target(self, **store):
        """A file that names another store."""
        path = self.home.parent / f"target-{uuid4().hex[:8]}.toml"
        path.write_text("[store]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in store.items()), "utf-8")
        return path

    def command(self, *arguments):
        return [sys.executable, "-m", "archive_service.cli", *map(str, arguments)]

    def run(self, *arguments):
        """In this process, since most tests are not about processes."""
        out, err = io.StringIO(), io.StringIO()
        with patch.dict(os.environ, self.environ), redirect_stdout(out), redirect_stderr(err):
            return main([*map(str, arguments)]), out.getvalue(), err.getvalue()

    def move(self, target, *options):
        status, out, err = self.run("migrate-store", target, "--json", *options)
        return status, json.loads(out), err

    def rows(self):
        with closing(self.opened()) as archive, archive.read() as session:
            return list(session.scalars(select(Rendition)))


def kept(archive, record_id, content):
    rendition_id = new_id()
    stored = archive.blobs.put(Bucket.WORKING, record_key(record_id, rendition_id), content, media_type="image/jpeg")
    return Rendition(
        id=rendition_id, record_id=record_id, role=RenditionRole.ACCESS, page_no=1, bucket=stored.bucket.value, blob_key=stored.key,
        bytes=stored.bytes, sha256=stored.sha256, sm3=stored.sm3, media_type=stored.media_type, made_at=archive.clock.now(),
    )  # fmt: skip


def insist_all_there(instance, target, *, cipher="none"):
    """Read every byte at the target with a store of its own, and at the source: nothing is missing at either."""
    there, here = open_store(with_store(instance.settings, target)), open_store(instance.settings)
    for row in instance.rows():
        for store in (there, here):
            found = store.verify(Bucket(row.bucket), row.blob_key)
            assert (found.bytes, found.sha256, found.sm3, found.media_type) == (row.bytes, row.sha256, row.sm3, row.media_type)
        assert there._backend.held(Bucket(row.bucket), row.blob_key).about.cipher == cipher
    assert sorted(there.keys(Bucket.WORKING)) == sorted(row.blob_key for row in instance.rows())


def kill_after(instance, target, *, proved):
    """Start the move, wait until so many are in its journal, and kill it with SIGKILL."""
    kill_when(lambda: in_journal(instance) >= proved, instance.command("migrate-store", target), instance.environ)
    return in_journal(instance)


def in_journal(instance):
    return sum(path.read_bytes().count(b"\n") for path in (instance.home / "migrations").glob("*.journal"))


@pytest.mark.s3
def test_from_a_folder_to_s3_through_two_kills(tmp_path, s3_store):
    instance = Instance(tmp_path / "home", {}, blobs=24)
    target = instance.target(**s3_store())
    first = kill_after(instance, target, proved=5)
    second = kill_after(instance, target, proved=first + 5)
    assert 5 <= first < second < 24
    status, moved, err = instance.move(target)
    assert (status, moved["faults"], moved["total"]) == (0, [], 24)
    assert (moved["proved_before"], moved["copied"]) == (second, 24 - second), "it goes on where it was killed"
    assert "切换" in err
    insist_all_there(instance, target)
    assert instance.move(target)[1]["copied"] == 0, "once more changes nothing"


@pytest.mark.s3
@pytest.mark.slow
def test_from_s3_to_an_encrypted_folder_and_from_there_to_encrypted_s3(tmp_path, s3_store, key_file):
    instance = Instance(tmp_path / "home", s3_store(), blobs=20)
    folder = instance.target(kind="directory", folder=str(tmp_path / "folder"), **key_file)
    assert instance.move(folder)[:1] == (0,)
    insist_all_there(instance, folder, cipher=AesGcmCipher.name)
    other = instance.target(**s3_store(**key_file))
    killed_at = kill_after(instance, other, proved=20 + 4)
    status, moved, _ = instance.move(other)
    assert (status, moved["proved_before"], moved["faults"]) == (0, killed_at - 20, [])
    insist_all_there(instance, other, cipher=AesGcmCipher.name)


def test_the_instance_works_on_at_the_new_place(tmp_path):
    instance = Instance(tmp_path / "home", {}, blobs=5)
    target = instance.target(kind="directory", folder=str(tmp_path / "new"))
    assert instance.move(target)[0] == 0
    (instance.home / "config.toml").write_text(target.read_text("utf-8"), "utf-8")
    (instance.home / "store").rename(tmp_path / "old")  # nothing is read from there any more
    assert instance.run("verify-store", "--strict")[0] == 0
    with closing(open_archive(load(instance.environ), paper_reader=LocalReader(instance.settings))) as archive, archive.read() as session:
        assert session.scalars(select(Event.detail).where(Event.act == "store.moved")).one()["copied"] == 5


def test_damage_is_named_with_its_side_and_the_rest_goes_over(tmp_path):
    instance = Instance(tmp_path / "home", {}, blobs=6)
    rows = instance.rows()
    spoil(instance.settings.store_folder, rows[0])
    (instance.settings.store_folder / rows[1].bucket / f"{rows[1].blob_key}.blob").rename(tmp_path / "taken")
    target = instance.target(kind="directory", folder=str(tmp_path / "new"))
    there = open_store(with_store(instance.settings, target))
    there.prepare()
    there.put(Bucket.WORKING, rows[2].blob_key, b"somebody else's", media_type="text/plain")
    status, moved, _ = instance.move(target)
    assert (status, moved["copied"]) == (1, 3)
    assert [fault for fault in moved["faults"] if rows[0].blob_key in fault and "现用存储" in fault]
    assert [fault for fault in moved["faults"] if rows[1].blob_key in fault and "现用存储" in fault]
    assert [fault for fault in moved["faults"] if rows[2].blob_key in fault and "目标存储" in fault]
    with pytest.raises(BlobMissing):
        there.stat(Bucket.WORKING, rows[0].blob_key)
    assert there.get(Bucket.WORKING, rows[2].blob_key) == b"somebody else's", "nothing at the target is overwritten"


def test_a_row_that_names_no_place_of_a_store_is_named_and_the_rest_goes_over(tmp_path):
    instance = Instance(tmp_path / "home", {}, blobs=3)
    with closing(instance.opened()) as archive, archive.begin() as session:
        session.scalars(select(Rendition).order_by(Rendition.id)).first().bucket = "attic"
    status, moved, _ = instance.move(instance.target(kind="directory", folder=str(tmp_path / "new")))
    assert (status, moved["copied"]) == (1, 2)
    [fault] = moved["faults"]
    assert "存放位置" in fault


def test_what_vanished_or_rotted_at_the_target_is_found(tmp_path):
    instance = Instance(tmp_path / "home", {}, blobs=6)
    target, new = instance.target(kind="directory", folder=str(tmp_path / "new")), tmp_path / "new"
    assert instance.move(target)[0] == 0
    rows = instance.rows()
    (new / rows[0].bucket / f"{rows[0].blob_key}.blob").rename(tmp_path / "taken")
    assert instance.move(target)[1]["copied"] == 1, "the journal alone is not believed"
    spoil(new, rows[1])
    assert instance.move(target)[0] == 0, "what was proved is not read again by itself"
    status, moved, _ = instance.move(target, "--afresh")
    assert (status, moved["copied"]) == (1, 5)
    assert rows[1].blob_key in moved["faults"][0]


def test_a_line_cut_in_two_is_proved_again(tmp_path):
    instance = Instance(tmp_path / "home", {}, blobs=4)
    target = instance.target(kind="directory", folder=str(tmp_path / "new"))
    assert instance.move(target)[0] == 0
    journal = next((instance.home / "migrations").glob("*.journal"))
    journal.write_bytes(journal.read_bytes()[:-20])
    _, moved, _ = instance.move(target)
    assert (moved["proved_before"], moved["copied"]) == (3, 1)
    assert journal.read_bytes().count(b"\n") == 4


def test_the_store_in_use_is_no_target(tmp_path):
    instance = Instance(tmp_path / "home", {}, blobs=1)
    status, answer, _ = instance.move(instance.target(kind="directory", folder=str(instance.home / "store")))
    assert (status, answer["error"]["code"]) == (1, "same_store")
    status, answer, _ = instance.move(instance.target(kind="directory", colour="blue"))
    assert (status, answer["error"]["code"]) == (1, "settings")


def spoil(root, row):
    """Flip one bit of the stored bytes."""
    content = root / row.bucket / f"{row.blob_key}.blob" / "content"
    content.chmod(0o600)
    held = bytearray(content.read_bytes())
    held[len(held) // 2] ^= 1
    content.write_bytes(held)
