"""What a roster would do, decided without a database."""

from datetime import date

import pytest

from archive_service.models.student import NumberKind, Student, StudentNumber
from archive_service.rules.standing import StudentState
from archive_service.services.roster_entry import read_entry
from archive_service.services.roster_plan import make_plan, state_with
from archive_service.services.roster_registry import Known, Registry
from archive_service.services.roster_sheet import SheetRow
from tests.factories import resident_id

HERE, ELSEWHERE = "school-here", "school-elsewhere"
ROW = {"姓名": "王一", "性别": "男", "出生日期": "2013-03-05", "身份证件类型": "1", "年级": "七年级", "班级": "2班"}


def entry_of(no=2, serial=1, **cells):
    row = SheetRow("Sheet", no, {**ROW, "身份证件号": resident_id(serial=serial), **cells})
    entry, faults = read_entry(row, ("junior",), date(2026, 9, 1))
    assert faults == []
    return entry


def registry_of(*students):
    registry = Registry()
    for number, (values, numbers) in enumerate(students):
        defaults = {"id": f"s{number}", "school_id": HERE, "section": "junior", "name": "王一", "sex": "男", "birth_on": date(2013, 3, 5)}
        defaults |= {"id_type": "1", "id_no": resident_id(serial=1), "grade": "七年级", "class_name": "2班", "state": "ENROLLED"}
        student = Student(**{**defaults, **values})
        rows = [StudentNumber(student_id=student.id, number=each, kind=kind) for each, kind in numbers]
        registry.known[student.id] = Known(student, rows, has_dossier=True)
        registry.by_number |= {each: student.id for each, _ in numbers}
        registry.by_person.setdefault((student.name, student.sex, student.birth_on), []).append(student.id)
        if student.id_no:
            registry.by_id_no.setdefault(student.id_no, []).append(student.id)
    return registry


def codes(plan):
    return [fault.code for fault in plan.faults]


FORMAL = (f"G{resident_id(serial=1)}", NumberKind.FORMAL)


def test_somebody_unknown_is_new():
    plan = make_plan([entry_of()], registry_of(), HERE)
    assert (len(plan.new), plan.changes, plan.faults) == (1, [], [])


def test_somebody_known_with_nothing_new_is_left_alone():
    plan = make_plan([entry_of(学籍号=FORMAL[0])], registry_of(({}, [FORMAL])), HERE)
    assert (plan.new, plan.changes, plan.unchanged) == ([], [], 1)


@pytest.mark.parametrize("state", list(StudentState))
def test_only_the_living_and_the_promoted_are_touched_by_a_sheet(state):
    plan = make_plan([entry_of(年级="八年级")], registry_of(({"state": state.value}, [FORMAL])), HERE)
    may = state.marks.is_live or state in (StudentState.PREPARING, StudentState.PROMOTED)
    assert (len(plan.changes), codes(plan)) == ((1, []) if may else (0, ["ended"]))


@pytest.mark.parametrize("state", [state for state in StudentState if state is not StudentState.PROMOTED])
def test_nobody_comes_from_another_school_by_a_sheet(state):
    plan = make_plan([entry_of()], registry_of(({"school_id": ELSEWHERE, "state": state.value}, [FORMAL])), HERE)
    assert codes(plan) == ["other_school"]


def test_a_number_and_an_identity_of_two_students_do_not_become_one():
    registry = registry_of(
        ({}, [FORMAL]), ({"id_no": resident_id(serial=3), "name": "王二"}, [(f"G{resident_id(serial=3)}", NumberKind.FORMAL)])
    )
    plan = make_plan([entry_of(学籍号=f"G{resident_id(serial=3)}")], registry, HERE)
    assert codes(plan) == ["number_taken"]


def test_an_identity_registered_twice_is_settled_before_anything_else():
    assert codes(make_plan([entry_of()], registry_of(({}, []), ({}, [])), HERE)) == ["twice_in_registry"]


def test_papers_that_came_in_meanwhile_complete_the_student_without_any():
    plan = make_plan([entry_of(学籍号=FORMAL[0])], registry_of(({"id_no": None, "id_type": "Z", "state": "PREPARING"}, [])), HERE)
    (change,) = plan.changes
    assert (change.number, change.values["id_no"], change.values["state"]) == (FORMAL[0], resident_id(serial=1), "ENROLLED")


def test_two_without_papers_are_not_guessed_between():
    bare = {"id_no": None, "id_type": "Z"}
    assert codes(make_plan([entry_of()], registry_of((bare, []), (bare, [])), HERE)) == ["possible_duplicate"]


def test_a_suspended_student_stays_suspended():
    (change,) = make_plan([entry_of(年级="八年级", 学籍号=FORMAL[0])], registry_of(({"state": "SUSPENDED"}, [FORMAL])), HERE).changes
    assert change.values == {"grade": "八年级"}


def test_a_former_number_still_leads_to_its_student_with_a_note():
    former = (f"L{resident_id(serial=1)}", NumberKind.FORMER)
    plan = make_plan([entry_of(学籍号=former[0])], registry_of(({}, [FORMAL, former])), HERE)
    assert (plan.unchanged, [note.code for note in plan.notes]) == (1, ["former_number"])


def test_a_number_not_built_on_the_identity_is_a_note_not_a_fault():
    plan = make_plan([entry_of(学籍号=f"G{resident_id(serial=5)}")], registry_of(), HERE)
    assert (len(plan.new), [note.code for note in plan.notes]) == (1, ["not_built_on_id"])


@pytest.mark.parametrize(
    ("number", "state"), [(None, "PREPARING"), ("", "PREPARING"), ("L1", "TEMP"), ("G1", "ENROLLED"), ("J1", "ENROLLED")]
)
def test_the_number_tells_the_state_of_a_new_student(number, state):
    assert state_with(number) == state
