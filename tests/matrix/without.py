"""The land without what somebody does not see: rows taken out by hand, so that the same request can be asked of both.

Lives here: taking rows out. Not here: who sees what (entitled), asking, comparing.
"""

import sqlite3
from collections.abc import Collection

from tests.matrix.entitled import sees
from tests.matrix.world import Land

# Tables by the column that names a thing of a kind. Event links stay: `next` of the changes is a place in the chain of the whole instance.
ROWS = {
    "record": {
        "record": "id", "page": "record_id", "page_field": "record_id", "page_finding": "record_id", "page_seal": "record_id", "job": "record_id",
        "page_code": "record_id", "page_key": "record_id", "rescan": "record_id", "match": "record_id", "rendition": "record_id", "event": "record_id",
    },
    "student": {
        "student": "id", "student_number": "student_id", "guardian": "student_id", "student_period": "student_id", "dossier": "student_id",
        "event": "student_id",
    },
    "case": {"registry_case": "id", "case_step": "case_id", "case_evidence": "case_id", "case_decision": "case_id", "event": "case_id"},
    "batch": {"batch": "id", "event": "subject_id"},
    "inspection": {"inspection": "id", "inspection_item": "inspection_id"},
    "upload": {"upload": "id"},
    "task": {"task": "id"},
    "token": {"api_token": "id"},
    "account": {"account": "id", "account_role": "account_id", "event": "account_id"},
}  # fmt: skip


def take_out(land: Land, caller: str) -> int:
    """Remove every thing that does not exist for somebody; returns how many.

    What they are told of by right stays: accounts, whose names stand beside their acts, and the papers a case they see rests on, of which
    the case gives the kind.
    """
    hidden = [one for one in land.things if one.kind != "account" and not sees(caller, one.kind, one.place, one.level)]
    hidden = [one for one in hidden if not (one.level == "P" and sees(caller, "case", one.place, ""))]
    live = sqlite3.connect(land.archive.settings.home / "archive.db", isolation_level=None)
    live.execute("BEGIN IMMEDIATE")
    for (trigger,) in live.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        live.execute(f'DROP TRIGGER "{trigger}"')  # the ledger forbids it, rightly; the land is put back afterwards
    for kind, columns in ROWS.items():
        ids = [one.id for one in hidden if one.kind == kind]
        for table, column in columns.items():
            _delete(live, table, column, ids)
    live.execute("COMMIT")
    live.close()
    return len(hidden)


def _delete(live: sqlite3.Connection, table: str, column: str, ids: Collection[str]) -> None:
    live.executemany(f'DELETE FROM "{table}" WHERE "{column}" = ?', [(one,) for one in ids])
