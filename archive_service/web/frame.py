"""The frame around every screen: who one is, the rail of one's role, small counts, the watermark.

Lives here: what `base.html` needs. Not here: what a role may do (rules.access).
"""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.clock import CHINA
from archive_service.http.context import actor, archive, signed_in
from archive_service.http.guard import COOKIE
from archive_service.rules.access import Role
from archive_service.services import counts, sessions
from archive_service.settings import Settings
from archive_service.web.pages import pages

RAILS = {
    Role.HOMEROOM_TEACHER: "registrar",
    Role.SCHOOL_REGISTRAR: "registrar",
    Role.SCHOOL_LEADER: "reviewer",
    Role.COUNTY_REVIEWER: "reviewer",
    Role.CITY_REVIEWER: "reviewer",
    Role.PROVINCE_REVIEWER: "reviewer",
    Role.ARCHIVIST: "archivist",
    Role.SYSTEM_ADMIN: "administrator",
    Role.SECURITY_ADMIN: "administrator",
    Role.AUDIT_ADMIN: "administrator",
}


@dataclass(frozen=True)
class Frame:
    """The context of base.html."""

    role: str
    account: dict[str, str]
    unit: dict[str, str]
    posts: list[dict[str, Any]]
    counts: dict[str, int] = field(default_factory=dict)
    faults: list[dict[str, str]] = field(default_factory=list)
    query: str = ""
    styleguide: bool = False


def init_frame(app: Flask, settings: Settings) -> None:
    """Give every template its frame."""

    @app.context_processor
    def add() -> dict[str, Any]:
        return {"frame": _frame(settings)} if g.get("signed_in") else {}


def watermark() -> str:
    """Unit, name and minute: laid over every paper."""
    who = signed_in()
    unit = next((role.unit_name for role in who.roles if role.id == who.role_id), "") if who else ""
    minute = archive().clock.now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    return f"{unit} {actor().name} {minute}"


@pages.post("/post")
def switch_post() -> BaseResponse:
    """Act in another of one's roles."""
    token = request.cookies.get(COOKIE, "")
    chosen = request.form.get("post", "")
    if chosen.isdigit():
        sessions.switch_role(archive(), token, int(chosen), request.remote_addr or "-")
    return redirect("/")


def _frame(settings: Settings) -> Frame | None:
    who = signed_in()
    if who is None:
        return None
    current = next((role for role in who.roles if role.id == who.role_id), who.roles[0] if who.roles else None)
    rail = RAILS.get(Role(current.role), "registrar") if current else "registrar"
    return Frame(
        role=rail,
        account={"name": who.actor.name},
        unit={"name": current.unit_name if current else ""},
        posts=[{"id": role.id, "unit": role.unit_name, "role_label": role.label, "current": role.id == who.role_id} for role in who.roles],
        counts=counts.of_work(archive(), actor=who.actor) if rail != "administrator" else {},
        faults=[{"part": "账号", "text": who.notice}] if who.notice else [],
        query=request.args.get("q", "") if request.path == "/search" else "",
        styleguide=settings.service.styleguide,
    )
