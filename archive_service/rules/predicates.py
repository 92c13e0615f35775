"""Conditions of the law by name: the whole vocabulary in which the data may say "when".

Lives here: the table of predicates over facts, and `evaluate`, which answers yes, no or unknown.
Not here: guards (they forbid). The law data names a predicate; a name outside this table is a fault in the data.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from archive_service.rules.facts import Facts
from archive_service.rules.identity import IdKind, age_on
from archive_service.rules.vocabulary import Stage

ENTRY_AGE_YEARS = 6  # HN-4.2, GZ-24
CUTOFF_MONTH, CUTOFF_DAY = 8, 31
# Kinds of people with a mainland card or with none yet; the others bring Hong Kong, Macao, Taiwan or foreign papers.
_MAINLAND = frozenset({IdKind.RESIDENT, IdKind.OTHER})


@dataclass(frozen=True)
class Predicate:
    """A named condition; `test` gets the facts named in `needs`, in that order, once all of them are known."""

    needs: tuple[str, ...]
    test: Callable[..., bool]


def is_under_age(stage: Stage, birth_on: date, entry_on: date) -> bool:
    """Whether a first-grader is not yet six on 31 August of the year of entry. Source: HN-4.2, HN-4.3, GZ-24."""
    return stage is Stage.PRIMARY and age_on(birth_on, date(entry_on.year, CUTOFF_MONTH, CUTOFF_DAY)) < ENTRY_AGE_YEARS


def _yes(fact: str) -> Predicate:
    return Predicate((fact,), bool)


def _no(fact: str) -> Predicate:
    return Predicate((fact,), lambda value: not value)


PREDICATES: Mapping[str, Predicate] = {
    "cross_province": _yes("cross_province"),
    "under_age": Predicate(("stage", "birth_on", "entry_on"), is_under_age),
    "entry_postponed": _yes("entry_postponed"),
    "home_teaching": _yes("home_teaching"),
    "hukou_book_doubtful": _yes("hukou_book_doubtful"),
    "arrives_late": _yes("arrives_late"),
    "reads_id_card": Predicate(("id_kind",), lambda kind: kind in _MAINLAND),
    "overseas_papers": Predicate(("id_kind",), lambda kind: kind not in _MAINLAND),
    "sender_is_demonstration": _yes("sender_is_demonstration"),
    "not_gaokao_eligible": _no("gaokao_eligible"),
}


def evaluate(names: Iterable[str], facts: Facts) -> bool | None:
    """Whether any of the named conditions holds; None when none does but one cannot be told yet. No names: always."""
    answers = [_answer(PREDICATES[name], facts) for name in names]
    if not answers or True in answers:
        return True
    return None if None in answers else False


def unknown(names: Iterable[str], facts: Facts) -> tuple[str, ...]:
    """Facts that have to be known before the named conditions can be told, in the order they are asked."""
    needs = [fact for name in names for fact in PREDICATES[name].needs]
    return tuple(dict.fromkeys(fact for fact in needs if getattr(facts, fact) is None))


def _answer(predicate: Predicate, facts: Facts) -> bool | None:
    values = [getattr(facts, fact) for fact in predicate.needs]
    return None if None in values else predicate.test(*values)
