"""Values from outside: faults with their places, and text no database keeps."""

import pytest
from pydantic import Field

from archive_service.api.values import Input, parse
from archive_service.errors import Rejected


class Inner(Input):
    name: str


class Sample(Input):
    number: int = 0
    inner: Inner | None = None
    names: list[str] = Field(default_factory=list)


def places(values):
    with pytest.raises(Rejected) as caught:
        parse(Sample, values)
    assert caught.value.this_status == 400
    assert all(set(found) == {"code", "place", "advice"} for found in caught.value.findings)
    return [found["place"] for found in caught.value.findings]


def test_good_values_become_the_shape():
    assert parse(Sample, {"number": "3", "inner": {"name": "张三"}}) == Sample(number=3, inner=Inner(name="张三"))


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"number": "x"}, ["number"]),
        ({"number": 1, "more": 2}, ["more"]),
        ({"number": "x", "inner": {}}, ["number", "inner.name"]),
        ([], [""]),
        (None, [""]),
        ("text", [""]),
    ],
)
def test_every_fault_has_its_place(values, where):
    assert places(values) == where


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"inner": {"name": "a\x00"}}, ["inner.name"]),
        ({"names": ["good", "\ud800"]}, ["names.1"]),
        ({"na\x00me": "x"}, ["（整体）"]),
        ("\x00", ["（整体）"]),
    ],
)
def test_text_no_database_keeps(values, where):
    assert places(values) == where


def test_nothing_of_what_was_sent_is_told_back():
    with pytest.raises(Rejected) as caught:
        parse(Sample, {"number": "52010220130305001X"})
    assert "520102" not in str(caught.value.findings) + caught.value.message
