"""Copies of functions: the same graph compiled again, with other shared variables or without updates."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .sharedvalue import SharedVariable

if TYPE_CHECKING:
    from .callables import Function


def copied(function: Function, swap: dict, delete_updates: bool, name: str | None, profile: Any) -> Function:
    """Return another function of the graph of `function`; see `Function.copy`."""
    present = [i.variable for i in function.maker.inputs]
    inputs = [copy.copy(i) for i in function.maker.inputs]
    for old, new in swap.items():
        if old not in present:
            raise ValueError(f"SharedVariable: {getattr(old, 'name', old)} not found")
        assert isinstance(old, SharedVariable) and isinstance(new, SharedVariable), (
            f"swap needs shared variables, given {old} ({type(old)}) and {new} ({type(new)})"
        )
        assert old.type == new.type, (
            f"Type of given SharedVariable conflicts with original one: {new.type} for {old.type}"
        )
    replaced = dict(swap)
    for given in inputs:
        if given.variable in replaced:
            given.value = replaced[given.variable].container
        if delete_updates:
            given.update = None
    maker = type(function.maker)(
        inputs,
        function.maker.outputs,
        mode=function.maker.mode,
        on_unused_input="ignore",
        profile=function.maker.profile if profile is None else profile,
    )
    new_name = name or (function.name + " copy" if function.name else None)
    made = maker.create(name=new_name)
    for given, mine, theirs in zip(inputs, function.input_storage, made.input_storage):
        if not given.implicit and not given.mutable:
            theirs.storage[0] = mine.storage[0]
        if given.variable in replaced:
            made.finder[replaced[given.variable]] = made.finder.pop(given.variable)
            given.variable = replaced[given.variable]
    return made
