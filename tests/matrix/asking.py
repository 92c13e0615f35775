"""One request of the walk, and its answer as one text.

Not here: what is sent where (routes), whether the answer is right (judging).
"""

import io
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from archive_service.ids import new_id
from tests.matrix.entitled import PAPERS
from tests.matrix.people import Caller
from tests.matrix.routes import Ask
from tests.matrix.world import SHARED_WORD, Land, Thing, rare

PURPOSE = quote("核对材料")
_PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")
_FILLED = {"name": "diagnosis", "code": "E-APP", "n": "1", "no": "1", "filename": "none.css", "job_id": "999999"}
_CHANGING = re.compile(r'"took_ms":\d+|共?\d+ 毫秒|csrf[-_]token" (?:content|value)="[^"]+"|编号 \w{8}')
_HEADERS_IN_WORDS = ("Date", "Set-Cookie", "Content-Length", "Vary")


@dataclass(frozen=True)
class Answer:
    """What came back, in one text."""

    status: int
    text: str
    sent: str

    def without(self, *given: str) -> str:
        """The answer with what the caller gave taken out, so that two may be compared."""
        text = self.text
        for one in sorted({*given, *map(quote, given), *(quote(quote(one)) for one in given)}, key=len, reverse=True):
            text = text.replace(one, "[given]")
        return f"{self.status}\n{text}"


def ask(land: Land, caller: Caller, route: tuple[str, str], how: Ask, given: str, *, has_purpose: bool = True) -> Answer:
    """Put one value to a route as somebody."""
    method, rule = route
    places = own_things(land, caller.name)
    fill = {"{id}": given, "{word}": SHARED_WORD, "{school}": land.units[places["place"]].code}
    fill |= {f"{{{kind}}}": places[kind] for kind in ("student", "record", "case")}
    in_path = how.kind and not any("{id}" in str(part) for part in (how.query, how.json, how.form))
    path = _PLACEHOLDER.sub(lambda match: _FILLED.get(match[1]) or (given if in_path else places[_kind_of(match[1], rule)]), rule)
    headers = {"Accept": "text/html", **caller.headers, **how.headers}
    if has_purpose:
        headers["X-Purpose"] = PURPOSE
    if caller.csrf:
        headers["X-CSRFToken"] = caller.csrf
    options: dict[str, Any] = {"query_string": _filled(how.query, fill)} if how.query else {}
    if how.json is not None:
        options["json"] = _filled(how.json, fill)
    if how.form is not None or how.file:
        file = {"file": (io.BytesIO(b"\xff\xd8\xff\xe0 a picture"), "a.jpg")} if how.file else {}
        options["data"] = {**_filled(how.form or {}, fill), **file}
    with caller.client.open(path, method=method, headers=headers, **options) as response:
        told = "\n".join(f"{name}: {value}" for name, value in response.headers if name not in _HEADERS_IN_WORDS)
        body = _CHANGING.sub("[changing]", response.get_data().decode("utf-8", "replace"))
        response.request.environ["wsgi.input"].close()
        return Answer(response.status_code, f"{told}\n{body}", f"{path} {options} {given}")


def _filled(values: Any, fill: dict[str, str]) -> Any:
    if isinstance(values, str):
        for name, value in fill.items():
            values = values.replace(name, value)
        return values
    if isinstance(values, list | tuple):
        return [_filled(one, fill) for one in values]
    return {name: _filled(value, fill) for name, value in values.items()} if hasattr(values, "items") else values


def _kind_of(name: str, rule: str) -> str:
    if name == "id":
        return "record" if "/records/" in rule else "case"
    return name.removesuffix("_id")


def own_things(land: Land, caller: str) -> dict[str, str]:
    """A place of the caller's own and the ids of things there."""
    place = next(iter(PAPERS.get(caller, {})), "home")
    return {"place": place, **{kind: land.one(kind, place).id for kind in ("student", "record", "case")}}


def value_of(one: Thing, how: Ask) -> str:
    """What of a thing is tried."""
    number = next((mark for mark in one.marks if mark.startswith("G")), one.id)
    return {"id": one.id, "number": number, "shown": one.shown}[how.by]


def made_up(how: Ask) -> str:
    """A value that belongs to nothing, of the same form."""
    return {"id": new_id(), "number": "G110101201207080000", "shown": rare()}[how.by]
