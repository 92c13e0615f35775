"""The whole walk with the real engine in the real sandbox: a household page as a scanner gives it, whose birth date is wrong."""

from dataclasses import replace

import pytest

from archive_service.adapters.reader import open_reader
from archive_service.keeper import Keeper
from archive_service.models.organisation import Level
from archive_service.models.record import MatchState, RecordState, TranscriptState
from archive_service.rules.access import Role
from archive_service.services import intake, records, search
from archive_service.services.intake import Incoming
from archive_service.services.search import Query
from archive_service.worker import Worker
from demo.dice import Dice
from demo.papers.compose import compose
from demo.papers.encode import MediaType
from demo.papers.faults import Fault
from demo.papers.press_run import make_plan
from demo.world import make_world

pytestmark = [pytest.mark.ocr, pytest.mark.timeout(300)]

SEED = 7


@pytest.fixture(scope="module")
def world():
    """The made-up county."""
    return make_world(SEED)


@pytest.fixture(scope="module")
def paper(world):
    """The first single household page, saved as JPEG, whose birth date is not the registry's."""
    for number in range(1000):
        dice = Dice(SEED, "paper", number)
        plan = make_plan(world, number, dice)
        is_wanted = plan.kind.code == "hukou_page" and plan.fault is Fault.BIRTH_DATE_DIFFERS and plan.media_type is MediaType.JPEG
        if is_wanted and len(plan.kind.sides) == 1:
            name, content, truth = compose(plan, world, dice)
            return plan.student, name, content, truth
    pytest.fail("no such paper in the run")


@pytest.fixture
def school(world, paper, make):
    """The school of the paper's child, with all its children: the right one is to be found among them."""
    *_, county, _ = make.tree()
    school = make.organisation(Level.SCHOOL, parent=county)
    rows = {}
    for child in world.students_of(paper[0].school):
        values = {"name": child.name, "birth_on": child.birth_on, "id_no": child.id_no or None}
        rows[child.key] = make.student(school, number=child.student_no or None, **values)
    return school, rows


def test_a_real_scan_is_read_matched_and_found(archive, make, paper, school):
    child, name, content, truth = paper
    unit, rows = school
    registrar = make.actor(Role.SCHOOL_REGISTRAR, unit)
    product = replace(archive, reader=open_reader(archive.settings.model_copy(update={"reading": real(archive)})))
    try:
        record_id = intake.receive(product, Incoming(content, name), actor=registrar).id
        assert Worker(product).drain() == 3
    finally:
        product.reader.close()
    keeper = Keeper(archive)
    while keeper.index():
        pass
    seen = records.view(archive, record_id, actor=registrar)
    assert (seen.record.state, seen.record.transcript_state) == (RecordState.READ, TranscriptState.PRESENT)
    assert seen.engine == "rapidocr"
    assert seen.record.kind == "hukou_page"
    assert seen.match.student_id == rows[child.key].id
    assert seen.record.match_state in (MatchState.MATCHED, MatchState.PROPOSED)
    gaps = {gap["field"]: gap for gap in seen.match.disagreements}
    assert (gaps["birth_on"]["paper"], gaps["birth_on"]["registry"]) == (truth["values"]["birth_on"], child.birth_on.isoformat())
    (hit,) = search.find(archive, Query(child.name), actor=registrar).hits
    assert (hit.record_id, hit.match) == (record_id, "exact")
    assert hit.boxes
    for x0, y0, x1, y1 in hit.boxes:
        assert 0 <= x0 < x1 <= hit.width_px
        assert 0 <= y0 < y1 <= hit.height_px


def real(archive):
    return archive.settings.reading.model_copy(update={"engine": "rapidocr"})
