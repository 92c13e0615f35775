"""The law as data: articles, evidence, profiles and procedures as of a date, read once and checked whole.

Lives here: `load_law`, and Law with its look-ups. A case stores `law.version` and the day it was opened on.
Not here: the shape of entries (law_data, procedure_data), judging a case (procedure, chain, deadline).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from archive_service.rules.civil_calendar import Calendar, CalendarYear
from archive_service.rules.law_check import Parts, check
from archive_service.rules.law_data import Article, EvidenceType, FormType, Profile, ProfileFile, Source
from archive_service.rules.law_files import LawError, Reading, resolve_same_as
from archive_service.rules.procedure_data import Procedure, ProcedureEdition, ProcedureFile
from archive_service.rules.vocabulary import Stage

ModelT = TypeVar("ModelT", bound=BaseModel)
EvidenceT = TypeVar("EvidenceT", bound=EvidenceType)


class LawGap(LookupError):
    """No such profile, procedure or edition on that day; the message is for the person reading."""


@dataclass(frozen=True)
class Law:
    """All law data. `evidence` holds forms too, under their F- codes: a filled-in form is evidence."""

    version: str
    sources: Mapping[str, Source]
    articles: Mapping[str, Article]
    evidence: Mapping[str, EvidenceType]
    profile_files: Mapping[str, ProfileFile]
    procedure_files: Mapping[str, ProcedureFile]
    calendar: Calendar

    def profile(self, code: str, on: date) -> Profile:
        """The profile as of a day.

        Raises:
            LawGap: no such profile, or none in force that day.
        """
        found = self.profile_files.get(code)
        edition = next((each for each in found.editions if each.holds_on(on)), None) if found else None
        if found is None or edition is None:
            raise LawGap(f"{on:%Y年%m月%d日}没有适用的学籍规定：{code}")
        return Profile.model_construct(**dict(edition), code=found.code, label=found.label)

    def procedure(self, code: str, profile: str, on: date, *, stage: Stage | None = None) -> Procedure:
        """The procedure under a profile as of a day; it may be one that is not available, with the reason.

        Editions without stages apply to every stage of the profile; with `stage` an edition for it goes first.

        Raises:
            LawGap: the law of that profile knows no such procedure that day.
        """
        stages = self.profile(profile, on).stages
        found = self.procedure_files.get(code)
        editions = [each for each in found.editions if each.profile == profile and each.holds_on(on)] if found else []
        edition = _for_stage(editions, stage)
        if found is None or edition is None:
            raise LawGap(f"该地区学籍规定中没有此项业务：{found.label if found else code}")
        return self._ready(found, edition, stages)

    def procedures(self, profile: str, on: date) -> tuple[Procedure, ...]:
        """Procedures the profile enables, in the order of its list; those split into others are left out."""
        enabled = (self.procedure(code, profile, on) for code in self.profile(profile, on).procedures)
        return tuple(procedure for procedure in enabled if procedure.available and not procedure.use)

    def cite(self, article: str) -> str:
        """An article as a person cites it, with the text it stands in; empty for house rules."""
        source = next((each for each in self.sources.values() if article in each.articles), None)
        return f"{source.title}{source.articles[article].ref}" if source else ""

    def _ready(self, found: ProcedureFile, edition: ProcedureEdition, stages: tuple[Stage, ...]) -> Procedure:
        codes = [*(code for row in edition.requires for code in row.codes), *edition.produces]
        fields: dict[str, Any] = dict(edition)
        fields["stages"] = edition.stages or stages
        evidence = {code: self.evidence[code] for code in codes}
        return Procedure.model_construct(**fields, code=found.code, label=found.label, evidence=evidence)


def load_law(folder: Path) -> Law:
    """Read and check all law data under `folder` (the project's `config/`).

    Raises:
        LawError: with every fault of every file, by file and key.
    """
    reading = Reading(folder)
    sources = _by_file(reading, Source, "profiles/articles/*.yaml")
    profiles = _by_file(reading, ProfileFile, "profiles/*.yaml")
    evidence = {**_entries(reading, EvidenceType, "evidence/*.yaml"), **_entries(reading, FormType, "forms/*.yaml")}
    procedures = _procedures(reading)
    years = _by_file(reading, CalendarYear, "calendar/*.yaml").values()
    articles = {code: article for source in sources.values() for code, article in source.articles.items()}
    parts = Parts(articles, evidence, profiles, procedures, is_whole=not reading.faults)
    faults = [*reading.faults, *check(parts)]
    if faults:
        raise LawError(faults)
    return Law(
        version=reading.version,
        sources=sources,
        articles=articles,
        evidence=evidence,
        profile_files={each.code: each for each in profiles.values()},
        procedure_files={each.code: each for each in procedures.values()},
        calendar=Calendar(years),
    )


def _for_stage(editions: Iterable[ProcedureEdition], stage: Stage | None) -> ProcedureEdition | None:
    fitting = [each for each in editions if stage is None or not each.stages or stage in each.stages]
    return max(fitting, key=lambda each: bool(stage and each.stages), default=None)


def _by_file(reading: Reading, model: type[ModelT], pattern: str) -> dict[str, ModelT]:
    parsed = ((file, reading.parse(model, file, data)) for file, data in reading.raw(pattern))
    return {file: entry for file, entry in parsed if entry is not None}


def _entries(reading: Reading, model: type[EvidenceT], pattern: str) -> dict[str, EvidenceT]:
    found: dict[str, EvidenceT] = {}
    for file, data in reading.raw(pattern):
        for code, entry in data.items():
            coded = {**entry, "code": code} if isinstance(entry, dict) else entry
            parsed = reading.parse(model, file, coded, under=code)
            if code in found:
                reading.note(file, code, "code defined twice")
            elif parsed is not None:
                found[code] = parsed
    return found


def _procedures(reading: Reading) -> dict[str, ProcedureFile]:
    found: dict[str, ProcedureFile] = {}
    for file, data in reading.raw("procedures/*.yaml"):
        parsed = reading.parse(ProcedureFile, file, resolve_same_as(reading, file, data))
        if parsed is not None:
            found[file] = parsed
    return found
