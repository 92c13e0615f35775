"""Each fault that can befall an instance is planted, and the doctor names it: its code, its state, its advice, and the figure beside it."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from archive_service.adapters import anchor_files
from archive_service.adapters.anchor_files import NONE, Anchor, AnchorFile
from archive_service.cli import doctor_instance, doctor_machine, main
from archive_service.db import open_engine
from archive_service.models.job import Job, JobState, Lease
from archive_service.models.ledger import Event
from archive_service.models.record import Rendition
from archive_service.rules.access import Role
from archive_service.services import doctor_quick, intake, ledger, ledger_noted
from archive_service.services.actor import SERVICE
from archive_service.services.doctor import examine, schema_check
from archive_service.services.doctor_model import Code, State
from archive_service.services.fixity import verify_store
from archive_service.services.indexing import rebuild
from archive_service.services.intake import Incoming
from archive_service.services.ledger import Subject
from archive_service.services.migrate_target import MARK
from archive_service.settings import with_database
from tests.functional.test_guards import drop_guards
from tests.papers import jpeg

HAN = re.compile("[\u4e00-\u9fff]{4}")


@pytest.fixture
def sound(archive, make):
    """An instance that lacks nothing: a paper, an index, a backup, a keeper at work."""
    archive.clock.at = datetime.now(UTC)  # PostgreSQL has a clock of its own, which is compared
    unit = make.tree()
    registrar = make.actor(Role.SCHOOL_REGISTRAR, unit[3])
    for text in ("一张", "二张"):
        intake.receive(archive, Incoming(jpeg(text), "一张.jpg"), actor=registrar)
    now = archive.clock.now()
    with archive.begin() as session:
        session.execute(update(Job).values(state=JobState.DONE, finished_at=now))
        session.add_all(Lease(name=name, held_by="k", held_until=now + timedelta(days=9)) for name in ("sealer", "indexer", "scheduler"))
        ledger.write(session, "backup.made", Subject("instance"), actor=SERVICE, now=now)
    ledger.seal(archive)
    rebuild(archive)
    return make.actor(Role.SYSTEM_ADMIN, unit[0])


def blob_folder(archive):
    with archive.read() as session:
        row = session.query(Rendition).order_by(Rendition.id).first()
    return archive.settings.store_folder / row.bucket / f"{row.blob_key}.blob"


@contextmanager
def store_down(archive):
    store = archive.settings.store_folder
    away = store.rename(store.with_name("away"))
    yield
    away.rename(store)


@contextmanager
def store_full(archive):
    """A real file system with no room left."""
    with mounted(archive, "size=4m"):
        with pytest.raises(OSError, match="No space"):
            (archive.settings.store_folder / "filler").write_bytes(b"x" * 5_000_000)
        yield


@contextmanager
def store_read_only(archive):
    with mounted(archive, "size=8m"):
        subprocess.run(["mount", "-o", "remount,ro", archive.settings.store_folder], check=True)
        yield


@contextmanager
def mounted(archive, options):
    """The store on a file system of its own, with what it held; needs root, as the rest of the machine's own tests do."""
    store = archive.settings.store_folder
    kept = store.rename(store.with_name("kept"))
    store.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", store], check=True)
    try:
        shutil.copytree(kept, store, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", store], check=True)
        store.rmdir()
        kept.rename(store)


@contextmanager
def blob_missing(archive):
    folder = blob_folder(archive)
    away = folder.rename(archive.settings.home / "taken")
    yield
    away.rename(folder)


@contextmanager
def blob_flipped(archive):
    """Its bytes are not read by the doctor, but by verify-store, whose verdict stands."""
    content = blob_folder(archive) / "content"
    content.chmod(0o600)
    held = bytearray(content.read_bytes())
    held[100] ^= 1
    content.write_bytes(held)
    verify_store(archive, actor=SERVICE)
    yield


@contextmanager
def index_missing(archive):
    shutil.rmtree(archive.settings.index_folder)
    yield


def waiting(kind, **values):
    @contextmanager
    def plant(archive):
        now = archive.clock.now()
        job = {
            "state": JobState.READY,
            "run_at": now - timedelta(minutes=6),
            "created_at": now,
            "arguments": {},
            "priority": 0,
            "attempts": 0,
        }
        with archive.begin() as session:
            session.add(Job(kind=kind, **(job | {name: value(now) if callable(value) else value for name, value in values.items()})))
        yield

    return plant


stuck = waiting("read", state=JobState.RUNNING, lease_until=lambda now: now - timedelta(minutes=2), leased_by="gone")
dead = waiting("judge", state=JobState.DEAD, last_error="坏了")


@contextmanager
def unsealed(archive):
    event(archive, at=archive.clock.now() - timedelta(minutes=3))
    yield


@contextmanager
def chain_broken(archive):
    is_sqlite = archive.engine.dialect.name == "sqlite"
    with archive.begin() as session:
        off = "drop trigger event_no_update" if is_sqlite else "alter table event disable trigger user"
        session.connection().exec_driver_sql(off)
        session.execute(update(Event).where(Event.id == 2).values(account_name="别人"))
    yield


@contextmanager
def guards_dropped(archive):
    drop_guards(archive)
    yield


def anchored(archive, *, seq):
    """The ledger knows of an anchor of yesterday; returns one of that day that goes to another place of the chain."""
    day = (archive.clock.now() - timedelta(days=1)).date()
    known, other = (Anchor(date=day, whole_day=True, seq=place, events=place, head=NONE, previous=NONE) for place in (1, seq))
    ledger_noted.note(archive, [AnchorFile(anchor_files.name_of(day), known)], [])
    return AnchorFile(anchor_files.name_of(day), other)


@contextmanager
def anchor_gone(archive):
    anchored(archive, seq=1)
    yield


@contextmanager
def anchor_replaced(archive):
    file = anchored(archive, seq=2)
    anchor_files.write(archive.settings.anchor_folder, file.name, file.anchor)
    yield


@contextmanager
def anchor_cut_short(archive):
    file = anchored(archive, seq=1)
    anchor_files.write(archive.settings.anchor_folder, file.name, file.anchor)
    path = archive.settings.anchor_folder / file.name
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:40])
    yield


@contextmanager
def keeper_gone(archive):
    with archive.begin() as session:
        session.execute(update(Lease).where(Lease.name == "indexer").values(held_until=archive.clock.now() - timedelta(seconds=1)))
    yield


@contextmanager
def clock_set_back(archive):
    archive.clock.at -= timedelta(hours=3)
    yield


@contextmanager
def backup_old(archive):
    archive.clock.at += timedelta(days=3)
    yield


@contextmanager
def disk_nearly_full(archive):
    """By asking for more room than there is, which is the same comparison."""
    free = shutil.disk_usage(archive.settings.home).free
    settings = archive.settings.model_copy(update={"intake": archive.settings.intake.model_copy(update={"free_bytes": free * 2 // 3})})
    object.__setattr__(archive, "settings", settings)
    yield


PLANTED = [  # what is planted, the codes it must be named by, whether it is a fault, figures beside it
    (store_down, {Code.STORE_DOWN}, State.FAULT, {"xueji_store_up": 0}),
    (store_full, {Code.STORE_NOT_WRITABLE, Code.STORE_LOW}, State.FAULT, {}),
    (store_read_only, {Code.STORE_NOT_WRITABLE, Code.STORE_LOW}, State.FAULT, {}),
    (disk_nearly_full, {Code.DISK_LOW, Code.STORE_LOW}, State.WARN, {}),
    (blob_missing, {Code.BLOB_MISSING}, State.FAULT, {}),
    (blob_flipped, {Code.STORE_FAULTY}, State.FAULT, {"xueji_proof_age_seconds": 0}),
    (index_missing, {Code.INDEX_MISSING}, State.WARN, {"xueji_index_pages": 0}),
    (waiting("index"), {Code.INDEX_BEHIND, Code.JOBS_WAITING}, State.WARN, {"xueji_index_wait_seconds": 360}),
    (waiting("read"), {Code.JOBS_WAITING}, State.WARN, {"xueji_oldest_wait_seconds": 360}),
    (stuck, {Code.STUCK_LEASES}, State.FAULT, {}),
    (dead, {Code.DEAD_LETTERS}, State.WARN, {"xueji_dead_letters": 1}),
    (unsealed, {Code.LEDGER_LATE}, State.FAULT, {"xueji_events_unsealed_seconds": 180}),
    (chain_broken, {Code.LEDGER_BROKEN, Code.LEDGER_UNGUARDED}, State.FAULT, {}),
    (guards_dropped, {Code.LEDGER_UNGUARDED}, State.FAULT, {}),
    (anchor_gone, {Code.ANCHORS_WRONG}, State.FAULT, {}),
    (anchor_replaced, {Code.ANCHORS_WRONG}, State.FAULT, {}),
    (anchor_cut_short, {Code.ANCHORS_WRONG}, State.FAULT, {}),
    (keeper_gone, {Code.KEEPER_DOWN}, State.FAULT, {"xueji_keeper_roles_idle": 1}),
    (clock_set_back, {Code.CLOCK_WRONG}, State.FAULT, {}),
    (backup_old, {Code.BACKUP_OLD}, State.WARN, {"xueji_backup_age_seconds": 3 * 86_400}),
]
NAMES = ["store away", "store full", "store read-only", "disk nearly full", "blob missing", "blob flipped", "index missing", "index behind",
         "jobs waiting", "stuck lease", "dead letter", "ledger unsealed", "ledger broken", "triggers dropped", "anchor gone", "anchor replaced", "anchor cut short", "keeper gone", "clock set back", "backup old"]  # fmt: skip


def event(archive, *, at):
    with archive.begin() as session:
        ledger.write(session, "search.made", Subject("search"), actor=SERVICE, now=at)


def named(archive, *, thorough=True):
    return {each.code: each for each in examine(archive, is_running=True, thorough=thorough) if each.state is not State.OK}


def figures_of(call, actor):
    """The figures as a collector reads them."""
    lines = call.get("/metrics", actor).get_data(as_text=True).splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


@pytest.mark.parametrize("planted", PLANTED, ids=NAMES)
def test_a_planted_fault_is_named_with_advice_and_figure(archive, sound, call, planted):
    plant, codes, worst, beside = planted
    with plant(archive):
        found, told = named(archive), figures_of(call, sound)
        assert set(found) - unrelated(plant) == codes
        assert max(found[code].state == State.FAULT for code in codes) == (worst is State.FAULT)
        for code in codes:
            assert HAN.search(found[code].advice), code
            assert found[code].detail, code
            assert told[f'xueji_fault{{code="{code}",severity="{found[code].state}"}}'] == 1
        for name, value in beside.items():
            assert told[name] == pytest.approx(value, abs=1), name


def test_a_part_without_faults_hides_no_damage_found_before(archive, sound):
    def proof(**detail):
        with archive.begin() as session:
            ledger.write(session, "store.verified", Subject("store"), actor=SERVICE, now=archive.clock.now(), detail=detail)
        return Code.STORE_FAULTY in named(archive, thorough=False)

    assert proof(checked=9, faults=1)
    assert proof(checked=2, faults=0, sample=2)
    assert not proof(checked=9, faults=0)
    assert proof(checked=2, faults=1, rota=2)
    assert proof(checked=2, faults=0, rota=2)


@pytest.mark.parametrize("values", [{"bucket": "attic"}, {"blob_key": "../attic"}], ids=["bucket", "key"])
def test_a_row_that_names_no_place_of_the_store_is_a_fault_and_no_end(archive, sound, values):
    with archive.begin() as session:
        session.execute(update(Rendition).where(Rendition.id == select(func.min(Rendition.id)).scalar_subquery()).values(values))
    assert named(archive)[Code.BLOB_MISSING].state is State.FAULT


def unrelated(plant):
    """What moving the clock by days brings along."""
    return {Code.LEDGER_LATE, Code.KEEPER_DOWN, Code.CLOCK_WRONG} if plant is backup_old else set()


def test_a_sound_instance_is_told_so(archive, sound, call):
    assert named(archive) == {}
    assert named(archive, thorough=False) == {}
    told = figures_of(call, sound)
    assert not [name for name, value in told.items() if name.startswith("xueji_fault{") and value]
    assert {match[1] for name in told if (match := re.match(r'xueji_fault{code="(\w+)"', name))} >= set(Code) - {Code.SCHEMA_NEW}
    assert call.get("/metrics", None).status_code == 401


def test_a_collector_makes_no_write(archive, sound, call, monkeypatch):
    written = []
    put = archive.blobs.put
    monkeypatch.setattr(archive.blobs, "put", lambda *sent, **more: written.append(sent) or put(*sent, **more))
    figures_of(call, sound)
    assert not written
    named(archive)
    assert len(written) == 1, "the doctor tries the store"


def test_scrapes_of_one_minute_look_once(archive, sound, monkeypatch):
    looks, time = [], [0.0]
    plain = doctor_quick.examine
    monkeypatch.setattr(doctor_quick, "examine", lambda *given, **more: looks.append(given) or plain(*given, **more))
    look = doctor_quick.QuickLook(archive, clock=lambda: time[0])
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: look.findings(), range(8)))
    assert (len(looks), len(set(map(id, found)))) == (1, 1)
    time[0] = doctor_quick.KEPT_SECONDS - 1
    with store_down(archive):
        assert Code.STORE_DOWN not in {each.code for each in look.findings() if each.state is State.FAULT}
        time[0] += 1
        assert Code.STORE_DOWN in {each.code for each in look.findings() if each.state is State.FAULT}
    assert len(looks) == 2


def test_two_scrapes_look_once(archive, sound, call, monkeypatch):
    looks = []
    plain = doctor_quick.examine
    monkeypatch.setattr(doctor_quick, "examine", lambda *given, **more: looks.append(given) or plain(*given, **more))
    assert figures_of(call, sound).keys() == figures_of(call, sound).keys()
    assert len(looks) == 1


def test_an_anchor_as_the_ledger_knows_it_is_no_fault(archive, sound):
    file = anchored(archive, seq=1)
    assert Code.ANCHORS_WRONG in named(archive)
    anchor_files.write(archive.settings.anchor_folder, file.name, file.anchor)
    assert Code.ANCHORS_WRONG not in named(archive)


def test_every_code_is_planted():
    planted = set().union(*(codes for _, codes, _, _ in PLANTED))
    assert set(Code) - planted == {Code.SCHEMA_OLD, Code.SCHEMA_NEW}, "those two are below"


def test_schemas_of_other_versions():
    assert schema_check("0001").code == Code.SCHEMA_OLD
    assert schema_check(None).state is State.FAULT
    newer = schema_check("9999")
    assert (newer.code, newer.state) == (Code.SCHEMA_NEW, State.FAULT)
    assert HAN.search(newer.advice)


def before_opening(settings):
    return {each.code: each for each in doctor_instance.instance_checks(settings, thorough=False) if each.state is not State.OK}


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_a_schema_of_another_version_ends_the_look(archive, revision):
    with archive.begin() as session:
        session.connection().exec_driver_sql(f"update alembic_version set version_num = '{revision}'")
    assert set(before_opening(archive.settings)) & {"schema_old", "schema_new"} == {"schema_old" if revision == "0001" else "schema_new"}


def test_a_database_that_is_away(archive):
    gone = before_opening(with_database(archive.settings, "postgresql+psycopg://postgres@127.0.0.1:9/nobody"))
    assert gone["database_away"].state is State.FAULT
    assert "没有改动" in gone["database_away"].advice


def test_a_database_that_was_half_moved(archive):
    engine = open_engine(archive.settings.database_url)
    MARK.create(engine)
    assert before_opening(archive.settings)["unfinished_move"].state is State.FAULT
    engine.dispose()


def test_an_engine_that_does_not_load(make_settings):
    settings = make_settings()
    settings = settings.model_copy(update={"reading": settings.reading.model_copy(update={"engine": "absent"})})
    found = {each.code: each for each in doctor_machine.machine_checks(settings, thorough=True)}
    assert found["reader_missing"].state is State.FAULT
    assert "absent" in found["reader_missing"].detail
    assert HAN.search(found["reader_missing"].advice + "运行安装")


@pytest.mark.parametrize(("state", "status"), [(State.FAULT, 1), (State.WARN, 0), (State.OK, 0)])
def test_the_exit_status_is_that_of_faults_only(monkeypatch, state, status):
    finding = replace(schema_check("0001"), state=state)
    monkeypatch.setattr("archive_service.cli.doctor.CHECKS", (lambda _settings, *, thorough: iter([finding]),))  # noqa: ARG005 (the shape of a check)
    assert main(["doctor", "--json"]) == status
