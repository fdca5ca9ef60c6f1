"""A pickle of a program's own that names parts of Theano: these made by the tables, all else imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from . import builders  # noqa: F401  fills the tables
from .limits import Limits
from .machine import read
from .table import BUILDERS, NAMES, allowed
from .translator import Translator

__all__ = ["read_theano"]

_ENDLESS = Limits(**dict.fromkeys(Limits.__dataclass_fields__, 1 << 62))


class _Importable(Mapping):
    """Dotted name -> the class or function of that name, for all names that the tables do not have."""

    def __init__(self, find_class: Callable[[str, str], Any]) -> None:
        self.find_class = find_class

    def __contains__(self, dotted: object) -> bool:
        return dotted not in BUILDERS and dotted not in NAMES and not str(dotted).startswith("theano.")

    def __getitem__(self, dotted: str) -> Any:
        module, _, name = dotted.rpartition(".")
        return self.find_class(module, name)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def read_theano(file: Any, find_class: Callable[[str, str], Any], outside: Callable | None = None) -> Any:
    """Return what the pickle at the position of `file` holds, Theano's parts made by the tables.

    Parameters
    ----------
    file : binary file
        Is left after the pickle.
    find_class : callable
        Gives the other classes and functions by module and name.
    outside : callable, optional
        Gives what the pickle refers to outside itself.
    """
    classes = _Importable(find_class)
    tree = read(
        file, allowed=partial(allowed, classes=classes), limits=_ENDLESS, persistent=outside is not None
    )
    return Translator(_ENDLESS, classes, outside).value(tree)
