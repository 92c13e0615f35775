"""Numbers are given to the child or the adult by the words around them."""

import pytest

from scanners.numbers_of_page import numbers_of, own, suggestion
from scanners.rows import rows_of
from tests.unit.scanners.drawing import CHILD_ID, PARENT_ID, text_page


def numbers(*rows):
    return numbers_of(rows_of(text_page(rows).lines), page=1)


@pytest.mark.parametrize(
    "rows",
    [
        (["家长姓名", "张建国", "身份证号", PARENT_ID], ["身份证号", CHILD_ID]),
        (["身份证号", CHILD_ID, "监护人身份证号", PARENT_ID],),
        ([CHILD_ID], [PARENT_ID]),
        ([PARENT_ID], [CHILD_ID]),
    ],
)
def test_the_childs_own_number_wins(rows):
    assert own(numbers(*rows), "id_no").hit.value == CHILD_ID


def test_a_number_over_the_end_of_a_line_is_one_number():
    found = numbers(f"身份证号{CHILD_ID[:11]}", f"{CHILD_ID[11:]}，系我校学生")
    assert [(number.hit.value, number.hit.is_valid) for number in found] == [(CHILD_ID, True)]


def test_the_cut_piece_of_a_number_is_no_number():
    found = numbers(f"身份证号{CHILD_ID[:17]}", f"{CHILD_ID[17:]}，系我校学生")
    assert [number.hit.value for number in found] == [CHILD_ID]


def test_digits_of_neighbouring_cells_do_not_hide_a_number():
    assert own(numbers(["12", CHILD_ID, "34"]), "id_no").hit.value == CHILD_ID


def test_a_repair_is_only_suggested_when_near():
    wrong = CHILD_ID[:-2] + "72"
    found = numbers(["身份证号", wrong], ["学籍号", f"G{CHILD_ID}"])
    assert suggestion(own(found, "id_no"), [number.hit for number in found]) == CHILD_ID
    far = numbers(["身份证号", wrong], ["学籍号", f"G{PARENT_ID}"])
    assert suggestion(own(far, "id_no"), [number.hit for number in far]) is None
