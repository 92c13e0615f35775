"""Reviewing a single paper on its own page: who is offered it, accepting, returning with reasons, and what is refused."""

import pytest

from archive_service.models.record import Record, ReviewState
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def paper(office, make):
    return office.paper(make.student(office.school), "register_form")


@pytest.fixture
def reviewer(app, archive, office):
    return signed_in(app, archive, office.reviewer)


def reviewed(archive, paper):
    with archive.read() as session:
        record = session.get_one(Record, paper.id)
        return record.review_state, [one["code"] for one in record.review_reasons]


def test_a_reviewer_accepts_a_paper_once(archive, paper, reviewer):
    reviewer.get(f"/records/{paper.id}")
    assert f'action="/records/{paper.id}/review"' in reviewer.last.text
    reviewer.post(f"/records/{paper.id}/review", action="accept", version=reviewer.version())
    assert reviewed(archive, paper) == (ReviewState.ACCEPTED, [])
    reviewer.get(f"/records/{paper.id}")
    assert f"/records/{paper.id}/review" not in reviewer.last.text
    reviewer.post(f"/records/{paper.id}/review", status=422, action="return", reasons="unclear")


def test_returning_wants_reasons(archive, paper, reviewer):
    reviewer.get(f"/records/{paper.id}")
    version = reviewer.version()
    reviewer.post(f"/records/{paper.id}/review", status=400, action="return", version=version)
    reviewer.post(f"/records/{paper.id}/review", status=400, action="burn", version=version)
    reviewer.post(f"/records/{paper.id}/review", action="return", version=version, reasons=["unclear", "other"], note="缺第二页")
    assert reviewed(archive, paper) == (ReviewState.RETURNED, ["unclear", "other"])
    reviewer.get(f"/records/{paper.id}")
    assert "沿革 退回" in reviewer.text()


def test_the_registrar_is_not_offered_it_and_may_not(app, archive, office, paper):
    registrar = signed_in(app, archive, office.registrar)
    registrar.get(f"/records/{paper.id}")
    assert f"/records/{paper.id}/review" not in registrar.last.text
    registrar.post(f"/records/{paper.id}/review", status=403, action="accept")
    assert reviewed(archive, paper) == (ReviewState.PENDING, [])
