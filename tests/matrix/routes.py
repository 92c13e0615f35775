"""What is sent to each route: where an id goes, of which kind, and who may do it to a thing they see. A route that is missing fails the walk.

`{id}` stands for the id that is tried, `{student}`, `{record}` and `{case}` for things of the caller's own. Not here: who sees what (entitled).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.entitled import PAPERS

SCHOOL = frozenset({"registrar", "sister", "senior", "next", "far"})
REVIEWERS = frozenset({"county", "next_county", "far_county", "city", "province", "far_province"})
EVERYBODY = frozenset(PAPERS)
# Who may do what to a thing they see. Source: the guides of each post, HN-5.1, GZ-6.2, GB/T 39784 for the administrators.
MATCH = SCHOOL | REVIEWERS | {"registrar+capture", "registrar+review"}
CONFIRM = SCHOOL | REVIEWERS | {"registrar+review"}
CAPTURE = SCHOOL | {"teacher", "registrar+capture"}
REVIEW = REVIEWERS | {"leader"}
PREPARE = SCHOOL | {"leader", "registrar+review"}
OPEN = SCHOOL | {"registrar+review"}
SYSTEM, SECURITY, AUDIT = frozenset({"system"}), frozenset({"security"}), frozenset({"audit"})
# At whom the submitted cases of the land wait: the registry authority of each school. Source: GZ-17.1, HN-3.2.
CHECK = REVIEWERS | {"leader", "archivist"}
OWN_CHECK = frozenset({"city", "far_province"})  # who started the samples of the land
TURN = {"county": ("home", "sister"), "city": ("senior",), "next_county": ("next",), "far_county": ("far",)}
ASSISTS = ("next_county", "senior")  # looks on there and decides nothing. Source: HN-3.4


@dataclass(frozen=True)
class Ask:
    """One way to put an id to a route; without a kind the route takes none."""

    kind: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    file: bool = False
    may: frozenset[str] = EVERYBODY
    turn: bool = False  # only for whom the case waits
    shows: bool = False  # whoever may, finds a mark of the thing in the answer
    lists: str = ""  # of which kind it lists everything one sees
    by: str = "id"  # what of the thing is tried: its id, or its number


def _turn(**sent: Any) -> Ask:
    return Ask("case", json=sent.get("json"), form=sent.get("form"), may=REVIEWERS, turn=True)


def _json(kind: str, may: frozenset[str], /, **body: Any) -> Ask:
    return Ask(kind, json=body, may=may)


def _form(kind: str, may: frozenset[str], /, **form: str) -> Ask:
    return Ask(kind, form=form, may=may)


RECORD, STUDENT, CASE, BATCH = (Ask(kind, shows=True) for kind in ("record", "student", "case", "batch"))
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}

API: dict[tuple[str, str], tuple[Ask, ...]] = {
    ("POST", "/batches"): (Ask(json={"label": "甲"}, may=CAPTURE),),
    ("GET", "/batches/<id>"): (BATCH,),
    ("GET", "/cases"): (Ask(lists="case"), Ask("student", {"student_id": "{id}"})),
    ("POST", "/cases"): (_json("student", OPEN, procedure="suspend", student_id="{id}", ground="illness", facts={}),),
    ("GET", "/cases/<id>"): (CASE,),
    ("POST", "/cases/<id>/actions"): (
        _turn(json={"action": "return", "reasons": [{"note": "补件"}]}),
        _turn(json={"action": "accept"}),
    ),
    ("PUT", "/cases/<id>/evidence/<code>"): (_turn(json={"record_id": "{record}"}),),
    ("PUT", "/cases/<id>/facts"): (_json("case", frozenset(), facts={}),),
    ("GET", "/changes"): (Ask(),),
    ("GET", "/health"): (Ask(),),
    ("GET", "/jobs"): (Ask(may=SYSTEM),),
    ("GET", "/kinds"): (Ask(),),
    ("GET", "/me"): (Ask(),),
    ("GET", "/metrics"): (Ask(may=SYSTEM),),
    ("GET", "/openapi.json"): (Ask(),),
    ("GET", "/organisations"): (Ask(),),
    ("POST", "/organisations/import"): (Ask(file=True, may=SECURITY | SYSTEM),),
    ("GET", "/procedures"): (Ask(),),
    ("GET", "/records"): (
        Ask(query={"size": "200"}, lists="record"),
        Ask("student", {"student_id": "{id}"}),
        Ask("batch", {"batch": "{id}"}),
        Ask("case", {"case": "{id}"}),
    ),
    ("POST", "/records"): (
        Ask("student", form={"student_id": "{id}"}, file=True, may=CAPTURE),
        Ask("student", form={"student_no": "{id}"}, file=True, may=CAPTURE, by="number"),
        Ask("case", form={"case_id": "{id}"}, file=True, may=CAPTURE),
        Ask("batch", form={"batch_id": "{id}"}, file=True, may=CAPTURE),
        Ask("record", form={"supersedes": "{id}"}, file=True, may=CAPTURE),
        Ask("upload", form={"upload_id": "{id}"}, may=CAPTURE),
    ),
    ("GET", "/records/<id>"): (RECORD, Ask("case", {"case": "{id}"})),
    ("PUT", "/records/<id>/fields/<name>"): (_json("record", CONFIRM, value="甲", reason="核对"),),
    ("PUT", "/records/<id>/kind"): (_json("record", CONFIRM, kind="hukou_page", reason="核对"),),
    ("GET", "/records/<id>/master"): (RECORD,),
    ("DELETE", "/records/<id>/match"): (Ask("record", may=MATCH),),
    ("PUT", "/records/<id>/match"): (_json("record", MATCH, student_id="{student}", reason="核对"),),
    ("GET", "/records/<id>/pages/<int:n>/image"): (RECORD, Ask("record", {"width": "20"})),
    ("PUT", "/records/<id>/rescan"): (_json("record", CONFIRM, state="denied"), _json("record", CONFIRM, state="proposed")),
    ("POST", "/records/<id>/retry"): (Ask("record", json={}, may=CAPTURE),),
    ("GET", "/records/<id>/transcript"): (RECORD,),
    ("GET", "/search"): (Ask(query={"q": "{word}", "size": "50"}), Ask("student", {"q": "{id}"}, by="number")),
    ("GET", "/students"): (
        Ask(query={"size": "200"}, lists="student"),
        Ask("student", {"student_no": "{id}"}, by="number"),
        Ask("student", {"name": "{id}"}, by="shown"),
        Ask("student", {"cursor": "{id}"}),
    ),
    ("GET", "/students/<id>"): (STUDENT,),
    ("GET", "/students/<id>/dossier"): (Ask("student"),),
    ("POST", "/students/import"): (Ask(query={"school": "{school}"}, file=True, may=SCHOOL),),
    ("GET", "/tasks/<id>"): (Ask("task", shows=True),),
    ("OPTIONS", "/uploads"): (Ask(),),
    ("POST", "/uploads"): (Ask(headers={"Upload-Length": "5"}, may=CAPTURE),),
    ("DELETE", "/uploads/<id>"): (Ask("upload", may=CAPTURE),),
    ("HEAD", "/uploads/<id>"): (Ask("upload"),),
    ("PATCH", "/uploads/<id>"): (Ask("upload", headers=TUS, may=CAPTURE),),
}

PAGES: dict[tuple[str, str], tuple[Ask, ...]] = {
    ("GET", "/"): (Ask(),),
    ("GET", "/account"): (Ask(),),
    ("POST", "/account/sign-out-everywhere"): (),
    ("POST", "/account/tokens/<token_id>/revoke"): (_form("token", EVERYBODY),),
    ("GET", "/accounts"): (Ask(may=SECURITY), Ask("account", {"q": "{id}"}, may=SECURITY, by="shown")),
    ("POST", "/accounts"): (Ask(form={"account": "new", "name": "新", "unit": "-", "role": "archivist"}, may=SECURITY),),
    ("POST", "/accounts/<account_id>/actions"): (_form("account", SECURITY, action="unlock"), _form("account", SECURITY, action="disable")),
    ("POST", "/accounts/<account_id>/training"): (_form("account", SECURITY, trained_on="2026-08-01", subject="学籍", filing_ref="备案1"),),
    ("GET", "/capture"): (
        Ask(may=CAPTURE),
        Ask("student", {"student": "{id}"}, may=CAPTURE),
        Ask("case", {"case": "{id}", "evidence": "E-APP"}, may=CAPTURE),
    ),
    ("GET", "/capture/batches/<batch_id>"): (Ask("batch", may=CAPTURE),),
    ("GET", "/capture/batches/<batch_id>/cards"): (Ask("batch", may=CAPTURE),),
    ("GET", "/cases"): (Ask(lists="case"), Ask("student", {"student": "{id}"}), Ask("student", {"q": "{id}"}, by="shown")),
    ("GET", "/cases/<case_id>"): (CASE,),
    ("POST", "/cases/<case_id>/actions"): (_turn(form={"action": "accept"}),),
    ("POST", "/cases/<case_id>/evidence/<code>"): (_turn(form={"record_id": "{record}"}),),
    ("POST", "/cases/<case_id>/facts"): (_form("case", frozenset()),),
    ("GET", "/cases/new"): (Ask("student", {"student": "{id}"}, may=OPEN), Ask("student", {"q": "{id}"}, may=OPEN, by="shown")),
    ("POST", "/cases/new"): (_form("student", OPEN, student="{id}", procedure="suspend", ground="illness"),),
    (
        "POST",
        "/cases/new/identify",
    ): (),
    ("GET", "/inspections"): (Ask(may=CHECK),),
    ("POST", "/inspections"): (Ask(form={"school": "-", "first_on": "2026-09-01", "last_on": "2026-09-01"}, may=CHECK),),
    ("GET", "/inspections/<inspection_id>"): (Ask("inspection", shows=True, may=CHECK),),
    ("GET", "/inspections/<inspection_id>/record.csv"): (Ask("inspection", shows=True, may=CHECK),),
    ("GET", "/inspections/<inspection_id>/items"): (Ask("inspection", may=OWN_CHECK),),
    ("GET", "/inspections/<inspection_id>/items/<int:no>"): (Ask("inspection", may=OWN_CHECK),),
    ("POST", "/inspections/<inspection_id>/items/<int:no>"): (_form("inspection", OWN_CHECK, fault="blurred"),),
    ("POST", "/inspections/<inspection_id>/items/<int:no>/undo"): (_form("inspection", OWN_CHECK),),
    ("POST", "/inspections/<inspection_id>/end"): (_form("inspection", frozenset()),),  # none of these was gone through
    ("GET", "/ledger"): (Ask(may=AUDIT),),
    ("GET", "/operations"): (Ask(may=SYSTEM),),
    ("POST", "/operations/jobs/<int:job_id>/retry"): (Ask(form={}, may=SYSTEM),),
    ("POST", "/operations/jobs/retry"): (Ask(form={}, may=SYSTEM),),
    ("GET", "/password"): (Ask(),),
    ("POST", "/password"): (Ask(form={"old": "a", "new": "b", "again": "c"}),),
    ("POST", "/post"): (Ask(form={"post": "1"}),),
    ("GET", "/records/<record_id>"): (RECORD, Ask("case", {"case": "{id}"})),
    ("POST", "/records/<record_id>/fields/<name>"): (_form("record", CONFIRM, value="甲", reason="核对"),),
    ("POST", "/records/<record_id>/kind"): (_form("record", CONFIRM, kind="hukou_page"),),
    ("POST", "/records/<record_id>/rescan"): (_form("record", CONFIRM),),
    ("POST", "/records/<record_id>/rescan/restore"): (_form("record", CONFIRM),),
    ("POST", "/records/<record_id>/retry"): (_form("record", CAPTURE),),
    ("POST", "/records/<record_id>/review"): (_form("record", REVIEW, action="accept"),),
    ("GET", "/review"): (Ask(may=REVIEW), Ask("student", {"q": "{id}"}, may=REVIEW, by="shown")),
    ("GET", "/review/<case_id>"): (CASE,),
    ("POST", "/review/<case_id>/decision"): (_turn(form={"action": "accept"}),),
    ("POST", "/review/<case_id>/undo"): (_form("case", frozenset()),),
    ("GET", "/search"): (Ask(query={"q": "{word}"}), Ask("student", {"q": "{id}"}, by="number")),
    ("GET", "/sign-in"): (Ask(), Ask("record", {"next": "/records/{id}"})),
    ("POST", "/sign-in"): (Ask(form={"account": "nobody", "password": "-"}),),
    ("POST", "/sign-out"): (),
    ("GET", "/static/<path:filename>"): (Ask(),),
    ("GET", "/students"): (Ask(), Ask("student", {"q": "{id}"}, by="shown"), Ask("student", {"cursor": "{id}"})),
    ("GET", "/students/<student_id>"): (
        STUDENT,
        *(Ask("student", {"tab": tab}, shows=True) for tab in ("leaf", "cases", "timeline", "looks")),
    ),
    ("POST", "/students/<student_id>/reveal"): (Ask("student", form={}, shows=True),),
    ("GET", "/tray"): (Ask(may=MATCH),),
    ("GET", "/tray/<record_id>"): (Ask("record", may=MATCH),),
    ("GET", "/tray/<record_id>/candidates"): (Ask("record", may=MATCH),),
    ("POST", "/tray/<record_id>/kind"): (_form("record", CONFIRM, kind="hukou_page"),),
    ("POST", "/tray/<record_id>/match"): (_form("record", MATCH, student_id="{student}", reason="核对"),),
    ("GET", "/tray/<record_id>/students"): (Ask("record", {"q": "张"}, may=MATCH), Ask("student", {"q": "{id}"}, may=MATCH, by="shown")),
    ("POST", "/tray/<record_id>/undo"): (_form("record", MATCH),),
}
# Lists, where a student of another unit stands under a mask. Source: HN-24.1, PIPL-6.
MASKED = frozenset({
    ("GET", "/"), ("GET", "/students"), ("GET", "/cases"), ("GET", "/review"), ("GET", "/search"), ("GET", "/tray"), ("GET", "/api/v1/search"),
    ("GET", "/tray/<record_id>"), ("GET", "/tray/<record_id>/candidates"), ("GET", "/tray/<record_id>/students"),
    ("GET", "/capture/batches/<batch_id>"), ("GET", "/capture/batches/<batch_id>/cards"), ("GET", "/capture"),
    ("GET", "/students/<student_id>"),
})  # fmt: skip
ELSEWHERE = {  # what the walk does not put, and the test that does
    ("POST", "/account/sign-out-everywhere"): "test_web_account.py::test_one_ends_all_ones_sessions",
    ("POST", "/cases/new/identify"): "test_web_cases.py::test_a_student_of_another_school_is_opened_by_number_and_name",
    ("POST", "/sign-out"): "test_asvs.py::test_what_ended_is_ended_for_whoever_kept_the_cookie",
}
ROUTES = {(method, f"/api/v1{path}"): asks for (method, path), asks in API.items()} | PAGES
