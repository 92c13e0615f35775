"""The fields of a record, each with its place on the page, its confidence and the reason to doubt it.

Lives here: extract, for records of several pages and several people; Field and its states are passed on from here.
Not here: reading one paper's fields (scanners.page_fields); confirming (a person does), the registry (services.matching).
"""

from collections.abc import Iterable, Iterator, Sequence

from scanners.kinds import Kind
from scanners.labels import FIELD_LABELS
from scanners.page_fields import Best, fields_of
from scanners.passage import Span
from scanners.proposals import Field, FieldState, FoundBy, proposal
from scanners.register import Seniority, cards_of, seniority
from scanners.seal import Seal
from scanners.words import TextPage

__all__ = ["Field", "FieldState", "FoundBy", "extract"]

_ALWAYS = frozenset({"name", "id_no", "student_no", "birth_on", "sex", "issued_on", "issuer", "seal_unit"})
_OF_A_PERSON = frozenset({"name", "former_name", "sex", "ethnicity", "birth_on", "id_no", "student_no", "relation"})
_OF_A_PERIOD = frozenset({"period_from", "period_to"})  # form and certificate of one record may not agree
_GENERATION = 16  # years
_OF_A_CARD = _OF_A_PERSON | {"issued_on"}


def extract(pages: Sequence[TextPage], *, kind: Kind | None = None, seals: Iterable[Seal] = ()) -> list[Field]:
    """All fields of a record in the order of FIELD_LABELS; with a kind, those the kind bears.

    A field comes once, unless pages tell of different people: then once for each value, a child's before a grown-up's,
    so that the first is the student's as far as the paper tells. Every seal has its own.
    """
    kept: dict[str, list[Field]] = {}
    for best, several in _papers(pages):
        for name, field in best.items():
            _keep(kept.setdefault(name, []), field, is_several=name in several)
    kept["seal_unit"] = [_seal_unit(seal) for seal in seals if seal.text]
    wanted = _ALWAYS | set(kind.fields) if kind else set(FIELD_LABELS)
    return [field for name in FIELD_LABELS if name in wanted for field in kept.get(name, [])]


def _papers(pages: Sequence[TextPage]) -> Iterator[tuple[Best, frozenset[str]]]:
    """The papers of a record, the student's first, each with the fields of which it may add a further value."""
    cards, others = cards_of(pages)
    people = _by_seniority([fields_of([card], of_one_person=True) for card in cards])
    yield from ((best, _OF_A_CARD) for best in people[Seniority.CHILD])
    yield fields_of(others), _OF_A_CARD
    yield from ((best, _OF_A_CARD) for age in (Seniority.UNTOLD, Seniority.GROWN) for best in people[age])
    for page in others if len(others) > 1 else ():
        best = fields_of([page])
        yield {name: field for name, field in best.items() if field.state is FieldState.SURE}, _OF_A_PERSON | _OF_A_PERIOD


def _by_seniority(cards: Sequence[Best]) -> dict[Seniority, list[Best]]:
    """Cards by what their relation says; one that does not say is a child's when born a generation after the grown-ups."""
    people: dict[Seniority, list[Best]] = {age: [] for age in Seniority}
    for best in cards:
        people[seniority(best["relation"].value if "relation" in best else None)].append(best)
    grown = max(map(_born, people[Seniority.GROWN]), default=0)
    for best in list(people[Seniority.UNTOLD]) if grown else ():
        if _born(best) >= grown + _GENERATION:
            people[Seniority.UNTOLD].remove(best)
            people[Seniority.CHILD].append(best)
    return people


def _born(best: Best) -> int:
    """Year of birth on a card, 0 where it says none."""
    number, birth = best.get("id_no"), best.get("birth_on")
    if number and number.state is not FieldState.FAILED_CHECK and number.found_by is FoundBy.NUMBER:
        return int(number.value[6:10])
    return int(birth.value[:4]) if birth and birth.value[:4].isdigit() else 0


def _keep(known: list[Field], field: Field, *, is_several: bool) -> None:
    if not known or (is_several and field.value not in {other.value for other in known}):
        known.append(field)
    elif not is_several and field.rank > known[0].rank:
        known[0] = field


def _seal_unit(seal: Seal) -> Field:
    return proposal("seal_unit", Span(seal.text, seal.text, seal.box, seal.confidence), seal.page, FoundBy.SEAL)
