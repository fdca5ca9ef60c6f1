"""The module a class or function says it is of: Theano's, wherever its code stands here."""

from __future__ import annotations

from typing import Any


def belong_to(module: str, *things: Any) -> None:
    """Let classes and functions say that they are of `module`, which must have them under their names.

    Pickles find them there, and texts that name their module read as Theano's do.
    """
    for thing in things:
        thing.__module__ = module
