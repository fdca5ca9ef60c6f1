"""Inputs given in the ways that came before `In`."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Constant, Variable

from .io import In, SymbolicInput


def convert_function_input(input: Any) -> SymbolicInput:
    """Return an input given in any of the old ways as an In.

    A variable; ``(variable, value)``; ``(name, variable, value)`` with an update in the place of the
    variable:
    ``((variable, update), value)``; an In.
    """
    if isinstance(input, SymbolicInput):
        return input
    if isinstance(input, Constant):
        raise TypeError("A Constant instance is not a legal function input", input)
    if isinstance(input, Variable):
        return In(input)
    if isinstance(input, list | tuple):
        original = input
        if not input:
            raise TypeError(f"Nonsensical input specification: {original}")
        if isinstance(input[0], str):
            name, input = input[0], input[1:]
        else:
            name = None
        if not input:
            raise TypeError(f"Nonsensical input specification: {original}")
        if isinstance(input[0], list | tuple):
            if len(input[0]) != 2 or len(input) != 2:
                raise TypeError(
                    f"Invalid input syntax: {original} (check documentation or use an In instance)"
                )
            (variable, update), value = input
        elif isinstance(input[0], Variable):
            if len(input) == 1:
                variable, update, value = input[0], None, None
            elif len(input) == 2:
                (variable, value), update = input, None
            else:
                raise TypeError(
                    f"Invalid input syntax: {original} (check documentation or use an In instance)"
                )
        else:
            raise TypeError(f"Unknown input type: {type(input[0])} ({input[0]}), expected Variable instance")
        if not isinstance(variable, Variable):
            raise TypeError(f"Unknown input type: {type(variable)}, expected Variable instance", variable)
        if update is not None and not isinstance(update, Variable):
            raise TypeError(f"Unknown update type: {type(update)}, expected Variable instance", update)
        if value is not None and isinstance(value, Variable | SymbolicInput):
            raise TypeError(
                f"The value for input {variable} should not be a Variable or SymbolicInput instance (got: "
                f"{value})"
            )
        return In(variable, name=name, value=value, update=update)
    raise TypeError(f"Unknown input type: {type(input)}, expected Variable instance", input)
