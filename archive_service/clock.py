"""Time, given from outside so that tests can set it.

Instants are aware and in UTC; civil dates are those of China.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


@dataclass
class SetClock:
    """A clock for tests and demos that stands where it was put."""

    at: datetime

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.at


def today(clock: Clock) -> date:
    """The civil date in China."""
    return clock.now().astimezone(CHINA).date()


def civil(instant: datetime) -> date:
    """The civil date in China at an instant."""
    return instant.astimezone(CHINA).date()
