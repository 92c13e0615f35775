"""Defects by which the ledger would no longer tell what was done: looks without events, edits nobody names."""

from tests.defects.defect import Defect, change

GUARDS = "tests/defects/test_guards_sight.py"
TAMPERED = "tests/functional/test_ledger.py::test_a_tampering_is_named"
NOTED = "tests/functional/test_ledger_noted.py"
VERIFY = "services/ledger_verify.py"

DEFECTS = (
    Defect(
        "look-without-an-event",
        "reading a page is an event like writing one",
        (change("services/papers.py", "ledger.write(session, act, subject, actor=actor, now=archive.clock.now(), detail=detail)", "pass"),),
        (f"{GUARDS}::test_a_page_is_a_look",),
    ),
    Defect(
        "read-goes-on-without-its-event",
        "a read whose event cannot be written is refused",
        (
            change(
                "services/ledger.py",
                "    session.add(event)\n    return event",
                "    try:\n        with session.begin_nested():\n            session.add(event)\n    except Exception:\n        session.expunge_all()\n    return event",
            ),
        ),
        (f"{GUARDS}::test_a_look_that_cannot_be_written_down_is_refused",),
    ),
    Defect(
        "event-may-be-edited",
        "verify-ledger names an edited event",
        (change(VERIFY, "if is_next and link_digest(self.head, link.seq, event) != link.digest:", "if False:"),),
        (TAMPERED,),
    ),
    Defect(
        "event-may-be-edited-in-part",
        "every column of an event is in its digest",
        (
            change(
                "services/ledger_chain.py",
                "for column in Event.__table__.columns}",
                'for column in Event.__table__.columns if column.key != "purpose"}',
            ),
        ),
        (TAMPERED,),
    ),
    Defect(
        "event-may-be-removed",
        "verify-ledger names a missing link",
        (change(VERIFY, "        if not is_next:\n", "        if False:\n"),),
        (TAMPERED,),
    ),
    Defect(
        "event-may-be-put-in",
        "verify-ledger names an event that was put in outside the chain",
        (change(VERIFY, "where(ledger.unlinked(), below, ~waits)", "where(ledger.unlinked(), below, waits)"),),
        (TAMPERED,),
    ),
    Defect(
        "events-may-be-reordered",
        "each link holds its place and the one before it, so that none can be moved",
        (change("services/ledger_chain.py", 'f"{previous}\\n{seq}\\n{text}"', "text"),),
        (TAMPERED,),
    ),
    Defect(
        "triggers-left-out",
        "the database itself refuses to change an event",
        (change("migrations/versions/20261124_first_schema.py", "        append_only(table)\n", "        pass\n"),),
        ("tests/test_migrations.py::test_events_cannot_be_touched",),
    ),
    Defect(
        "emptied-anchors-unseen",
        "verify-ledger names an anchor the ledger has noted and the folder lacks",
        (change("services/ledger_noted.py", "for each in noted(session)} - there)", "for each in noted(session)} & set())"),),
        (f"{NOTED}::test_a_folder_emptied_after_a_rewriting_is_named_and_not_filled_anew", f"{NOTED}::test_one_anchor_taken_out_is_named"),
    ),
    Defect(
        "lost-anchors-written-for-a-rewritten-chain",
        "a lost anchor is written again only to the bytes the ledger has noted",
        (change("services/ledger_anchors.py", "if known and anchor.digest != known.sha256:", "if False:"),),
        (f"{NOTED}::test_a_folder_emptied_after_a_rewriting_is_named_and_not_filled_anew",),
    ),
)
