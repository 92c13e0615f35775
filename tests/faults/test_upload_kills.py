"""A paper that comes in pieces while the web is killed at each step: what was acknowledged is there to go on from, and one paper is made.

The sender does what a client of the protocol does: it asks where the server stands, sends the rest, and asks again with the same key.
"""

import base64
import hashlib
import json
import threading
from datetime import timedelta
from http.client import HTTPConnection, HTTPException

import pytest
from sqlalchemy import select

from archive_service.models.ledger import Event
from archive_service.models.record import Record
from archive_service.models.upload import RememberedAnswer
from archive_service.services import answers
from tests.faults.points import RESUMING
from tests.faults.sender import paper
from tests.faults.waiting import wait_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

PIECES = 3
UNKNOWN = 0


class Client:
    """Sends one paper over a line that breaks whenever the server is killed, until it has the paper's id."""

    def __init__(self, instance, number):
        self.instance, self.key = instance, f"key-{number}"
        self.content = paper(number, instance.student.id_no)
        self.place, self.acknowledged, self.record_id = None, 0, None

    def hand_in(self):
        """Go as far as the server answers."""
        while self.record_id is None:
            if self.place is None:
                status = self._announce()
            elif self.acknowledged < len(self.content):
                status = self._send_a_piece()
            else:
                status = self._make_a_record()
            if status == UNKNOWN:
                return

    def ask_where(self):
        """Where the server stands, after a broken line; never behind what it acknowledged."""
        if self.place is None:
            return
        status, head, _ = self._call("HEAD", self.place)
        if status == 200:  # the bytes are cleared away once the paper is made
            here = int(head["Upload-Offset"])
            assert here >= self.acknowledged
            self.acknowledged = here

    def _announce(self):
        name = base64.b64encode(b"a.jpg").decode()
        status, head, _ = self._call(
            "POST", "/api/v1/uploads", None, {"Upload-Length": str(len(self.content)), "Upload-Metadata": f"filename {name}"}
        )
        self.place = head.get("Location")
        return status

    def _send_a_piece(self):
        last = min(len(self.content), self.acknowledged + len(self.content) // PIECES + 1)
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(self.acknowledged)}
        status, head, _ = self._call("PATCH", self.place, self.content[self.acknowledged : last], headers)
        self.acknowledged = int(head.get("Upload-Offset", self.acknowledged))
        return status

    def _make_a_record(self):
        headers = {"Content-Type": "application/json", "Idempotency-Key": self.key}
        status, _, told = self._call("POST", "/api/v1/records", json.dumps({"upload_id": self.place.rsplit("/", 1)[-1]}), headers)
        assert status in {UNKNOWN, 201}, told
        self.record_id = told.get("id")
        return status

    def _call(self, method, path, body=None, headers=()):
        connection = HTTPConnection("127.0.0.1", self.instance.port, timeout=30)
        try:
            connection.request(
                method, path, body, {"Authorization": f"Bearer {self.instance.token}", "Tus-Resumable": "1.0.0", **dict(headers)}
            )
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, dict(answer.headers), json.loads(text) if text else {}
        except (OSError, HTTPException):
            return UNKNOWN, {}, {}
        finally:
            connection.close()


def hand_in_and_die(client, point):
    """Hand in until the web stands at the point, and kill it there."""
    instance = client.instance
    instance.halts.arm(point)
    sending = threading.Thread(target=client.hand_in)
    sending.start()
    pid = instance.halts.met(point, within_seconds=60)
    assert pid, f"nobody came to {point.name}"
    instance.kill_one(pid)
    sending.join()
    assert client.record_id is None, "the point is before the answer"
    assert wait_for(instance.answers, 60)


def let_time_pass(instance, key):
    """The two minutes after which a killed request may be taken over."""
    with instance.archive.begin() as session:
        for row in session.scalars(select(RememberedAnswer).where(RememberedAnswer.key == key)):
            row.created_at -= answers.ABANDONED_AFTER + timedelta(seconds=1)


def test_a_paper_in_pieces_is_taken_in_once(make_instance, say):
    instance = make_instance(points=RESUMING)
    instance.start()
    clients = []
    for number, point in enumerate(RESUMING, 1):
        clients.append(Client(instance, number))
        hand_in_and_die(clients[-1], point)
        clients[-1].ask_where()
        let_time_pass(instance, clients[-1].key)
        clients[-1].hand_in()
    with instance.archive.read() as session:
        kept = dict(map(tuple, session.execute(select(Record.id, Record.sha256))))
        received = session.scalars(select(Event.record_id).where(Event.act == "record.received")).all()
    assert kept == {client.record_id: hashlib.sha256(client.content).hexdigest() for client in clients}
    assert sorted(received) == sorted(kept)
    say(f"papers in pieces: points {len(RESUMING)}, kills {len(clients)}; lost 0, doubled 0")
