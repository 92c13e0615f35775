"""What travels between a sandbox and its child: calls down, answers up.

Lives here: encoding both, and the reading of answers that trusts nothing: a child that has opened a hostile file may
have been taken over, and an ordinary unpickling would let it run anything in the parent.
"""

import io
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_PLAIN = {
    "builtins": {"set", "frozenset", "bytearray", "complex", "range"},
    "collections": {"Counter", "OrderedDict", "deque"},
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "pathlib": {"Path", "PosixPath", "PurePosixPath"},
    "uuid": {"UUID"},
}


@dataclass(frozen=True)
class Call:
    """A function by `package.module:name` and its arguments."""

    target: str
    arguments: tuple[object, ...]


@dataclass(frozen=True)
class Returned:
    """The function's value."""

    value: object


@dataclass(frozen=True)
class Raised:
    """An exception the function declares, taken apart: rebuilding it must not call its `__init__`."""

    kind: type[Exception]
    arguments: tuple[object, ...]
    attributes: dict[str, object]

    def rebuilt(self) -> Exception:
        error = self.kind.__new__(self.kind, *self.arguments)
        error.args = self.arguments
        error.__dict__.update(self.attributes)
        return error


@dataclass(frozen=True)
class Broke:
    """An exception nobody declared: its summary and traceback."""

    summary: str
    traceback: str


Answer = Returned | Raised | Broke


class NotTrusted(Exception):
    """An answer holds something that may not come back."""


def encode(message: Call | Answer) -> bytes:
    return pickle.dumps(message, protocol=5)


def decode_call(data: bytes) -> Call:
    """For the child, which has no reason to distrust its parent."""
    call: Call = pickle.loads(data)  # noqa: S301 - from the parent, over a private socket
    return call


def decode_answer(data: bytes, trusted: Sequence[str]) -> Answer:
    """For the parent.

    Raises:
        NotTrusted: the answer holds anything but plain values and classes of the trusted packages.
    """
    try:
        answer = _AnswerReader(data, trusted).load()
    except NotTrusted:
        raise
    except (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, TypeError, ValueError) as error:
        raise NotTrusted(f"unreadable answer: {error}") from error
    if not isinstance(answer, Answer):
        raise NotTrusted("not an answer")
    if isinstance(answer, Raised) and not (isinstance(answer.kind, type) and issubclass(answer.kind, Exception)):
        raise NotTrusted("not an exception")
    return answer


class _AnswerReader(pickle.Unpickler):
    def __init__(self, data: bytes, trusted: Sequence[str]) -> None:
        super().__init__(io.BytesIO(data))
        self._trusted = tuple(trusted)

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as the base class
        if module == __name__ and name in {"Returned", "Raised", "Broke"}:
            return super().find_class(module, name)
        if name in _PLAIN.get(module, ()):
            return super().find_class(module, name)
        if is_trusted(module, self._trusted):
            found = super().find_class(module, name)
            # A dotted name could reach through an imported module; a function could do anything.
            if isinstance(found, type) and is_trusted(found.__module__, self._trusted):
                return found
        raise NotTrusted(f"{module}.{name} may not come back from a sandbox")


def is_trusted(module: str, trusted: Sequence[str]) -> bool:
    """Whether a module belongs to one of the packages."""
    return any(module == package or module.startswith(f"{package}.") for package in trusted)
