"""References inside the law data: every name in it must exist.

Lives here: one check per kind of reference (article, evidence, form, predicate, guard, ground, procedure).
Not here: the shape of entries (law_data, procedure_data). Called once, by `law.load_law`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pydantic import BaseModel

from archive_service.rules.guards import GUARDS
from archive_service.rules.law_data import EvidenceType, ProfileEdition, ProfileFile
from archive_service.rules.law_files import Fault
from archive_service.rules.predicates import PREDICATES
from archive_service.rules.procedure_data import Conditional, GuardRule, ProcedureEdition, ProcedureFile, Requirement

# Fields that hold article ids, wherever they stand.
_ARTICLE_FIELDS = ("articles", "basis", "duty", "release_articles")


@dataclass(frozen=True)
class Parts:
    """Everything parsed, by file name, with the tables references point into.

    `is_whole`: every file could be parsed; without it, a procedure that seems absent may only be broken.
    """

    articles: Collection[str]
    evidence: Mapping[str, EvidenceType]
    profiles: Mapping[str, ProfileFile]
    procedures: Mapping[str, ProcedureFile]
    is_whole: bool


def check(parts: Parts) -> list[Fault]:
    """Every reference that points nowhere."""
    faults = [fault for file, profile in parts.profiles.items() for fault in _profile_faults(file, profile, parts)]
    for file, procedure in parts.procedures.items():
        faults += _overlaps(file, procedure.editions)
        faults += _unknown_articles(file, procedure, parts.articles)
        for edition in procedure.editions:
            faults += _edition_faults(file, f"{edition.profile}.{edition.valid_from}", edition, parts)
    return faults


def _profile_faults(file: str, profile: ProfileFile, parts: Parts) -> Iterator[Fault]:
    yield from _unknown_articles(file, profile, parts.articles)
    yield from _overlaps(file, profile.editions)
    served = {(each.code, edition.profile) for each in parts.procedures.values() for edition in each.editions}
    for number, edition in enumerate(profile.editions):
        key = f"editions.{number}.procedures"
        yield from (
            Fault(file, key, f"no edition of this procedure for the profile: {code}")
            for code in edition.procedures
            if parts.is_whole and (code, profile.code) not in served
        )


def _edition_faults(file: str, key: str, edition: ProcedureEdition, parts: Parts) -> Iterator[Fault]:
    codes = {procedure.code for procedure in parts.procedures.values()}
    profiles = {profile.code for profile in parts.profiles.values()}
    forms = [edition.form] if edition.form else []
    cited = [code for row in edition.requires for code in row.codes]
    rules = edition.guards
    yield from _strangers(file, f"{key}.profile", [edition.profile], profiles, "profile")
    yield from _strangers(file, f"{key}.use", edition.use, codes, "procedure")
    yield from _strangers(file, f"{key}.requires", [*cited, *edition.produces], parts.evidence, "evidence code")
    yield from _strangers(file, f"{key}.form", forms, parts.evidence, "form")
    yield from _strangers(file, f"{key}.guards", [rule.name for rule in rules], GUARDS, "guard")
    for row in _conditionals(edition):
        yield from _strangers(file, f"{key}.when_any", row.when_any, PREDICATES, "predicate")
        yield from _strangers(file, f"{key}.grounds", row.grounds, edition.grounds, "ground")
        yield from _uncited(file, key, row)


def _overlaps(file: str, editions: Sequence[ProfileEdition | ProcedureEdition]) -> Iterator[Fault]:
    for one, other in combinations(editions, 2):
        same = getattr(one, "profile", "") == getattr(other, "profile", "")
        stages = not one.stages or not other.stages or set(one.stages) & set(other.stages)
        if same and stages and (one.holds_on(other.valid_from) or other.holds_on(one.valid_from)):
            yield Fault(file, f"editions.{other.valid_from}", "two editions are in force on the same day")


def _conditionals(edition: ProcedureEdition) -> Iterator[Conditional]:
    yield from edition.requires
    yield from edition.guards
    yield from edition.chain
    yield from edition.limits
    yield from edition.outcomes


def _uncited(file: str, key: str, row: Conditional) -> Iterator[Fault]:
    if isinstance(row, Requirement | GuardRule) and not row.articles:
        name = row.name if isinstance(row, GuardRule) else "+".join(row.codes)
        yield Fault(file, f"{key}.{name}", "names no article")


def _strangers(file: str, key: str, names: Iterable[str], known: Collection[str], what: str) -> Iterator[Fault]:
    yield from (Fault(file, key, f"unknown {what}: {name}") for name in names if name not in known)


def _unknown_articles(file: str, entry: BaseModel, known: Collection[str], key: str = "") -> Iterator[Fault]:
    for name in type(entry).model_fields:
        value, here = getattr(entry, name), f"{key}.{name}" if key else name
        if name in _ARTICLE_FIELDS:
            yield from _strangers(file, here, value, known, "article id")
        else:
            for where, child in _children(here, value):
                yield from _unknown_articles(file, child, known, where)


def _children(key: str, value: object) -> Iterator[tuple[str, BaseModel]]:
    if isinstance(value, BaseModel):
        yield key, value
    elif isinstance(value, Mapping):
        yield from ((f"{key}.{name}", each) for name, each in value.items() if isinstance(each, BaseModel))
    elif isinstance(value, tuple):
        yield from ((f"{key}.{at}", each) for at, each in enumerate(value) if isinstance(each, BaseModel))
