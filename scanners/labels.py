"""What the boxes of forms are called, and the values that stand beside or after those names.

Lives here: the table FIELD_LABELS, labelled_values by geometry. Not here: what a value must look like (scanners.values),
running text (scanners.prose). Names are those of the API; those that only end a value are in _STOPS.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanners.passage import Passage, Span
from scanners.rows import Row
from scanners.words import TextPage


@dataclass(frozen=True)
class FieldLabel:
    """A field's Chinese name on screens, and the names forms give it."""

    label: str
    on_paper: tuple[str, ...]


def _f(label: str, on_paper: str) -> FieldLabel:
    return FieldLabel(label, tuple(on_paper.split()))


FIELD_LABELS: dict[str, FieldLabel] = {
    "name": _f("姓名", "姓名 学生姓名 患者姓名 儿童姓名 幼儿姓名 申请人姓名 持证人"),
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
    "hospital": _f("医院", "就诊医院 诊断医院 医院名称 接种单位"),
    "diagnosis": _f("诊断", "临床诊断 初步诊断 诊断结果 诊断意见 疾病诊断 医学诊断 诊断"),
    "period": _f("起止日期", "休学起止日期 休学起止时间 休学时间 休学期限 起止日期 起止时间 就读起止 建议休息时间"),
    "period_from": _f("开始日期", "开始日期 休学开始日期 起始日期"),
    "period_to": _f("结束日期", "结束日期 休学结束日期 截止日期"),
    "issuer": _f("出具单位", "签发机关 发证机关 发证单位 颁发单位 出具单位 承办单位 迁移机关"),
    "issued_on": _f("出具日期", "填表日期 签发日期 发证日期 登记日期 申请日期 开具日期 诊断日期 出具日期 办理日期 日期"),
    "school": _f("学校", "就读学校 所在学校 学校名称 毕业学校 现就读学校 学校"),
    "school_from": _f("转出学校", "转出学校 原就读学校 原学校"),
    "school_to": _f("转入学校", "转入学校 拟转入学校"),
    "grade": _f("年级", "就读年级 所在年级 现年级 年级"),
    "class": _f("班级", "所在班级 就读班级 班级"),
    "grade_class": _f("年级班级", "年级班级 班级年级 所在年级班级"),
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
邮政编码 照片 入学时间 入学年月 身份证件类型 证件类型
"""
_STOPS = tuple(_OTHER_BOXES.split())
LABEL_NAMES = frozenset(name for row in FIELD_LABELS.values() for name in row.on_paper)
_FIELD_OF = {name: field for field, row in FIELD_LABELS.items() for name in row.on_paper}
_NAMES = sorted([*_FIELD_OF, *_STOPS], key=len, reverse=True)
_LABEL = re.compile("(?P<label>" + "|".join(re.escape(name) for name in _NAMES) + r")(?P<colon>[::]?)")
# Labels that may stand inside a line without a colon after them, and those that may begin one so; other words turn up
# in titles and values (诊断证明书 is no diagnosis).
_INSIDE = {"性别", "民族", "出生日期", "出生年月", "年龄", "学籍号", "身份证号", "身份证号码", "公民身份号码", "班级", "籍贯", "住址"}
_BARE = _INSIDE | {"姓名", "学生姓名", "患者姓名", "曾用名", "户主姓名", "户号", "就读学校", "现住址", "家庭住址", "户籍地址"}
_LONG = {"address", "diagnosis", "reason"}  # values that run over two lines
_INDENT = 1.5  # line heights by which the second line may begin elsewhere
_GIVEN_NAME = 2  # characters
_TRIM = "::.。·_-|丨/,,;;、 "


@dataclass(frozen=True)
class Labelled:
    """A value and the label it stood by."""

    field: str
    label: str
    value: Span
    page: int


def labelled_values(page: TextPage, rows: list[Row]) -> Iterator[Labelled]:
    """Values in rows: the rest of the label's own box, else the box to its right, up to the next label."""
    for row, following in zip(rows, [*rows[1:], ()], strict=True):
        for found in _in_row(row, page.no):
            yield _continued(found, row, following) if found.field in _LONG else found


def _in_row(row: Row, page: int) -> Iterator[Labelled]:
    joined = Passage(row)
    cells = _cells(row)
    marks = [mark for cell in cells for mark in _marks_in(cell)]
    starts = [mark.start for mark in marks] + [len(joined.text)]
    for mark, next_label in zip(marks, starts[1:], strict=True):
        stop = _value_stop(mark, cells, next_label)
        start, stop = _trimmed(joined.text, mark.stop, stop)
        if mark.label in _FIELD_OF and start < stop:
            yield Labelled(_FIELD_OF[mark.label], mark.label, joined.span(start, stop), page)


def _continued(found: Labelled, row: Row, following: Row) -> Labelled:
    """A long value with the line below it, when that line has no label and begins under the value."""
    value, height = found.value, row[-1].height_px
    if len(following) != 1 or list(_marks_in(_cells(following)[0])) or value.box[2] < max(line.box[2] for line in row) - height:
        return found
    below = Passage(following)
    rest = below.span(0, len(below.text))
    is_under = abs(rest.box[0] - value.box[0]) < _INDENT * height and rest.box[1] - value.box[3] < height
    return replace(found, value=value.followed_by(rest)) if is_under else found


@dataclass(frozen=True)
class _Cell:
    """A box of a row: its folded text and where that begins and ends in the joined row."""

    text: str
    start: int
    stop: int


@dataclass(frozen=True)
class _Mark:
    """A label in a row, with the end of the box it stands in."""

    label: str
    start: int
    stop: int
    cell_stop: int


def _cells(row: Row) -> list[_Cell]:
    cells: list[_Cell] = []
    for line in row:
        text, start = Passage([line]).text, cells[-1].stop if cells else 0
        cells.append(_Cell(text, start, start + len(text)))
    return cells


def _marks_in(cell: _Cell) -> Iterator[_Mark]:
    for match in _LABEL.finditer(cell.text):
        if _is_label(match, cell.text):
            yield _Mark(match["label"], cell.start + match.start(), cell.start + match.end(), cell.stop)


def _is_label(match: re.Match[str], text: str) -> bool:
    if match["colon"] or match["label"] == text:
        return True
    if match.start() == 0 and text[match.end()].isdigit():
        return True
    return match["label"] in (_INSIDE if match.start() else _BARE)


def _value_stop(mark: _Mark, cells: list[_Cell], next_label: int) -> int:
    """Where the value ends: with the label's box when something follows in it, else with the next box.

    A single character goes on into a short next box: names are spaced out until they become two boxes (李 | 娜).
    """
    stop = mark.cell_stop
    if stop == mark.stop:
        stop = next((cell.stop for cell in cells if cell.start == stop and cell.text), stop)
    following = next((cell for cell in cells if cell.start == stop and cell.text), None)
    if stop - mark.stop == 1 and following and len(following.text) <= _GIVEN_NAME:
        stop = following.stop
    return min(stop, next_label)


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start] in _TRIM:
        start += 1
    while stop > start and text[stop - 1] in _TRIM:
        stop -= 1
    return start, stop
