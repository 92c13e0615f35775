"""What lists of students and cases share: student lines that may be masked, clocks, filters, the address of the next page."""

from collections.abc import Iterable
from typing import Any

from flask import request

from archive_service.archive import Archive
from archive_service.rules.lifecycle import CaseState
from archive_service.services.case_view_shape import ClockView
from archive_service.services.reveal import Named
from archive_service.services.review_lines import CaseLine
from archive_service.web.formats import class_in_words
from archive_service.web.pages import page_url

PAGE_SIZE = 50
_BADGES = {CaseState.DRAFT: "draft", CaseState.IN_REVIEW: "submitted", CaseState.ACCEPTED: "closed"}
_STANDINGS = {"ENROLLED": "enrolled", "SUSPENDED": "suspended"}


def person(student: Named | None, *, full: bool = True) -> dict[str, Any] | None:
    """A student for components/student_line.html; without `full` school and state are left out (the list has its own columns)."""
    if student is None:
        return None
    return {
        "id": student.id,
        "name": student.name,
        "student_no": student.student_no,
        "school": student.school if full else None,
        "grade": student.grade,
        "class_name": class_in_words(student.grade, student.class_name),
        "state": _STANDINGS.get(student.state, student.state) if full else None,
        "state_label": student.state_label,
        "masked": student.is_masked,
        "frozen": student.is_frozen,
    }


def clock(clock: ClockView | None) -> dict[str, Any] | None:
    """A due day for components/clock.html."""
    return {"due_on": clock.due_on, "working_days_left": clock.remaining, "stopped": False} if clock else None


def case_badge(state: CaseState) -> str:
    """The badge of a case's state."""
    return _BADGES.get(state, state.value)


def case_row(line: CaseLine, people: dict[str, Named]) -> dict[str, Any]:
    """A case in a list."""
    return {
        "id": line.id,
        "case_no": line.case_no,
        "procedure": line.procedure_label,
        "student": person(people.get(line.student_id), full=False),
        "school": line.school,
        "state": case_badge(line.state),
        "state_label": line.state_label,
        "clock": clock(line.clock),
        "awaited": line.awaited or ("学校补正" if line.state is CaseState.RETURNED else None),
        "opened_on": line.opened_on,
    }


def choice(name: str, label: str, options: Iterable[tuple[str, str] | tuple[str, str, int]]) -> dict[str, Any]:
    """A filter of the bar above a list, with what is chosen now; options are (code, label) and perhaps a count."""
    shown = [{"code": code, "label": words, "count": count[0] if count else None} for code, words, *count in options]
    return {"name": name, "label": label, "value": request.args.get(name, ""), "options": shown}


def procedure_choice(archive: Archive) -> dict[str, Any]:
    """The filter by procedure."""
    return choice("procedure", "业务", [(file.code, file.label) for file in archive.law.procedure_files.values()])


def paging(following: str | None, shown: int) -> dict[str, Any]:
    """The end of a list by cursor."""
    return {"next_url": page_url(cursor=following) if following else None, "shown": shown}
