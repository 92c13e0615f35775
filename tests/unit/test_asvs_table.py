"""docs/asvs.md holds what it says: each named test is there, each item stands once and in order; and what no request could show.

Not here: the tests it names, most of which are in tests/functional/test_asvs.py.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from archive_service.settings import ROOT

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \|(.*)\|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
MET, NOT_MET = (ROOT / "docs" / "asvs.md").read_text("utf-8").split("## Not met")
SPEAKING = {"urllib.request", "urllib3", "http.client", "requests", "httpx", "aiohttp", "ftplib", "smtplib", "telnetlib"}
# The S3 client, to the endpoint of the settings; the command line asks whether a port of this machine is taken.
MAY_SPEAK = {"archive_service/adapters/blobs/s3_client.py"}
OF_THIS_MACHINE = {"gethostname"}  # what the module for sockets may be asked elsewhere


def rows(text: str) -> list[tuple[str, list[str]]]:
    return [(found[1], [cell.strip() for cell in found[2].split(" |")]) for found in ROW.finditer(text)]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("item", "cells"), rows(MET), ids=[item for item, _ in rows(MET)])
def test_what_is_met_names_a_test_that_is_there_or_says_why_none(item: str, cells: list[str]) -> None:
    proof = cells[-1]
    named = NAMED.findall(proof)
    assert named or re.fullmatch(r"no test: \S.+", proof), f"{item}: {proof}"
    assert [f"{path}::{test}" for path, test in named if not (ROOT / path).exists() or test not in names_in(path)] == []


def test_what_is_not_met_says_why() -> None:
    assert all(len(cells) == 2 and all(cells) for _, cells in rows(NOT_MET))


def test_each_item_stands_once_and_in_order() -> None:
    numbers = [[tuple(map(int, item.split("."))) for item, _ in rows(part)] for part in (MET, NOT_MET)]
    assert len(numbers[0]) > 60
    assert len({*numbers[0], *numbers[1]}) == len(numbers[0]) + len(numbers[1])
    assert [sorted(part) for part in numbers] == numbers


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    origins = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return names | origins | {f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}


def asked_of_sockets(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {
        node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "socket"
    }


def test_nothing_speaks_to_addresses_of_others() -> None:
    """No code that answers a request, works or reads has anything that opens a connection, but the store's client."""
    places = [path for part in ("archive_service", "scanners", "retention") for path in (ROOT / part).rglob("*.py")]
    served = [path for path in places if not path.is_relative_to(ROOT / "archive_service" / "cli")]
    found = {path.relative_to(ROOT).as_posix(): imported(path) & SPEAKING | asked_of_sockets(path) - OF_THIS_MACHINE for path in served}
    assert {place for place, speaks in found.items() if speaks} <= MAY_SPEAK, found
