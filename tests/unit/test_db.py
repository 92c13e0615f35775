"""The database layer: errors without values, instants always aware, one writer at a time on SQLite."""

import shutil
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from archive_service.db import open_engine, reader, writer
from archive_service.models.account import SignInFailure

NAME = "欧阳明月"


@pytest.fixture
def engine(sqlite_template, tmp_path):
    path = tmp_path / "a.db"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def test_errors_do_not_tell_the_values(engine):
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(text("insert into account (id, login, name) values (:id, :id, :name)"), {"id": "a", "name": NAME})
    assert NAME not in str(caught.value)


def test_a_naive_instant_is_refused_and_others_come_back_in_utc(engine):
    begin, read = writer(engine), reader(engine)
    noon = datetime(2026, 9, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    with begin() as session:
        session.add(SignInFailure(login="a", address="-", at=noon))
    with read() as session:
        (at,) = session.scalars(text("select at from sign_in_failure").columns(SignInFailure.at))
    assert (at, at.tzinfo) == (noon.astimezone(UTC), UTC)
    with pytest.raises(StatementError, match="naive"), begin() as session:
        session.add(SignInFailure(login="a", address="-", at=datetime(2026, 9, 1)))  # noqa: DTZ001 - the naive one is the point


def test_an_exception_rolls_back(engine):
    begin, read = writer(engine), reader(engine)
    with pytest.raises(ZeroDivisionError), begin() as session:
        session.add(SignInFailure(login="a", address="-", at=datetime.now(UTC)))
        session.flush()
        raise ZeroDivisionError
    with read() as session:
        assert session.scalars(text("select count(*) from sign_in_failure")).one() == 0
