"""What a call says beside its path and body: who asks, under which case or for what purpose, which version, how much of a list.

Lives here: reading and checking these headers. Not here: deciding on them (services.papers, services.scope).
A case that is named must be one the caller may see: otherwise any made-up number would open sensitive papers.
"""

from urllib.parse import unquote

from flask import g, request

from archive_service.api.values import Look
from archive_service.errors import NotFound, NotSignedIn, Rejected
from archive_service.http.context import archive
from archive_service.ids import is_id
from archive_service.services.actor import Actor
from archive_service.services.scope import Scope

PURPOSE_LENGTH = 200
VERSION_LENGTH = 9


def actor() -> Actor:
    """Who acts, with the case or purpose the call names.

    Raises:
        NotSignedIn.
        NotFound: the case is unknown or out of scope.
        Rejected: the purpose is too long or cannot be read.
    """
    who: Actor | None = g.get("asking")
    if who is None:
        who = g.asking = _asking()
    return who


def actor_without_purpose() -> Actor:
    """Who acts, for lists: what stands on sensitive papers is told one paper at a time, each with its line in the ledger."""
    who: Actor | None = g.get("actor")
    if who is None:
        raise NotSignedIn
    return who


def version_wanted() -> int | None:
    """The version in If-Match; absent when the caller does not insist. Raises Rejected."""
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not text or text == "*":
        return None
    if not text.isdecimal() or len(text) > VERSION_LENGTH:
        raise Rejected('If-Match 应是版本号，例如 "3"。', code="malformed")
    return int(text)


def page_size(wanted: int | None) -> int:
    """The lines a list answers, within the settings."""
    api = archive().settings.api
    return min(wanted or api.page_size, api.page_size_most)


def cursor_id(cursor: str | None) -> str | None:
    """A cursor that is one of our ids. Raises Rejected."""
    if cursor and not is_id(cursor):
        raise Rejected("翻页标记 cursor 无效，请从第一页重新开始。", code="bad_cursor")
    return cursor or None


def _asking() -> Actor:
    who, look = actor_without_purpose(), g.get("look") or Look()
    case_id = (request.headers.get("X-Case") or look.case or "").strip()
    purpose = (_readable(request.headers.get("X-Purpose", "")) or look.purpose or "").strip()
    if len(purpose) > PURPOSE_LENGTH or not purpose.isprintable():
        raise Rejected(f"查阅事由不能超过 {PURPOSE_LENGTH} 个字，也不能含控制字符。", code="malformed")
    if case_id:
        _check_case(who, case_id)
    return who.for_case(case_id or None, purpose or None)


def _check_case(who: Actor, case_id: str) -> None:
    with archive().read() as session:
        scope = Scope.of(session, who)
        try:
            scope.case(session, case_id if is_id(case_id) else "-")
        except NotFound as unknown:
            raise NotFound("X-Case 所指的业务没有找到，或不在您的权限范围内。", code="case_not_found") from unknown


def _readable(header: str) -> str:
    """Chinese in a header: programs send UTF-8 bytes, which arrive one character a byte, or percent signs."""
    try:
        return unquote(header.encode("latin-1").decode("utf-8"), errors="strict")
    except UnicodeError as error:
        raise Rejected("X-Purpose 应为 UTF-8 文字，或按 URL 规则转码。", code="malformed") from error
