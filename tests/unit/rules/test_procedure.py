"""The gate of a case, rule by rule: evidence, guards, windows, unknown facts."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from archive_service.rules.evidence import Held
from archive_service.rules.facts import Declared, Facts
from archive_service.rules.guards import GUARDS
from archive_service.rules.law import Law
from archive_service.rules.procedure import LineState, Required, checklist, gate, judge, questions
from archive_service.rules.procedure_data import Moment, Procedure

Find = Callable[[str, str], Procedure]
Papers = Callable[..., dict[str, Held]]

# One case per procedure and profile in which everything is in order: ground, facts, papers.
SOUND: Mapping[tuple[str, str], tuple[str | None, dict[str, Any], tuple[str, ...]]] = {
    ("suspend", "HN"): ("illness", {"hours_missed": 200, "hours_of_term": 600}, ("E-APP", "E-DX")),
    ("suspend", "GZ"): ("illness", {"treatment_months": 2}, ("F-SUSP-GZ", "E-APP", "E-DX", "E-TREAT")),
    ("suspend", "YK"): (
        "illness",
        {"suspensions_before": 1, "grade": 2, "final_grade": 3, "term": 2},
        ("E-APP", "F-SUSP-YK", "E-DX"),
    ),
    ("suspend", "NAT"): (None, {}, ("E-APP",)),
    ("enrol", "HN"): (
        None,
        {
            "stage": "primary",
            "birth_on": date(2020, 8, 31),
            "entry_on": date(2026, 9, 1),
            "entry_postponed": False,
            "home_teaching": False,
            "other_live_registries": 0,
            "attends_this_school": True,
        },
        ("E-HKB-C",),
    ),
    ("enrol", "GZ"): (
        None,
        {
            "stage": "primary",
            "birth_on": date(2020, 8, 31),
            "entry_on": date(2026, 9, 1),
            "hukou_book_doubtful": False,
            "other_live_registries": 0,
            "sheet_is_signed": True,
        },
        ("E-HKB-C", "F-INFO"),
    ),
    ("enrol", "YK"): (
        None,
        {
            "stage": "senior",
            "id_kind": "1",
            "arrives_late": False,
            "id_registered_elsewhere": False,
            "school_headcount": 2999,
            "class_headcount": 49,
            "enrolment_faults": (),
            "finished_senior_before": False,
            "card_fields_edited": ("address",),
        },
        ("E-ADMIT", "E-ID-O", "E-ID-READ"),
    ),
    ("enrol", "NAT"): (None, {"other_live_registries": 0}, ("E-HKB-C",)),
    ("transfer", "HN"): (
        "G1",
        {
            "student_state": "ENROLLED",
            "has_unrevoked_sanction": False,
            "applicant": "guardian",
            "cross_province": False,
            "applied_on": date(2026, 9, 10),
            "term_start_on": date(2026, 9, 1),
        },
        ("E-APP", "E-MOVE"),
    ),
    ("transfer", "GZ"): (
        "G2",
        {"cross_province": False, "form_is_stamped": True, "attends_receiver_already": False},
        ("F-TRC-GZ", "E-APP", "E-WORK"),
    ),
    ("transfer", "NAT"): (None, {"applied_on": date(2026, 9, 1)}, ("E-APP",)),
    ("transfer_in_yk", "YK"): (
        "work",
        {
            "student_state": "PREPARING",
            "holds_registry_at_sender": True,
            "both_schools_in_city": False,
            "sender_is_demonstration": True,
            "receiver_is_demonstration": True,
            "sender_is_private": False,
            "receiver_is_private": False,
            "gaokao_eligible": True,
            "school_headcount": 2999,
            "class_headcount": 49,
            "is_gaokao_registered": False,
            "applied_on": date(2026, 9, 1),
            "term_start_on": date(2026, 9, 1),
            "term_end_on": date(2027, 1, 20),
            "grade": 2,
            "grade_wanted": 2,
            "term": 1,
            "hukou_addresses_agree": True,
            "only_residence_permit": False,
        },
        (
            *("F-TRA-APP", "F-TRA-PROM", "E-HKB-O", "E-HKB-4P", "E-ID-O", "E-ID-C", "F-TRA-GRADE", "F-TRA-PERF"),
            *("E-RESIDE", "E-WORK", "E-GRADE-DOC"),
        ),
    ),
    ("transfer_out_yk", "YK"): (
        None,
        {
            "student_state": "ENROLLED",
            "is_gaokao_registered": False,
            "applied_on": date(2026, 9, 1),
            "term_start_on": date(2026, 9, 1),
            "term_end_on": date(2027, 1, 20),
            "grade": 2,
            "term": 1,
        },
        ("E-APP", "E-ABROAD-LIST"),
    ),
}


@pytest.mark.parametrize("case", list(SOUND), ids="-".join)
def test_a_sound_case_passes(procedure: Find, papers: Papers, case: tuple[str, str]) -> None:
    ground, facts, codes = SOUND[case]
    found = procedure(*case)
    verdict = judge(found, ground, facts=Facts.model_validate(facts), held=papers(found, *codes))
    assert verdict.refusals == ()
    assert verdict.warnings == ()


@pytest.mark.parametrize("case", list(SOUND), ids="-".join)
def test_each_paper_of_a_sound_case_is_missed(procedure: Find, papers: Papers, case: tuple[str, str]) -> None:
    ground, facts, codes = SOUND[case]
    found = procedure(*case)
    for gone in codes:
        held = papers(found, *(code for code in codes if code != gone))
        verdict = judge(found, ground, facts=Facts.model_validate(facts), held=held)
        told = [reason.text for reason in (*verdict.refusals, *verdict.warnings)]
        assert len(told) == 1, gone
        assert found.evidence[gone].label in told[0]


@pytest.mark.parametrize("case", list(SOUND), ids="-".join)
def test_each_fact_of_a_sound_case_is_asked_for(procedure: Find, papers: Papers, case: tuple[str, str]) -> None:
    ground, facts, codes = SOUND[case]
    found = procedure(*case)
    for gone in facts:
        known = Facts.model_validate({name: value for name, value in facts.items() if name != gone})
        verdict = judge(found, ground, facts=known, held=papers(found, *codes))
        told = (*verdict.refusals, *verdict.warnings)
        told_or_optional = told or gone in {"student_state", "stage"}
        assert told_or_optional, gone
        assert all("尚未填写" in reason.text for reason in told), gone


REFRESHED_BEFORE = {"entry_on": date(2026, 9, 1), "data_refreshed_on": date(2026, 8, 31)}
REFRESHED_AFTER = {"entry_on": date(2026, 9, 1), "data_refreshed_on": date(2026, 9, 1)}
BROKEN = [
    pytest.param("suspend-HN", {"hours_missed": 199}, "HN-13.1", "1/3", id="HN-13.1 less than a third"),
    pytest.param("suspend-GZ", {"treatment_months": 1.9}, "GZ-17.1", "2 个月", id="GZ-17.1 under two months"),
    pytest.param("suspend-YK", {"suspensions_before": 2}, "YK-14.3", "2 次", id="YK-14.3 third suspension"),
    pytest.param("suspend-YK", {"grade": 3}, "YK-14.3", "最后一学期", id="YK-14.3 last term"),
    pytest.param("suspend-NAT", {"student_state": "DEAD"}, "ME-19", "死亡注销", id="ME-19 state"),
    pytest.param("enrol-HN", {"other_live_registries": 1}, "HN-8.1", "查重", id="HN-8.1 duplicate"),
    pytest.param("enrol-HN", {"attends_this_school": False}, "HN-5", "就读学校", id="HN-5"),
    pytest.param("enrol-HN", {"birth_on": date(2020, 9, 1)}, "HN-4.2", "不足龄", id="HN-4.3 under age needs approval"),
    pytest.param("enrol-HN", {"stage": "senior"}, "HN-4.1", "学段", id="HN-2 no senior high"),
    pytest.param("enrol-GZ", {"birth_on": date(2020, 9, 1)}, "GZ-24", "六周岁", id="GZ-24 under age, no exception"),
    pytest.param("enrol-GZ", {"sheet_is_signed": False}, "GP-6.1", "签字", id="GP-6.1"),
    pytest.param("enrol-GZ", {"hukou_book_doubtful": True}, "GP-3.1", "公安", id="GP-3.1 altered hukou book"),
    pytest.param("enrol-YK", {"id_registered_elsewhere": True}, "YK-6.3", "一次", id="YK-6.3"),
    pytest.param("enrol-YK", {"school_headcount": 3000}, "YK-4.1", "3000", id="YK-4.1 school full"),
    pytest.param("enrol-YK", {"class_headcount": 50}, "YK-4.1", "50", id="YK-4.1 class full"),
    pytest.param("enrol-YK", {"enrolment_faults": ("fraud",)}, "YK-7", "不予注册", id="YK-7"),
    pytest.param("enrol-YK", {"finished_senior_before": True}, "YK-7", "已毕业", id="YK-7(5)"),
    pytest.param("enrol-YK", {"card_fields_edited": ("name",)}, "YK-6.2", "不能修改", id="YK-6.2 locked fields"),
    pytest.param("enrol-YK", {"arrives_late": True}, "YK-4.3", "请假", id="YK-4.3"),
    pytest.param("transfer-HN", {"student_state": "SUSPENDED"}, "HN-11.8", "休学", id="HN-11.8 suspended"),
    pytest.param("transfer-HN", {"has_unrevoked_sanction": True}, "HN-11.8", "处分", id="HN-11.8 sanction"),
    pytest.param("transfer-HN", {"applicant": "student"}, "HN-11.2", "监护人", id="HN-11.2"),
    pytest.param("transfer-HN", {"cross_province": True}, "HN-11.3", "学籍证明", id="HN-11.3"),
    pytest.param("transfer-GZ", {"form_is_stamped": False}, "GZ-16.2", "公章", id="GZ-16.2"),
    pytest.param("transfer-GZ", {"attends_receiver_already": True}, "GZ-16.5", "试读", id="GZ-16.7 no trial"),
    pytest.param("transfer_in_yk-YK", {"holds_registry_at_sender": False}, "YK-13.1", "尚未取得", id="YK-13.1"),
    pytest.param("transfer_in_yk-YK", {"both_schools_in_city": True}, "YK-13.2", "都在营口市", id="YK-13.2-1"),
    pytest.param("transfer_in_yk-YK", {"sender_is_private": True}, "YK-13.2", "民办", id="YK-13.2-3"),
    pytest.param("transfer_in_yk-YK", {"school_headcount": 3000}, "YK-13.2", "3000", id="YK-13.2-4 school"),
    pytest.param("transfer_in_yk-YK", {"class_headcount": 50}, "YK-13.2", "50", id="YK-13.2-4 class"),
    pytest.param("transfer_in_yk-YK", {"is_gaokao_registered": True}, "YK-13.2", "高考", id="YK-13.2-5"),
    pytest.param("transfer_in_yk-YK", {"student_state": "SUSPENDED"}, "YK-13.2", "休学", id="YK-13.2-7"),
    pytest.param("transfer_in_yk-YK", {"hukou_addresses_agree": False}, "YK-13.2", "户籍地址", id="YK-13.2-8"),
    pytest.param("transfer_in_yk-YK", {"only_residence_permit": True}, "YK-13.2", "居住证", id="YK-13.2-8 permit"),
    pytest.param("transfer_in_yk-YK", {"grade_wanted": 1}, "YK-13.3", "年级", id="YK-13.3 grade"),
    pytest.param("transfer_in_yk-YK", {"gaokao_eligible": False}, "YK-13.10", "高考资格", id="YK-13.10 notice"),
    pytest.param("transfer_in_yk-YK", {"grade": 1, "grade_wanted": 1}, "YK-13.2", "高一", id="YK-13.2-6 first term"),
    pytest.param("transfer_in_yk-YK", {"grade": 3, "grade_wanted": 3, "term": 2}, "YK-13.2", "高三", id="YK-13.2-6 last term"),
    pytest.param("transfer_out_yk-YK", {"applied_on": date(2026, 8, 17)}, "YK-13.7", "办理期限", id="YK-13.7 early"),
]


@pytest.mark.parametrize(("name", "change", "article", "said"), BROKEN)
def test_each_rule_refuses(procedure: Find, papers: Papers, name: str, change: dict[str, Any], article: str, said: str) -> None:
    code, profile = name.split("-")
    ground, facts, codes = SOUND[code, profile]
    found = procedure(code, profile)
    reasons = gate(found, ground, facts=Facts.model_validate({**facts, **change}), held=papers(found, *codes))
    assert [reason.article for reason in reasons] == [article]
    assert said in reasons[0].text


def test_demonstration_school_takes_no_ordinary_student(procedure: Find, papers: Papers) -> None:
    found = procedure("transfer_in_yk", "YK")
    ground, facts, codes = SOUND["transfer_in_yk", "YK"]
    ordinary = Facts.model_validate({**facts, "sender_is_demonstration": False})
    reasons = gate(found, ground, facts=ordinary, held=papers(found, *codes))
    assert [(reason.article, "省示范" in reason.text) for reason in reasons] == [("YK-13.2", True)]
    down = Facts.model_validate({**facts, "receiver_is_demonstration": False, "receiver_is_private": True})
    assert gate(found, ground, facts=down, held=papers(found, *codes)) == []  # YK-13.8


def test_mid_term_transfer_breaks_two_rules(procedure: Find, papers: Papers) -> None:
    found = procedure("transfer_out_yk", "YK")
    _, facts, codes = SOUND["transfer_out_yk", "YK"]
    late = Facts.model_validate({**facts, "applied_on": date(2026, 9, 16)})
    told = gate(found, None, facts=late, held=papers(found, *codes))
    assert [reason.article for reason in told] == ["YK-13.2", "YK-13.7"]


SOFT = [
    pytest.param("transfer-HN", {"applied_on": date(2026, 11, 2)}, "HN-11.4", id="HN-11.4 window only warns"),
    pytest.param("enrol-HN", {"entry_on": date(2026, 3, 1), "birth_on": date(2019, 1, 1)}, "HN-4.1", id="HN-4.1"),
    pytest.param("transfer-NAT", {"applied_on": date(2026, 7, 15)}, "C-29", id="national closure"),
]


@pytest.mark.parametrize(("name", "change", "article"), SOFT)
def test_soft_rules_warn(procedure: Find, papers: Papers, name: str, change: dict[str, Any], article: str) -> None:
    code, profile = name.split("-")
    ground, facts, codes = SOUND[code, profile]
    found = procedure(code, profile)
    verdict = judge(found, ground, facts=Facts.model_validate({**facts, **change}), held=papers(found, *codes))
    assert verdict.refusals == ()
    assert [reason.article for reason in verdict.warnings] == [article]


def test_exception_after_gaokao_registration(procedure: Find, papers: Papers) -> None:
    found = procedure("suspend", "YK")
    ground, facts, codes = SOUND["suspend", "YK"]
    serious = Facts.model_validate({**facts, "grade": 3, "serious_after_gaokao": True})
    assert gate(found, ground, facts=serious, held=papers(found, *codes)) == []


def test_long_leave_must_exceed_a_third(procedure: Find, papers: Papers) -> None:
    found = procedure("suspend", "HN")
    held = papers(found, "E-APP", "E-CAUSE")
    just = Facts(hours_missed=200, hours_of_term=600)
    over = Facts(hours_missed=201, hours_of_term=600)
    assert [reason.article for reason in gate(found, "long_leave", facts=just, held=held)] == ["HN-13.1"]
    assert gate(found, "long_leave", facts=over, held=held) == []


@pytest.mark.parametrize(("ground", "said"), [(None, "须选择办理事由"), ("holiday", "须选择办理事由"), ("special", "")])
def test_ground_has_to_be_one_of_the_law(procedure: Find, papers: Papers, ground: str | None, said: str) -> None:
    found = procedure("suspend", "HN")
    reasons = gate(found, ground, facts=Facts(), held=papers(found, "E-APP", "E-CAUSE", "E-DX"))
    assert bool(reasons) is bool(said)
    assert all(said in reason.text for reason in reasons)


def test_a_procedure_split_in_two_says_so(procedure: Find) -> None:
    reasons = gate(procedure("transfer", "YK"), None, facts=Facts(), held={})
    assert [reason.article for reason in reasons] == ["YK-13.1"]
    assert "转入" in reasons[0].text


def test_a_procedure_ruled_out_says_why(procedure: Find) -> None:
    ruled_out = procedure("suspend", "NAT").model_copy(update={"available": False, "reason": "义务教育阶段不得退学", "basis": ()})
    assert [reason.text for reason in gate(ruled_out, None, facts=Facts(), held={})] == ["义务教育阶段不得退学"]
    bare = ruled_out.model_copy(update={"reason": "", "use": ("a",)})
    assert "其他业务" in gate(bare, None, facts=Facts(), held={})[0].text


@pytest.mark.parametrize(
    ("name", "codes", "facts", "articles"),
    [
        pytest.param("suspend-GZ", (), {"form_signed_by_authority": False}, ["GZ-17.2"], id="GZ-17.2 signed form"),
        pytest.param("suspend-GZ", (), {"form_signed_by_authority": True}, [], id="GZ-17.2 done"),
        pytest.param("transfer_in_yk-YK", (), {}, ["YK-13.3", "YK-13.3"], id="YK-13.5 form not filed"),
        pytest.param("transfer_in_yk-YK", ("E-ASSIGN", "F-TRA-LN"), {}, [], id="YK-13.5 form filed"),
        pytest.param("enrol-YK", (), REFRESHED_BEFORE, ["YK-8.3"], id="YK-8.3 old data"),
        pytest.param("enrol-YK", (), REFRESHED_AFTER, [], id="YK-8.3 fresh data"),
    ],
)
def test_what_is_due_only_at_the_end(
    procedure: Find, papers: Papers, name: str, codes: tuple[str, ...], facts: dict[str, Any], articles: list[str]
) -> None:
    code, profile = name.split("-")
    ground, sound, given = SOUND[code, profile]
    found = procedure(code, profile)
    known = Facts.model_validate({**sound, **facts})
    held = papers(found, *given, *codes)
    assert gate(found, ground, facts=known, held=papers(found, *given)) == []
    at_end = gate(found, ground, facts=known, held=held, moment=Moment.COMPLETE)
    assert [reason.article for reason in at_end] == articles


def test_checklist_tells_states_groups_and_articles(procedure: Find, papers: Papers) -> None:
    found = procedure("transfer", "HN")
    held = {**papers(found, "E-APP"), "E-HKB-C": Held(record_id="r9")}
    lines = {line.code: line for line in checklist(found, "G1", facts=Facts(cross_province=True), held=held)}
    assert list(lines) == ["E-APP", "E-XJZM", "E-MOVE", "E-HKB-C"]
    assert (lines["E-APP"].state, lines["E-APP"].record_id) == (LineState.PRESENT, "r1")
    assert (lines["E-XJZM"].state, lines["E-XJZM"].required) == (LineState.MISSING, Required.MUST)
    assert lines["E-MOVE"].required is lines["E-HKB-C"].required is Required.ONE_OF
    assert lines["E-MOVE"].group == lines["E-HKB-C"].group != ""
    assert lines["E-HKB-C"].state is LineState.INSUFFICIENT
    assert lines["E-HKB-C"].reasons == ("材料内容尚未经人工确认",)
    assert lines["E-MOVE"].articles == ("HN-11.2", "C-08")
    assert not lines["E-MOVE"].is_hard


def test_an_insufficient_paper_is_told_with_its_reason(procedure: Find, papers: Papers) -> None:
    found = procedure("suspend", "NAT")
    reasons = gate(found, None, facts=Facts(), held={"E-APP": Held(record_id="r9")})
    assert [reason.text for reason in reasons] == ["《父母或监护人书面申请》须留存原件；材料内容尚未经人工确认"]


def test_an_open_question_makes_a_line_optional(procedure: Find) -> None:
    lines = checklist(procedure("transfer", "HN"), "G1", facts=Facts(), held={})
    line = next(line for line in lines if line.code == "E-XJZM")
    assert line.required is Required.MAY
    assert line.reasons == ("填写「是否跨省转学」后确定是否需要",)
    none = checklist(procedure("transfer", "HN"), "G1", facts=Facts(cross_province=False), held={})
    assert "E-XJZM" not in [line.code for line in none]


def test_a_sighting_shows_as_sighted(procedure: Find, papers: Papers) -> None:
    found = procedure("enrol", "YK")
    held = papers(found, "E-ID-O")
    line = next(x for x in checklist(found, None, facts=Facts(id_kind="1"), held=held) if x.code == "E-ID-O")  # type: ignore[arg-type] -- pydantic converts
    assert line.state is LineState.SIGHTED


@pytest.mark.parametrize(
    ("name", "ground", "asked"),
    [
        pytest.param("suspend-HN", "illness", ("hours_missed", "hours_of_term"), id="HN-13.1"),
        pytest.param("suspend-HN", "special", (), id="HN-13.1 special"),
        pytest.param("suspend-YK", "illness", ("serious_after_gaokao",), id="YK-14.3"),
        pytest.param("transfer-HN", "G1", ("cross_province", "applicant", "applied_on"), id="HN-11"),
    ],
)
def test_a_new_case_asks_only_what_it_needs(procedure: Find, name: str, ground: str, asked: tuple[str, ...]) -> None:
    assert questions(procedure(*name.split("-")), ground) == asked


def test_overseas_students_follow_their_own_papers(procedure: Find, papers: Papers) -> None:
    found = procedure("enrol", "YK")
    _, facts, _ = SOUND["enrol", "YK"]
    known = Facts.model_validate({**facts, "id_kind": "8", "card_fields_edited": None})
    assert gate(found, None, facts=known, held=papers(found, "E-ADMIT", "E-HMT-ID")) == []  # YK-6.4, YK-36


def test_outside_facts_cannot_speak_for_the_registry() -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        Declared.model_validate({"student_state": "ENROLLED"})
    joined = Facts.of(Declared(cross_province=True), student_state="SUSPENDED")
    assert (joined.cross_province, joined.student_state) == (True, "SUSPENDED")


def test_every_guard_is_used_and_every_figure_told(law: Law) -> None:
    rules = [rule for each in law.procedure_files.values() for edition in each.editions for rule in edition.guards]
    assert {rule.name for rule in rules} | {"max_suspensions"} <= set(GUARDS)
    unused = set(GUARDS) - {rule.name for rule in rules}
    assert unused == set()
    assert all(rule.limit is not None for rule in rules if "{limit}" in GUARDS[rule.name].text)
