"""Guards by name: what forbids a case, each over facts, with the sentence told to the family.

Lives here: the table of guards and `refusals`. The law data says which guards a procedure has, with article and figure.
Not here: evidence (procedure), states of the case (lifecycle).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from archive_service.rules.facts import Applicant, Facts, question
from archive_service.rules.predicates import is_under_age
from archive_service.rules.procedure_data import GuardRule
from archive_service.rules.reason import Reason
from archive_service.rules.standing import StudentState
from archive_service.rules.vocabulary import Stage

AUTUMN_MONTHS = (8, 9)  # HN-4.1
FIRST_TERM, SECOND_TERM = 1, 2
FIRST_GRADE, LAST_GRADE_SENIOR = 1, 3
CARD_FIELDS_OPEN = frozenset({"address"})  # YK-6.2


@dataclass(frozen=True)
class Guard:
    """A named ban. `holds` gets the values of `needs`, then of `reads` (may be None), then the figure of the rule."""

    needs: tuple[str, ...]
    holds: Callable[..., bool]
    text: str
    reads: tuple[str, ...] = ()


def _outside_term(applied_on: date, term_start_on: date, term_end_on: date, grace_days: Fraction) -> bool:
    return not term_start_on + timedelta(days=int(grace_days)) < applied_on <= term_end_on


def _not_last_term(grade: int, final_grade: int, term: int, serious: bool | None) -> bool:  # noqa: FBT001 -- called by table with facts in order
    return serious is True or not (grade == final_grade and term == SECOND_TERM)


def _of_age(stage: Stage, birth_on: date, entry_on: date) -> bool:
    return not is_under_age(stage, birth_on, entry_on)


def _is_false(value: object) -> bool:
    return not value


GUARDS: Mapping[str, Guard] = {
    # student transfer
    "not_suspended": Guard(("student_state",), lambda state: state is not StudentState.SUSPENDED, "学生正在休学，休学期间不能转学"),
    "no_unrevoked_sanction": Guard(("has_unrevoked_sanction",), _is_false, "学生有未撤销的处分，受处分期间不能转学"),
    "applicant_is_guardian": Guard(("applicant",), lambda who: who is Applicant.GUARDIAN, "转学须由父母或其他法定监护人提出申请"),
    "not_ordered_by_school": Guard(("applicant",), lambda who: who is not Applicant.SCHOOL, "学校不得责令学生转学"),
    "form_stamped": Guard(("form_is_stamped",), bool, "《中小学生转学联系表》尚未加盖公章或学籍专用章"),
    "no_trial_attendance": Guard(("attends_receiver_already",), _is_false, "转学办结前学生不得到转入学校就读，不得试读"),
    "holds_registry_at_sender": Guard(("holds_registry_at_sender",), bool, "学生在转出学校尚未取得学籍"),
    "not_both_in_city": Guard(("both_schools_in_city",), _is_false, "转入、转出学校都在营口市，不能办理转学"),
    "not_ordinary_to_demonstration": Guard(
        ("sender_is_demonstration", "receiver_is_demonstration"),
        lambda sender, receiver: sender or not receiver,
        "非省示范性高中学生不能转入省示范性高中",
    ),
    "not_private_to_public": Guard(
        ("sender_is_private", "receiver_is_private"),
        lambda sender, receiver: not sender or receiver,
        "民办学校学生不能转入公办学校",
    ),
    "school_cap": Guard(("school_headcount",), lambda count, cap: count < cap, "学校在籍人数已达上限 {limit} 人，不能再接收学生"),
    "class_cap": Guard(("class_headcount",), lambda count, cap: count < cap, "班级人数已达上限 {limit} 人，不能再接收学生"),
    "not_gaokao_registered": Guard(("is_gaokao_registered",), _is_false, "学生已报名参加高考，不能转学"),
    "not_mid_term": Guard(("applied_on", "term_start_on", "term_end_on"), _outside_term, "学期中途不能转学"),
    "not_grade1_term1": Guard(
        ("grade", "term"), lambda grade, term: (grade, term) != (FIRST_GRADE, FIRST_TERM), "高一年级第一学期不能转学"
    ),
    "not_grade3_term2": Guard(
        ("grade", "term"),
        lambda grade, term: (grade, term) != (LAST_GRADE_SENIOR, SECOND_TERM),
        "高三年级第二学期不能转学",
    ),
    "hukou_addresses_agree": Guard(("hukou_addresses_agree",), bool, "学生与父母或其他法定监护人的户籍地址不一致"),
    "not_only_residence_permit": Guard(("only_residence_permit",), _is_false, "仅提供居住证，不能办理转学"),
    "grade_unchanged": Guard(("grade", "grade_wanted"), lambda grade, wanted: grade == wanted, "转学不得变更就读年级"),
    "outside_national_closure": Guard(
        ("applied_on",),
        lambda day: not (date(day.year, 7, 15) <= day <= date(day.year, 8, 14)),
        "每年7月15日至8月14日全国学籍系统不受理新的转学申请",
    ),
    # suspension
    "treatment_months": Guard(
        ("treatment_months",), lambda months, least: Fraction(str(months)) >= least, "因病休学须停课治疗 {limit} 个月以上"
    ),
    "hours_at_least": Guard(
        ("hours_missed", "hours_of_term"),
        lambda missed, total, share: missed >= share * total,
        "停课治疗时间未达到学期总学时的 {limit}",
    ),
    "hours_more_than": Guard(
        ("hours_missed", "hours_of_term"),
        lambda missed, total, share: missed > share * total,
        "连续请假时间未超过学期总学时的 {limit}",
    ),
    "max_suspensions": Guard(("suspensions_before",), lambda before, most: before < most, "已休学 {limit} 次，不能再次休学"),
    "not_last_term": Guard(
        ("grade", "final_grade", "term"),
        _not_last_term,
        "毕业年级最后一学期原则上不能休学；高考报名后遇重大事故或严重疾病的，须注明",
        reads=("serious_after_gaokao",),
    ),
    "form_signed_by_authority": Guard(("form_signed_by_authority",), bool, "上传的《休学申请表》须有主管教育行政部门签章"),
    # enrolment
    "no_duplicate": Guard(("other_live_registries",), _is_false, "查重发现该生已有在籍学籍，不能重复建籍"),
    "of_age": Guard(("stage", "birth_on", "entry_on"), _of_age, "入学当年8月31日前未满六周岁，不能入学建籍"),
    "autumn_entry": Guard(("entry_on",), lambda day: day.month in AUTUMN_MONTHS, "小学、初中实行秋季入学，入学日期不在秋季，须说明原因"),
    "attends_this_school": Guard(("attends_this_school",), bool, "学生应在实际就读学校建立学籍"),
    "sheet_is_signed": Guard(("sheet_is_signed",), bool, "《学籍信息采集表》签字人不齐"),
    "id_registered_once": Guard(("id_registered_elsewhere",), _is_false, "该身份证已在他处注册学籍，每张身份证只能注册一次"),
    "no_enrolment_fault": Guard(("enrolment_faults",), _is_false, "查有不予注册学籍的情形"),
    "not_finished_senior": Guard(("finished_senior_before",), _is_false, "学生高中阶段已毕业、结业或肄业，不能注册"),
    "card_fields_locked": Guard(
        ("card_fields_edited",),
        lambda fields: set(fields) <= CARD_FIELDS_OPEN,
        "身份证读取的信息除家庭住址外不能修改；证件有误的，须重新办证后再读卡",
    ),
    "data_refreshed": Guard(
        ("data_refreshed_on", "entry_on"),
        lambda refreshed_on, entry_on: refreshed_on >= entry_on,
        "高中阶段须重新采集学生信息，不能沿用义务教育阶段信息",
    ),
}


def refusals(rules: Iterable[GuardRule], facts: Facts) -> list[Reason]:
    """One reason for each guard that forbids, or that cannot be told because a fact is unknown."""
    return [reason for rule in rules for reason in _refusal(rule, GUARDS[rule.name], facts)]


def _refusal(rule: GuardRule, guard: Guard, facts: Facts) -> list[Reason]:
    article = rule.articles[0] if rule.articles else ""
    missing = [fact for fact in guard.needs if getattr(facts, fact) is None]
    if missing:
        return [Reason(article, f"「{question(fact)}」尚未填写，无法核对") for fact in missing]
    values = [getattr(facts, fact) for fact in (*guard.needs, *guard.reads)]
    figure = () if rule.limit is None else (rule.limit,)
    return [] if guard.holds(*values, *figure) else [Reason(article, guard.text.format(limit=rule.limit))]
