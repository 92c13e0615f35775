"""The retention schedule (保管期限表): classes with trigger, period and action, read from YAML and checked whole.

Lives here: Schedule, RetentionClass, Period, `load_schedule`. Not here: what happens when a period ends (disposition).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

_FEBRUARY_LAST = 28


class ScheduleError(Exception):
    """The schedule cannot be used; every fault at once, each with its class."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Trigger(StrEnum):
    """The event a period runs from (起算点)."""

    ARCHIVED = "archived"
    STUDY_ENDED = "study_ended"
    COMPULSORY_YEARS_ENDED = "compulsory_years_ended"
    SANCTION_REVOKED = "sanction_revoked"
    ANSWERED = "answered"
    POST_LEFT = "post_left"
    DECIDED = "decided"
    EVENT = "event"


class Action(StrEnum):
    """What follows: keep for ever, let people review, or seal while the period runs and then review."""

    KEEP = "keep"
    REVIEW = "review"
    SEAL_THEN_REVIEW = "seal_then_review"


@dataclass(frozen=True)
class Period:
    """How long (保管期限); without years and days, for ever."""

    years: int = 0
    days: int = 0

    @property
    def is_permanent(self) -> bool:
        """Whether it never ends."""
        return not self.years and not self.days

    def end_from(self, triggered_on: date) -> date | None:
        """The last day of keeping, or None when there is none. 29 February ends on 28 February of a common year."""
        if self.is_permanent:
            return None
        return date.fromordinal(_years_on(triggered_on, self.years).toordinal() + self.days)


@dataclass(frozen=True)
class RetentionClass:
    """One line of the schedule."""

    code: str
    label: str
    series: tuple[str, ...]
    trigger: Trigger
    period: Period
    action: Action
    articles: tuple[str, ...]


@dataclass(frozen=True)
class Schedule:
    """The table. `approved_by` names the approval of the archives department, None while it is a proposal."""

    title: str
    version: str
    approved_by: str | None
    classes: Mapping[str, RetentionClass]

    def of_series(self, series: str) -> RetentionClass:
        """The class a series of the filing plan falls in.

        Raises:
            ScheduleError: the table does not cover the series.
        """
        found = next((each for each in self.classes.values() if series in each.series), None)
        if found is None:
            raise ScheduleError([f"series {series}: in no class"])
        return found


def load_schedule(path: Path) -> Schedule:
    """Read and check the schedule.

    Raises:
        ScheduleError: with every fault.
    """
    try:
        raw = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError as error:
        raise ScheduleError([" ".join(str(error).split())]) from error
    if not isinstance(raw, dict) or not isinstance(raw.get("classes"), dict):
        raise ScheduleError(["classes: missing"])
    faults = [f"{key}: unknown key" for key in raw if key not in {"title", "version", "approved_by", "classes"}]
    faults += [f"{key}: missing" for key in ("title", "version") if not raw.get(key)]
    parsed = {code: _class_of(code, entry, faults) for code, entry in raw["classes"].items()}
    classes = {code: each for code, each in parsed.items() if each is not None}
    faults += _series_faults(classes)
    if faults:
        raise ScheduleError(faults)
    return Schedule(str(raw["title"]), str(raw["version"]), raw.get("approved_by"), classes)


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=_FEBRUARY_LAST)


def _period(raw: object) -> Period:
    if raw == "permanent":
        return Period()
    if not isinstance(raw, dict) or set(raw) not in ({"years"}, {"days"}):
        raise ValueError("permanent, {years: n} or {days: n}")
    period = Period(**raw)
    if any(type(n) is not int or n < 1 for n in raw.values()):
        raise ValueError("a whole number above zero")
    return period


def _words(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise TypeError("a list")
    return tuple(map(str, raw))


def _cited(raw: object) -> tuple[str, ...]:
    articles = _words(raw)
    if not articles:
        raise ValueError("at least one article")
    return articles


_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "label": str,
    "series": _words,
    "trigger": Trigger,
    "period": _period,
    "action": Action,
    "articles": _cited,
}


def _class_of(code: str, entry: object, faults: list[str]) -> RetentionClass | None:
    if not isinstance(entry, dict) or set(entry) != set(_FIELDS):
        given = set(entry) if isinstance(entry, dict) else set()
        faults.append(f"{code}: keys are {', '.join(_FIELDS)}; wrong: {', '.join(sorted(given ^ set(_FIELDS)))}")
        return None
    values: dict[str, Any] = {}
    for name, read in _FIELDS.items():
        try:
            values[name] = read(entry[name])
        except (TypeError, ValueError) as error:
            faults.append(f"{code}.{name}: {error}")
    if len(values) < len(_FIELDS):
        return None
    if values["period"].is_permanent is not (values["action"] is Action.KEEP):
        faults.append(f"{code}: permanent and keep belong together")
    return RetentionClass(code=code, **values)


def _series_faults(classes: Mapping[str, RetentionClass]) -> list[str]:
    placed = [series for each in classes.values() for series in each.series]
    return [f"series {series}: in two classes" for series in sorted(set(placed)) if placed.count(series) > 1]
