"""The shape of the law data in `config/`: articles, evidence, forms, profiles.

Lives here: pydantic models of single entries; a key that is not named here is a fault. All values are frozen.
Not here: procedures (procedure_data), reading files (law_files), references between files (law_check).
"""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, model_validator

from archive_service.rules.vocabulary import Actor, CarrierRule, Level, Sensitivity, Series, Stage, Status


class Entry(BaseModel):
    """Base of every entry: frozen, no unknown keys, no silent conversion of numbers to text."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Entry):
    """An edition with its time of effect; `valid_to` is the last day, absent while in force."""

    valid_from: date
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Dated":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether this edition is in force on the day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Article(Entry):
    """A rule that can be cited: where it stands and what it says in one Chinese line."""

    ref: str
    text: str


class Source(Entry):
    """A text of law with its articles."""

    title: str
    number: str = ""
    articles: Mapping[str, Article]


class EvidenceType(Entry):
    """A part a paper can play in a case. Source: requirements 3.1."""

    code: str = ""
    label: str
    carrier: CarrierRule
    series: Series
    sensitivity: Sensitivity
    issuer: str | None = None
    issuer_min: Level | None = None
    pages: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    note: str = ""


class FormType(EvidenceType):
    """A form of the regulations; filled in it counts as evidence under its own code. Source: requirements 3.2."""

    profiles: tuple[str, ...]
    fields_status: Status = Status.RULE
    signed_by: tuple[Actor, ...] = ()
    stamps: tuple[Actor, ...] = ()


class SeriesRule(Entry):
    """A category of the filing plan under one profile."""

    label: str
    needs_paper: bool
    articles: tuple[str, ...]
    status: Status = Status.RULE


class AuthorityRule(Entry):
    """How the registry authority of a school is found: its own field, or the level its stage belongs to."""

    by_school: bool = False
    by_stage: Mapping[Stage, Level] = Field(default_factory=dict)
    articles: tuple[str, ...]

    @model_validator(mode="after")
    def _one_way(self) -> "AuthorityRule":
        if self.by_school == bool(self.by_stage):
            raise ValueError("either by_school or by_stage, not both and not neither")
        return self

    def level(self, stage: Stage) -> Level | None:
        """Level of the authority; None when the school's own authority field decides. Source: requirements 1.3."""
        return self.by_stage.get(stage)


class AssistingRule(Entry):
    """Departments that look on without deciding. Source: HN-3.4."""

    level: Level
    articles: tuple[str, ...]


class ProfileEdition(Dated):
    """A jurisdiction's law as of a date."""

    title: str
    number: str = ""
    stages: tuple[Stage, ...]
    authority: AuthorityRule
    assisting: AssistingRule | None = None
    decision_label: str
    release_approver_min: Level | None = None
    release_articles: tuple[str, ...] = ()
    series: Mapping[Series, SeriesRule]
    procedures: tuple[str, ...]
    note: str = ""


class ProfileFile(Entry):
    """One file of `config/profiles`."""

    code: str
    label: str
    editions: tuple[ProfileEdition, ...]


class Profile(ProfileEdition):
    """A profile on a date, ready for use."""

    code: str
    label: str
