"""From services' values to the shapes that the components of the screens take; no queries, no rights.

Each function serves one component of templates/components and gives what its heading says.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from archive_service.models.record import FieldState, PageField, PageFinding, Record, RecordState
from archive_service.models.student import Student
from archive_service.rules.standing import StudentState
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services.records import RecordView
from archive_service.services.students import current_number
from archive_service.web.formats import class_in_words
from scanners.findings import Severity

FINDING_LABELS = {
    "empty_file": "空文件",
    "too_large": "文件过大",
    "unknown_type": "格式不符",
    "too_many_pixels": "像素过多",
    "too_small": "图像过小",
    "too_many_pages": "页数过多",
    "encrypted_pdf": "加密文件",
    "damaged_file": "文件损坏",
    "truncated_image": "图像不完整",
    "pdf_script": "含脚本",
    "pdf_embedded_file": "含附件",
    "blank_page": "空白页",
    "nearly_blank": "近乎空白",
    "blurred": "模糊",
    "skewed": "歪斜",
    "dark": "偏暗",
    "low_dpi": "分辨率不足",
    "unknown_dpi": "分辨率未知",
    "not_colour": "非彩色",
    "cut_off": "未扫全",
    "unsure_reading": "识别存疑",
    "turned_again": "方向更正",
    "laid_flat": "照片已拉平",
    "photo_not_flat": "纸边未拍全",
    "several_papers": "疑有多张",
}
TONES = {FieldState.SURE: "plain", FieldState.CONFIRMED: "agree", FieldState.DOUBTFUL: "doubt", FieldState.FAILED_CHECK: "differ"}
FIELD_WORDS = {
    "name": "姓名",
    "former_name": "曾用名",
    "id_no": "身份证件号",
    "student_no": "学籍号",
    "birth_on": "出生日期",
    "sex": "性别",
    "ethnicity": "民族",
}
SENSITIVITY_LABELS = {"L": "一般", "M": "未成年人信息", "H": "健康信息", "J": "司法信息"}
CARRIER_LABELS = {"original": "原件", "copy": "复印件", "sighted": "已阅原件", "digital": "电子件"}
_WORST_FIRST = (Severity.REFUSE, Severity.WARN, Severity.NOTE)


def student_line(student: Student | None, school: str, *, student_no: str | None = None, frozen: bool = False) -> dict[str, Any] | None:
    """One student on one line."""
    if student is None:
        return None
    number = student_no or current_number(student.numbers)
    return {
        "id": student.id,
        "name": student.name,
        "student_no": number,
        "school": school,
        "grade": student.grade,
        "class_name": class_in_words(student.grade, student.class_name),
        "state": student.state,
        "state_label": StudentState(student.state).label,
        "masked": False,
        "frozen": frozen,
    }


def kind(view: RecordView) -> dict[str, Any] | None:
    """What paper a record is; none while unread."""
    record = view.record
    if record.kind is None:
        return None
    return {
        "code": record.kind,
        "label": view.kind_label or record.kind,
        "confidence": record.kind_confidence,
        "state": record.kind_state.value,
    }


def label_of(view: RecordView) -> str:
    """What a record is called in lists: its kind, until then its file's name."""
    return view.kind_label or view.record.original_name


def finding(found: PageFinding, *, box: list[int] | None = None) -> dict[str, Any]:
    """What a check saw."""
    return {
        "code": found.code,
        "label": FINDING_LABELS.get(found.code, found.code),
        "page": found.page_no,
        "value": found.value,
        "limit": found.limit,
        "unit": found.unit,
        "severity": found.severity,
        "advice": found.advice,
        "box": box,
    }


def findings(view: RecordView, *, at_least: Severity = Severity.NOTE) -> list[dict[str, Any]]:
    """What the checks saw, the worst first."""
    shown = _WORST_FIRST[: _WORST_FIRST.index(at_least) + 1]
    wanted = [found for found in view.findings if Severity(found.severity) in shown]
    return [finding(found) for found in sorted(wanted, key=lambda found: _WORST_FIRST.index(Severity(found.severity)))]


def rescan(view: RecordView) -> dict[str, Any] | None:
    """The earlier paper of which a record may be a second scan, told to who may read both; `denied` by a person."""
    found = view.earlier.rescan
    if found is None:
        return None
    return {"record_id": view.record.id, "first_id": found.first_id, "pages": found.pages, "denied_at": found.denied_at}


def paper(view: RecordView, *, boxes: Iterable[Mapping[str, Any]] = (), state: str | None = None) -> dict[str, Any]:
    """A record for the viewer."""
    return {
        "record_id": view.record.id,
        "label": label_of(view),
        "state": state,
        "pages": [{"no": page.no, "width_px": page.width_px, "height_px": page.height_px} for page in view.pages],
        "boxes": list(boxes),
    }


def field_boxes(view: RecordView) -> list[dict[str, Any]]:
    """The places of the values read, toned by how far they agree."""
    wrong = {str(gap["field"]) for gap in view.match.disagreements} if view.match else set()
    return [_box(field, "differ" if field.name in wrong else TONES[field.state]) for field in view.fields if field.box and field.page_no]


def _box(field: PageField, tone: str) -> dict[str, Any]:
    return {"id": field.name, "label": field.label, "page": field.page_no, "box": field.box, "tone": tone}


def thumb(view: RecordView) -> dict[str, Any]:
    """A record as a small picture."""
    return {
        "id": view.record.id,
        "state": view.record.state.value,
        "kind": kind(view),
        "pages": [{"no": page.no, "width_px": page.width_px, "height_px": page.height_px} for page in view.pages],
        "finding": next(iter(findings(view, at_least=Severity.WARN)), None),
        "review": {"state": view.record.review_state.value},
        "received_at": view.record.received_at,
        "page_count": view.record.page_count,
        "veiled": Sensitivity(view.record.sensitivity).is_closed,  # a picture in a list states no purpose, so none is asked for
    }


def why_doubtful(view: RecordView) -> str:
    """In words why a record lies in the tray."""
    match, record = view.match, view.record
    if record.state is RecordState.UNREADABLE:
        return "打不开，需重新扫描"
    if match is None:
        return "正在比对学生"
    if match.state == "unmatched":
        return "没有找到学生"
    if match.state == "conflict":
        return "材料写着别的学生" if record.student_id else "符合多名学生"
    best = next((one for one in match.candidates), None)
    grounds = best.get("grounds") if best else None
    return "、".join(str(ground) for ground in grounds) if isinstance(grounds, list) else "归属存疑"


def walk_words(record: Record) -> str:
    """Where a paper is on its way, in a word."""
    by_state = {RecordState.RECEIVED: "已接收", RecordState.JUDGING: "检查", RecordState.READING: "识别", RecordState.UNREADABLE: "不合格"}
    if record.state in by_state:
        return by_state[record.state]
    return "已归位" if record.match_state == "matched" else "待确认"
