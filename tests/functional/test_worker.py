"""The worker and the keeper: from the door to the index, what failing engines leave behind, and jobs that run twice or change hands."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from archive_service import queue, worker
from archive_service.adapters import reader as reading
from archive_service.adapters.reader import LocalReader, SandboxedReader
from archive_service.errors import IndexUnavailable
from archive_service.keeper import Keeper
from archive_service.models.job import Job, JobState
from archive_service.models.ledger import Event
from archive_service.models.record import Match, MatchState, Page, Record, RecordState, Rendition, TranscriptState
from archive_service.models.student import Student
from archive_service.rules.access import Role
from archive_service.services import failures, indexing, intake, ledger, ledger_verify, records, search, transcription, upkeep, watching
from archive_service.services.intake import Incoming
from archive_service.services.search import Query
from archive_service.worker import READING, Heart, Worker, claimed
from tests.papers import hukou, jpeg

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def desk(archive, make):
    """A school with one student, its registrar, and ways to hand in a page and look at what became of it."""

    @dataclass
    class Desk:
        school = make.tree()[3]
        registrar = make.actor(Role.SCHOOL_REGISTRAR, school)
        student = make.student(school, name="张三")

        def hand_in(self, text=""):
            text = text or hukou("张三", self.student.id_no)
            return intake.receive(archive, Incoming(jpeg(text), "户口簿.jpg"), actor=self.registrar).id

        def look(self, record_id):
            return records.view(archive, record_id, actor=self.registrar)

        def find(self, words):
            return [hit.record_id for hit in search.find(archive, Query(words), actor=self.registrar).hits]

    return Desk()


@pytest.fixture
def keep_index(archive):
    """Bring everything that waits into the index, as the keeper does."""

    def keep():
        keeper = Keeper(archive)
        while keeper.index():
            pass

    return keep


@pytest.fixture
def with_engine(archive):
    """The archive as a process sees it whose reading engine is another one; `sandboxed` as in the product."""
    opened = []

    def swap(engine, *, sandboxed=False, **jobs):
        settings = archive.settings.model_copy(
            update={
                "jobs": archive.settings.jobs.model_copy(update=jobs),
                "reading": archive.settings.reading.model_copy(update={"engine": engine, "page_seconds": 1.0}),
            }
        )
        opened.append(SandboxedReader(settings) if sandboxed else LocalReader(settings, engine))
        return replace(archive, settings=settings, reader=opened[-1])

    yield swap
    for reader in opened:
        reader.close()


def jobs_of(archive, record_id):
    with archive.read() as session:
        return list(session.scalars(select(Job).where(Job.record_id == record_id).order_by(Job.id)))


def counted(archive, *tables):
    with archive.read() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) for table in tables)


def drain_through_failures(archive, clock):
    """Work until nothing is left, waiting out every pause between tries; returns the pauses in seconds."""
    waits = []
    while True:
        Worker(archive).drain()
        with archive.read() as session:
            due = session.scalar(select(func.min(Job.run_at)).where(Job.state == JobState.READY, Job.kind != "index"))
        if due is None:
            return waits
        waits.append((due - clock.at).total_seconds())
        clock.at = due


# The walk


def test_a_paper_goes_from_the_door_to_the_index(archive, desk, keep_index):
    record_id = desk.hand_in()
    assert Worker(archive).drain() == 3
    keep_index()
    seen = desk.look(record_id)
    assert (seen.record.state, seen.record.transcript_state) == (RecordState.READ, TranscriptState.PRESENT)
    assert (seen.record.match_state, seen.student.id) == (MatchState.MATCHED, desk.student.id)
    assert seen.record.searchable_at is not None
    assert desk.find("登记卡") == [record_id]
    assert [(job.kind, job.state) for job in jobs_of(archive, record_id)] == [
        (kind, JobState.DONE) for kind in ("judge", "read", "match", "index")
    ]
    with archive.read() as session:
        acts = list(session.scalars(select(Event.act).where(Event.record_id == record_id).order_by(Event.id)))
    assert [act for act in acts if act.startswith("record.")][:4] == [
        f"record.{what}" for what in ("received", "judged", "read", "matched")
    ]


def test_each_worker_takes_its_kinds_only(archive, desk):
    record_id = desk.hand_in()
    assert Worker(archive, READING).drain() == 0
    assert desk.look(record_id).record.state is RecordState.RECEIVED


# Engines that fail


def test_a_failing_engine_is_tried_again_and_then_shown_as_missing(desk, clock, with_engine, keep_index):
    broken = with_engine("failing-error", attempts=3, backoff_seconds=5)
    record_id = desk.hand_in()
    assert drain_through_failures(broken, clock) == [5, 10]
    record = desk.look(record_id).record
    assert (record.state, record.transcript_state) == (RecordState.READ, TranscriptState.MISSING)
    assert "识别引擎出错" in record.transcript_reason
    assert record.page_count == 1
    (dead,) = (job for job in jobs_of(broken, record_id) if job.state is JobState.DEAD)
    assert (dead.kind, dead.attempts) == ("read", 3)
    assert "识别引擎出错" in dead.last_error
    keep_index()
    assert desk.find("登记卡") == []


def test_between_tries_the_reason_shows(desk, with_engine):
    record_id = desk.hand_in()
    Worker(with_engine("failing-error")).drain()
    record = desk.look(record_id).record
    assert (record.transcript_state, record.attempts) == (TranscriptState.PENDING, 1)
    assert "识别引擎出错" in record.transcript_reason


@pytest.mark.parametrize(("engine", "reason"), [("failing-crash", "意外退出"), ("failing-hang", "秒没有完成")])
def test_an_engine_that_dies_or_hangs_takes_nobody_along(desk, with_engine, monkeypatch, engine, reason):
    monkeypatch.setattr(reading, "_START_SECONDS", 3)
    archive = with_engine(engine, sandboxed=True, attempts=1)
    record_id = desk.hand_in()
    assert Worker(archive).drain() == 3
    record = desk.look(record_id).record
    assert (record.state, record.transcript_state) == (RecordState.READ, TranscriptState.MISSING)
    assert reason in record.transcript_reason


def test_a_person_has_it_read_again(archive, desk, with_engine, keep_index):
    record_id = desk.hand_in()
    Worker(with_engine("failing-error", attempts=1)).drain()
    transcription.retry(archive, record_id, actor=desk.registrar)
    Worker(archive).drain()
    keep_index()
    record = desk.look(record_id).record
    assert (record.transcript_state, record.transcript_reason) == (TranscriptState.PRESENT, None)
    assert desk.find("登记卡") == [record_id]


def test_what_a_person_has_read_again_is_no_dead_letter_any_more(archive, make, desk, with_engine):
    record_id, other_id = desk.hand_in(), desk.hand_in("另一张")
    Worker(with_engine("failing-error", attempts=1)).drain()
    admin = make.actor(Role.SYSTEM_ADMIN, make.tree()[0])
    assert {job.record_id for job in watching.operations(archive, actor=admin).dead} == {record_id, other_id}
    transcription.retry(archive, record_id, actor=desk.registrar)
    assert [job.record_id for job in watching.operations(archive, actor=admin).dead] == [other_id]
    Worker(archive).drain()
    assert desk.look(record_id).record.transcript_state is TranscriptState.PRESENT


def test_the_operator_revives_dead_letters(archive, make, desk, with_engine, keep_index):
    record_id = desk.hand_in()
    Worker(with_engine("failing-error", attempts=1)).drain()
    with archive.read() as session:
        dead = set(session.scalars(select(Job.id).where(Job.state == JobState.DEAD)))
    admin = make.actor(Role.SYSTEM_ADMIN, make.tree()[0])
    assert watching.revive(archive, dead, actor=admin) == 1
    Worker(archive).drain()
    keep_index()
    assert desk.look(record_id).record.transcript_state is TranscriptState.PRESENT
    assert desk.find("登记卡") == [record_id]


# Jobs that run twice or change hands


@dataclass
class SlowReader:
    """Reads as the reader it wraps, but while it is at it, something else happens: its lease runs out and another does the work."""

    inner: LocalReader
    meanwhile: dict

    def __getattr__(self, name):
        def call(*arguments):
            found = getattr(self.inner, name)(*arguments)
            self.meanwhile.pop(name, lambda: None)()
            return found

        return call


def test_a_job_done_twice_at_once_changes_nothing(archive, desk):
    record_id = desk.hand_in()
    overtaken = {
        "judge": lambda: transcription.judge_record(archive, record_id),
        "read": lambda: transcription.read_record(archive, record_id),
    }
    Worker(replace(archive, reader=SlowReader(archive.reader, overtaken))).drain()
    assert not overtaken
    roles = sorted(rendition.role.value for rendition in renditions(archive, record_id))
    assert roles == ["access", "master", "thumbnail", "transcript"]
    assert counted(archive, Page, Match) == (1, 1)
    assert desk.look(record_id).record.state is RecordState.READ


def test_finished_jobs_done_again_change_nothing(archive, desk, keep_index):
    record_id = desk.hand_in()
    Worker(archive).drain()
    keep_index()
    before = state_of(archive, record_id)
    with archive.begin() as session:
        for kind in ("judge", "read", "match", "index"):
            queue.put(session, kind, record_id=record_id, now=archive.clock.now())
    Worker(archive).drain()
    keep_index()
    assert state_of(archive, record_id) == before
    assert desk.find("登记卡") == [record_id]
    ledger.seal(archive)
    assert ledger_verify.verify(archive).fault is None


def test_a_match_done_again_is_one_event(archive, desk):
    """As after a kill between the end of the work and the end of its job."""
    record_id = desk.hand_in()
    Worker(archive).drain()
    before = match_of(archive, record_id)
    job = Job(kind="match", record_id=record_id)
    for _ in range(2):
        worker.HANDLERS["match"](archive, job)
    assert match_of(archive, record_id) == before
    assert before[1] == 1
    with archive.begin() as session:  # what is found otherwise is an event again
        session.get_one(Student, desk.student.id).name = "李四"
    worker.HANDLERS["match"](archive, job)
    assert match_of(archive, record_id)[1] == 2


def match_of(archive, record_id):
    """The record's version, how often it was matched, and when last."""
    with archive.read() as session:
        events = select(func.count()).select_from(Event).where(Event.act == "record.matched", Event.record_id == record_id)
        match = session.scalars(select(Match).where(Match.record_id == record_id)).one()
        return session.get_one(Record, record_id).version, session.scalar(events), match.id, match.decided_at


def renditions(archive, record_id):
    with archive.read() as session:
        return list(session.scalars(select(Rendition).where(Rendition.record_id == record_id)))


def state_of(archive, record_id):
    with archive.read() as session:
        record = session.get_one(Record, record_id)
        texts = list(session.scalars(select(Page.text).where(Page.record_id == record_id)))
    shown = sorted((rendition.role, rendition.page_no or 0, rendition.id) for rendition in renditions(archive, record_id))
    return (record.state, record.transcript_state, record.match_state, record.student_id, record.searchable_at, texts, shown)


def test_a_killed_workers_job_is_taken_over(archive, desk, clock):
    record_id = desk.hand_in()
    lease = timedelta(seconds=archive.settings.jobs.lease_seconds)
    with archive.begin() as session:
        (job,) = queue.claim(session, {"judge"}, holder="killed", now=clock.at, lease=lease)
    assert Worker(archive).drain() == 0
    clock.at += lease + timedelta(seconds=1)
    assert Worker(archive).drain() == 3
    assert desk.look(record_id).record.state is RecordState.READ
    with archive.begin() as session:
        assert queue.finish(session, {job.id}, holder="killed", now=clock.at) == 0


def test_a_record_learns_of_its_dead_letter_in_the_same_transaction(desk, with_engine, monkeypatch):
    broken = with_engine("failing-error", attempts=1)
    record_id = desk.hand_in()

    def killed(*_, **__):
        raise KilledError

    monkeypatch.setattr(transcription, "note_failure", killed)
    with pytest.raises(KilledError):
        Worker(broken).drain()
    read = next(job for job in jobs_of(broken, record_id) if job.kind == "read")
    assert read.state is JobState.RUNNING


class KilledError(Exception):
    """The process ends here."""


def test_upkeep_tells_records_whose_job_lies_dead(archive, desk):
    record_id = desk.hand_in()
    with archive.begin() as session:
        job = session.scalars(select(Job).where(Job.record_id == record_id)).one()
        job.state, job.last_error = JobState.DEAD, "坏了"
    upkeep.sweep(archive)
    record = desk.look(record_id).record
    assert (record.state, record.transcript_state, record.transcript_reason) == (RecordState.UNREADABLE, TranscriptState.MISSING, "坏了")
    transcription.retry(archive, record_id, actor=desk.registrar)
    upkeep.sweep(archive)
    assert desk.look(record_id).record.transcript_state is TranscriptState.PENDING


def test_a_paper_that_kills_every_worker_is_laid_down(archive, desk, clock):
    record_id, jobs = desk.hand_in(), archive.settings.jobs
    for _ in range(jobs.attempts):
        assert claimed(archive, {"judge"}, holder="killed")
        clock.at += timedelta(seconds=jobs.lease_seconds + 1)
    assert claimed(archive, {"judge"}, holder="next") == []
    (dead,) = (job for job in jobs_of(archive, record_id) if job.kind == "judge")
    assert (dead.state, dead.last_error) == (JobState.DEAD, failures.KILLED)
    record = desk.look(record_id).record
    assert (record.state, record.transcript_state) == (RecordState.UNREADABLE, TranscriptState.MISSING)
    assert record.transcript_reason == failures.KILLED


# The keeper


def test_a_poison_record_dies_alone_and_the_others_are_found(archive, desk, clock, monkeypatch, keep_index):
    keep_index()
    good, poison, other = (desk.hand_in() for _ in range(3))
    Worker(archive).drain()
    index_records = indexing.index_records

    def poisoned(archive, ids, **rest):
        if poison in ids:
            raise ValueError("bad page")
        return index_records(archive, ids, **rest)

    monkeypatch.setattr(indexing, "index_records", poisoned)
    keeper = Keeper(archive)
    for _ in range(archive.settings.jobs.attempts + 1):
        while keeper.index():
            pass
        clock.at += AN_HOUR
    assert set(desk.find("登记卡")) == {good, other}
    with archive.read() as session:
        dead = list(session.scalars(select(Job).where(Job.state == JobState.DEAD)))
    assert [(job.kind, job.record_id) for job in dead] == [("index", poison)]
    assert dead[0].last_error.startswith("ValueError (")  # kind and place; the words of a stranger's error may hold names


def test_an_index_that_is_away_kills_no_job(archive, desk, clock, monkeypatch, keep_index):
    record_id = desk.hand_in()
    Worker(archive).drain()

    def away(*_, **__):
        raise IndexUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(indexing, "index_records", away)
        for _ in range(archive.settings.jobs.attempts + 1):
            with pytest.raises(IndexUnavailable):
                keep_index()
            clock.at += AN_HOUR
    keep_index()
    assert desk.find("登记卡") == [record_id]


def test_one_indexer_at_a_time(archive, desk, clock):
    first, second = Keeper(archive), Keeper(archive)
    hearts = {keeper: Heart(archive, keeper.holder) for keeper in (first, second)}

    def turn(keeper):
        return keeper._turn("indexer", keeper.index, hearts[keeper])

    def hand_in():
        desk.hand_in()
        Worker(archive).drain()

    hand_in()
    assert turn(first)
    hand_in()
    assert not turn(second)
    clock.at += timedelta(seconds=archive.settings.jobs.lease_seconds + 1)
    assert turn(second)
    hand_in()
    assert not turn(first)
    for heart in hearts.values():
        heart.stop()


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_lost_index_is_rebuilt_from_rows_and_says_so_meanwhile(archive, desk, keep_index, damage):
    record_id = desk.hand_in()
    Worker(archive).drain()
    keep_index()
    assert desk.find("登记卡") == [record_id]
    spoil(archive.settings.index_folder, damage)
    assert archive.index.health(deep=True).needs_rebuild
    with pytest.raises(IndexUnavailable, match="材料"):
        desk.find("登记卡")
    assert desk.look(record_id).record.state is RecordState.READ
    keep_index()
    assert desk.find("登记卡") == [record_id]


def spoil(folder, damage):
    if damage == "missing":
        shutil.rmtree(folder)
        return
    for path in (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 64):
        path.write_bytes(path.read_bytes()[:32] + bytes(path.stat().st_size - 32))


def test_a_part_that_is_away_does_not_end_a_role(archive):
    keeper, turns, done = Keeper(archive), [], threading.Event()

    def seal():
        turns.append(1)
        if len(turns) == 1:
            raise OperationalError("select 1", {}, Exception("server closed the connection"))
        done.set()
        return 0

    keeper.seal = seal
    running = threading.Thread(target=keeper.run)
    running.start()
    went_on = done.wait(10)
    keeper.stop()
    running.join(60)
    assert went_on


def test_a_worker_waits_for_a_locked_database(archive, desk, monkeypatch):
    record_id, asked = desk.hand_in(), []

    def locked_once(*args, **more):
        asked.append(args)
        if len(asked) == 1:
            raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
        return claimed(*args, **more)

    monkeypatch.setattr(worker, "claimed", locked_once)
    working = Worker(archive)
    monkeypatch.setattr(working, "_run", lambda _job: working.stop())
    working.run()
    with archive.read() as session:
        assert session.scalars(select(Job.state).where(Job.record_id == record_id)).one() is JobState.RUNNING
    assert len(asked) == 2


def test_a_heart_beats_on_after_the_database_was_away(archive, desk, clock):
    desk.hand_in()
    jobs = archive.settings.jobs.model_copy(update={"heartbeat_seconds": 0.05})
    away = threading.Event()

    def begin():
        if not away.is_set():
            away.set()
            raise OperationalError("select 1", {}, Exception("server closed the connection"))
        return archive.begin()

    failing = replace(archive, settings=archive.settings.model_copy(update={"jobs": jobs}), begin=begin)

    with archive.begin() as session:
        (job,) = queue.claim(session, {"judge"}, holder="me", now=clock.at, lease=timedelta(seconds=1))
    heart = Heart(failing, "me")
    heart.hold({job.id})
    assert away.wait(10)
    still_ours = wait_until(lambda: jobs_of(archive, job.record_id)[0].lease_until > clock.at + timedelta(seconds=1))
    heart.stop()
    assert still_ours


def test_an_unexpected_fault_of_a_thread_ends_the_process():
    script = (
        "import threading, time\nfrom archive_service import processes\nfrom archive_service.keeper import Keeper\n"
        "threading.excepthook = processes._end_process\n"
        "threading.Thread(target=Keeper._turn, args=(None, 'sealer', None, None)).start()\ntime.sleep(60)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=50, check=False)
    assert ended.returncode == 1
    assert b"thread ended" in ended.stdout + ended.stderr


def wait_until(holds, seconds=10):
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if holds():
            return True
        pause.wait(0.05)
    return False


def test_an_outage_of_the_store_counts_no_try(archive, make):
    _, _, _, school = make.tree()
    registrar = make.actor(Role.SCHOOL_REGISTRAR, school)
    record = intake.receive(archive, Incoming(jpeg("某页"), "a.jpg"), actor=registrar)
    folder = archive.settings.store_folder
    away = folder.with_name("away")
    folder.rename(away)
    worker = Worker(archive)
    for _ in range(archive.settings.jobs.attempts + 2):
        assert worker.work_once()
        archive.clock.at += timedelta(seconds=20)
    away.rename(folder)
    worker.drain()
    assert records.view(archive, record.id, actor=registrar).record.state is RecordState.READ
