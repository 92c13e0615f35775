"""The table of defects does not rot: every old text stands once where it is said to, and every test that is named exists."""

import ast
from functools import lru_cache

import pytest

from tests.defects.defect import ROOT, nodes
from tests.defects.runner import FAILED, Run, noticed
from tests.defects.table import DEFECTS


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_it_can_be_planted(defect):
    for path, text in defect.texts(ROOT).items():
        assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(path.read_text("utf-8"))), "changes nothing"


@pytest.mark.parametrize("node", nodes(DEFECTS))
def test_the_named_test_is_there(node):
    path, _, name = node.partition("::")
    assert name in functions(path)


def test_each_defect_has_a_name_of_its_own():
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)


@pytest.mark.parametrize(
    ("line", "red"),
    [
        ("FAILED tests/test_a.py::test_it[x-1] - assert 1 == 2", ("tests/test_a.py::test_it[x-1]",)),
        ("FAILED tests/test_a.py::test_it - Failed: DID NOT RAISE <class 'Denied'>", ("tests/test_a.py::test_it",)),
        ("FAILED tests/test_a.py::test_it - ImportError: cannot import name 'it'", ()),
        ("FAILED tests/test_a.py::test_it - NameError: name 'it' is not defined", ()),
        ("FAILED tests/test_a.py::test_it - Failed: Timeout (>60.0s) from pytest-timeout.", ()),
        ("FAILED tests/test_a.py::test_other - assert 1 == 2", ()),
    ],
)
def test_a_test_that_broke_noticed_nothing(line, red):
    run = Run(1, dict(FAILED.findall(line)), 0.0, line)
    assert noticed(run, ["tests/test_a.py::test_it"]) == red


@lru_cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
