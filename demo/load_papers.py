"""Hands the demo's papers in as its schools would: each by the registrar of the school it was filed at, through the front door.

Lives here: whose paper goes where, in which batch, and what was handed in already. Not here: drawing (papers), the world (load).
A paper goes the way of every other paper; nothing of what is true about it reaches the service but what a clerk writes on the folder.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import Rejected
from archive_service.models.account import Account
from archive_service.models.batch import Batch
from archive_service.models.organisation import Organisation
from archive_service.models.record import Record
from archive_service.models.student import Student
from archive_service.services import batches, intake
from archive_service.services.accounts_viewer import actor_of, roles_on
from archive_service.services.actor import Actor
from archive_service.services.intake import Incoming
from demo.dice import Dice
from demo.load_case_papers import FOR_A_SUSPENSION, case_papers
from demo.load_notes import Notes
from demo.papers import Paper, make_papers

SOURCE = "demo"
SORTED, LOOSE, AT_COUNTER = "演示材料（随学生收取）", "演示材料（集中扫描）", "演示材料（休学申请）"
SORTED_SHARE = 0.6
Told = Callable[[int, int], None]  # how many papers are through, of how many


@dataclass
class Desk:
    """The registrars of the demo's schools, with the batch each of them has open."""

    archive: Archive
    notes: Notes
    actors: dict[str, Actor] = field(default_factory=dict)
    open_batches: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.archive.read() as session:
            self.taken = set(
                session.scalars(select(Record.original_name).join(Batch, Batch.id == Record.batch_id).where(Batch.source == SOURCE))
            )
            opened = select(Organisation.code, Batch.label, Batch.id).join(Batch, Batch.organisation_id == Organisation.id)
            for school, label, batch_id in session.execute(opened.where(Batch.source == SOURCE)):
                self.open_batches[school, label] = batch_id
        self._prefixes = {school.code: school.login_prefix for school in self.notes.world().schools}

    def hand_in(self, paper: Paper, label: str, *, kind: str | None = None) -> bool:
        """Hand one paper in, into the batch of this label, unless it was before; false when the door refuses it."""
        if intake.clean_name(paper.name) in self.taken:
            return True
        child = paper.truth["filed_under"]
        actor = self._registrar(child["school"])
        incoming = Incoming(
            content=paper.content,
            name=paper.name,
            batch_id=self._batch(child["school"], label, actor),
            student_id=self._student_id(child["school"], child["name"], child["id_no"]) if label != LOOSE else None,
            kind=kind,
        )
        try:
            intake.receive(self.archive, incoming, actor=actor)
        except Rejected:
            return False
        return True

    def _registrar(self, school: str) -> Actor:
        if school not in self.actors:
            with self.archive.read() as session:
                account = session.scalars(select(Account).where(Account.login == f"{self._prefixes[school]}-registrar")).one()
                self.actors[school] = actor_of(account, roles_on(session, account.id, today(self.archive.clock)), SOURCE)
        return self.actors[school]

    def _batch(self, school: str, label: str, actor: Actor) -> str:
        if (school, label) not in self.open_batches:
            self.open_batches[school, label] = batches.open_batch(self.archive, label=label, source=SOURCE, actor=actor).id
        return self.open_batches[school, label]

    def _student_id(self, school: str, name: str, id_no: str) -> str | None:
        """The one child of the school with this name and number; a clerk leaves a paper loose where two could be meant."""
        wanted = select(Student.id).join(Organisation, Organisation.id == Student.school_id)
        with self.archive.read() as session:
            found = session.scalars(wanted.where(Organisation.code == school, Student.name == name, Student.id_no == (id_no or None))).all()
        return found[0] if len(found) == 1 else None


def hand_in_all(archive: Archive, notes: Notes, told: Told) -> Iterator[str]:
    """Draw and hand in every paper of the demo that was not yet; yields the names of those refused at the door."""
    desk, world = Desk(archive, notes), notes.world()
    if not notes.papers or len(desk.taken) >= notes.papers + len(world.schools) * len(FOR_A_SUSPENSION):
        return  # drawing is the dear part
    for number, paper in enumerate(make_papers(world, notes.seed, notes.papers), start=1):
        label = SORTED if Dice(notes.seed, "sorted", number).chance(SORTED_SHARE) else LOOSE
        if not desk.hand_in(paper, label):
            yield paper.name
        told(number, notes.papers)
    for brought in case_papers(world, notes.seed):
        if not desk.hand_in(brought.paper, AT_COUNTER, kind=brought.kind):
            yield brought.paper.name
