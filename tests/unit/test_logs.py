"""Logs tell what broke, never whose papers it was about."""

import io
import sys

import pytest
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


class FullDisk(io.StringIO):
    """A log on a disk that takes nothing more."""

    def write(self, _text):
        raise OSError(28, "No space left on device")


def closed():
    file = io.StringIO()
    file.close()
    return file


@pytest.mark.parametrize("stream", [FullDisk, closed])
def test_a_log_that_cannot_be_written_undoes_nothing(stream, monkeypatch, capsys):
    logs.configure(LogSettings(level="INFO", json_lines=True))
    logger = structlog.get_logger()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream())
        logger.warning("nobody reads this")
    logger.warning("written again")
    assert "written again" in capsys.readouterr().err
    structlog.reset_defaults()
