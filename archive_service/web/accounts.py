"""账号: who may sign in, as the security administrator keeps them."""

from datetime import date
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.errors import ArchiveError, Denied, Rejected
from archive_service.http.context import actor, archive
from archive_service.models.account import AccountState
from archive_service.rules.access import Right, Role
from archive_service.services import accounts, organisations, passwords_change, training
from archive_service.services.accounts import AccountLine, NewAccount
from archive_service.services.accounts_roles import RoleAt
from archive_service.services.training import Training
from archive_service.web.pages import decided, pages

STATES = {AccountState.ACTIVE: "active", AccountState.WAITING: "locked", AccountState.CLOSED: "disabled"}
BLANK = {"account": "", "name": "", "unit": "", "role": "", "faults": {}, "open": False}


@pages.get("/accounts")
def accounts_page() -> str:
    """The list, and the form for a new one."""
    return _page()


@pages.post("/accounts")
def create_account() -> str | tuple[str, int]:
    """Open an account; its first password is shown once."""
    form = {name: request.form.get(name, "").strip() for name in ("account", "name", "unit", "role")}
    try:
        role = RoleAt(Role(form["role"]), _unit_id(form["unit"]))
        opened = accounts.create(archive(), NewAccount(form["account"], form["name"], (role,)), actor())
    except ValueError:
        return _page(form=form | {"faults": {"role": "请选择岗位"}, "open": True}), 400
    except ArchiveError as error:
        return _page(form=form | {"faults": {"account": error.message}, "open": True}), error.this_status
    return _page(issued={"account": opened.login, "password": opened.password})


@pages.post("/accounts/<account_id>/actions")
def act_on_account(account_id: str) -> str | BaseResponse:
    """Close an account, or give it a new one-time password (which unlocks it too)."""
    action, the, who = request.form.get("action"), archive(), actor()
    if action == "disable":
        accounts.close(the, account_id, who)
        return decided("账号已停用。", next_url="/accounts")
    if action in ("reset", "unlock"):
        password = passwords_change.reset_password(the, account_id, who)
        login = next((line.login for line in accounts.listed(the, who) if line.id == account_id), "")
        return _page(issued={"account": login, "password": password})
    raise Rejected("没有这种操作。", code="unknown_action")


@pages.post("/accounts/<account_id>/training")
def file_training(account_id: str) -> BaseResponse:
    """File a training record, which opens a waiting account."""
    given = request.form
    filed = Training(_day(given.get("trained_on", "")), given.get("subject", ""), given.get("filing_ref", ""))
    training.file_training(archive(), account_id, filed, actor())
    return decided("培训已备案，账号可以办理业务。", next_url="/accounts")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Rejected("请填写培训日期，例如 2026-09-01。", code="malformed") from error


def _page(*, form: dict[str, Any] | None = None, issued: dict[str, str] | None = None) -> str:
    the, who = archive(), actor()
    if not any(grant.gives(Right.MANAGE_ACCOUNTS) for grant in who.viewer.grants):
        raise Denied("账号由安全管理员管理。")
    lines, sought = accounts.listed(the, who), request.args.get("q", "").strip()
    shown = [line for line in lines if sought in line.login or sought in line.name]
    units = organisations.visible(the, who)
    return render_template(
        "pages/accounts.html",
        filters=[],
        search={"name": "q", "label": "账号或姓名", "value": sought},
        total=len(shown),
        why=f"含“{sought}”" if sought else "",
        next_url=None,
        shown=len(shown),
        rows=[_row(line) for line in shown],
        form=form or BLANK,
        units=[{"code": unit.code, "label": unit.name} for unit in units],
        roles=[{"code": role.value, "label": role.label} for role in Role],
        issued=issued,
    )


def _unit_id(code: str) -> str:
    found = [unit.id for unit in organisations.visible(archive(), actor()) if unit.code == code]
    if not found:
        raise Rejected("请选择单位", code="unknown_unit")
    return found[0]


def _row(line: AccountLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "account": line.login,
        "name": line.name,
        "posts": [{"unit": role.unit_name, "role_label": role.role.label} for role in line.roles],
        "state": STATES[line.state],
        "waits": line.state is AccountState.WAITING,
        "last_sign_in_at": line.signed_in_at,
    }
