"""Loads the county into an instance: bureaus to children in one go, then batch by batch, then the chain and the search index.

Lives here: the order of work, and that it goes on where it was cut short: a batch that is there is not written again, and its bytes have
the same keys and contents at every run. Not here: what is loaded (plan, papers, cases).
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.account import Account, AccountRole
from archive_service.models.batch import Batch
from archive_service.models.ledger import Event, EventLink
from archive_service.models.organisation import Organisation
from archive_service.models.record import Match, Page, PageField, PageFinding, Record, Rendition
from archive_service.models.student import StudentNumber
from archive_service.rules.access import ROLE_RIGHTS, Role
from archive_service.services import ledger
from archive_service.services.scope import Tree
from demo.county.bulk_store import flush
from demo.county.cases import CaseDesk
from demo.county.events import Events, Who
from demo.county.papers import Made, Order, make
from demo.county.plan import BatchPlan, batches
from demo.county.size import Size
from demo.load_papers import SOURCE, Told
from demo.model import World

LABEL = "演示材料（历年扫描）"
AT_ONCE = 8  # batches a transaction
PROCESSES = 2
AHEAD = 12  # batches made before their rows are written
ALONE = 30  # so few batches are not worth the start of other processes
TABLES = (
    ("records", Record),
    ("renditions", Rendition),
    ("pages", Page),
    ("fields", PageField),
    ("matches", Match),
    ("findings", PageFinding),
)


@dataclass(frozen=True)
class Directory:
    """Ids of what is in the instance, by the names the plan gives."""

    units: dict[str, str]
    students: dict[str, str]
    staff: dict[tuple[str, str], Who]
    tree: Tree


def load_papers(archive: Archive, world: World, size: Size, told: Told) -> int:
    """Put in every batch that is not there yet; returns how many papers were written."""
    plans = list(batches(world, size))
    with archive.read() as session:
        there = set(session.scalars(select(Batch.id).where(Batch.source == SOURCE)))
        directory = _directory(session, world, archive)
    done = sum(plan.papers for plan in plans if plan.id in there)
    left = [plan for plan in plans if plan.id not in there]
    clerk = _Clerk(archive, world, directory)
    written = 0
    for group in _groups(_made(archive, map(clerk.order, left), len(left))):
        flush()
        clerk.write(group)
        written += sum(len(made.records) for _, made in group)
        told(done + written, size.records)
    return written


def seal_all(archive: Archive, told: Told) -> None:
    """Link every event into the chain; for an instance that no sealer serves yet."""
    with archive.read() as session:
        total = session.scalar(select(func.count()).select_from(Event)) or 0
        done = session.scalar(select(func.count()).select_from(EventLink)) or 0
    while linked := ledger.seal(archive):
        done += linked
        told(done, total)


def _made(archive: Archive, orders: Iterator[Order], many: int) -> Iterator[tuple[Order, Made]]:
    """What was made of each order, in order; where there are many, processes of their own work a little ahead of the rows."""
    work = partial(make, archive.settings, kinds={kind.code: kind for kind in archive.kinds})
    if many <= ALONE:
        yield from ((order, work(order)) for order in orders)
        return
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        ahead = deque((order, pool.submit(work, order)) for order in islice(orders, AHEAD))
        while ahead:
            order, making = ahead.popleft()
            yield order, making.result()
            ahead.extend((each, pool.submit(work, each)) for each in islice(orders, 1))


def _groups(pairs: Iterator[tuple[Order, Made]]) -> Iterator[list[tuple[Order, Made]]]:
    while group := list(islice(pairs, AT_ONCE)):
        yield group


def _directory(session: Session, world: World, archive: Archive) -> Directory:
    units = dict(session.execute(select(Organisation.code, Organisation.id)).all())
    numbered = dict(session.execute(select(StudentNumber.number, StudentNumber.student_id)).all())
    students = {child.key: numbered[child.student_no] for child in world.students}
    staff: dict[tuple[str, str], Who] = {}
    on = today(archive.clock)
    roles = select(Account, AccountRole).join(AccountRole, AccountRole.account_id == Account.id).where(AccountRole.valid_from_on <= on)
    for account, role in session.execute(roles.order_by(AccountRole.id)):
        for right in ROLE_RIGHTS[Role(role.role)]:
            staff.setdefault((role.organisation_id, right.value), Who(account.id, account.name, role.organisation_id))
    return Directory(units, students, staff, Tree.load(session))


class _Clerk:
    """Turns plans into orders and what was made of them into rows."""

    def __init__(self, archive: Archive, world: World, directory: Directory) -> None:
        self._archive, self._directory = archive, directory
        self._schools = {school.code: school for school in world.schools}
        self._children = {child.key: child for child in world.students}
        self._rolls: dict[str, list[str]] = {}
        for child in world.students:
            self._rolls.setdefault(child.school, []).append(child.key)
        self._seed = world.seed

    def order(self, plan: BatchPlan) -> Order:
        keys = self._rolls[plan.school]
        unit_id = self._directory.units[plan.school]
        county = self._directory.units[str(self._schools[plan.school].parent)]
        return Order(
            plan=plan,
            seed=self._seed,
            school=self._schools[plan.school],
            children={key: self._children[key] for key in keys},
            ids={key: self._directory.students[key] for key in keys},
            unit_id=unit_id,
            received_by=self._directory.staff[unit_id, "submit_case"].account_id,
            reviewed_by=self._directory.staff[county, "review_case"].account_id,
        )

    def write(self, group: Sequence[tuple[Order, Made]]) -> None:
        """Everything of some batches, in one transaction."""
        with self._archive.begin() as session:
            events = Events()
            session.execute(insert(Batch), [self._batch(order) for order, _ in group])
            for name, table in TABLES:
                rows = [row for _, made in group for row in getattr(made, name)]
                if rows:
                    session.execute(insert(table), rows)
            for order, made in group:
                events.of_papers(order, made, self._directory.staff[order.unit_id, "submit_case"])
                desk = CaseDesk(self._archive, session, self._directory.tree, self._directory.units, self._directory.staff, events)
                desk.write(order.plan.cases, order.children, order.ids, made.proofs)
            session.execute(insert(Event), events.rows)

    def _batch(self, order: Order) -> dict[str, object]:
        return {
            "id": order.plan.id,
            "accession_no": order.accession_no,
            "organisation_id": order.unit_id,
            "label": LABEL,
            "source": SOURCE,
            "expected": order.plan.papers,
            "opened_by": order.received_by,
            "opened_at": order.plan.opened_at,
        }
