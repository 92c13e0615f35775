"""The table of acts against what the services write: nothing is written unclassified, nothing is classified that nobody writes."""

import ast
import re
from pathlib import Path

from archive_service.services import acts, history
from archive_service.services.acts import ACTS, Effect

SERVICES = Path(acts.__file__).parent
SHAPE = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")
TABLES = {"acts.py", "history.py"}


def texts_of(path):
    """Every text in a module."""
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def written():
    """Texts in the shape of an act that stand anywhere in the services, names of files apart."""
    texts = set().union(*(texts_of(path) for path in SERVICES.glob("*.py") if path.name not in TABLES))
    return {
        text
        for text in texts
        if SHAPE.fullmatch(text) and not text.endswith(".json") and text.partition(".")[0] in {act.partition(".")[0] for act in ACTS}
    }


def test_every_act_written_is_classified():
    assert written() - ACTS.keys() == set()


def test_every_act_classified_is_written():
    assert ACTS.keys() - written() == set()


def test_calls_name_their_act_in_a_literal_or_a_variable():
    """A composed act would escape the two tests above."""
    for path in SERVICES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "ledger.write":
                assert not any(isinstance(part, ast.JoinedStr) for part in ast.walk(node.args[1])), path


def test_what_changes_records_cases_matches_and_custody_is_followed():
    followed = {act for act in ACTS if act.partition(".")[0] in ("record", "case", "custody")}
    assert followed - acts.FOLLOWED == {"record.viewed", "record.refused", "case.viewed"}
    assert {ACTS[act] for act in acts.FOLLOWED} == {Effect.RECORD, Effect.MATCH, Effect.CASE, Effect.CUSTODY}


def test_words_are_given_to_known_acts_only():
    assert history.ACTS.keys() <= ACTS.keys()
    assert {ACTS[act] for act in history.LOOKS} == {Effect.LOOKED}
