"""Masks and distances of names."""

import pytest

from archive_service.rules.names import fold_name, mask_name, mask_number, name_distance


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张**"), ("欧阳修文", "欧**"), ("苏热提艾山江·阿布都热依木", "苏**"), ("", "")],
)
def test_mask_name_does_not_tell_the_length(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("520102201003051234", "5201**********1234"),
        ("M12345678", "*********"),
        ("123456789012", "1234****9012"),
        ("", ""),
    ],
)
def test_mask_number(number: str, masked: str) -> None:
    assert mask_number(number) == masked


def test_middle_dots_fold_to_one() -> None:
    assert fold_name(" 阿依古丽•买买提") == fold_name("阿依古丽·买买提") == "阿依古丽·买买提"


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("张浩", "张浩", 0), ("张浩", "张皓", 1), ("张浩", "张浩然", 1), ("", "张浩", 2), ("阿依・买", "阿依·买", 0), ("张浩", "", 2)],
)
def test_name_distance(one: str, other: str, distance: int) -> None:
    assert name_distance(one, other) == distance
    assert name_distance(other, one) == distance
