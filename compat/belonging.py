"""The module a class or function says it is of: Theano's, wherever its code stands here."""

from __future__ import annotations

from types import FunctionType, ModuleType


def belong_to(module: str, *parts: ModuleType) -> None:
    """Let what is public in `parts` say that it is of `module`, which has the same names.

    Pickles find classes and functions there, and texts that name their module read as Theano's do.
    """
    for part in parts:
        for name, thing in vars(part).items():
            is_own = isinstance(thing, type | FunctionType) and thing.__module__ == part.__name__
            if is_own and not name.startswith("_"):
                thing.__module__ = module
