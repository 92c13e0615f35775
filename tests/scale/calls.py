"""Every screen and every reading call of the API, as a table: who asks for what. Names in braces are things of the county."""

from dataclasses import dataclass

REGISTRAR, TEACHER, REVIEWER = "{registrar}", "{teacher}", "guangshan-reviewer"
SYSTEM, SECURITY, AUDITOR = "henan-sysadmin", "henan-secadmin", "henan-auditor"


@dataclass(frozen=True)
class Call:
    """A request; `route` is the rule of the URL map it answers to, `most` how many statements it may take."""

    login: str
    path: str
    route: str = ""
    most: int = 40
    grows: str = ""  # why a statement of it costs more where one's own units have more; absent: none does
    sorts: frozenset[str] = frozenset()  # tables of which it sorts what one's own units have

    @property
    def rule(self) -> str:
        """The route it stands for."""
        return self.route or self.path.partition("?")[0]


def screen(login: str, path: str, route: str = "", *, grows: str = "", sorts: str = "") -> Call:
    """A page of the web interface."""
    return Call(login, path, route, grows=grows, sorts=frozenset(sorts.split()))


def call(login: str, path: str, route: str = "", *, grows: str = "", sorts: str = "") -> Call:
    """A call of the API."""
    return Call(login, f"/api/v1{path}", f"/api/v1{route or path.partition('?')[0]}", grows=grows, sorts=frozenset(sorts.split()))


# What still grows, and why it may. Figures: the county of 20,000 children and 100,000 papers on SQLite, time of the processor for the call's
# dearest statement.
WAITING = "what waits at one's own units is counted by its due day, since it is the work of the day: 784 cases, 3.2 ms"
OWN_CASES = "the cases one's own school has a part in are sorted, never those of others: some 200 of 12,025, 5.7 ms"
ONE_SCHOOL = "children are sorted a school at a time, in the order of classes: 333 of 20,000, 2.1 ms"
IN_DOUBT = "record"  # the tray of one school, 0.3 ms
DEAD = "job"  # dead letters, the newest first
CASES = "registry_case case_step"
HEADCOUNT = "a rule asks for the number of children at the school (C-45): 333 entries of an index that covers it, under 0.2 ms"


SCREENS = (
    screen(REGISTRAR, "/", sorts=CASES),
    screen(REVIEWER, "/", grows=WAITING, sorts=CASES),
    screen(REGISTRAR, "/account"),
    screen(SECURITY, "/accounts"),
    screen(REGISTRAR, "/capture"),
    screen(TEACHER, "/capture"),
    screen(REGISTRAR, "/capture/batches/{batch}", "/capture/batches/<batch_id>"),
    screen(REGISTRAR, "/capture/batches/{batch}/cards", "/capture/batches/<batch_id>/cards"),
    screen(REGISTRAR, "/cases", grows=OWN_CASES, sorts=CASES),
    screen(REVIEWER, "/cases"),
    screen(REGISTRAR, "/cases/{case}", "/cases/<case_id>", grows=HEADCOUNT),
    screen(REGISTRAR, "/cases/new?student={student}"),
    screen(REVIEWER, "/inspections"),
    screen(AUDITOR, "/ledger"),
    screen(AUDITOR, "/ledger?act=record."),
    screen(SYSTEM, "/operations", sorts=DEAD),
    screen(REGISTRAR, "/password"),
    screen(REGISTRAR, "/records/{record}", "/records/<record_id>"),
    screen(REVIEWER, "/review", grows=WAITING, sorts=CASES),
    screen(REVIEWER, "/review?due=overdue", grows=WAITING, sorts=CASES),
    screen(REVIEWER, "/review/{case}", "/review/<case_id>", grows=WAITING, sorts=CASES),
    screen(REGISTRAR, "/search"),
    screen(REGISTRAR, "/search?q={name}"),
    screen(REVIEWER, "/search?q=诊断"),
    screen(REGISTRAR, "/students", grows=ONE_SCHOOL, sorts="student"),
    screen(REVIEWER, "/students", grows=ONE_SCHOOL),
    screen(REVIEWER, "/students?q={name}"),
    screen(REGISTRAR, "/students/{student}", "/students/<student_id>"),
    screen(REGISTRAR, "/tray", sorts=IN_DOUBT),
    screen(REGISTRAR, "/tray/{doubtful}", "/tray/<record_id>", sorts=IN_DOUBT),
    screen(REGISTRAR, "/tray/{doubtful}/candidates", "/tray/<record_id>/candidates", sorts=IN_DOUBT),
    screen(REGISTRAR, "/tray/{doubtful}/students?q={name}", "/tray/<record_id>/students", sorts=IN_DOUBT),
)

CALLS = (
    call(REGISTRAR, "/batches/{batch}", "/batches/<id>"),
    call(REGISTRAR, "/cases", grows=OWN_CASES, sorts=CASES),
    call(REVIEWER, "/cases"),
    call(REVIEWER, "/cases?mine=true", sorts=CASES),
    call(REGISTRAR, "/cases/{case}", "/cases/<id>", grows=HEADCOUNT),
    call(REGISTRAR, "/changes"),
    call(REVIEWER, "/changes"),
    call(SYSTEM, "/jobs", sorts=DEAD),
    call(REGISTRAR, "/kinds"),
    call(REGISTRAR, "/me"),
    call(REVIEWER, "/organisations"),
    call(REGISTRAR, "/procedures"),
    call(REGISTRAR, "/records"),
    call(REVIEWER, "/records"),
    call(REVIEWER, "/records?match=proposed"),
    call(REGISTRAR, "/records?student_id={student}"),
    call(REGISTRAR, "/records/{record}", "/records/<id>"),
    call(REGISTRAR, "/records/{record}/master", "/records/<id>/master"),
    call(REGISTRAR, "/records/{record}/pages/1/image?width=300", "/records/<id>/pages/<int:n>/image"),
    call(REGISTRAR, "/records/{record}/transcript", "/records/<id>/transcript"),
    call(REGISTRAR, "/search?q={name}"),
    call(REVIEWER, "/search?q=诊断"),
    call(REGISTRAR, "/students", grows=ONE_SCHOOL, sorts="student"),
    call(REVIEWER, "/students", grows=ONE_SCHOOL),
    call(REVIEWER, "/students?name={name}"),
    call(REGISTRAR, "/students/{student}", "/students/<id>"),
    call(REGISTRAR, "/students/{student}/dossier", "/students/<id>/dossier"),
)

# Routes that ask the database for nothing of the county's.
ELSEWHERE = {
    "/sign-in": "nobody is signed in",
    "/static/<path:filename>": "files",
    "/api/v1/health": "counts of jobs and leases only, for a watchman",
    "/api/v1/metrics": "figures of the process, for a watchman",
    "/api/v1/openapi.json": "a document",
    "/api/v1/tasks/<id>": "one row by its key",
    "/inspections/<inspection_id>": "one sample by its key, which is bounded",
    "/inspections/<inspection_id>/record.csv": "the same",
    "/inspections/<inspection_id>/items": "the same, and one paper",
    "/inspections/<inspection_id>/items/<int:no>": "the same, and one paper",
}
