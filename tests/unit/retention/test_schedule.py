"""The project's retention schedule, and what the loader says about faulty ones."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from retention.schedule import Action, Period, Schedule, ScheduleError, Trigger, load_schedule

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    return load_schedule(CONFIG / "retention" / "schedule.yaml")


@pytest.mark.parametrize(
    ("code", "trigger", "years", "action"),
    [
        pytest.param("registry_core", Trigger.ARCHIVED, 0, Action.KEEP, id="HN-19.2 YK-9.2 permanent"),
        pytest.param("proofs", Trigger.ARCHIVED, 0, Action.KEEP, id="HN-19.2 proofs"),
        pytest.param("health", Trigger.STUDY_ENDED, 30, Action.REVIEW, id="HN-9.2 health not on paper"),
        pytest.param("aid", Trigger.STUDY_ENDED, 30, Action.REVIEW, id="HN-9.2 aid"),
        pytest.param("care", Trigger.COMPULSORY_YEARS_ENDED, 30, Action.REVIEW, id="HN-14.2"),
        pytest.param("revoked_sanctions", Trigger.SANCTION_REVOKED, 10, Action.SEAL_THEN_REVIEW, id="YK-24.2 C-18"),
        pytest.param("releases", Trigger.ANSWERED, 30, Action.REVIEW, id="HN-24.2"),
        pytest.param("registrars", Trigger.POST_LEFT, 10, Action.REVIEW, id="HN-22.1"),
        pytest.param("access_logs", Trigger.EVENT, 10, Action.REVIEW, id="PIPL-56"),
    ],
)
def test_lines(schedule: Schedule, code: str, trigger: Trigger, years: int, action: Action) -> None:
    line = schedule.classes[code]
    assert (line.trigger, line.period.years, line.action) == (trigger, years, action)


def test_every_series_is_in_one_class(schedule: Schedule) -> None:
    assert schedule.of_series("C4").code == "health"
    assert {schedule.of_series(f"C{n}").code for n in range(1, 9)} <= set(schedule.classes)
    with pytest.raises(ScheduleError, match="C9"):
        schedule.of_series("C9")


def test_every_cited_article_exists(schedule: Schedule) -> None:
    files = (CONFIG / "profiles" / "articles").glob("*.yaml")
    known = {code for file in files for code in yaml.safe_load(file.read_text(encoding="utf-8"))["articles"]}
    assert {article for line in schedule.classes.values() for article in line.articles} <= known


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period(), "2026-07-01", None),
        (Period(years=10), "2026-07-01", "2036-07-01"),
        (Period(years=30), "2024-02-29", "2054-02-28"),
        (Period(years=4), "2024-02-29", "2028-02-29"),
        (Period(days=30), "2026-12-15", "2027-01-14"),
    ],
)
def test_periods(period: Period, start: str, end: str | None) -> None:
    assert period.end_from(date.fromisoformat(start)) == (date.fromisoformat(end) if end else None)


LINE = "label: 甲, series: [C1], trigger: archived, period: {years: 5}, action: review, articles: [X-1]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "expected"),
        ("- one", "classes: missing"),
        ("title: 表\nversion: 1", "classes: missing"),
        ("title: 表\nversion: 1\nclasses: []", "classes: missing"),
        ("version: 1\nclasses: {}", "title: missing"),
        ("title: 表\nversion: 1\nextra: 2\nclasses: {}", "extra: unknown key"),
        ("title: 表\nversion: 1\nclasses: {a: text}", "a: keys are"),
        ("title: 表\nversion: 1\nclasses: {a: {label: 甲}}", "wrong: action"),
        (f"title: 表\nversion: 1\nclasses: {{a: {{{LINE}, more: 1}}}}", "wrong: more"),
        (f"title: 表\nversion: 1\nclasses: {{a: {{{LINE}}}, b: {{{LINE}}}}}", "C1: in two classes"),
        *(
            (f"title: 表\nversion: 1\nclasses: {{a: {{{LINE.replace(old, new)}}}}}", said)
            for old, new, said in [
                ("archived", "birth", "a.trigger: 'birth' is not a valid Trigger"),
                ("{years: 5}", "forever", "a.period: permanent"),
                ("{years: 5}", "{years: 0}", "above zero"),
                ("{years: 5}", "{years: true}", "above zero"),
                ("{years: 5}", "{years: 5, days: 1}", "a.period: permanent"),
                ("action: review", "action: shred", "a.action"),
                ("[X-1]", "[]", "at least one article"),
                ("[C1]", "C1", "a.series: a list"),
                ("{years: 5}", "permanent", "belong together"),
                ("action: review", "action: keep", "belong together"),
            ]
        ),
    ],
)
def test_faulty_schedules(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "schedule.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScheduleError) as caught:
        load_schedule(path)
    assert any(said in fault for fault in caught.value.faults), caught.value.faults
