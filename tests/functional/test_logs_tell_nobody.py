"""A walk through a running instance with planted names, numbers and words: no log line of any process holds one, and all are JSON."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from urllib.parse import quote, urlencode

import pytest

from archive_service import instance as instances
from archive_service.adapters.reader import LocalReader
from archive_service.archive import open_archive
from archive_service.models.record import Record
from archive_service.rules.access import Role
from archive_service.services import tokens
from archive_service.services.tokens import NewToken
from archive_service.settings import ROOT, load
from tests.factories import Make, resident_id
from tests.papers import hukou, jpeg
from tests.services.sharing import free_port

pytestmark = pytest.mark.timeout(300)
NAME, LOGIN, WORD, FILE = "欧阳明月", "ouyangmingyue", "哮喘病史", "欧阳明月-户口页.jpg"
ID_NO = resident_id(serial=777)
PLANTED = (NAME, LOGIN, WORD, "户口页", ID_NO, f"G{ID_NO}", "ouyang-secret")
READY_SECONDS = 120


class Living:
    """An instance in processes of its own, logging all it can as JSON."""

    def __init__(self, home):
        self.port, self.log = free_port(), home.parent / "log"
        self.environ = {
            **os.environ, "XUEJI_HOME": str(home), "XUEJI_PORT": str(self.port), "XUEJI_READING__ENGINE": "canned", "XUEJI_LOG__LEVEL": "DEBUG",
            "XUEJI_LOG__JSON_LINES": "true", "XUEJI_SERVICE__WEB_PROCESSES": "1", "XUEJI_INTAKE__SNIFF_SECONDS": "20",
            "XUEJI_JOBS__ATTEMPTS": "1",
        }  # fmt: skip
        settings = load(self.environ)
        instances.prepare(settings)
        self.archive = open_archive(settings, paper_reader=LocalReader(settings))
        make = Make(self.archive)
        school = make.tree()[3]
        self.student = make.student(school, name=NAME, id_no=ID_NO)
        registrar = make.actor(Role.SCHOOL_REGISTRAR, school)
        self.token = tokens.create(self.archive, str(registrar.account_id), NewToken("test"), registrar).text
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "archive_service.cli", "up", "--verbose"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True)

    def ask(self, method, path, body=None, **headers):
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            named = {"Authorization": f"Bearer {self.token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def wait(self, holds):
        limit = time.monotonic() + READY_SECONDS
        while not holds():
            assert time.monotonic() < limit, self.log.read_text("utf-8")[-3000:]
            time.sleep(0.2)

    def answers(self):
        try:
            return self.ask("GET", "/api/v1/health")[0] < 500
        except OSError:
            return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.archive.close()


@pytest.fixture
def living(tmp_path):
    one = Living(tmp_path / "home")
    yield one
    one.stop()


def form(content, name):
    line = "XuejiBoundary"
    head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
    return head.encode() + content + f"\r\n--{line}--\r\n".encode(), f"multipart/form-data; boundary={line}"


def walk(living):
    """Everything that carries a name: handing in, looking, searching, signing in wrongly, asking wrongly, what breaks on the way."""
    body, kind = form(jpeg(f"{hukou(NAME, ID_NO)}\n{WORD}"), FILE)
    status, answer = living.ask("POST", "/api/v1/records", body, Content_Type=kind)
    assert status == 201, answer
    record_id = json.loads(answer)["id"]
    living.wait(lambda: is_searchable(living, record_id))
    assert living.ask("GET", f"/api/v1/search?q={quote(WORD)}")[0] == 200
    assert living.ask("GET", f"/api/v1/students?q={quote(NAME)}")[0] < 500
    for path in (f"/api/v1/students/{quote(NAME)}", f"/{ID_NO}", f"/students?q={ID_NO}", f"/api/v1/records?unknown={ID_NO}"):
        assert 300 <= living.ask("GET", path)[0] < 500
    login = urlencode({"login": LOGIN, "password": "ouyang-secret"})
    living.ask("POST", "/sign-in", login, Content_Type="application/x-www-form-urlencoded")
    assert living.ask("POST", "/api/v1/batches", json.dumps({"label": [NAME]}), Content_Type="application/json")[0] == 400
    store = living.archive.settings.store_folder
    away = store.rename(store.with_name("away"))
    body, kind = form(jpeg(f"{NAME} {ID_NO}"), FILE)
    assert living.ask("POST", "/api/v1/records", body, Content_Type=kind)[0] == 503
    away.rename(store)
    for blob in (store / "working").rglob("content"):  # damage, met on the way to a page
        blob.chmod(0o600)
        blob.write_bytes(b"x" + blob.read_bytes()[1:])
    assert living.ask("GET", f"/api/v1/records/{record_id}/pages/1/image")[0] >= 400
    bad, kind = form(b"\xff\xd8" + NAME.encode() * 99, FILE)
    assert living.ask("POST", "/api/v1/records", bad, Content_Type=kind)[0] >= 400


def is_searchable(living, record_id):
    with living.archive.read() as session:
        return session.get_one(Record, record_id).searchable_at is not None


def test_no_log_line_tells_of_anybody(living):
    living.wait(living.answers)
    walk(living)
    living.stop()
    told = living.log.read_text("utf-8")
    lines = [line for line in told.splitlines() if line.startswith("{")]
    events = [json.loads(line) for line in lines]
    assert {"job done", "damaged"} <= {each["event"] for each in events}, "what is looked through holds what happened"
    found = {word for word in (*PLANTED, *map(quote, PLANTED)) if word in told or json.dumps(word).strip('"') in told}
    assert not found
    plain = [line for line in told.splitlines() if line and not line.startswith("{")]
    libraries = re.compile(
        r"\[|Traceback|[A-Z]{4,} "
    )  # lines of the processes that went past the one form; the rest is said at the terminal
    assert [line for line in plain if libraries.match(line)] == []
