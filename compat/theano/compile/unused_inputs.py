"""Inputs that no output depends on: mostly a mistake, said when the function is made."""

from __future__ import annotations

import warnings

from pytensor.graph.traversal import ancestors

from ..configdefaults import config
from .io import In, SymbolicInput, SymbolicOutput


class UnusedInputError(Exception):
    """Raised when an input of a function is not needed to compute its outputs."""


def check_unused_inputs(inputs: list[SymbolicInput], outputs: list[SymbolicOutput], wish: str | None) -> None:
    """Raise, warn or do nothing, as `wish` or `config.on_unused_input` says, about inputs nothing depends on.

    Raises
    ------
    UnusedInputError
        If an input is not needed and that is an error.
    ValueError
        If `wish` is none of "raise", "warn" and "ignore".
    """
    wish = config.on_unused_input if wish is None else wish
    if wish == "ignore":
        return
    if wish not in ("raise", "warn"):
        raise ValueError(
            f"Invalid value for keyword on_unused_input of theano.function: '{wish}'.\n"
            "Valid values are 'raise', 'warn', and 'ignore'."
        )
    wanted = [o.variable for o in outputs] + [i.update for i in inputs if i.update is not None]
    used = set(ancestors(wanted, blockers=[i.variable for i in inputs]))
    for given in inputs:
        if given.variable in used or given.update is not None or (isinstance(given, In) and given.shared):
            continue
        message = (
            "theano.function was asked to create a function computing outputs given certain inputs, "
            f"but the provided input variable at index {inputs.index(given)} is not part of the "
            f"computational graph needed to compute the outputs: {given.variable}.\n"
        )
        if wish == "raise":
            raise UnusedInputError(
                message
                + "To make this error into a warning, you can pass the parameter on_unused_input='warn' "
                "to theano.function. To disable it completely, use on_unused_input='ignore'."
            )
        warnings.warn(
            message
            + "To make this warning into an error, you can pass the parameter on_unused_input='raise' to "
            "theano.function. To disable it completely, use on_unused_input='ignore'.",
            stacklevel=6,
        )
