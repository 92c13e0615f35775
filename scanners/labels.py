"""What the boxes of forms are called.

Lives here: the table FIELD_LABELS, and label_marks, which finds such names in a box. Not here: the values that go with them
(scanners.labelled), what a value must look like (scanners.values). Names are those of the API; those that only end a value are in _STOPS.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True)
class FieldLabel:
    """A field's Chinese name on screens, and the names forms give it."""

    label: str
    on_paper: tuple[str, ...]


def _f(label: str, on_paper: str) -> FieldLabel:
    return FieldLabel(label, tuple(on_paper.split()))


FIELD_LABELS: dict[str, FieldLabel] = {
    "name": _f("姓名", "学生姓名 子女姓名 孩子姓名 儿童姓名 幼儿姓名 被监护人姓名 姓名 患者姓名 病人姓名 交款人 申请人姓名 持证人"),
    "former_name": _f("曾用名", "曾用名"),
    "sex": _f("性别", "性别"),
    "ethnicity": _f("民族", "民族"),
    "birth_on": _f("出生日期", "出生日期 出生年月日 出生年月 出生时间 出生"),
    "id_no": _f(
        "身份证件号",
        "公民身份号码 公民身份证号码 居民身份证号码 身份证件号码 身份证件编号 身份证号码 身份证件号 身份证号 身份号码 证件号码",
    ),
    "student_no": _f("学籍号", "全国学籍号 学籍号码 学籍号 学籍编号 标识码"),
    "household_no": _f("户号", "户号"),
    "head_of_household": _f("户主姓名", "户主姓名"),
    "relation": _f("与户主关系", "户主或与户主关系 与户主关系 与学生关系 与监护人关系 与本人关系"),
    "address": _f("住址", "家庭住址 家庭地址 户籍地址 户籍所在地 现住址 现居住地 居住地址 住址 住所 详细地址"),
    "hospital": _f("医院", "就诊医院 诊断医院 医院名称 医疗机构名称 医疗机构 接种单位"),
    "diagnosis": _f("诊断", "临床诊断 初步诊断 诊断结果 诊断意见 疾病诊断 医学诊断 门诊诊断 出院诊断 主要诊断 诊断"),
    "period": _f("起止日期", "休学起止日期 休学起止时间 休学时间 休学期限 休学年限 起止日期 起止时间 就读起止 建议休息时间 休息时间"),
    "period_from": _f("开始日期", "开始日期 休学开始日期 起始日期"),
    "period_to": _f("结束日期", "结束日期 休学结束日期 截止日期"),
    "issuer": _f("出具单位", "签发机关 发证机关 发证单位 颁发单位 出具单位 承办单位 收款单位 开票单位 迁移机关"),
    "issued_on": _f("出具日期", "登记日期 填表日期 出具日期 开具日期 签发日期 发证日期 开票日期 申请日期 办理日期 诊断日期 日期"),
    "school": _f("学校", "就读学校 所在学校 学校名称 毕业学校 现就读学校 学校"),
    "school_from": _f("转出学校", "转出学校 原就读学校 原学校"),
    "school_to": _f("转入学校", "转入学校 拟转入学校"),
    "grade": _f("年级", "就读年级 所在年级 现年级 年级"),
    "class": _f("班级", "所在班级 就读班级 班级"),
    "grade_class": _f("年级班级", "年级班级 年级、班级 年级/班级 班级年级 所在年级班级"),
    "guardian_name": _f("监护人姓名", "监护人姓名 家长姓名 法定监护人 监护人 父亲姓名 母亲姓名"),
    "guardian_id_no": _f(
        "监护人身份证件号", "监护人身份证号码 监护人身份证件号 监护人身份证号 监护人身份证 家长身份证号码 家长身份证号 家长身份证"
    ),
    "phone": _f("联系电话", "联系电话 家长电话 手机号码 电话"),
    "reason": _f("事由", "休学原因 转学原因 退学原因 复学原因 变更原因 申请原因 申请理由 理由 原因 事由"),
    "certificate_no": _f("证书编号", "证书编号 证明编号 证书号 证件编号 编号"),
    "seal_unit": FieldLabel("印章单位", ()),
}
# Other boxes of these forms: they end the value before them and are not kept.
_OTHER_BOXES = """
年龄 科别 门诊号 住院号 病历号 籍贯 出生地 政治面貌 户别 婚姻状况 文化程度 服务处所 职业 宗教信仰 血型 身高 兵役状况 何时由何地迁来本址
何时由何地迁来本市(县) 承办人签章 有效期限 监护人签字 家长签字 家长意见 学校意见 医师签名 医师 处理意见 建议 备注 关系 户主 联系人
邮政编码 照片 入学时间 入学年月 身份证件类型 证件类型 入学日期 入院日期 出院日期 就诊日期 接种日期 病情摘要 病史摘要 主诉 既往史 医师签字
校长签字 班主任签字 学生签字 负责人 经办人 申请人 承诺人 收款人 班主任意见 教育局意见 主管部门意见 主管教育行政部门意见 审批意见
"""
_STOPS = tuple(_OTHER_BOXES.split())
LABEL_NAMES = frozenset(name for row in FIELD_LABELS.values() for name in row.on_paper)
FIELD_OF = {name: field for field, row in FIELD_LABELS.items() for name in row.on_paper}
# Names that can only mean the child; beside one of them 姓名 is whoever signs for it.
CHILDS_NAMES = frozenset({"学生姓名", "子女姓名", "孩子姓名", "儿童姓名", "幼儿姓名", "被监护人姓名"})
TWO_CHARACTER_NAMES = frozenset(name for name in FIELD_OF if len(name) == 2)  # noqa: PLR2004  # 姓名, 性别 …
_NAMES = sorted([*FIELD_OF, *_STOPS], key=len, reverse=True)
_STAMP_HERE = r"(?:[(](?:盖章|公章|签章|章|全称)[)])?"  # 学校(盖章):
_LABEL = re.compile("(?P<label>" + "|".join(re.escape(name) for name in _NAMES) + f"){_STAMP_HERE}(?P<colon>[:：]?)")
# Labels that may stand inside a line without a colon after them, and those that may begin one so; other words turn up
# in titles and values (诊断证明书 is no diagnosis).
_INSIDE = {"性别", "民族", "出生日期", "出生年月", "年龄", "学籍号", "身份证号", "身份证号码", "公民身份号码", "班级", "籍贯", "住址"}
_BARE = _INSIDE | {"姓名", "学生姓名", "患者姓名", "曾用名", "户主姓名", "户号", "就读学校", "现住址", "家庭住址", "户籍地址"}
_BARE |= {"户主或与户主关系", "与户主关系"}
_WITH_COLON = {"户主", "关系"}  # alone in their box these are values: 户主或与户主关系 | 户主


_LONG_NAMES = [name for name in _NAMES if len(name) >= 6]  # noqa: PLR2004  # shorter ones are too near to values
_LONG_LENGTHS = range(6, max(map(len, _LONG_NAMES)) + 2)


@dataclass(frozen=True)
class Mark:
    """A label at text[start:stop] of a box, its colon included."""

    label: str
    start: int
    stop: int


def label_marks(text: str) -> Iterator[Mark]:
    """Every label of one box's folded text, left to right."""
    marks = [Mark(match["label"], match.start(), match.end()) for match in _LABEL.finditer(text) if _is_label(match, text)]
    misread = None if marks else _misread(text)
    yield from [misread] if misread else marks


def _misread(text: str) -> Mark | None:
    """A box that is a long label but for one character: 户主或有户主关系."""
    if len(text) not in _LONG_LENGTHS:
        return None
    bare = text.removesuffix(":")
    near = next((name for name in _LONG_NAMES if len(name) == len(bare) and Levenshtein.distance(name, bare) == 1), None)
    return Mark(near, 0, len(text)) if near else None


def _is_label(match: re.Match[str], text: str) -> bool:
    if match["colon"] or (match[0] == text and match["label"] not in _WITH_COLON):
        return True
    if match.start() == 0 and text[match.end() :][:1].isdigit():
        return True
    return match["label"] in (_INSIDE if match.start() else _BARE)
