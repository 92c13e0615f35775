"""The fields that some pages give when read as one paper.

Lives here: fields_of, which weighs what the finders propose: numbers_of_page, labelled, prose, units, issue_date.
Not here: the finders themselves; records of several papers or people (scanners.fields).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanners.dates import find_dates
from scanners.identity_numbers import NumberHit, birth_on, find_numbers, sex
from scanners.issue_date import issue_date
from scanners.labelled import Labelled, labelled_values
from scanners.labels import CHILDS_NAMES, FIELD_LABELS
from scanners.numbers_of_page import PlacedNumber, adults, by_age, numbers_of, own, second_readings, suggestion
from scanners.passage import Passage, Span
from scanners.proposals import Field, FieldState, FoundBy, proposal
from scanners.prose import prose_values
from scanners.rows import rows_of
from scanners.stacked import unstacked
from scanners.units import HOSPITAL, find_hospital, find_issuer
from scanners.words import TextPage

_GRADE_CLASS = re.compile(r"(?P<grade>.*?(?:年级|[初高][一二三]|级))(?P<class>.*)")
# Papers of identity other than the resident's number: passports, permits of Hong Kong, Macao and Taiwan, cards of fifteen digits.
_OTHER_PAPER = re.compile(r"[A-Z]{1,2}\d{7,8}|[HM]\d{10}|[A-Z]{1,2}\d{6}\(?[0-9A]\)?|\d{15}")
_TAIWAN_PERMIT, _TAIWAN_NUMBER = "台湾居民来往大陆通行证", re.compile(r"\d{8}|\d{10}")
_NEAR_FULL = {"id_no": range(17, 20), "student_no": range(18, 21)}
_GENERAL_NAMES = {"姓名", "申请人姓名"}
Best = dict[str, Field]


def fields_of(pages: Sequence[TextPage], *, of_one_person: bool = False) -> Best:
    """The best proposal for each field. On a page `of_one_person` every number is that person's, whatever the age."""
    best: Best = {}
    for field in (*_labelled(pages), *_prose(pages), *_units(pages)):
        _offer(best, field)
    numbers = [number for page in pages for number in numbers_of(rows_of(page.lines), page.no)]
    _offer_date(best, pages, numbers)
    issued = best.get("issued_on")
    if issued and issued.state is FieldState.SURE and not of_one_person:
        numbers = [by_age(number, int(issued.value[:4])) for number in numbers]
    second = [hit for page in pages for hit in second_readings(rows_of(page.lines))]
    for field in _numbers(numbers, second):
        _offer(best, field)
    if "id_no" in best:
        best |= _against_id(best)
    return best


def _offer(best: Best, field: Field) -> None:
    """Of equals the first found stays."""
    known = best.get(field.name)
    if known is None or field.rank > known.rank:
        best[field.name] = field


def _numbers(numbers: Sequence[PlacedNumber], second: Sequence[NumberHit]) -> Iterator[Field]:
    known = [*(number.hit for number in numbers), *second]
    for kind in ("id_no", "student_no"):
        number = own(numbers, kind)
        if number:
            yield _number_field(number, known)
    grown = adults(numbers)
    if len(grown) == 1:
        yield replace(proposal("guardian_id_no", grown[0].span, grown[0].page, FoundBy.PROSE), value=grown[0].hit.value)


def _number_field(number: PlacedNumber, known: Sequence[NumberHit]) -> Field:
    field = proposal(number.hit.kind, number.span, number.page, FoundBy.NUMBER)
    field = replace(field, value=number.hit.value)
    if not number.hit.is_valid:
        return replace(field, state=FieldState.FAILED_CHECK, suggestion=suggestion(number, known))
    return replace(field, state=FieldState.DOUBTFUL) if number.hit.is_mapped else field


def _labelled(pages: Sequence[TextPage]) -> Iterator[Field]:
    for page in pages:
        found = list(labelled_values(rows_of(unstacked(page.lines))))
        speaks_of_child = any(each.label in CHILDS_NAMES for each in found)
        for each in sorted(found, key=_label_order):
            if speaks_of_child and each.label in _GENERAL_NAMES:
                yield proposal("guardian_name", each.value, page.no, FoundBy.LABEL)
            else:
                yield from _from_label(each, page)


def _label_order(found: Labelled) -> int:
    """Names of a field in the order of its table row: 登记日期 counts before the bare 日期."""
    row = FIELD_LABELS.get(found.field)
    return row.on_paper.index(found.label) if row else 0


def _from_label(found: Labelled, page: TextPage) -> Iterator[Field]:
    if found.field == "period":
        yield from _period(found.value, page.no)
    elif found.field == "grade_class" or (found.field == "class" and _GRADE_CLASS.fullmatch(found.value.text)):
        yield from _grade_and_class(found.value, page.no)
    elif found.field in _NEAR_FULL:
        yield from _number_by_label(found, page)
    else:
        field = proposal(found.field, found.value, page.no, FoundBy.LABEL)
        yield field
        if found.field == "issuer" and HOSPITAL.search(field.value):
            yield proposal("hospital", found.value, page.no, FoundBy.LABEL)


def _number_by_label(found: Labelled, page: TextPage) -> Iterator[Field]:
    """What stands by the label and is no number by the rule: another paper's number, or a misreading. A piece is neither."""
    text = found.value.text
    if any(hit.is_valid for hit in find_numbers(text)):
        return  # weighed with the other numbers of the page
    field = proposal(found.field, found.value, page.no, FoundBy.LABEL)
    is_taiwans = bool(_TAIWAN_NUMBER.fullmatch(text)) and any(_TAIWAN_PERMIT in line.text for line in page.lines)
    if found.field == "id_no" and (_OTHER_PAPER.fullmatch(text) or is_taiwans):
        yield replace(field, state=FieldState.DOUBTFUL)
    elif len(text) in _NEAR_FULL[found.field] and sum(char.isdigit() for char in text) > 14 and text[0] not in "GJL":  # noqa: PLR2004  # of 18
        yield replace(field, state=FieldState.FAILED_CHECK)


def _period(span: Span, page: int) -> Iterator[Field]:
    dates = find_dates(span.text)
    for name, hit in zip(("period_from", "period_to"), dates, strict=False):
        piece = replace(span, text=span.text[hit.start : hit.stop])
        yield proposal(name, piece, page, FoundBy.LABEL)


def _grade_and_class(span: Span, page: int) -> Iterator[Field]:
    parts = _GRADE_CLASS.fullmatch(span.text)
    for name, text in parts.groupdict().items() if parts else ():
        yield proposal(name, replace(span, text=text), page, FoundBy.LABEL)


def _prose(pages: Sequence[TextPage]) -> Iterator[Field]:
    for page in pages:
        for name, span in prose_values(Passage(page.lines)):
            yield proposal(name, span, page.no, FoundBy.PROSE)


def _units(pages: Sequence[TextPage]) -> Iterator[Field]:
    for name, found in (("issuer", find_issuer(pages)), ("hospital", find_hospital(pages))):
        if found:
            yield proposal(name, *found, FoundBy.PLACE)
            if name == "issuer" and HOSPITAL.search(found[0].text):
                yield proposal("hospital", *found, FoundBy.PLACE)


def _offer_date(best: Best, pages: Sequence[TextPage], numbers: Sequence[PlacedNumber]) -> None:
    """A date by its place, doubtful when it only stands in the prose."""
    taken = {best["birth_on"].value} if "birth_on" in best else set()
    taken |= {birth_on(number.hit.body) for number in numbers if number.hit.is_valid}
    found = issue_date(pages, taken)
    if found:
        field = proposal("issued_on", found.span, found.page, FoundBy.PLACE)
        _offer(best, field if found.is_alone else replace(field, state=FieldState.DOUBTFUL))


def _against_id(best: Best) -> Best:
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
