"""Names for the user's own functions and layers, so that a saved network can say which ones it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from graphopt.errors import InvalidType, InvalidValue, unknown_name

T = TypeVar("T", bound=Callable[..., Any])

_BY_NAME: dict[str, Callable[..., Any]] = {}


def register(name: str) -> Callable[[T], T]:
    """Return a decorator that registers a function or a `Layer` class under `name`.

    A network that uses it can then be saved; loading needs the same registration to have run before.

    Examples
    --------
    >>> @register("my_package/halve")
    ... def halve(x):
    ...     return x / 2

    Raises
    ------
    InvalidValue
        If another object holds the name.
    """
    if not isinstance(name, str) or not name:
        raise InvalidType(f'register takes a name, for example @register("mine/halve"); got {name!r}.')

    def decorate(thing: T) -> T:
        held = _BY_NAME.get(name)
        same = held is None or (held.__module__, held.__qualname__) == (thing.__module__, thing.__qualname__)
        if not same:
            raise InvalidValue(
                f"The name {name!r} is already registered for {held!r}; choose another name for {thing!r}."
            )
        _BY_NAME[name] = thing
        return thing

    return decorate


def registered_name(thing: object) -> str | None:
    """Return the name `thing` was registered under, or None."""
    for name, held in _BY_NAME.items():
        if held is thing:
            return name
    return None


def registered(name: str) -> Callable[..., Any]:
    """Return what was registered under `name`; raise `UnknownName` with the nearest name otherwise."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise unknown_name("registered name", name, _BY_NAME) from None


def saved_name(thing: object, kind: str) -> str:
    """Return ``registered:NAME`` for `thing`, the form a file keeps.

    Raises
    ------
    InvalidValue
        If `thing` was not registered: a file holds names, never code.
    """
    name = registered_name(thing)
    if name is None:
        raise InvalidValue(
            f"The {kind} {getattr(thing, '__name__', thing)!r} cannot be saved: a file keeps names, not "
            f"code. "
            f'Put @graphopt.nn.register("mine/{getattr(thing, "__name__", "name").strip("<>")}") above it.'
        )
    return f"registered:{name}"
