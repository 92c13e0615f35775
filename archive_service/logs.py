"""Logging: one line an event, for people or as JSON; never personal data, never OCR text."""

import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO, cast

import structlog
from structlog.typing import Processor

from archive_service.settings import LogSettings

LOG_BYTES = 20_000_000  # a log larger than this is put aside at the next start


class _StandardError:
    """Standard error as it is when a line is written. A line that cannot be written must not undo the work it tells of."""

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def configure(settings: LogSettings) -> None:
    """Set up the process's logging to standard error."""
    level = getattr(logging, settings.level)
    structlog.configure(
        processors=_processors(settings, colours=sys.stderr.isatty()),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def note(log: Path, settings: LogSettings, event: str, **facts: object) -> None:
    """Write one line into the log of a running instance from outside its processes; a full disk holds nothing up."""
    with suppress(OSError), log.open("a", encoding="utf-8") as file:
        structlog.wrap_logger(structlog.PrintLogger(file), processors=_processors(settings, colours=False)).info(event, **facts)


def _processors(settings: LogSettings, *, colours: bool) -> list[Processor]:
    as_json: list[Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    # Plain tracebacks: the pretty ones print every local variable, and those hold names and numbers.
    for_people = [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(as_json if settings.json_lines else for_people),
    ]


def fresh_log(home: Path) -> Path:
    """The file that takes the log of a running instance; what was written at earlier starts is kept once, beside it."""
    log = home / "logs" / "service.log"
    log.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)
    return log
