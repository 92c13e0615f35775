"""What can go wrong, as one tree; only its families are known to HTTP.

Lives here: the families (NotFound, Refused, Conflict, Rejected, Denied, Damaged, Unavailable) and their members.
Not here: the mapping to replies (`http/errors.py`) and rules that say no (they return reasons).
Messages are Chinese, for the person reading: what happened, what is safe, what to do.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class ArchiveError(Exception):
    """Base of all; `code` is stable text for programs, `status` the HTTP status of the family."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "系统错误"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        status: int | None = None,
        reasons: Sequence[Mapping[str, Any]] = (),
        findings: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(message or self.title)
        self.message = message or self.title
        self.this_code = code or self.code
        self.this_status = status or self.status
        self.reasons = list(reasons)
        self.findings = list(findings)


class NotFound(ArchiveError):
    """Unknown, or out of the viewer's scope: the same answer."""

    code, status, title = "not_found", 404, "没有找到，或不在您的权限范围内"


class Refused(ArchiveError):
    """A rule says no; `reasons` name the articles."""

    code, status, title = "refused", 422, "按规定不能办理"


class Conflict(ArchiveError):
    """The thing has moved meanwhile; nothing was changed."""

    code, status, title = "conflict", 409, "内容已被他人更新"


class StaleRow(Conflict):
    """Another hand changed the row between reading and writing."""

    code = "stale"


class IdempotencyConflict(Conflict):
    """The same Idempotency-Key came with another body."""

    code, title = "idempotency_key_reused", "同一 Idempotency-Key 已用于不同内容"


class Rejected(ArchiveError):
    """What was sent cannot be taken; nothing of it is kept unless `findings` say so."""

    code, status, title = "rejected", 400, "提交的内容不能接受"


class Denied(ArchiveError):
    """A right is missing inside one's own scope."""

    code, status, title = "denied", 403, "您没有办理此事的权限"


class NotSignedIn(ArchiveError):
    """Nobody is signed in, or the session or token has ended."""

    code, status, title = "not_signed_in", 401, "请先登录"


class TooMany(ArchiveError):
    """Too many tries; wait."""

    code, status, title = "too_many", 429, "操作过于频繁，请稍后再试"


class Damaged(ArchiveError):
    """Stored bytes are not what the row says; an operator must look."""

    code, status, title = "damaged", 500, "存储内容与登记不符，已通知管理员"


class FixityMismatch(Damaged):
    """The digest of the bytes differs from the recorded one."""

    code = "fixity_mismatch"


class BlobMissing(Damaged):
    """A row points at bytes that are not in the store."""

    code = "blob_missing"


class NoPlace(Damaged):
    """A row names a place that no store has."""

    code, title = "no_place", "登记的存放位置不是存储里的位置，没有向任何人提供内容；请管理员运行完整性校验，用备份恢复"


class Unavailable(ArchiveError):
    """A part is away for now; nothing was lost, try again."""

    code, status, title = "unavailable", 503, "服务暂时不可用，已提交的内容不受影响，请稍后再试"


class StoreUnavailable(Unavailable):
    """The blob store cannot be reached or is full."""

    code, title = "store_unavailable", "存储暂时不可用，本次上传没有保存，请稍后重新上传"


class IndexUnavailable(Unavailable):
    """The search index is being rebuilt or cannot be read."""

    code, title = "index_unavailable", "检索暂时不可用，材料不受影响"


class OcrFailed(Unavailable):
    """No reading was obtained; the reason is kept, the job is retried."""

    code, title = "ocr_failed", "识别未成功，可稍后重试"
