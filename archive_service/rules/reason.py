"""Why a rule says no: one sentence for the person, with the article behind it.

Lives here: Reason. Not here: the rules that give reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """A ground for refusing or warning; `article` is an id of the law data, empty for house rules."""

    article: str
    text: str

    def as_json(self) -> Mapping[str, str]:
        """The shape of `reasons` in the API and in `errors.Refused`."""
        return {"article": self.article, "text": self.text}
