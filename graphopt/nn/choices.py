"""Named choices (an initialiser, a regulariser, a loss) and their form in a file."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

from graphopt.errors import InvalidType, unknown_name
from graphopt.nn import registry


def snake_case(name: str) -> str:
    """Return ``HeNormal`` as ``he_normal``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return words.lower()


def name_table(classes: Iterable[type], aliases: Mapping[str, type]) -> dict[str, type]:
    """Return the classes by their name, by its snake case form, and by their aliases."""
    table: dict[str, type] = {}
    for cls in classes:
        table[cls.__name__] = cls
        table[snake_case(cls.__name__)] = cls
    table.update(aliases)
    return table


def get(identifier: Any, *, kind: str, table: Mapping[str, type]) -> Any:
    """Return the choice that `identifier` (a name, a class, a choice, a function or a saved dict) stands for.

    Raises
    ------
    UnknownName
        If a name is not in `table`; the message gives the nearest one.
    InvalidType
        If `identifier` is nothing of the above.
    """
    if isinstance(identifier, str):
        if identifier in table:
            return table[identifier]()
        if identifier.startswith("registered:"):
            return registry.registered(identifier.removeprefix("registered:"))
        raise unknown_name(kind, identifier, table)
    if isinstance(identifier, Mapping):
        fields = dict(identifier)
        name = fields.pop("name", None)
        if name not in table:
            raise unknown_name(kind, name, table)
        return table[name](**fields)
    if isinstance(identifier, type) and dataclasses.is_dataclass(identifier):
        return identifier()
    if callable(identifier):
        return identifier
    raise InvalidType(
        f"The {kind} is {identifier!r} ({type(identifier).__name__}); expected a name such as "
        f"{min(table)!r}, or a function."
    )


def saved(choice: Any, *, kind: str, table: Mapping[str, type]) -> str | dict[str, Any] | None:
    """Return the form of `choice` that JSON can hold and `get` turns back into it."""
    if choice is None:
        return None
    if dataclasses.is_dataclass(choice) and table.get(type(choice).__name__) is type(choice):
        fields = {f.name: getattr(choice, f.name) for f in dataclasses.fields(choice)}
        return {"name": type(choice).__name__, **fields}
    return registry.saved_name(choice, kind)
