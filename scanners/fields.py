"""The fields of a record, each with its place on the page, its confidence and the reason to doubt it.

Lives here: extract, Field; it weighs what the finders beside it propose: numbers_of_page, labels, prose, units, dates.
Not here: the finders themselves; confirming (a person does), the registry (services.matching).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from scanners.dates import find_dates
from scanners.identity_numbers import birth_on, sex
from scanners.kinds import Kind
from scanners.labels import FIELD_LABELS, labelled_values
from scanners.numbers_of_page import PlacedNumber, numbers_of, own, suggestion
from scanners.passage import Passage, Span
from scanners.prose import prose_values
from scanners.rows import rows_of
from scanners.seal import Seal
from scanners.units import find_issuer
from scanners.values import parsed
from scanners.words import Box, TextPage

_GRADE_CLASS = re.compile(r"(?P<grade>.*?(?:年级|[初高][一二三]|级))(?P<class>.*)")
_SURE_SEAL = 0.98  # rings score high: 通义市 for 遵义市 came with 0.97
_SURE_CONFIDENCE = 0.9  # below it 6 of 49 lines were wrong
_ALWAYS = frozenset({"name", "id_no", "student_no", "birth_on", "sex", "issued_on", "issuer", "seal_unit"})


class FieldState(StrEnum):
    SURE = "sure"
    DOUBTFUL = "doubtful"
    FAILED_CHECK = "failed_check"


class FoundBy(StrEnum):
    """How a value was found, the surest first."""

    NUMBER = "number"
    LABEL = "label"
    PROSE = "prose"
    PLACE = "place"
    SEAL = "seal"


@dataclass(frozen=True)
class Field:
    """A proposal read from paper: `raw` is what stands there, `value` its proper form."""

    name: str
    label: str
    value: str
    raw: str
    confidence: float
    state: FieldState
    suggestion: str | None
    found_by: FoundBy
    page: int
    box: Box

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"box": list(self.box)}


def extract(pages: Sequence[TextPage], *, kind: Kind | None = None, seals: Iterable[Seal] = ()) -> list[Field]:
    """All fields of a record, one per name, in the order of FIELD_LABELS; with a kind, those the kind bears."""
    best: dict[str, Field] = {}
    for field in (*_numbers(pages), *_labelled(pages), *_prose(pages), *_units(pages, seals)):
        known = best.get(field.name)
        if known is None or _rank(field) > _rank(known):
            best[field.name] = field
    if "issued_on" not in best:
        best |= {field.name: field for field in _last_date(pages, best)}
    if "id_no" in best:
        best |= _against_id(best)
    wanted = _ALWAYS | set(kind.fields) if kind else set(FIELD_LABELS)
    return [best[name] for name in FIELD_LABELS if name in best and name in wanted]


def _rank(field: Field) -> tuple[int, int]:
    """Sound values before doubtful ones; of equals the first found stays."""
    states = (FieldState.FAILED_CHECK, FieldState.DOUBTFUL, FieldState.SURE)
    ways = list(reversed(FoundBy))
    return states.index(field.state), ways.index(field.found_by)


def _field(name: str, span: Span, page: int, found_by: FoundBy) -> Field:
    value, keeps_rule = parsed(name, span.text)
    least = _SURE_SEAL if found_by is FoundBy.SEAL else _SURE_CONFIDENCE
    is_sure = keeps_rule and span.confidence >= least
    state = FieldState.SURE if is_sure else FieldState.DOUBTFUL
    return Field(name, FIELD_LABELS[name].label, value, span.raw, round(span.confidence, 4), state, None, found_by, page, span.box)


def _numbers(pages: Sequence[TextPage]) -> Iterator[Field]:
    numbers = [number for page in pages for number in numbers_of(rows_of(page.lines), page.no)]
    for kind in ("id_no", "student_no"):
        number = own(numbers, kind)
        if number:
            yield _number_field(number, numbers)


def _number_field(number: PlacedNumber, numbers: Sequence[PlacedNumber]) -> Field:
    field = _field(number.hit.kind, number.span, number.page, FoundBy.NUMBER)
    field = replace(field, value=number.hit.value)
    if not number.hit.is_valid:
        return replace(field, state=FieldState.FAILED_CHECK, suggestion=suggestion(number, numbers))
    return replace(field, state=FieldState.DOUBTFUL) if number.hit.is_mapped else field


def _labelled(pages: Sequence[TextPage]) -> Iterator[Field]:
    for page in pages:
        for found in labelled_values(page, rows_of(page.lines)):
            if found.field == "period":
                yield from _period(found.value, page.no)
            elif found.field == "grade_class":
                yield from _grade_and_class(found.value, page.no)
            elif found.field not in {"id_no", "student_no"}:  # those are read by their own rules
                yield _field(found.field, found.value, page.no, FoundBy.LABEL)
            elif len(found.value.text) >= 8 and not any(char in found.value.text for char in "GJL"):  # noqa: PLR2004  # shortest paper of another kind
                yield _other_number(found.field, found.value, page.no)


def _other_number(name: str, span: Span, page: int) -> Field:
    """Stands by the label but is no number by the rule: a passport, or a misreading. The rank lets real ones pass it."""
    field = _field(name, span, page, FoundBy.LABEL)
    is_misread = name == "student_no" or sum(char.isdigit() for char in span.text) > 14  # noqa: PLR2004  # no passport has as many
    return replace(field, state=FieldState.FAILED_CHECK if is_misread else FieldState.DOUBTFUL)


def _period(span: Span, page: int) -> Iterator[Field]:
    dates = find_dates(span.text)
    for name, hit in zip(("period_from", "period_to"), dates, strict=False):
        piece = replace(span, text=span.text[hit.start : hit.stop])
        yield _field(name, piece, page, FoundBy.LABEL)


def _grade_and_class(span: Span, page: int) -> Iterator[Field]:
    parts = _GRADE_CLASS.fullmatch(span.text)
    for name, text in parts.groupdict().items() if parts else ():
        yield _field(name, replace(span, text=text), page, FoundBy.LABEL)


def _prose(pages: Sequence[TextPage]) -> Iterator[Field]:
    for page in pages:
        for name, span in prose_values(Passage(page.lines)):
            yield _field(name, span, page.no, FoundBy.PROSE)


def _units(pages: Sequence[TextPage], seals: Iterable[Seal]) -> Iterator[Field]:
    issuer = find_issuer(pages)
    if issuer:
        span, page = issuer
        yield _field("issuer", span, page, FoundBy.PLACE)
        if "医院" in span.text:
            yield _field("hospital", span, page, FoundBy.PLACE)
    for seal in seals:
        if seal.text:
            yield _field("seal_unit", Span(seal.text, seal.text, seal.box, seal.confidence), seal.page, FoundBy.SEAL)


def _last_date(pages: Sequence[TextPage], best: dict[str, Field]) -> Iterator[Field]:
    """The last date of the record that is not the birth date nor a period's end; one without a day if none is whole."""
    taken = {best[name].value for name in ("birth_on", "period_from", "period_to") if name in best}
    if "id_no" in best and best["id_no"].found_by is FoundBy.NUMBER:
        taken.add(best["id_no"].value[6:14])
    dates = [
        (hit.is_whole, passage.span(hit.start, hit.stop), page.no)
        for page in pages
        for passage in (Passage([line]) for line in page.lines)
        for hit in find_dates(passage.text)
        if hit.value and hit.value not in taken and hit.value.replace("-", "") not in taken
    ]
    whole = [date for date in dates if date[0]] or dates
    if whole:
        _, span, page_no = whole[-1]
        yield _field("issued_on", span, page_no, FoundBy.PLACE)


def _against_id(best: dict[str, Field]) -> dict[str, Field]:
    """Birth date and sex that the identity number contradicts become doubtful, with the number's own as suggestion."""
    number = best["id_no"]
    if number.found_by is not FoundBy.NUMBER or number.state is FieldState.FAILED_CHECK:
        return {}
    by_number = {"birth_on": birth_on(number.value), "sex": sex(number.value)}
    return {
        name: replace(best[name], state=FieldState.DOUBTFUL, suggestion=value)
        for name, value in by_number.items()
        if name in best and not value.startswith(best[name].value)
    }
