"""A browser as the tests need it: signs in through the form, carries its token, reads what a page shows. Not a test itself."""

import re
from dataclasses import dataclass, field
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from archive_service.archive import Archive
from archive_service.models.account import Account
from archive_service.services.actor import Actor
from archive_service.services.passwords import hash_password

PASSWORD = "槐树下-的-操场"
_HASHES: dict[str, str] = {}  # hashing is slow on purpose; all people of the tests share one password
_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')
_FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_TAG = re.compile(r"<[^>]+>")
_BLOCKS = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)


@dataclass
class Browser:
    """One person before the screen."""

    client: FlaskClient
    last: TestResponse = field(init=False)
    csrf: str = ""

    def get(self, url: str, *, status: int = 200) -> TestResponse:
        """Open a page; its token is used by the posts that follow."""
        return self._keep(self.client.get(url), status)

    def post(self, url: str, *, status: int = 302, as_script: bool = False, csrf: str | None = None, **form) -> TestResponse:
        """Send a form, as the page's script does if told."""
        headers = {"Accept": "application/json"} if as_script else {}
        data = {"csrf_token": self.csrf if csrf is None else csrf, **form}
        return self._keep(self.client.post(url, data=data, headers=headers), status)

    def text(self) -> str:
        """What the last page says, without its markup."""
        return re.sub(r"\s+", " ", unescape(_TAG.sub("", _BLOCKS.sub("", self.last.text))))

    def version(self) -> str:
        """The version the last page was drawn with."""
        found = re.search(r'name="version" value="(\d+)"', self.last.text)
        assert found, "the page has no form with a version"
        return found[1]

    def _keep(self, response: TestResponse, status: int) -> TestResponse:
        assert response.status_code == status, (
            f"{response.request.method} {response.request.url}: {response.status_code}\n{response.text[:3000]}"
        )
        self.last = response
        token = _TOKEN.search(response.text) or _FORM_TOKEN.search(response.text)
        self.csrf = token[1] if token else self.csrf
        return response


def signed_in(app: Flask, archive: Archive, actor: Actor) -> Browser:
    """A browser in which this person has signed in."""
    with archive.begin() as session:
        account = session.get_one(Account, actor.account_id)
        account.password_hash = _HASHES.setdefault(PASSWORD, hash_password(PASSWORD))
        login = account.login
    browser = Browser(app.test_client())
    browser.get("/sign-in")
    browser.post("/sign-in", account=login, password=PASSWORD)
    return browser
