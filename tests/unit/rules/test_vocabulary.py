"""Words the other rules rest on."""

from archive_service.rules.facts import EnrolmentFault
from archive_service.rules.reason import Reason
from archive_service.rules.vocabulary import Level, Sensitivity, Stage


def test_levels_rank_from_the_school_up() -> None:
    assert sorted(Level, key=lambda level: level.rank) == ["school", "county", "city", "province", "nation"]


def test_only_senior_high_is_not_compulsory() -> None:
    assert [stage for stage in Stage if not stage.is_compulsory] == ["senior"]


def test_health_and_justice_are_closed() -> None:
    assert [each for each in Sensitivity if each.is_closed] == ["H", "J"]


def test_the_six_faults_of_yk_7_have_words() -> None:
    assert len({fault.label for fault in EnrolmentFault}) == 6


def test_a_reason_speaks_the_language_of_the_api() -> None:
    assert Reason("HN-5", "理由").as_json() == {"article": "HN-5", "text": "理由"}
