"""A case handed in and decided while the web is killed: an act happened wholly or not at all, once, and is told once."""

import itertools
import json
import threading
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

import pytest
from sqlalchemy import func, select

from archive_service.models.case import Case, CaseDecision
from archive_service.models.ledger import Event
from archive_service.services import ledger_verify, tokens
from archive_service.services.tokens import NewToken
from tests.factories import Make
from tests.faults.living import Instance
from tests.faults.points import DECIDING
from tests.faults.waiting import wait_for
from tests.functional.case_steps import Office

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

*UNCOMMITTED, COMMITTED = DECIDING
ACTS = (("submit", "case.submitted", "submitted"), ("accept", "case.accepted", "in_review"))


@dataclass
class Desk:
    """An office over a running instance, whose people act through the API."""

    instance: Instance
    office: Office

    def __post_init__(self):
        people = {"submit": self.office.registrar, "accept": self.office.reviewer}
        self.tokens = {
            action: tokens.create(self.instance.archive, str(actor.account_id), NewToken("faults"), actor).text
            for action, actor in people.items()
        }

    def act(self, case_id, action):
        """Do an act; the status, 0 when nobody answered."""
        connection = HTTPConnection("127.0.0.1", self.instance.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.tokens[action]}", "Content-Type": "application/json"}
        try:
            connection.request("POST", f"/api/v1/cases/{case_id}/actions", json.dumps({"action": action, "reasons": []}), headers)
            return connection.getresponse().status
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()

    def act_and_die(self, case_id, action, point):
        """Do an act whose process is killed at the point."""
        self.instance.halts.arm(point)
        acting = threading.Thread(target=self.act, args=(case_id, action))
        acting.start()
        pid = self.instance.halts.met(point, within_seconds=60)
        assert pid, f"nobody came to {point.name}"
        self.instance.kill_one(pid)
        acting.join()
        assert wait_for(self.instance.answers, 60)

    def found(self, case_id, act):
        """State of the case, its decisions, and how often the act is on the ledger."""
        with self.instance.archive.read() as session:
            state = session.scalar(select(Case.state).where(Case.id == case_id))
            decisions = session.scalar(select(func.count()).select_from(CaseDecision).where(CaseDecision.case_id == case_id))
            told = session.scalar(select(func.count()).select_from(Event).where(Event.case_id == case_id, Event.act == act))
        return state, decisions, told


def test_each_act_of_a_case_happens_wholly_or_not_at_all(make_instance, say):
    instance = make_instance(points=DECIDING)
    office = Office(instance.archive, Make(instance.archive, itertools.count(200)))
    case, _ = office.illness_case(office.make.student(office.school))
    desk, kills = Desk(instance, office), 0
    instance.start()
    for action, act, state in ACTS:
        before = desk.found(case.id, act)
        for point in UNCOMMITTED:
            desk.act_and_die(case.id, action, point)
            assert desk.found(case.id, act) == before
        desk.act_and_die(case.id, action, COMMITTED)
        assert desk.found(case.id, act) == (state, before[1] + 1, 1)
        assert desk.act(case.id, action) >= 400  # whoever was not answered and asks again is told where it stands
        assert desk.found(case.id, act) == (state, before[1] + 1, 1)
        kills += len(DECIDING)
    assert wait_for(lambda: ledger_verify.verify(instance.archive).unsealed == 0, 60)
    assert ledger_verify.verify(instance.archive).faults == ()
    say(f"acts of a case: points {len(DECIDING)}, kills {kills}; each wholly done or not at all, and told once")
