"""Defects that only a kill shows: what stays undone, and what is done twice."""

from tests.defects.defect import Defect, change

POINTS, PIECES = (
    "tests/faults/test_kills.py::test_every_point_once",
    "tests/faults/test_upload_kills.py::test_a_paper_in_pieces_is_taken_in_once",
)
CASES = "tests/faults/test_case_kills.py::test_each_act_of_a_case_happens_wholly_or_not_at_all"

_PUT = '        queue.put(session, "judge", record_id=record_id, now=now)\n'

DEFECTS = (
    Defect(
        "job-left-with-the-killed",
        "a job whose holder was killed is taken over",
        (
            change(
                "queue.py",
                "or_((Job.state == JobState.READY) & (Job.run_at <= now), (Job.state == JobState.RUNNING) & (Job.lease_until < now))",
                "(Job.state == JobState.READY) & (Job.run_at <= now)",
            ),
        ),
        (POINTS,),
    ),
    Defect(
        "job-put-after-the-commit",
        "a paper and the work it causes are committed together",
        (
            change(
                "services/intake.py",
                f"{_PUT}        if incoming.note is not None:\n            incoming.note(session, record_id)\n",
                f"        if incoming.note is not None:\n            incoming.note(session, record_id)\n    with archive.begin() as session:\n{_PUT}",
            ),
        ),
        (POINTS,),
    ),
    Defect(
        "made-and-noted-apart",
        "what a request has made is known when it comes again",
        (change("api/records.py", "note=asked.note)", "note=None)"),),
        (PIECES,),
    ),
    Defect(
        "decided-and-told-apart",
        "an act of a case and its event are committed together",
        (
            change(
                "services/case_actions.py",
                "        _tell(desk, decision)\n",
                "    with archive.begin() as desk.session:\n        _tell(desk, decision)\n",
            ),
        ),
        (CASES,),
    ),
)
