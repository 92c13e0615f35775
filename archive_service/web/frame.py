"""The frame around every screen: who one is, the rail of one's role, small counts, the watermark.

Lives here: what `base.html` needs. Not here: what a role may do (rules.access).
"""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.clock import CHINA
from archive_service.http.context import archive, person, signed_in
from archive_service.http.guard import cookie_token
from archive_service.rules.access import Right
from archive_service.services import counts, sessions
from archive_service.settings import Settings
from archive_service.web.pages import number, pages
from archive_service.web.rights import holds

# The screens of the rail in their order, each with the rights that make it somebody's: all of one set.
RAIL: tuple[tuple[str, tuple[frozenset[Right], ...]], ...] = (
    ("home", (frozenset({Right.CAPTURE}), frozenset({Right.READ_PAPER}))),
    ("capture", (frozenset({Right.CAPTURE}),)),
    ("tray", (frozenset({Right.CAPTURE, Right.MATCH}),)),
    ("review", (frozenset({Right.REVIEW_CASE}),)),
    ("inspections", (frozenset({Right.REVIEW_CASE}), frozenset({Right.ARCHIVE}))),
    ("students", (frozenset({Right.READ_PAPER}),)),
    ("cases", (frozenset({Right.OPEN_CASE}), frozenset({Right.SUBMIT_CASE}))),
    ("search", (frozenset({Right.READ_PAPER}),)),
    ("operations", (frozenset({Right.MANAGE_SYSTEM}),)),
    ("accounts", (frozenset({Right.MANAGE_ACCOUNTS}),)),
    ("ledger", (frozenset({Right.READ_LEDGER}),)),
)


@dataclass(frozen=True)
class Frame:
    """The context of base.html."""

    rail: list[str]
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
    return f"{unit} {person().name} {minute}"


@pages.post("/post")
def switch_post() -> BaseResponse:
    """Act in another of one's roles."""
    token = cookie_token()
    chosen = number(request.form.get("post"))
    if chosen is not None:
        sessions.switch_role(archive(), token, chosen, request.remote_addr or "-")
    return redirect("/")


def _frame(settings: Settings) -> Frame | None:
    who = signed_in()
    if who is None:
        return None
    current = next((role for role in who.roles if role.id == who.role_id), who.roles[0] if who.roles else None)
    rail = [screen for screen, any_of in RAIL if any(all(map(holds, rights)) for rights in any_of)]
    return Frame(
        rail=rail,
        account={"name": who.actor.name},
        unit={"name": current.unit_name if current else ""},
        posts=[{"id": role.id, "unit": role.unit_name, "role_label": role.label, "current": role.id == who.role_id} for role in who.roles],
        counts=counts.of_work(archive(), actor=who.actor) if "home" in rail else {},
        faults=[{"part": "账号", "text": who.notice}] if who.notice else [],
        query=request.args.get("q", "") if request.path == "/search" else "",
        styleguide=settings.service.styleguide,
    )
