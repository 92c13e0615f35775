"""检索: no purpose but the one a person states; with one it goes along with the query and to the paper."""

import pytest

from archive_service.services import indexing
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in


@pytest.fixture
def registrar(app, archive, make):
    indexing.rebuild(archive)
    return signed_in(app, archive, Office(archive, make).registrar)


def test_the_search_offers_to_state_a_purpose_and_keeps_the_query(registrar):
    registrar.get("/search?q=肺炎&sort=date")
    assert 'name="purpose" value=""' in registrar.last.text
    assert 'name="q" value="肺炎"' in registrar.last.text
    assert 'name="sort" value="date"' in registrar.last.text
    assert 'data-purpose="检索"' not in registrar.last.text
    registrar.get("/search?q=肺炎&purpose=核对休学")
    assert 'name="purpose" value="核对休学"' in registrar.last.text
