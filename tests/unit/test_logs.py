"""Logs tell what broke, never whose papers it was about."""

import structlog

from archive_service import logs
from archive_service.settings import LogSettings

NAME = "欧阳明月"


def broken(name):
    raise ValueError("something broke")


def test_tracebacks_hold_no_local_variables(capsys):
    for json_lines in (False, True):
        structlog.reset_defaults()
        logs.configure(LogSettings(level="INFO", json_lines=json_lines))
        try:
            broken(NAME)
        except ValueError:
            structlog.get_logger().exception("unexpected error")
        told = capsys.readouterr().err
        assert "something broke" in told
        assert "broken" in told
        assert NAME not in told
    structlog.reset_defaults()
