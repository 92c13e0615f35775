"""Everybody who asks: browsers and programs, signed in as each post, with tokens of each scope, or not at all."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from archive_service.http.guard import COOKIE
from archive_service.models.account import Account, AccountRole, AccountState, WebSession
from archive_service.rules.access import TokenScope
from archive_service.services import sessions, tokens
from archive_service.services.tokens import NewToken
from tests.matrix.world import Land, thing

_CSRF = re.compile(r'name="csrf-token" content="([^"]+)"|name="csrf_token" value="([^"]+)"')
TOKENS = {"registrar": tuple(TokenScope), "county": (TokenScope.READ, TokenScope.ADMIN)}


@dataclass
class Caller:
    """Somebody with a client of their own; `name` is that of the table of expectation."""

    name: str
    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)
    csrf: str = ""


def everybody(app: Flask, land: Land) -> dict[str, Caller]:
    """All callers, by name; whoever is signed out is called so."""
    found = {name: _browser(app, land, name) for name in land.actors}
    for name, scopes in TOKENS.items():
        for scope in scopes:
            made = tokens.create(land.archive, str(land.actors[name].account_id), NewToken("t", (scope,)), land.actors[name])
            caller = Caller(f"{name}+{scope.value}", app.test_client(use_cookies=False), {"Authorization": f"Bearer {made.text}"})
            found[caller.name] = caller
            land.things.append(thing("token", made.id, "home", name, made.id))
    _expire(land)
    return found | {"signed_out": Caller("signed_out", app.test_client(use_cookies=False))}


def _browser(app: Flask, land: Land, name: str) -> Caller:
    """Somebody who has signed in; the form itself is tried elsewhere, and its password is slow on purpose."""
    client, secret, now = app.test_client(), secrets.token_urlsafe(), land.archive.clock.now()
    with land.archive.begin() as session:
        role = session.scalars(select(AccountRole).where(AccountRole.account_id == land.actors[name].account_id)).one()
        session.add(
            WebSession(
                token_hash=sessions.digest(secret), account_id=role.account_id, role_id=role.id, address="127.0.0.1",
                opened_at=now, seen_at=now, expires_at=now + timedelta(days=1),
            )
        )  # fmt: skip
    client.set_cookie(COOKIE, secret)
    page = client.get("/account").text
    token = _CSRF.search(page)
    assert token, f"no form token for {name}"
    return Caller(name, client, csrf=token[1] or token[2])


def _expire(land: Land) -> None:
    """One has left their post since they signed in, another was put on hold."""
    with land.archive.begin() as session:
        role = session.scalars(select(AccountRole).where(AccountRole.account_id == land.actors["former"].account_id)).one()
        role.valid_to_on = date(2026, 8, 1)
        session.get_one(Account, land.actors["nobody"].account_id).state = AccountState.WAITING
