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
    grows: str = ""  # why it still costs more in a larger county; absent: it must not

    @property
    def rule(self) -> str:
        """The route it stands for."""
        return self.route or self.path.partition("?")[0]


def screen(login: str, path: str, route: str = "", *, most: int = 40, grows: str = "") -> Call:
    """A page of the web interface."""
    return Call(login, path, route, most, grows)


def call(login: str, path: str, route: str = "", *, most: int = 40, grows: str = "") -> Call:
    """A call of the API."""
    return Call(login, f"/api/v1{path}", f"/api/v1{route or path.partition('?')[0]}", most, grows)


# Open work: each of these is to be mended and its reason taken out.
TOTAL = "the total is counted exactly"
SORTED_BY_DUE = "cases are sorted by a due day that not all have, so no index gives the order; the total is counted exactly"
SORTED_BY_NAME = (
    "students of one's schools or in one's cases are sorted whole, for want of an index over both; the total is counted exactly"
)
CHARTED = "figures of the day and the month are counted over the unit's papers"
FILLED = "a batch of the larger county holds more papers, which are shown"
CHAINED = "counts up to ten thousand events, more than the smaller county has"
HEADCOUNT = "a rule asks for the number of children at the school (C-45)"


SCREENS = (
    screen(REGISTRAR, "/", grows=CHARTED),
    screen(REVIEWER, "/", grows=CHARTED),
    screen(REGISTRAR, "/account"),
    screen(SECURITY, "/accounts"),
    screen(REGISTRAR, "/capture", grows=FILLED),
    screen(TEACHER, "/capture"),
    screen(REGISTRAR, "/capture/batches/{batch}", "/capture/batches/<batch_id>", grows=FILLED),
    screen(REGISTRAR, "/capture/batches/{batch}/cards", "/capture/batches/<batch_id>/cards", grows=FILLED),
    screen(REGISTRAR, "/cases", grows=SORTED_BY_DUE),
    screen(REVIEWER, "/cases", grows=SORTED_BY_DUE),
    screen(REGISTRAR, "/cases/{case}", "/cases/<case_id>", grows=HEADCOUNT),
    screen(REGISTRAR, "/cases/new?student={student}"),
    screen(AUDITOR, "/ledger", grows=CHAINED),
    screen(AUDITOR, "/ledger?act=record.", grows=CHAINED),
    screen(SYSTEM, "/operations", grows=CHAINED),
    screen(REGISTRAR, "/password"),
    screen(REGISTRAR, "/records/{record}", "/records/<record_id>"),
    screen(REVIEWER, "/review", grows=SORTED_BY_DUE),
    screen(REVIEWER, "/review?due=overdue", grows=SORTED_BY_DUE),
    screen(REVIEWER, "/review/{case}", "/review/<case_id>", grows=HEADCOUNT),
    screen(REGISTRAR, "/search"),
    screen(REGISTRAR, "/search?q={name}"),
    screen(REVIEWER, "/search?q=诊断"),
    screen(REGISTRAR, "/students", grows=SORTED_BY_NAME),
    screen(REVIEWER, "/students", grows=SORTED_BY_NAME),
    screen(REVIEWER, "/students?q={name}", grows=SORTED_BY_NAME),
    screen(REGISTRAR, "/students/{student}", "/students/<student_id>"),
    screen(REGISTRAR, "/tray", grows=TOTAL),
    screen(REGISTRAR, "/tray/{doubtful}", "/tray/<record_id>"),
    screen(REGISTRAR, "/tray/{doubtful}/candidates", "/tray/<record_id>/candidates"),
    screen(REGISTRAR, "/tray/{doubtful}/students?q={name}", "/tray/<record_id>/students", grows=SORTED_BY_NAME),
)

CALLS = (
    call(REGISTRAR, "/batches/{batch}", "/batches/<id>", grows=FILLED),
    call(REGISTRAR, "/cases", grows=SORTED_BY_DUE),
    call(REVIEWER, "/cases", grows=SORTED_BY_DUE),
    call(REVIEWER, "/cases?mine=true", grows=SORTED_BY_DUE),
    call(REGISTRAR, "/cases/{case}", "/cases/<id>", grows=HEADCOUNT),
    call(REGISTRAR, "/changes", grows="a statement for each thousand events of the chain"),
    call(REVIEWER, "/changes"),
    call(SYSTEM, "/jobs", grows=CHAINED),
    call(REGISTRAR, "/kinds"),
    call(REGISTRAR, "/me"),
    call(REVIEWER, "/organisations"),
    call(REGISTRAR, "/procedures"),
    call(REGISTRAR, "/records", grows=TOTAL),
    call(REVIEWER, "/records", grows=TOTAL),
    call(REVIEWER, "/records?match=proposed", grows=TOTAL),
    call(REGISTRAR, "/records?student_id={student}"),
    call(REGISTRAR, "/records/{record}", "/records/<id>"),
    call(REGISTRAR, "/records/{record}/master", "/records/<id>/master"),
    call(REGISTRAR, "/records/{record}/pages/1/image?width=300", "/records/<id>/pages/<int:n>/image"),
    call(REGISTRAR, "/records/{record}/transcript", "/records/<id>/transcript"),
    call(REGISTRAR, "/search?q={name}"),
    call(REVIEWER, "/search?q=诊断"),
    call(REGISTRAR, "/students", grows=SORTED_BY_NAME),
    call(REVIEWER, "/students", grows=SORTED_BY_NAME),
    call(REVIEWER, "/students?name={name}", grows=SORTED_BY_NAME),
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
}
