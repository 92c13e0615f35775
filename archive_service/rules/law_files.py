"""Reading law data from disk: strict YAML, one model per file, every fault kept with its file and key.

Lives here: Fault, LawError, the YAML reader, `same_as`, and `parse` from raw data to models.
Not here: references between files (law_check), the Law itself (law).
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """Something wrong in the data: which file, which key, what."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        """One line for the operator."""
        return f"{self.file}: {self.key}: {self.text}"


class LawError(Exception):
    """The law data cannot be used; all faults at once, so that one look mends them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key given twice is a fault; the plain loader lets the last one win in silence."""


def _mapping_without_repeats(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
    if repeated:
        raise yaml.constructor.ConstructorError(None, None, f"key given twice: {', '.join(repeated)}", node.start_mark)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_repeats)


@dataclass
class Reading:
    """A pass over the folder: faults gathered on the way, and the digest of all bytes read."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)
    _digests: dict[str, str] = field(default_factory=dict)

    def raw(self, pattern: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Raw data of every file that fits, in order of path; a file that is no mapping in YAML is left out as a fault."""
        for path in sorted(self.folder.glob(pattern)):
            name, content = path.relative_to(self.folder).as_posix(), path.read_bytes()
            self._digests[name] = sha256(content).hexdigest()
            try:
                data = yaml.load(content, Loader=_StrictLoader)  # noqa: S506 -- a SafeLoader subclass
            except yaml.YAMLError as error:
                self.note(name, "", " ".join(str(error).split()))
                continue
            if isinstance(data, dict):
                yield name, data
            else:
                self.note(name, "", "no mapping at the top")

    def parse(self, model: type[ModelT], file: str, data: object, *, under: str = "") -> ModelT | None:
        """The model behind raw data, or None with the faults noted."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                self.note(file, ".".join(map(str, (*filter(None, [under]), *each["loc"]))), each["msg"])
            return None

    def note(self, file: str, key: str, text: str) -> None:
        """Remember a fault."""
        self.faults.append(Fault(file, key, text))

    @property
    def version(self) -> str:
        """Digest of every file read, by name and content: the version a case stores."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._digests.items()))
        return sha256(lines.encode()).hexdigest()[:16]


def resolve_same_as(reading: Reading, file: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Replace `same_as: PROFILE` in editions by a copy of that profile's edition, own keys on top."""
    editions = data.get("editions")
    if not isinstance(editions, list) or not all(isinstance(each, dict) for each in editions):
        return dict(data)
    originals = {each.get("profile"): each for each in editions if "same_as" not in each}
    return {**data, "editions": [_resolved(reading, file, each, originals) for each in editions]}


def _resolved(reading: Reading, file: str, edition: dict[str, Any], originals: Mapping[Any, Any]) -> dict[str, Any]:
    if "same_as" not in edition:
        return edition
    own = {key: value for key, value in edition.items() if key != "same_as"}
    if edition["same_as"] not in originals:
        reading.note(file, f"editions.{edition.get('profile')}.same_as", f"no such edition: {edition['same_as']}")
        return own
    return {**originals[edition["same_as"]], **own}
