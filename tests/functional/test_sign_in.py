"""Signing in: one answer for every wrong try, locks, sessions that end, roles that switch."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from archive_service.errors import NotFound, NotSignedIn, Rejected, TooMany
from archive_service.models.account import Account, AccountRole, AccountState, WebSession
from archive_service.models.ledger import Event
from archive_service.rules.access import Right, Role
from archive_service.services import sessions
from archive_service.services.passwords import hash_password
from archive_service.services.passwords_change import change_password
from archive_service.services.sign_in import open_session
from tests.factories import LONG_AGO

PASSWORD = "槐树下-的-操场"
ADDRESS = "10.1.2.3"


@pytest.fixture(scope="module")
def password_hash():
    return hash_password(PASSWORD)


@pytest.fixture
def registrar(archive, make, password_hash):
    school = make.tree()[-1]
    account = make.account(Role.SCHOOL_REGISTRAR, school, login="gsh-registrar", name="李敏")
    set_account(archive, account.id, password_hash=password_hash)
    return account


def set_account(archive, account_id, **values):
    with archive.begin() as session:
        row = session.get(Account, account_id)
        for name, value in values.items():
            setattr(row, name, value)


def acts(archive):
    with archive.read() as session:
        return list(session.scalars(select(Event.act).order_by(Event.id)))


def fail(archive, login, times, address=ADDRESS):
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            open_session(archive, login, "wrong", address)


def test_the_right_password_opens_a_session_that_acts_with_the_rights_of_the_role(archive, registrar):
    opened = open_session(archive, "  GSH-Registrar ", PASSWORD, ADDRESS)
    actor = sessions.actor_of_session(archive, opened.token, ADDRESS)
    assert (actor.name, actor.account_id, actor.role, actor.address) == ("李敏", registrar.id, "school_registrar", ADDRESS)
    assert Right.SUBMIT_CASE in {grant.right for grant in actor.viewer.grants}
    assert acts(archive) == ["session.opened"]


def test_the_row_does_not_hold_the_token(archive, registrar):
    opened = open_session(archive, registrar.login, PASSWORD, ADDRESS)
    with archive.read() as session:
        assert opened.token not in session.scalars(select(WebSession.token_hash)).all()


def test_the_answer_does_not_tell_whether_the_account_exists(archive, registrar):
    answers = []
    for login in (registrar.login, "nobody", "x" * 500):
        with pytest.raises(NotSignedIn) as refused:
            open_session(archive, login, "wrong", ADDRESS)
        answers.append((refused.value.message, refused.value.this_code))
    set_account(archive, registrar.id, state=AccountState.CLOSED)
    with pytest.raises(NotSignedIn) as refused:
        open_session(archive, registrar.login, PASSWORD, ADDRESS)
    assert set(answers) == {(refused.value.message, refused.value.this_code)}
    assert acts(archive) == ["session.failed"] * 4


def test_what_was_typed_as_login_is_not_on_the_ledger(archive):
    fail(archive, "my-secret-password", 1)
    with archive.read() as session:
        event = session.scalars(select(Event)).one()
    assert "my-secret-password" not in f"{event.account_name}{event.subject_id}{event.detail}"


@pytest.mark.parametrize("login", ["gsh-registrar", "nobody"])
def test_five_failures_lock_the_login_whether_it_exists_or_not(archive, registrar, clock, login):
    fail(archive, login, archive.settings.accounts.lock_failures)
    with pytest.raises(TooMany, match="以后可以再试"):
        open_session(archive, login, PASSWORD, "10.9.9.9")
    clock.at += timedelta(minutes=archive.settings.accounts.lock_minutes, seconds=1)
    if login == registrar.login:
        assert open_session(archive, login, PASSWORD, ADDRESS)


def test_the_right_password_starts_the_count_anew(archive, registrar):
    fail(archive, registrar.login, archive.settings.accounts.lock_failures - 1)
    open_session(archive, registrar.login, PASSWORD, ADDRESS)
    fail(archive, registrar.login, archive.settings.accounts.lock_failures - 1)
    assert open_session(archive, registrar.login, PASSWORD, ADDRESS)


def test_an_address_that_tries_many_logins_is_locked_others_are_not(archive, registrar):
    limits = archive.settings.accounts.model_copy(update={"address_failures": 4})
    object.__setattr__(archive, "settings", archive.settings.model_copy(update={"accounts": limits}))
    for number in range(4):
        fail(archive, f"nobody{number}", 1)
    with pytest.raises(TooMany):
        open_session(archive, registrar.login, PASSWORD, ADDRESS)
    assert open_session(archive, registrar.login, PASSWORD, "10.9.9.9")


def test_a_session_ends_when_idle(archive, registrar, clock):
    opened = open_session(archive, registrar.login, PASSWORD, ADDRESS)
    idle = timedelta(minutes=archive.settings.accounts.idle_minutes)
    clock.at += idle - timedelta(seconds=1)
    sessions.actor_of_session(archive, opened.token, ADDRESS)
    clock.at += idle - timedelta(seconds=1)
    sessions.actor_of_session(archive, opened.token, ADDRESS)
    clock.at += idle
    with pytest.raises(NotSignedIn):
        sessions.actor_of_session(archive, opened.token, ADDRESS)


def test_a_session_ends_after_a_working_day_however_busy(archive, registrar, clock):
    opened = open_session(archive, registrar.login, PASSWORD, ADDRESS)
    for _ in range(archive.settings.accounts.session_hours * 3 - 1):
        clock.at += timedelta(minutes=20)
        sessions.actor_of_session(archive, opened.token, ADDRESS)
    clock.at += timedelta(minutes=20)
    with pytest.raises(NotSignedIn):
        sessions.actor_of_session(archive, opened.token, ADDRESS)


def test_one_session_too_many_ends_the_oldest(archive, registrar, clock):
    opened = []
    for _ in range(archive.settings.accounts.sessions_at_most + 1):
        opened.append(open_session(archive, registrar.login, PASSWORD, ADDRESS))
        clock.at += timedelta(seconds=1)
    with pytest.raises(NotSignedIn):
        sessions.actor_of_session(archive, opened[0].token, ADDRESS)
    for each in opened[1:]:
        sessions.actor_of_session(archive, each.token, ADDRESS)


def test_signing_out_ends_one_session_signing_out_everywhere_all(archive, registrar):
    one, two, three = (open_session(archive, registrar.login, PASSWORD, ADDRESS) for _ in range(3))
    sessions.sign_out(archive, one.token, ADDRESS)
    with pytest.raises(NotSignedIn):
        sessions.actor_of_session(archive, one.token, ADDRESS)
    actor = sessions.actor_of_session(archive, two.token, ADDRESS)
    assert sessions.sign_out_everywhere(archive, actor) == 2
    with pytest.raises(NotSignedIn):
        sessions.actor_of_session(archive, three.token, ADDRESS)
    assert acts(archive)[-2:] == ["session.closed", "session.all_closed"]


def test_a_waiting_registrar_may_sign_in_but_has_no_rights(archive, registrar):
    set_account(archive, registrar.id, state=AccountState.WAITING)
    opened = open_session(archive, registrar.login, PASSWORD, ADDRESS)
    present = sessions.signed_in(archive, opened.token, ADDRESS)
    assert present.actor.viewer.grants == ()
    assert "培训" in opened.notice == present.notice


def test_a_person_with_two_roles_has_the_rights_of_the_one_in_use(archive, make, registrar):
    county = make.tree()[2]
    with archive.begin() as session:
        session.add(AccountRole(account_id=registrar.id, organisation_id=county.id, role=Role.COUNTY_REVIEWER, valid_from_on=LONG_AGO))
    opened = open_session(archive, registrar.login, PASSWORD, ADDRESS)
    first = sessions.signed_in(archive, opened.token, ADDRESS)
    assert [role.label for role in first.roles] == ["学籍管理员", "县级审核员"]
    assert Right.REVIEW_CASE not in {grant.right for grant in first.actor.viewer.grants}
    second = sessions.switch_role(archive, opened.token, first.roles[1].id, ADDRESS)
    assert {grant.unit_id for grant in second.actor.viewer.grants} == {county.id}
    assert sessions.actor_of_session(archive, opened.token, ADDRESS) == second.actor
    with pytest.raises(NotFound):
        sessions.switch_role(archive, opened.token, 10_000, ADDRESS)


def test_a_role_that_ended_yesterday_gives_nothing_today(archive, registrar, clock):
    opened = open_session(archive, registrar.login, PASSWORD, ADDRESS)
    with archive.begin() as session:
        session.scalars(select(AccountRole)).one().valid_to_on = clock.at.date() - timedelta(days=1)
    present = sessions.signed_in(archive, opened.token, ADDRESS)
    assert present.actor.viewer.grants == ()
    assert "岗位" in present.notice


def test_changing_the_password_ends_the_other_sessions(archive, registrar):
    here, elsewhere = (open_session(archive, registrar.login, PASSWORD, ADDRESS) for _ in range(2))
    actor = sessions.actor_of_session(archive, here.token, ADDRESS)
    change_password(archive, PASSWORD, "操场边-的-槐树-7", actor, keep_token=here.token)
    assert sessions.actor_of_session(archive, here.token, ADDRESS) == actor
    with pytest.raises(NotSignedIn):
        sessions.actor_of_session(archive, elsewhere.token, ADDRESS)
    with pytest.raises(NotSignedIn):
        open_session(archive, registrar.login, PASSWORD, ADDRESS)
    assert open_session(archive, registrar.login, "操场边-的-槐树-7", ADDRESS)


def test_a_wrong_old_password_counts_and_locks(archive, registrar):
    opened = open_session(archive, registrar.login, PASSWORD, ADDRESS)
    actor = sessions.actor_of_session(archive, opened.token, ADDRESS)
    for _ in range(archive.settings.accounts.lock_failures):
        with pytest.raises(Rejected, match="原密码"):
            change_password(archive, "wrong", "操场边-的-槐树-7", actor)
    with pytest.raises(TooMany):
        change_password(archive, PASSWORD, "操场边-的-槐树-7", actor)


def test_a_hash_with_old_parameters_is_renewed_at_sign_in(archive, registrar):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    set_account(archive, registrar.id, password_hash=weak)
    open_session(archive, registrar.login, PASSWORD, ADDRESS)
    with archive.read() as session:
        assert session.get(Account, registrar.id).password_hash != weak
    assert open_session(archive, registrar.login, PASSWORD, ADDRESS)


def test_a_click_within_the_minute_writes_nothing(archive, registrar, clock):
    opened = open_session(archive, registrar.login, PASSWORD, ADDRESS)
    clock.at += timedelta(seconds=59)
    sessions.actor_of_session(archive, opened.token, ADDRESS)
    with archive.read() as session:
        assert session.scalar(select(func.max(WebSession.seen_at))) == clock.at - timedelta(seconds=59)


def test_rows_of_ended_sessions_are_forgotten(archive, registrar, clock):
    open_session(archive, registrar.login, PASSWORD, ADDRESS)
    clock.at += timedelta(minutes=archive.settings.accounts.idle_minutes)
    opened = open_session(archive, registrar.login, PASSWORD, ADDRESS)
    clock.at += timedelta(minutes=1)
    assert sessions.forget_ended(archive) == 0  # the idle one ended when the next was opened
    assert sessions.actor_of_session(archive, opened.token, ADDRESS)
    clock.at += timedelta(minutes=archive.settings.accounts.idle_minutes)
    assert sessions.forget_ended(archive) == 1


def test_failures_at_the_same_moment_all_count(archive, registrar):
    limit = archive.settings.accounts.lock_failures
    with ThreadPoolExecutor(limit) as pool:
        tries = [pool.submit(open_session, archive, registrar.login, "wrong", ADDRESS) for _ in range(limit)]
    assert {type(each.exception()) for each in tries} == {NotSignedIn}
    with pytest.raises(TooMany):
        open_session(archive, registrar.login, PASSWORD, ADDRESS)
