"""The prepared land: five places with a student, papers of every level, a case, a batch and an account each, all with marks to look for.

Lives here: making it, and the marks. Not here: who may see what (entitled), who asks (people).
"""

import base64
import hashlib
import io
import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from archive_service.adapters.blobs import Bucket, record_key
from archive_service.archive import Archive
from archive_service.ids import new_id
from archive_service.models.account import Account
from archive_service.models.batch import Batch
from archive_service.models.inspection import Inspection, InspectionItem
from archive_service.models.job import Task
from archive_service.models.ledger import Event
from archive_service.models.likeness import Rescan
from archive_service.models.organisation import Level, Organisation
from archive_service.models.record import KindState, Match, MatchState, Page, Record, Rendition, RenditionRole
from archive_service.models.student import Guardian, Student
from archive_service.models.upload import Upload
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction
from archive_service.services import indexing
from archive_service.services.actor import Actor
from archive_service.services.case_actions import Act, act_on_case
from archive_service.services.case_evidence import Proof, set_evidence
from archive_service.services.cases import open_case
from tests.factories import Make, resident_id
from tests.functional.case_steps import ILLNESS_FACTS, ILLNESS_PAPERS, Office
from tests.matrix.snapshot import Snapshot

if TYPE_CHECKING:
    from tests.matrix.people import Caller

PLACES = ("home", "sister", "senior", "next", "far")
KINDS = {"L": "award_certificate", "M": "hukou_page", "H": "diagnosis_certificate", "J": "award_certificate", "U": None, "O": "hukou_page"}
SHARED_WORD = "蓼蓝"  # stands on every paper, so that one query could find them all
_rare = itertools.count(0x3400)  # characters that no page and no rule uses


def rare() -> str:
    """A word of three characters that stands nowhere else."""
    return "".join(chr(next(_rare)) for _ in range(3))


@dataclass(frozen=True)
class Thing:
    """One object with an id, where it belongs, and every text that gives it away."""

    kind: str
    id: str
    place: str
    level: str
    marks: frozenset[str]
    shown: str  # the mark that whoever opens it must find


def thing(kind: str, id_: str, place: str, level: str, shown: str, *more: str) -> Thing:
    """A thing with its marks, in the spellings they may take in an address."""
    marks = {id_, shown, *more}
    return Thing(kind, id_, place, level, frozenset(marks | {quote(mark) for mark in marks}), shown)


@dataclass
class Land:
    """Everything there is."""

    archive: Archive
    make: Make
    units: dict[str, Organisation] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)
    app: Flask = field(init=False)
    callers: "dict[str, Caller]" = field(default_factory=dict)
    hidden: dict[tuple[str, bool, bool], frozenset[str]] = field(default_factory=dict)
    snapshot: Snapshot | None = None

    def of(self, kind: str) -> list[Thing]:
        """All things of a kind."""
        return [one for one in self.things if one.kind == kind]

    def one(self, kind: str, place: str, level: str = "") -> Thing:
        """The first thing of a kind at a place."""
        return next(one for one in self.of(kind) if one.place == place and (not level or one.level == level))

    def whose(self, mark: str) -> str:
        """What a mark gives away, for the fault."""
        one = next(one for one in self.things if mark in one.marks)
        return f"{one.kind} {one.place} {one.level}: {mark}"

    def last_event(self) -> int:
        """The newest event on the ledger."""
        with self.archive.read() as session:
            return session.scalar(select(func.max(Event.id))) or 0

    def changed(self) -> list[str]:
        """Tables that are not as they were, but for the ledger and what every request touches."""
        return self.snapshot.changed() if self.snapshot else []

    def restore(self) -> None:
        """Take back what somebody did who may."""
        if self.snapshot:
            self.snapshot.restore()
        for one in self.of("upload"):
            (self.archive.settings.home / "uploads" / one.id).touch()


def settle(archive: Archive) -> Land:
    """Make the land."""
    land = Land(archive, Make(archive))
    _units(land)
    _people(land)
    for place in PLACES:
        _place(land, place)
    _belongings(land)
    archive.index.finish_rebuild(archive.index.begin_rebuild())
    indexing.rebuild(archive)
    return land


def _units(land: Land) -> None:
    make, units = land.make, land.units
    units["province"] = make.organisation(Level.PROVINCE, name="甲省教育厅")
    units["city"] = make.organisation(Level.CITY, parent=units["province"], name="甲市教育局")
    units["county"] = make.organisation(Level.COUNTY, parent=units["city"], name="甲县教育局")
    units["next_county"] = make.organisation(Level.COUNTY, parent=units["city"], name="乙县教育局")
    units["far_province"] = make.organisation(Level.PROVINCE, name="丙省教育厅")
    units["far_county"] = make.organisation(Level.COUNTY, parent=units["far_province"], name="丙县教育局")
    for place, parent in (("home", "county"), ("sister", "county"), ("next", "next_county"), ("far", "far_county")):
        units[place] = make.organisation(parent=units[parent], name=f"{place}中学")
    senior = {"authority_id": units["city"].id, "assisting_id": units["next_county"].id}
    units["senior"] = make.organisation(parent=units["county"], name="senior中学", **senior)


def _people(land: Land) -> None:
    posts = [("registrar", Role.SCHOOL_REGISTRAR, "home"), ("leader", Role.SCHOOL_LEADER, "home"), ("archivist", Role.ARCHIVIST, "home")]
    posts += [("teacher", Role.HOMEROOM_TEACHER, "home"), ("former", Role.SCHOOL_REGISTRAR, "home")]
    posts += [("nobody", Role.SCHOOL_REGISTRAR, "home")]
    posts += [(place, Role.SCHOOL_REGISTRAR, place) for place in PLACES[1:]]
    posts += [(unit, Role.COUNTY_REVIEWER, unit) for unit in ("county", "next_county", "far_county")]
    posts += [("city", Role.CITY_REVIEWER, "city")]
    posts += [(unit, Role.PROVINCE_REVIEWER, unit) for unit in ("province", "far_province")]
    posts += [("system", Role.SYSTEM_ADMIN, "province"), ("security", Role.SECURITY_ADMIN, "province")]
    posts += [("audit", Role.AUDIT_ADMIN, "province")]
    for name, role, unit in posts:
        land.actors[name] = land.make.actor(role, land.units[unit])


def taker(land: Land, place: str) -> Actor:
    """Who takes papers in at a place."""
    return land.actors["registrar" if place == "home" else place]


def _place(land: Land, place: str) -> None:
    student, quiet = _student(land, place, "busy"), _student(land, place, "quiet")
    batch = _batch(land, place, taker(land, place), "")
    office = _office(land, place)
    for level, kind in KINDS.items():
        _record(land, place, level, office.paper(student, kind, batch_id=batch.id, **_as(level)))
    candidate = [{"student_id": quiet.id, "score": 0.8, "grounds": ["姓名相同"]}]
    unsettled = land.one("record", place, "U").id
    land.make._add(
        Match(
            record_id=unsettled, first_page=1, last_page=1, state="proposed", candidates=candidate, disagreements=[], decided_at=_now(land)
        )
    )
    _case(land, place, office, student)
    _second_scans(land, place)
    _inspection(land, place)


def _inspection(land: Land, place: str) -> None:
    """A sample of one ordinary paper that a superior of the school has drawn; its seed gives it away."""
    checker, seed = land.actors["far_province" if place == "far" else "city"], rare()
    row = Inspection(
        id=new_id(), organisation_id=land.units[place].id, first_on=_now(land).date(), last_on=_now(land).date(), seed=seed, population=1,
        size=1, started_by=str(checker.account_id), started_at=_now(land),
    )  # fmt: skip
    land.make._add(row)
    paper = land.one("record", place, "L").id
    land.make._add(InspectionItem(inspection_id=row.id, no=1, record_id=paper, letters=0, wrong_letters=0))
    land.things.append(thing("inspection", row.id, place, "", seed))


def _second_scans(land: Land, place: str) -> None:
    """Papers that may be one: with an ordinary one, and, of one that many read, with one of health that few do."""
    for level, first in (("M", "L"), ("H", "L"), ("U", "L"), ("O", "H")):
        _second_scan(land, land.one("record", place, level).id, land.one("record", place, first).id)
    with land.archive.begin() as session:
        session.get_one(Record, land.one("record", place, "O").id).duplicate_of = land.one("record", place, "H").id


def _second_scan(land: Land, record_id: str, first_id: str) -> None:
    pages = [{"page": 1, "first_page": 1, "text": 0.9, "picture": 0.9}]
    land.make._add(Rescan(record_id=record_id, first_id=first_id, pages=pages, found_at=_now(land)))


def _as(level: str) -> dict[str, object]:
    if level == "U":
        return {"student_id": None, "match_state": MatchState.PROPOSED, "kind_state": KindState.UNSURE}
    return {"sensitivity": {"H": "H", "J": "J", "L": "L"}.get(level, "M")}


def _office(land: Land, place: str) -> Office:
    office = Office.__new__(Office)  # its steps with the people and units of this land
    office.archive, office.make, office.registrar = land.archive, land.make, taker(land, place)
    office.units = (land.units["province"], land.units["city"], land.units["county"], land.units[place])
    return office


def _student(land: Land, place: str, level: str) -> Student:
    serial, name = next(land.make.numbers), rare()
    id_no = resident_id(birth="20120708", serial=serial)
    row = land.make.student(land.units[place], name=name, id_no=id_no, address=rare())
    guardian = rare()
    land.make._add(Guardian(student_id=row.id, name=guardian, relation="父", phone=f"1390000{serial:04d}"))
    marks = (id_no, f"G{id_no}", str(row.address), guardian, f"1390000{serial:04d}")
    land.things.append(thing("student", row.id, place, level, name, *marks))
    return row


def _batch(land: Land, place: str, actor: Actor, level: str) -> Batch:
    number, label = f"{rare()}-2026-00001", rare()
    row = Batch(
        id=new_id(), accession_no=number, organisation_id=str(actor.unit_id), label=label, source="web",
        opened_by=str(actor.account_id), opened_at=_now(land),
    )  # fmt: skip
    land.make._add(row)
    land.things.append(thing("batch", row.id, place, level, number, label))
    return row


def _now(land: Land):
    return land.archive.clock.now()


def _record(land: Land, place: str, level: str, row: Record) -> None:
    """Give a paper its bytes, words and a value read from it."""
    word, name = rare(), f"scan-{row.id[-12:]}.jpg"
    digests = [_rendition(land, row, role, _picture(word + role.value), "image/jpeg") for role in _PICTURES]
    line = {"text": f"{SHARED_WORD} {word}", "box": [1, 1, 90, 20], "confidence": 0.9, "words": []}
    words = {"pages": [{"no": 1, "width_px": 100, "height_px": 100, "lines": [line]}]}
    digests.append(_rendition(land, row, RenditionRole.TRANSCRIPT, json.dumps(words).encode(), "application/json"))
    land.make._add(
        Page(record_id=row.id, no=1, text=line["text"], width_px=100, height_px=100, rotation=0, skew_deg=0, blank=False, text_version=1)
    )
    with land.archive.begin() as session:
        kept = session.merge(row)
        kept.original_name, kept.sha256 = name, digests[0]
    value = rare()
    _office(land, place).field(row, "diagnosis", value)
    encoded = [base64.b64encode(bytes.fromhex(digest)).decode() for digest in digests]
    land.things.append(thing("record", row.id, place, level, name, word, value, *digests, *encoded))


_PICTURES = (RenditionRole.MASTER, RenditionRole.ACCESS, RenditionRole.THUMBNAIL)


def _picture(text: str) -> bytes:
    saved = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(saved, "JPEG", comment=text.encode())
    return saved.getvalue()


def _rendition(land: Land, row: Record, role: RenditionRole, content: bytes, media_type: str) -> str:
    rendition_id = new_id()
    stored = land.archive.blobs.put(Bucket.WORKING, record_key(row.id, rendition_id), content, media_type=media_type)
    page_no = None if role in (RenditionRole.MASTER, RenditionRole.TRANSCRIPT) else 1
    land.make._add(
        Rendition(
            id=rendition_id, record_id=row.id, role=role, page_no=page_no, bucket=stored.bucket.value, blob_key=stored.key, bytes=stored.bytes,
            sha256=stored.sha256, sm3=stored.sm3, media_type=media_type, engine="canned", engine_version="1", made_at=_now(land),
        )
    )  # fmt: skip
    return hashlib.sha256(content).hexdigest()


def _case(land: Land, place: str, office: Office, student: Student) -> None:
    """A suspension for illness that was submitted, with its diagnosis."""
    case = open_case(
        land.archive, procedure="suspend", student_id=student.id, ground="illness", facts=ILLNESS_FACTS, actor=office.registrar
    )
    for code, kind in ILLNESS_PAPERS.items():
        paper = office.paper(student, kind, sensitivity="H" if code == "E-DX" else "M")
        if code == "E-DX":
            office.field(paper, "hospital", "观山湖区人民医院")
        _record(land, place, "P" if code == "E-DX" else "M", paper)
        set_evidence(land.archive, case.id, code, Proof(record_id=paper.id), actor=office.registrar)
    act_on_case(land.archive, case.id, Act(CaseAction.SUBMIT), actor=office.registrar)
    land.things.append(thing("case", case.id, place, "submitted", case.case_no))


def _belongings(land: Land) -> None:
    """What belongs to persons: a teacher's paper, batches, uploads, tasks, accounts."""
    teacher, former = land.actors["teacher"], land.actors["former"]
    batch = _batch(land, "home", teacher, "T")
    nobodys = {"student_id": None, "organisation_id": teacher.unit_id, "match_state": MatchState.UNMATCHED, "kind_state": KindState.UNSURE}
    office, pupil_of = _office(land, "home"), land.one("student", "home").id
    with land.archive.read() as session:
        student = session.get_one(Student, pupil_of)
    _record(land, "home", "T", office.paper(student, None, by=teacher, batch_id=batch.id, **nobodys))
    _second_scan(land, land.one("record", "home", "T").id, land.one("record", "home", "M").id)
    for name in ("registrar", "teacher", "far", "former"):
        _upload(land, name)
        _task(land, name)
    _batch(land, "home", former, "former")
    for name, actor in land.actors.items():
        place = "far" if name.startswith("far") else "home"
        with land.archive.begin() as session:
            row = session.get_one(Account, actor.account_id)
            row.login = f"login-{row.id[-12:]}"
        land.things.append(thing("account", row.id, place, name, row.login))


def _upload(land: Land, name: str) -> None:
    label = f"{rare()}.jpg"
    row = Upload(
        id=new_id(), account_id=str(land.actors[name].account_id), name=label, length=9, created_at=_now(land),
        expires_at=_now(land).replace(year=2099),
    )  # fmt: skip
    land.make._add(row)
    folder = land.archive.settings.home / "uploads"
    folder.mkdir(exist_ok=True)
    (folder / row.id).touch()
    land.things.append(thing("upload", row.id, "home", name, label))


def _task(land: Land, name: str) -> None:
    message = rare()
    fault = {"sheet": "a", "row": 1, "column": "b", "code": "c", "message": message}
    row = Task(
        id=new_id(), kind="roster", account_id=land.actors[name].account_id, arguments={}, state="done", result={}, errors=[fault],
        created_at=_now(land),
    )  # fmt: skip
    land.make._add(row)
    land.things.append(thing("task", row.id, "home", name, message))
