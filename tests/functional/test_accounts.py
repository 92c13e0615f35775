"""Accounts as the security administrator keeps them, training that opens them, tokens that act for them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from archive_service.errors import Conflict, Denied, NotFound, NotSignedIn, Refused, Rejected
from archive_service.models.account import Account, AccountRole, AccountState, ApiToken
from archive_service.models.ledger import Event
from archive_service.rules.access import Right, Role, TokenScope
from archive_service.services import accounts, tokens
from archive_service.services.accounts import NewAccount
from archive_service.services.accounts_roles import RoleAt
from archive_service.services.actor import SERVICE
from archive_service.services.passwords_change import reset_password
from archive_service.services.sessions import actor_of_session
from archive_service.services.sign_in import open_session
from archive_service.services.training import Training, file_training

ADDRESS = "10.1.2.3"
TRAINED = Training(date(2026, 8, 20), "学籍管理员岗前培训", "观教备〔2026〕12号")


@pytest.fixture
def tree(make):
    return make.tree()


@pytest.fixture
def admin(make, tree):
    return make.actor(Role.SECURITY_ADMIN, tree[2])


def registrar_of(tree, login="gsh-registrar"):
    return NewAccount(login, "李敏", (RoleAt(Role.SCHOOL_REGISTRAR, tree[3].id),))


def state_of(archive, account_id):
    with archive.read() as session:
        return session.get(Account, account_id).state


def test_a_registrar_waits_until_training_is_filed(archive, tree, admin):
    opened = accounts.create(archive, registrar_of(tree), admin)
    assert opened.state is AccountState.WAITING
    signed = open_session(archive, opened.login, opened.password, ADDRESS)
    assert signed.must_change_password
    assert actor_of_session(archive, signed.token, ADDRESS).viewer.grants == ()
    file_training(archive, opened.account_id, TRAINED, admin)
    assert actor_of_session(archive, signed.token, ADDRESS).viewer.grants
    with archive.read() as session:
        acts = session.execute(select(Event.act, Event.account_id)).all()
    assert acts == [("account.created", admin.account_id), ("session.opened", opened.account_id), ("training.filed", admin.account_id)]


@pytest.mark.parametrize(
    "training",
    [Training(date(2027, 1, 1), "培训", "1号"), Training(date(2026, 8, 1), "培训", " ")],
    ids=["future", "unfiled"],
)
def test_a_training_record_must_be_complete_and_past(archive, tree, admin, training):
    opened = accounts.create(archive, registrar_of(tree), admin)
    with pytest.raises(Rejected):
        file_training(archive, opened.account_id, training, admin)
    assert state_of(archive, opened.account_id) is AccountState.WAITING


@pytest.mark.parametrize(
    "roles",
    [
        (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN),
        (Role.AUDIT_ADMIN, Role.ARCHIVIST),
        (Role.CITY_REVIEWER,),
    ],
    ids=["two administrators", "administrator with papers", "wrong level"],
)
def test_roles_that_do_not_go_together_are_refused(archive, tree, admin, roles):
    wanted = tuple(RoleAt(role, tree[2].id) for role in roles)
    with pytest.raises(Refused) as refused:
        accounts.create(archive, NewAccount("someone", "某人", wanted), admin)
    assert refused.value.reasons
    with archive.read() as session:
        assert session.scalars(select(Account.id).where(Account.login == "someone")).first() is None


def test_a_login_is_given_once_whatever_its_case(archive, tree, admin):
    accounts.create(archive, registrar_of(tree), admin)
    with pytest.raises(Conflict):
        accounts.create(archive, registrar_of(tree, "GSH-Registrar"), admin)


@pytest.mark.parametrize("password", ["short", "password1234", "aaaaaaaaaaaa", "xx-gsh-registrar-xx", "x" * 129 + "abcdef"])
def test_weak_passwords_are_refused_with_reasons(archive, tree, admin, password):
    new = NewAccount("gsh-registrar", "李敏", (RoleAt(Role.SCHOOL_REGISTRAR, tree[3].id),), password=password)
    with pytest.raises(Rejected) as rejected:
        accounts.create(archive, new, admin)
    assert rejected.value.findings


def test_accounts_elsewhere_are_not_found(archive, make, tree, admin):
    other_county = make.tree()[2]
    stranger = make.account(Role.COUNTY_REVIEWER, other_county)
    for act in (accounts.close, reset_password):
        with pytest.raises(NotFound):
            act(archive, stranger.id, admin)
    with pytest.raises(NotFound):
        accounts.create(archive, NewAccount("someone", "某人", (RoleAt(Role.COUNTY_REVIEWER, other_county.id),)), admin)
    assert stranger.login not in {line.login for line in accounts.listed(archive, admin)}


def test_an_account_that_also_stands_higher_up_is_not_managed_from_below(archive, make, tree, admin):
    account = make.account(Role.COUNTY_REVIEWER, tree[2])
    accounts.set_roles(archive, account.id, [RoleAt(Role.COUNTY_REVIEWER, tree[2].id), RoleAt(Role.PROVINCE_REVIEWER, tree[0].id)], SERVICE)
    with pytest.raises(NotFound):
        reset_password(archive, account.id, admin)


def test_only_the_security_administrator_manages_accounts(archive, make, tree):
    for role in (Role.SYSTEM_ADMIN, Role.COUNTY_REVIEWER):
        with pytest.raises(Denied):
            accounts.listed(archive, make.actor(role, tree[2]))


def test_roles_taken_away_end_at_once_and_may_come_back(archive, make, tree, admin, clock):
    account = make.account(Role.COUNTY_REVIEWER, tree[2])
    text = tokens.create(archive, account.id, tokens.NewToken("脚本"), SERVICE).text
    accounts.set_roles(archive, account.id, [RoleAt(Role.ARCHIVIST, tree[2].id)], admin)
    rights = {grant.right for grant in tokens.actor_of_token(archive, text, ADDRESS).viewer.grants}
    assert Right.ARCHIVE in rights
    assert Right.REVIEW_CASE not in rights
    accounts.set_roles(archive, account.id, [RoleAt(Role.COUNTY_REVIEWER, tree[2].id)], admin)
    assert Right.REVIEW_CASE in {grant.right for grant in tokens.actor_of_token(archive, text, ADDRESS).viewer.grants}
    line = accounts.account_of_login(archive, account.login, admin)
    assert [(role.role, role.valid_from_on) for role in line.roles] == [(Role.COUNTY_REVIEWER, clock.at.date())]
    with archive.read() as session:
        ended = session.scalars(select(AccountRole).where(AccountRole.account_id == account.id, AccountRole.role == Role.ARCHIVIST)).one()
    assert ended.valid_to_on == clock.at.date() - timedelta(days=1)


def test_nobody_changes_their_own_roles_or_training(archive, tree, admin):
    with pytest.raises(Refused):
        accounts.set_roles(archive, admin.account_id, [RoleAt(Role.SECURITY_ADMIN, tree[2].id)], admin)
    with pytest.raises(Refused):
        file_training(archive, admin.account_id, TRAINED, admin)


def test_closing_stops_sessions_and_tokens(archive, tree, admin):
    opened = accounts.create(archive, registrar_of(tree), admin)
    signed = open_session(archive, opened.login, opened.password, ADDRESS)
    text = tokens.create(archive, opened.account_id, tokens.NewToken("脚本"), SERVICE).text
    accounts.close(archive, opened.account_id, admin)
    with pytest.raises(NotSignedIn):
        actor_of_session(archive, signed.token, ADDRESS)
    with pytest.raises(NotSignedIn):
        tokens.actor_of_token(archive, text, ADDRESS)
    with pytest.raises(Rejected):
        reset_password(archive, opened.account_id, admin)


def test_a_reset_password_works_once_until_changed_and_unlocks(archive, tree, admin):
    opened = accounts.create(archive, registrar_of(tree), admin)
    signed = open_session(archive, opened.login, opened.password, ADDRESS)
    for _ in range(archive.settings.accounts.lock_failures):
        with pytest.raises(NotSignedIn):
            open_session(archive, opened.login, "wrong", ADDRESS)
    password = reset_password(archive, opened.account_id, admin)
    with pytest.raises(NotSignedIn):
        actor_of_session(archive, signed.token, ADDRESS)
    assert open_session(archive, opened.login, password, ADDRESS).must_change_password


def test_a_token_acts_within_its_scopes_until_it_ends(archive, make, tree, clock):
    me = make.actor(Role.SCHOOL_REGISTRAR, tree[3])
    made = tokens.create(archive, me.account_id, tokens.NewToken("扫描站", (TokenScope.CAPTURE,)), me)
    assert made.text.startswith("xj_")
    actor = tokens.actor_of_token(archive, made.text, ADDRESS)
    assert (actor.account_id, actor.unit_id, actor.viewer.token_scopes) == (me.account_id, tree[3].id, (TokenScope.CAPTURE,))
    with archive.read() as session:
        assert made.text not in session.scalars(select(ApiToken.token_hash)).all()
    clock.at += timedelta(days=archive.settings.accounts.token_days)
    with pytest.raises(NotSignedIn):
        tokens.actor_of_token(archive, made.text, ADDRESS)


def test_a_revoked_token_is_dead(archive, make, tree, admin):
    me = make.actor(Role.COUNTY_REVIEWER, tree[2])
    made = tokens.create(archive, me.account_id, tokens.NewToken("脚本"), me)
    tokens.revoke(archive, made.id, admin)
    with pytest.raises(NotSignedIn):
        tokens.actor_of_token(archive, made.text, ADDRESS)
    assert [line.revoked_at is not None for line in tokens.listed(archive, me.account_id, me)] == [True]


def test_a_security_administrator_cannot_act_as_another_through_a_token(archive, make, tree, admin):
    reviewer = make.account(Role.COUNTY_REVIEWER, tree[2])
    with pytest.raises(NotFound):
        tokens.create(archive, reviewer.id, tokens.NewToken("脚本"), admin)


def test_a_token_cannot_make_a_wider_one(archive, make, tree):
    me = make.actor(Role.COUNTY_REVIEWER, tree[2])
    narrow = tokens.actor_of_token(
        archive, tokens.create(archive, me.account_id, tokens.NewToken("读", (TokenScope.READ,)), me).text, ADDRESS
    )
    for scopes in ((), (TokenScope.READ, TokenScope.REVIEW)):
        with pytest.raises(Denied):
            tokens.create(archive, me.account_id, tokens.NewToken("宽", scopes), narrow)
    assert tokens.create(archive, me.account_id, tokens.NewToken("同", (TokenScope.READ,)), narrow)


@pytest.mark.parametrize("days", [0, 367])
def test_a_token_lives_a_day_at_least_and_a_year_at_most(archive, make, tree, days):
    me = make.actor(Role.COUNTY_REVIEWER, tree[2])
    with pytest.raises(Rejected):
        tokens.create(archive, me.account_id, tokens.NewToken("脚本", days=days), me)


def test_one_sees_ones_own_account_without_any_right_over_accounts(archive, make, tree):
    me = make.actor(Role.SCHOOL_REGISTRAR, tree[3])
    line = accounts.own(archive, me)
    assert (line.id, [(role.role, role.unit_code) for role in line.roles]) == (me.account_id, [(Role.SCHOOL_REGISTRAR, tree[3].code)])
    with pytest.raises(NotFound):
        accounts.own(archive, SERVICE)


def test_texts_longer_than_their_columns_are_refused_in_words(archive, make, tree, admin):
    registrar, place = registrar_of(tree), RoleAt(Role.HOMEROOM_TEACHER, tree[3].id, class_name="班" * 65)
    opened = accounts.create(archive, registrar, admin)
    me = make.actor(Role.SCHOOL_REGISTRAR, tree[3])
    long = "长" * 201
    for refused in (
        lambda: accounts.create(archive, replace(registrar, login="other", name=long), admin),
        lambda: accounts.create(archive, replace(registrar, login="other", roles=(place,)), admin),
        lambda: accounts.set_roles(archive, opened.account_id, [place], admin),
        lambda: tokens.create(archive, me.account_id, tokens.NewToken(long), me),
        lambda: file_training(archive, opened.account_id, replace(TRAINED, subject=long), admin),
        lambda: file_training(archive, opened.account_id, replace(TRAINED, filing_ref=long), admin),
    ):
        with pytest.raises(Rejected, match="不能超过") as caught:
            refused()
        assert caught.value.this_code == "text_too_long"
