"""The kinds of paper there are, as data from config/kinds/*.yaml.

Lives here: Kind, Kinds, load_kinds with all faults listed at once. Not here: telling a kind by its words
(scanners.classify). Kind is not evidence: which evidence a record serves as is decided in a case.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from scanners.labels import FIELD_LABELS


class Sensitivity(StrEnum):
    """Source: requirements.md Part 3.1; N there is L here."""

    LOW = "L"
    MINOR = "M"
    HEALTH = "H"
    JUSTICE = "J"


class Kind(BaseModel):
    """What one kind of paper looks like and what is to be expected on it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z][a-z0-9_]+$")
    label: str = Field(min_length=2)
    series: str = Field(pattern=r"^C[1-8]$")
    sensitivity: Sensitivity
    titles: tuple[str, ...] = Field(min_length=1)
    words: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    stamped_by: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    told_by: tuple[str, ...] = ()  # patterns of the wording that tells kinds under one heading apart
    instead_of: tuple[str, ...] = ()  # kinds whose heading this one may bear, when its own wording is there and theirs is not

    @field_validator("told_by")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern}: {error}") from error
        return patterns

    def is_told_in(self, body: str) -> bool:
        """Whether the body, without spaces, has wording that only this kind has."""
        return any(re.search(pattern, body) for pattern in self.told_by)


class Kinds:
    """All kinds in the order of the files; looked up by code."""

    def __init__(self, kinds: tuple[Kind, ...]) -> None:
        self._by_code = {kind.code: kind for kind in kinds}

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str | None) -> Kind | None:
        return self._by_code.get(code) if code else None


class KindsInvalid(ValueError):  # names the state of the data, like its neighbours
    """The data is not fit for use; `faults` lists every one with its file."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def load_kinds(folder: Path) -> Kinds:
    """Read and check every file of the folder.

    Raises:
        KindsInvalid: with all faults, or when the folder holds no kind at all.
    """
    kinds: list[Kind] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        for place, entry in enumerate(yaml.safe_load(path.read_text("utf-8")) or [], start=1):
            try:
                kinds.append(Kind.model_validate(entry))
            except ValidationError as error:
                faults += [f"{path.name} #{place} {_where(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    faults += _faults_between(kinds)
    if not kinds and not faults:
        faults.append(f"{folder.name}: no kind found")
    if faults:
        raise KindsInvalid(faults)
    return Kinds(tuple(kinds))


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _faults_between(kinds: list[Kind]) -> list[str]:
    codes = [kind.code for kind in kinds]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    unknown = [(kind.code, name) for kind in kinds for name in kind.fields if name not in FIELD_LABELS]
    strangers = [(kind.code, other) for kind in kinds for other in kind.instead_of if other not in codes]
    faults = [f"{code}: given twice" for code in twice] + [f"{code}: unknown field {name}" for code, name in unknown]
    return faults + [f"{code}: unknown kind {other}" for code, other in strangers]
