"""Text that no database can keep (NUL, half a surrogate pair): recognised here once, refused before any view or service meets it.

Lives here: the pattern, and the check of what a screen receives. Not here: the API's own check, which names the place (api.values).
"""

import re

from flask import Request

from archive_service.errors import Rejected

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def refuse_unstorable(request: Request) -> None:
    """Insist that path, query and form of a request can be kept. Raises Rejected."""
    pairs = (*request.args.items(multi=True), *request.form.items(multi=True))
    if any(UNSTORABLE.search(text) for text in (request.path, *(part for pair in pairs for part in pair))):
        raise Rejected("提交的内容含有无法保存的控制字符，没有执行。请去掉后重试。", code="unstorable_text")
