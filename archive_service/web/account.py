"""我的账号: what the signed-in person keeps of their own: ending every session, seeing and revoking tokens.

Not here: other people's accounts (accounts), signing in and the password (sign_in).
"""

from typing import Any

from flask import redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from archive_service.http.context import archive, person
from archive_service.http.guard import clear_cookie
from archive_service.services import sessions, tokens
from archive_service.services.tokens import TokenLine
from archive_service.web.pages import decided, pages


@pages.get("/account")
def account_page() -> str:
    """One's own account."""
    who = person()
    return render_template("pages/account.html", tokens=[_row(line) for line in tokens.listed(archive(), who.account_id or "", who)])


@pages.post("/account/tokens/<token_id>/revoke")
def revoke_token(token_id: str) -> BaseResponse:
    """End one of one's tokens."""
    tokens.revoke(archive(), token_id, person())
    return decided("令牌已作废。", next_url="/account")


@pages.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> BaseResponse:
    """End every session of the account, this one too."""
    sessions.sign_out_everywhere(archive(), person())
    response = redirect("/sign-in?notice=out")
    clear_cookie(response, archive().settings)
    return response


def _row(line: TokenLine) -> dict[str, Any]:
    is_over = line.revoked_at is not None or line.expires_at <= archive().clock.now()
    scopes = "、".join(scope.value for scope in line.scopes) or "与账号相同"
    names = ("id", "label", "created_at", "expires_at", "used_at")
    return {**{name: getattr(line, name) for name in names}, "scopes": scopes, "is_over": is_over}
