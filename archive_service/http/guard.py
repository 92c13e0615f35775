"""Who is asking: the session cookie or the bearer token, before any view runs. Nobody gets in unless a view says it is public.

Lives here: the guard and the session cookie. Not here: counting requests (limits), what an actor may see (services.scope).
A bearer token carries no ambient authority, so calls made with one need no CSRF token; everything else that writes does.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, request
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from archive_service.archive import Archive
from archive_service.errors import ArchiveError, Denied, NotSignedIn
from archive_service.http.limits import RateLimit
from archive_service.http.text import refuse_unstorable
from archive_service.services import sessions, tokens
from archive_service.settings import Settings

COOKIE = "xueji_session"
SECURE_COOKIE = f"__Host-{COOKIE}"  # browsers take a cookie of this name over TLS only, from this host only
BEARER = "Bearer "
WITH_FIRST_PASSWORD = frozenset({"/password", "/sign-out"})  # all that a password known to somebody else opens

View = TypeVar("View", bound=Callable[..., object])


def public(view: View) -> View:
    """Mark a view that needs nobody signed in."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark the guard reads
    return view


def register_guard(app: Flask, csrf: CSRFProtect, settings: Settings) -> None:
    """Put the guard before every request."""
    limit = RateLimit(settings.api.requests_per_minute)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # the guard asks for it, after it knows whether a cookie or a token is used

    @app.before_request
    def guard() -> BaseResponse | None:
        if request.endpoint == "static":
            return None  # built files are the same for everybody
        _authenticate(current_app.extensions["archive"], limit)
        if not request.path.startswith("/api/"):
            refuse_unstorable(request)  # the API names the place of each fault itself
        if _bearer() is not None:
            return None
        view = app.view_functions.get(request.endpoint or "")
        is_public = getattr(view, "is_public", False) or view is None
        answer = None if is_public else _turned_away()
        if answer is None:
            csrf.protect()
        return answer


def _authenticate(archive: Archive, limit: RateLimit) -> None:
    """Find out who asks, and count the request: for the account once that is proven, else for the address.

    What the caller sends is no name to count under: it could be another one each time. Raises NotSignedIn, TooMany.
    """
    bearer, address = _bearer(), request.remote_addr or "-"
    failure: NotSignedIn | None = None
    try:
        if bearer is not None:
            g.actor = tokens.actor_of_token(archive, bearer, address)
        elif token := cookie_token():
            g.signed_in = sessions.signed_in(archive, token, address)
            g.actor = g.signed_in.actor
    except NotSignedIn as error:
        failure = error if bearer is not None else None  # a page sends the person to sign in again
    limit.take(f"account {g.actor.account_id}" if "actor" in g else f"address {address}")
    if failure:
        raise failure


def _bearer() -> str | None:
    """The bearer token of a call; a page takes none, since it is drawn for a signed-in person and asks for a form token."""
    given = request.headers.get("Authorization", "")
    return given.removeprefix(BEARER).strip() if given.startswith(BEARER) and request.path.startswith("/api/") else None


def _turned_away() -> BaseResponse | None:
    """The answer to whoever may not go on: nobody is signed in, or only with a password that is still to be changed."""
    if g.get("signed_in") is None:
        return _sent_to(f"/sign-in?next={quote(request.full_path.rstrip('?'))}", refusal=NotSignedIn())
    if g.signed_in.must_change_password and request.path not in WITH_FIRST_PASSWORD:
        refusal = Denied("初始密码只能用来登录一次，请先修改密码。", code="password_change_needed")
        return _sent_to("/password", refusal=refusal)
    return None


def _sent_to(url: str, *, refusal: ArchiveError) -> BaseResponse:
    """A page sends the person elsewhere; a program, and a form that would write, get the refusal."""
    if request.path.startswith("/api/") or request.method != "GET":
        raise refusal
    if request.headers.get("HX-Request"):
        answer = Response(status=401)
        answer.headers["HX-Redirect"] = url.partition("?")[0]
        return answer
    return redirect(url)


def cookie_token() -> str:
    """The session's token the browser sent, or nothing."""
    return request.cookies.get(_cookie(current_app.extensions["archive"].settings), "")


def set_cookie(response: BaseResponse, token: str, settings: Settings) -> None:
    """Hand the session's token to the browser; it ends with the browser, the row ends it earlier."""
    response.set_cookie(_cookie(settings), token, httponly=True, samesite="Lax", secure=settings.service.secure_cookies)


def clear_cookie(response: BaseResponse, settings: Settings) -> None:
    """Take the session's token back, and what pages kept in the browser: unfinished uploads wait in its storage."""
    response.delete_cookie(_cookie(settings), httponly=True, samesite="Lax", secure=settings.service.secure_cookies)
    response.headers["Clear-Site-Data"] = '"storage"'


def _cookie(settings: Settings) -> str:
    return SECURE_COOKIE if settings.service.secure_cookies else COOKIE
