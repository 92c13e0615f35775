"""The application over the test's archive, and a caller that checks every answer of the API against its own document."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from archive_service.api.openapi import document
from archive_service.app import create_app
from archive_service.archive import Archive
from archive_service.cli import main
from archive_service.rules.access import TokenScope
from archive_service.services import tokens
from archive_service.services.actor import Actor
from archive_service.services.tokens import NewToken

ROOT = "/api/v1"
Xueji = Callable[..., tuple[int, str]]


SELDOM_ON_POSTGRES = {
    *("test_api_bad_files", "test_api_bad_input", "test_api_schemathesis", "test_asvs", "test_doctor", "test_fixity"),
    *("test_fixity_commands", "test_ledger_anchors", "test_web_guard"),
}
"""Files whose tests ask the database nothing of their own: on PostgreSQL they are part of the longer set."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the longer set to `make test-all`."""
    for item in items:
        if item.path.stem in SELDOM_ON_POSTGRES and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The web application; nothing in it is replaced but the number of calls a minute."""
    settings = archive.settings
    settings.secret_file.write_text("s" * 64, "ascii")
    api = settings.api.model_copy(update={"requests_per_minute": 1_000_000})
    return create_app(settings.model_copy(update={"api": api}), archive)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser or program before it has signed in."""
    return app.test_client()


@pytest.fixture
def token(archive: Archive) -> Callable[..., dict[str, str]]:
    """The Authorization header of an actor, with scopes if given."""

    def make(actor: Actor, *scopes: TokenScope) -> dict[str, str]:
        made = tokens.create(archive, str(actor.account_id), NewToken("test", scopes), actor)
        return {"Authorization": f"Bearer {made.text}"}

    return make


@pytest.fixture
def xueji(archive: Archive, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Xueji:
    """The command line over the same instance: how it ends and what it says."""
    archive.settings.secret_file.write_text("s" * 64, "ascii")
    for name, value in (("HOME", str(archive.settings.home)), ("DATABASE__URL", database_url), ("READING__ENGINE", "canned")):
        monkeypatch.setenv(f"XUEJI_{name}", value)

    def run(*words: object) -> tuple[int, str]:
        capsys.readouterr()
        return main([str(word) for word in words]), capsys.readouterr().out

    return run


@dataclass
class Caller:
    """Calls the API as somebody; each answer is held against the document."""

    client: FlaskClient
    token: Callable[..., dict[str, str]]
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def __call__(self, method: str, path: str, actor: Actor | None = None, **options) -> TestResponse:
        headers = {**self._header(actor), **options.pop("headers", {})}
        response = self.client.open(ROOT + path, method=method, headers=headers, **options)
        response.request.environ["wsgi.input"].close()  # the client spools large bodies to a file
        check(method, path.split("?", maxsplit=1)[0], response)
        return response

    def get(self, path: str, actor: Actor | None = None, **options) -> TestResponse:
        return self("GET", path, actor, **options)

    def post(self, path: str, actor: Actor | None = None, **options) -> TestResponse:
        return self("POST", path, actor, **options)

    def put(self, path: str, actor: Actor | None = None, **options) -> TestResponse:
        return self("PUT", path, actor, **options)

    def _header(self, actor: Actor | None) -> dict[str, str]:
        if actor is None:
            return {}
        key = str(actor.account_id)
        if key not in self.headers:
            self.headers[key] = self.token(actor)
        return self.headers[key]


@pytest.fixture
def call(client: FlaskClient, token: Callable[..., dict[str, str]]) -> Caller:
    """The checking caller."""
    return Caller(client, token)


def check(method: str, path: str, response: TestResponse) -> None:
    """Hold an answer against the document: its status, its media type, its shape."""
    described = _operation("GET" if method == "HEAD" and not path.startswith("/uploads") else method, path)
    if described is None:
        assert response.status_code in (404, 405), f"{method} {path} is not in the document"
        return
    answers = described["responses"]
    assert str(response.status_code) in answers, f"{method} {path} answers {response.status_code}, which is not in the document"
    content = _resolved(answers[str(response.status_code)]).get("content", {})
    if method == "HEAD" or not content:
        assert not response.data
        return
    assert response.mimetype in content, f"{method} {path}: {response.mimetype} not among {sorted(content)}"
    if response.mimetype.endswith("json"):
        _validator(content[response.mimetype]["schema"].get("$ref", "")).validate(response.json)


@lru_cache
def _document() -> dict:
    return document()


def _operation(method: str, path: str) -> dict | None:
    for template, methods in _document()["paths"].items():
        if method.lower() in methods and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), ROOT + path):
            return methods[method.lower()]
    return None


def _resolved(answer: dict) -> dict:
    return _document()["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]] if "$ref" in answer else answer


@lru_cache
def _validator(reference: str) -> jsonschema_rs.Draft202012Validator:
    schema = {"$ref": reference} if reference else {"type": "object"}
    return jsonschema_rs.Draft202012Validator({**schema, "components": _document()["components"]}, validate_formats=True)
