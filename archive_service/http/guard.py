"""Who is asking: the session cookie or the bearer token, before any view runs. Nobody gets in unless a view says it is public.

Lives here: the guard, the session cookie, the rate limit. Not here: what an actor may see (services.scope).
A bearer token carries no ambient authority, so calls made with one need no CSRF token; everything else that writes does.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, request
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from archive_service.archive import Archive
from archive_service.errors import NotSignedIn, TooMany
from archive_service.services import sessions, tokens
from archive_service.settings import Settings

COOKIE = "xueji_session"
BEARER = "Bearer "
WINDOW_SECONDS = 60
CALLERS_KEPT = 10_000

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
        archive: Archive = current_app.extensions["archive"]
        view = app.view_functions.get(request.endpoint or "")
        bearer = request.headers.get("Authorization", "")
        limit.take(bearer or request.cookies.get(COOKIE) or request.remote_addr or "-")
        if bearer.startswith(BEARER):
            g.actor = tokens.actor_of_token(archive, bearer.removeprefix(BEARER).strip(), request.remote_addr or "-")
            return None
        answer = _by_cookie(archive, is_public=request.endpoint == "static" or getattr(view, "is_public", False) or view is None)
        if answer is None:
            csrf.protect()
        return answer


def _by_cookie(archive: Archive, *, is_public: bool) -> BaseResponse | None:
    token = request.cookies.get(COOKIE)
    try:
        if token and request.endpoint != "static":
            g.signed_in = sessions.signed_in(archive, token, request.remote_addr or "-")
            g.actor = g.signed_in.actor
    except NotSignedIn:
        if not is_public:
            return _to_sign_in()
    if is_public or g.get("actor") is not None:
        return None
    return _to_sign_in()


def _to_sign_in() -> BaseResponse:
    """A page sends the person to sign in and back again; a program gets its 401."""
    if request.path.startswith("/api/") or request.method != "GET":
        raise NotSignedIn
    if request.headers.get("HX-Request"):
        answer = Response(status=401)
        answer.headers["HX-Redirect"] = "/sign-in"
        return answer
    return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'))}")


def set_cookie(response: BaseResponse, token: str, settings: Settings) -> None:
    """Hand the session's token to the browser; it ends with the browser, the row ends it earlier."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=settings.service.secure_cookies)


class RateLimit:
    """A fixed window a caller, counted in this process; several processes allow a little more, which does no harm."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str) -> None:
        """Count one request. Raises TooMany."""
        window = int(time.monotonic() // WINDOW_SECONDS)
        with self._lock:
            began, count = self._counts.pop(caller, (window, 0))
            count = count + 1 if began == window else 1
            self._counts[caller] = (window, count)
            if len(self._counts) > CALLERS_KEPT:
                self._counts.popitem(last=False)
        if count > self._most:
            raise TooMany("请求过于频繁,请一分钟后再试。")
