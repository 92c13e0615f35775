"""What happens when a period ends (鉴定处置): a decision with reasons, never an act.

Lives here: Hold, Facts, `decide`. Not here: runs, approvals by two persons, tombstones (services), the table (schedule).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from retention.schedule import Action, RetentionClass, Schedule, ScheduleError, Trigger


class Outcome(StrEnum):
    """What may be done with the records now."""

    KEEP = "keep"
    WAIT = "wait"
    SEALED = "sealed"
    HELD = "held"
    REVIEW = "review"


@dataclass(frozen=True)
class Hold:
    """An order that stops disposition (暂停处置): why, by whom, from when, until when (None: until lifted)."""

    reason: str
    ordered_by: str
    from_on: date
    until_on: date | None = None

    def stops_on(self, day: date) -> bool:
        """Whether it stands on the day; the last day is included."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True)
class Facts:
    """What is to be judged: its class, and the days of the events known so far."""

    class_code: str
    events: Mapping[Trigger, date]


@dataclass(frozen=True)
class Decision:
    """The outcome with its reasons in Chinese; `ends_on` is the last day of keeping, if there is one."""

    outcome: Outcome
    reasons: tuple[str, ...]
    articles: tuple[str, ...]
    ends_on: date | None = None


def decide(facts: Facts, schedule: Schedule, *, holds: Iterable[Hold], today: date) -> Decision:
    """Judge one class of records on a day. Any hold stops everything; an unknown trigger keeps.

    Source: standards 14, 15; C-35 (nothing is destroyed by the machine).

    Raises:
        ScheduleError: the schedule has no such class.
    """
    rule = schedule.classes.get(facts.class_code)
    if rule is None:
        raise ScheduleError([f"{facts.class_code}: no such class"])
    plain = _by_schedule(rule, facts.events.get(rule.trigger), today)
    standing = [hold for hold in holds if hold.stops_on(today)]
    if not standing:
        return plain
    reasons = tuple(f"暂停处置：{hold.reason}（{hold.ordered_by}，{_day(hold.from_on)}起）" for hold in standing)
    return Decision(Outcome.HELD, reasons, rule.articles, plain.ends_on)


def _by_schedule(rule: RetentionClass, triggered_on: date | None, today: date) -> Decision:
    if rule.action is Action.KEEP:
        return Decision(Outcome.KEEP, ("永久保管",), rule.articles)
    waiting = Outcome.SEALED if rule.action is Action.SEAL_THEN_REVIEW else Outcome.WAIT
    ends_on = rule.period.end_from(triggered_on) if triggered_on else None
    if ends_on is None:
        return Decision(waiting, ("保管期限尚未起算",), rule.articles)
    if today <= ends_on:
        return Decision(waiting, (f"保管至{_day(ends_on)}",), rule.articles, ends_on)
    return Decision(Outcome.REVIEW, (f"保管期限已于{_day(ends_on)}届满，须经两人鉴定",), rule.articles, ends_on)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
