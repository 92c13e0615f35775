"""Generated calls against a small filled archive: no 5xx, and every answer has a documented status, media type and shape.

Half of the calls keep to the document, half break it; ids in paths are real ones as often as made-up ones. The seed is fixed and the
time bounded, so that a run finds the same things again.
"""

import time
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from archive_service.rules.access import Role
from archive_service.services import batches, indexing, intake, matching, transcription
from archive_service.services.intake import Incoming
from tests.functional.case_steps import Office
from tests.papers import hukou, jpeg

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES, SECONDS = 3, 28
SEED = 20260901
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
schemathesis.serializer.alias(["application/offset+octet-stream", XLSX], "application/octet-stream")
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


@pytest.fixture
def known(archive, make):
    """Ids of real things, by the name of the path's first part."""
    office = Office(archive, make)
    student = make.student(office.school, name="张三")
    batch = batches.open_batch(archive, label="九月", source="test", actor=office.registrar)
    content = Incoming(jpeg(hukou("张三", student.id_no)), "户口簿.jpg", batch_id=batch.id)
    record = intake.receive(archive, content, actor=office.registrar)
    transcription.judge_record(archive, record.id)
    transcription.read_record(archive, record.id)
    matching.match_record(archive, record.id)
    indexing.rebuild(archive)
    indexing.index_records(archive, {record.id}, job_id=1)
    case, _ = office.illness_case(student)
    ids = {"records": record.id, "batches": batch.id, "students": student.id, "cases": case.id}
    return office, ids


@pytest.fixture
def schema(app):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


class Attack:
    """Generated calls of one operation after the other, until the time is up."""

    def __init__(self, ids, callers):
        self.ids, self.callers, self.calls = ids, callers, 0
        self.ends = time.monotonic() + SECONDS

    def run(self, operation, mode):
        @seed(SEED)
        @QUIET
        @given(data=st.data())
        def call(data):
            self.call(data, operation, mode)

        if time.monotonic() > self.ends:
            return  # between calls of two operations only: a generator that stops in the middle is taken for a flaky one
        with suppress(Unsatisfiable):  # a call that takes nothing cannot be broken
            call()

    def call(self, data, operation, mode):
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if "id" in (case.path_parameters or {}) and data.draw(st.booleans()):
            case.path_parameters["id"] = self.ids.get(operation.path.split("/")[3], "0" * 32)
        case.call_and_validate(headers=data.draw(st.sampled_from(self.callers)), checks=CHECKS)
        self.calls += 1


def test_generated_calls(known, make, token, schema):
    office, ids = known
    attack = Attack(ids, [token(office.registrar), token(office.reviewer), token(make.actor(Role.SYSTEM_ADMIN, office.county))])
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            attack.run(operation, mode)
    assert attack.calls > len(operations)
