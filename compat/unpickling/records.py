"""What a pickle says, as inert data: nothing here calls, imports or looks up anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = ["Global", "Mapping", "OldString", "Persistent", "Record", "SetOf", "as_bytes"]


class Global(NamedTuple):
    """The name of a class or function, as the pickle spells it."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class OldString(bytes):
    """A long string of Python 2: bytes, as of an array, or text in latin-1."""

    def __str__(self) -> str:
        return self.decode("latin-1")


@dataclass(eq=False, slots=True)
class Mapping:
    """A dict, as pairs: its keys are not hashed."""

    pairs: list[tuple[Any, Any]] = field(default_factory=list)

    def get(self, name: str, default: Any = None) -> Any:
        """Return what stands under the string `name`, the last time it is given."""
        found = (value for key, value in reversed(self.pairs) if isinstance(key, str) and key == name)
        return next(found, default)

    def strings(self) -> dict[str, Any]:
        """Return the pairs whose keys are strings."""
        return {key: value for key, value in self.pairs if isinstance(key, str)}


@dataclass(eq=False, slots=True)
class SetOf:
    """A set, its elements not hashed."""

    elements: list[Any] = field(default_factory=list)
    frozen: bool = False


@dataclass(eq=False, slots=True)
class Persistent:
    """A reference to something kept outside the pickle, e.g. an array of a zip file."""

    name: Any


@dataclass(eq=False, slots=True)
class Record:
    """An instance: what would have been called to make it, the arguments, and the state it was given."""

    kind: Global
    args: tuple = ()
    new: bool = False  # made by the class's __new__, not by a call
    state: Any = None
    items: list[Any] = field(default_factory=list)
    pairs: list[tuple[Any, Any]] = field(default_factory=list)

    def attribute(self, name: str, default: Any = None) -> Any:
        """Return the attribute `name` of the state, which may be a dict or a (dict, dict of slots) pair."""
        return self.attributes().get(name, default)

    def attributes(self) -> dict[str, Any]:
        """Return the attributes of the state by name."""
        found: dict[str, Any] = {}
        for part in self.state if isinstance(self.state, tuple) else (self.state,):
            if isinstance(part, Mapping):
                found.update(part.strings())
        return found

    def __str__(self) -> str:
        return str(self.kind)


def as_bytes(value: Any) -> bytes:
    """Return the bytes a string of Python 2 stood for."""
    return value.encode("latin-1") if isinstance(value, str) else bytes(value)
