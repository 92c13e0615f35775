"""What may be done when a period ends."""

from datetime import date
from pathlib import Path

import pytest

from retention.disposition import Facts, Hold, Outcome, decide
from retention.schedule import Schedule, ScheduleError, Trigger, load_schedule

CONFIG = Path(__file__).parents[3] / "config"
TODAY = date(2026, 9, 10)


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    return load_schedule(CONFIG / "retention" / "schedule.yaml")


@pytest.mark.parametrize(
    ("code", "events", "outcome", "said"),
    [
        pytest.param("registry_core", {Trigger.ARCHIVED: date(1990, 1, 1)}, Outcome.KEEP, "永久", id="HN-19.2"),
        pytest.param("health", {}, Outcome.WAIT, "尚未起算", id="an unknown trigger keeps"),
        pytest.param("health", {Trigger.ARCHIVED: date(1900, 1, 1)}, Outcome.WAIT, "尚未起算", id="another trigger"),
        pytest.param("health", {Trigger.STUDY_ENDED: date(1996, 9, 10)}, Outcome.WAIT, "2026年9月10日", id="last day"),
        pytest.param("health", {Trigger.STUDY_ENDED: date(1996, 9, 9)}, Outcome.REVIEW, "届满", id="HN-9.2 ended"),
        pytest.param("revoked_sanctions", {Trigger.SANCTION_REVOKED: date(2020, 1, 1)}, Outcome.SEALED, "2030", id="YK-24.2"),
        pytest.param("revoked_sanctions", {}, Outcome.SEALED, "尚未起算", id="YK-24.2 date unknown: sealed all the same"),
        pytest.param("revoked_sanctions", {Trigger.SANCTION_REVOKED: date(2016, 9, 9)}, Outcome.REVIEW, "两人", id="C-18 ended"),
    ],
)
def test_by_schedule(schedule: Schedule, code: str, events: dict[Trigger, date], outcome: Outcome, said: str) -> None:
    decision = decide(Facts(code, events), schedule, holds=[], today=TODAY)
    assert decision.outcome is outcome
    assert said in decision.reasons[0]
    assert decision.articles == schedule.classes[code].articles


@pytest.mark.parametrize(
    ("start", "end", "outcome"),
    [
        pytest.param("2026-09-10", None, Outcome.HELD, id="from today, open"),
        pytest.param("2026-09-11", None, Outcome.REVIEW, id="not yet"),
        pytest.param("2020-01-01", "2026-09-10", Outcome.HELD, id="last day included"),
        pytest.param("2020-01-01", "2026-09-09", Outcome.REVIEW, id="over"),
    ],
)
def test_holds_stop_disposition(schedule: Schedule, start: str, end: str | None, outcome: Outcome) -> None:
    hold = Hold("诉讼", "市教育局", date.fromisoformat(start), date.fromisoformat(end) if end else None)
    facts = Facts("health", {Trigger.STUDY_ENDED: date(1990, 1, 1)})
    decision = decide(facts, schedule, holds=[hold], today=TODAY)
    assert decision.outcome is outcome
    assert decision.ends_on == date(2020, 1, 1)
    assert ("诉讼" in decision.reasons[0]) is (outcome is Outcome.HELD)


def test_every_hold_is_told(schedule: Schedule) -> None:
    holds = [Hold("诉讼", "法院", TODAY), Hold("申诉", "市教育局", TODAY)]
    assert len(decide(Facts("registry_core", {}), schedule, holds=holds, today=TODAY).reasons) == 2


def test_unknown_class(schedule: Schedule) -> None:
    with pytest.raises(ScheduleError, match="no such class"):
        decide(Facts("nothing", {}), schedule, holds=[], today=TODAY)
