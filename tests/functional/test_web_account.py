"""账号 and 我的账号: filing training later, ending every session, seeing and revoking one's own tokens; the same at the command line."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from archive_service.models.account import Account, AccountState, WebSession
from archive_service.models.ledger import Event
from archive_service.rules.access import Role
from archive_service.services import accounts, tokens
from archive_service.services.accounts import NewAccount
from archive_service.services.accounts_roles import RoleAt
from archive_service.services.tokens import NewToken
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def admin(make, office):
    return make.actor(Role.SECURITY_ADMIN, office.county)


@pytest.fixture
def waiting(archive, office, admin):
    """A registrar whose training is not filed."""
    return accounts.create(archive, NewAccount("late-one", "李敏", (RoleAt(Role.SCHOOL_REGISTRAR, office.school.id),)), admin)


@pytest.fixture
def xueji(xueji):
    """What a command that ends well says, as JSON."""

    def run(*words):
        status, said = xueji(*words, "--json")
        assert status == 0, said
        return json.loads(said)

    return run


def state_of(archive, account_id):
    with archive.read() as session:
        return session.get_one(Account, account_id).state


def test_the_list_says_when_somebody_last_signed_in(app, archive, office, admin, waiting):
    browser = signed_in(app, archive, admin)
    archive.clock.at += timedelta(minutes=7)
    browser.get("/accounts")
    seen = {line.login: line.signed_in_at for line in accounts.listed(archive, admin)}
    assert seen["late-one"] is None
    assert list(seen.values()).count(None) == len(seen) - 1
    assert "2026年9月1日 12:00" in browser.text()
    signed_in(app, archive, admin)
    browser.get("/accounts")
    assert "2026年9月1日 12:07" in browser.text()
    assert "动态口令" not in browser.text()


def test_training_is_filed_on_the_page(app, archive, admin, waiting):
    browser = signed_in(app, archive, admin)
    browser.get("/accounts")
    assert "备案培训" in browser.text()
    url = f"/accounts/{waiting.account_id}/training"
    browser.post(url, status=400, trained_on="明天", subject="岗前培训", filing_ref="观教备1号")
    assert state_of(archive, waiting.account_id) is AccountState.WAITING
    browser.post(url, trained_on="2026-08-20", subject="岗前培训", filing_ref="观教备1号")
    assert state_of(archive, waiting.account_id) is AccountState.ACTIVE
    browser.get("/accounts")
    assert "备案培训" not in browser.text()


def test_one_ends_all_ones_sessions(app, archive, office):
    here, there = signed_in(app, archive, office.registrar), signed_in(app, archive, office.registrar)
    here.get("/account")
    here.post("/account/sign-out-everywhere")
    there.get("/students", status=302)
    with archive.read() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == 0
        assert "session.all_closed" in session.scalars(select(Event.act)).all()


def test_one_sees_and_revokes_ones_own_tokens_only(app, archive, office):
    own = tokens.create(archive, office.registrar.account_id, NewToken("扫描站"), office.registrar)
    other = tokens.create(archive, office.reviewer.account_id, NewToken("县里的"), office.reviewer)
    browser = signed_in(app, archive, office.registrar)
    browser.get("/account")
    assert "扫描站" in browser.text()
    assert "县里的" not in browser.text()
    assert own.text not in browser.last.text
    browser.post(f"/account/tokens/{other.id}/revoke", status=403)
    browser.post(f"/account/tokens/{own.id}/revoke")
    browser.get("/account")
    assert "已失效" in browser.text()
    assert tokens.listed(archive, office.reviewer.account_id, office.reviewer)[0].revoked_at is None


def test_the_operator_files_training_and_sets_roles(archive, office, waiting, xueji):
    told = xueji("accounts", "train", "late-one", "--trained-on", "2026-08-20", "--filing-ref", "观教备1号")
    assert told["state"] == "active"
    xueji("accounts", "set-roles", "late-one", "--role", f"archivist@{office.county.code}")
    [line] = [one for one in xueji("accounts", "list") if one["login"] == "late-one"]
    assert [one["role"] for one in line["roles"]] == ["archivist"]


def test_the_operator_lists_and_revokes_tokens(archive, make, office, xueji):
    account = make.account(Role.COUNTY_REVIEWER, office.county, login="reviewer-1")
    made = xueji("token", "reviewer-1")
    assert [one["id"] for one in xueji("tokens", "list", "reviewer-1")] == [made["id"]]
    xueji("tokens", "revoke", made["id"])
    assert xueji("tokens", "list", "reviewer-1")[0]["revoked_at"]
    assert account.login == "reviewer-1"
