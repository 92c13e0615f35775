"""Facts of a case: what the clerk declares and what the registry knows, typed, each with its Chinese question.

Lives here: Declared (accepted from outside), Facts (with the registry's part added by the service).
Not here: rules over facts (guards, procedure). A fact that is None is unknown, which is never the same as no.
"""

from datetime import date
from enum import StrEnum
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from archive_service.rules.identity import IdKind
from archive_service.rules.standing import StudentState
from archive_service.rules.vocabulary import Stage

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
DAY_OUT_OF_REACH: Final = "day_out_of_reach"


class Applicant(StrEnum):
    """Who asks."""

    GUARDIAN = "guardian"
    STUDENT = "student"
    SCHOOL = "school"


class EnrolmentFault(StrEnum):
    """The six grounds on which Yingkou registers nobody. Source: YK-7."""

    FRAUD = "fraud"
    OVER_PLAN = "over_plan"
    OUT_OF_AREA = "out_of_area"
    DOUBLE = "double"
    FINISHED = "finished"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The words of the article."""
        return _FAULT_LABELS[self]


_FAULT_LABELS = {
    EnrolmentFault.FRAUD: "弄虚作假、冒名顶替骗取入学资格",
    EnrolmentFault.OVER_PLAN: "无计划、超计划招收",
    EnrolmentFault.OUT_OF_AREA: "违规跨区域招生",
    EnrolmentFault.DOUBLE: "高中阶段双重学籍或已被其他学校录取",
    EnrolmentFault.FINISHED: "高中阶段已毕业、结业或肄业",
    EnrolmentFault.OTHER: "其他违反政策规定的情形",
}


class Declared(BaseModel):
    """What the person opening the case says; the API takes these and nothing else as `facts`."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    applicant: Applicant | None = Field(None, title="申请人")
    applied_on: date | None = Field(None, title="申请日期")
    wanted_on: date | None = Field(None, title="希望生效日期")
    explanation: str | None = Field(None, title="情况说明", max_length=500)
    # student transfer
    cross_province: bool | None = Field(None, title="是否跨省转学")
    both_schools_in_city: bool | None = Field(None, title="转入、转出学校是否都在营口市")
    holds_registry_at_sender: bool | None = Field(None, title="在转出学校是否已取得学籍")
    sender_is_demonstration: bool | None = Field(None, title="转出学校是否为省示范性高中")
    receiver_is_demonstration: bool | None = Field(None, title="转入学校是否为省示范性高中")
    sender_is_private: bool | None = Field(None, title="转出学校是否为民办学校")
    receiver_is_private: bool | None = Field(None, title="转入学校是否为民办学校")
    gaokao_eligible: bool | None = Field(None, title="是否符合在本省参加高考的资格条件")
    hukou_addresses_agree: bool | None = Field(None, title="学生与监护人户籍地址是否一致")
    only_residence_permit: bool | None = Field(None, title="是否仅提供居住证")
    grade_wanted: int | None = Field(None, title="拟转入年级", ge=1, le=6)
    form_is_stamped: bool | None = Field(None, title="联系表是否已加盖公章或学籍专用章")
    attends_receiver_already: bool | None = Field(None, title="是否已在转入学校就读")
    # suspension
    treatment_months: float | None = Field(None, title="需停课治疗月数", ge=0, le=36)
    hours_missed: int | None = Field(None, title="停课或请假学时数", ge=0)
    hours_of_term: int | None = Field(None, title="学期总学时数", gt=0)
    form_signed_by_authority: bool | None = Field(None, title="休学申请表是否已由主管教育行政部门签章")
    serious_after_gaokao: bool | None = Field(None, title="是否为高考报名后的重大事故或严重疾病")
    # enrolment
    entry_postponed: bool | None = Field(None, title="是否缓学一年入学")
    home_teaching: bool | None = Field(None, title="是否送教上门")
    hukou_book_doubtful: bool | None = Field(None, title="户口簿是否为手写或有涂改")
    arrives_late: bool | None = Field(None, title="是否未按时报到")
    attends_this_school: bool | None = Field(None, title="是否在本校实际就读")
    sheet_is_signed: bool | None = Field(None, title="采集表签字人是否齐全")
    data_refreshed_on: date | None = Field(None, title="高中阶段信息重新采集日期")
    enrolment_faults: tuple[EnrolmentFault, ...] | None = Field(None, title="有无不予注册的情形")

    @field_validator("applied_on", "wanted_on", "data_refreshed_on")
    @classmethod
    def _in_reach(cls, day: date | None) -> date | None:
        """A case of today is not about days beyond; limits counted from them would leave the calendar."""
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise PydanticCustomError(DAY_OUT_OF_REACH, "日期应在1990年至2099年之间")
        return day


class Facts(Declared):
    """Declared facts plus what only the registry may say; services fill the second part from rows."""

    student_state: StudentState | None = Field(None, title="学籍状态")
    stage: Stage | None = Field(None, title="学段")
    grade: int | None = Field(None, title="年级", ge=1, le=6)
    final_grade: int | None = Field(None, title="毕业年级", ge=1, le=6)
    term: int | None = Field(None, title="学期", ge=1, le=2)
    term_start_on: date | None = Field(None, title="学期开学日期")
    term_end_on: date | None = Field(None, title="学期结束日期")
    entry_on: date | None = Field(None, title="入学日期")
    birth_on: date | None = Field(None, title="出生日期")
    id_kind: IdKind | None = Field(None, title="身份证件类型")
    has_unrevoked_sanction: bool | None = Field(None, title="是否有未撤销的处分")
    suspensions_before: int | None = Field(None, title="已休学次数", ge=0)
    is_gaokao_registered: bool | None = Field(None, title="是否已报名参加高考")
    other_live_registries: int | None = Field(None, title="查重发现的其他在籍学籍数", ge=0)
    id_registered_elsewhere: bool | None = Field(None, title="身份证是否已在他处注册学籍")
    finished_senior_before: bool | None = Field(None, title="高中阶段是否已毕业、结业或肄业")
    school_headcount: int | None = Field(None, title="学校在籍人数", ge=0)
    class_headcount: int | None = Field(None, title="班级在籍人数", ge=0)
    card_fields_edited: tuple[str, ...] | None = Field(None, title="与读卡记录不一致的项目")
    has_mainland_registry: bool | None = Field(None, title="是否已有内地学籍")

    @classmethod
    def of(cls, declared: Declared, **known: object) -> Self:
        """Join both halves; a fact named twice is the registry's word."""
        return cls.model_validate({**declared.model_dump(), **known})


def question(fact: str) -> str:
    """The Chinese question behind a fact's name."""
    return Facts.model_fields[fact].title or fact


def is_declared(fact: str) -> bool:
    """Whether the clerk answers it (otherwise the registry does)."""
    return fact in Declared.model_fields
