"""How long the short texts may be that people type, so that a service refuses in words what a database would refuse without.

Lives here: the check against the column types of `db`. Not here: what a text must say (the services).
"""

from collections.abc import Mapping

from archive_service.errors import Rejected

CODE_MOST, LABEL_MOST = 64, 200  # db.Code, db.Label


def refuse_long(texts: Mapping[str, str], *, most: int = LABEL_MOST) -> None:
    """Insist that each text, by its Chinese name, is short enough. Raises Rejected naming those that are not."""
    long = [label for label, text in texts.items() if len(text) > most]
    if long:
        raise Rejected(f"{'、'.join(long)}不能超过 {most} 个字，没有保存。", code="text_too_long")
