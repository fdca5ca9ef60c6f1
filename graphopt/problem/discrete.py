"""Which inputs of a problem take whole numbers or listed values only, as the doors are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable as GraphVariable

from graphopt.errors import InvalidType, InvalidValue, unknown_name
from graphopt.problem.problem import Problem
from graphopt.problem.variables import Variable


def with_kinds(problem: Problem, *, integer: Any = False, choices: Any = None) -> Problem:
    """Return `problem` with decisions that take whole numbers, or values of a list, only.

    Parameters
    ----------
    integer : bool, mask, sequence of names or variables, or dict
        True for all decisions, False for none; the names or variables that are whole; or a dict from these to
        True or a mask, one bool per element. A mask alone is for a problem with one variable.
    choices : sequence or dict, optional
        A dict from names or variables to what `Variable` takes as choices: one list for all elements, or one
        per element, None for an element without. The list alone is for a problem with one variable.

    Raises
    ------
    InvalidType, InvalidValue, ShapeMismatch, UnknownName
        If it is none of these, or names no variable that moves.
    """
    masks = _masks(problem, integer)
    lists = {} if choices is None else _by_name(problem, choices, "choices")
    if not masks and not lists:
        return problem
    return replace(
        problem,
        variables=[_of_kind(v, masks.get(v.name), lists.get(v.name)) for v in problem.variables],
    )


def _of_kind(variable: Variable, mask: Any, choices: Any) -> Variable:
    """Return `variable` with whole numbers where `mask` says so, and its choices."""
    if mask is not None:
        mask = _mask(mask, variable)
        kind = "integer" if mask.all() else np.where(mask, "integer", "real")
        variable = replace(variable, kind=kind) if mask.any() else variable
    return variable if choices is None else replace(variable, choices=choices)


def _masks(problem: Problem, integer: Any) -> dict[str, Any]:
    """Return True or a mask for each variable that holds whole numbers, by name."""
    if isinstance(integer, bool | np.bool_):
        return {v.name: True for v in problem.variables} if integer else {}
    if isinstance(integer, Mapping):
        return _by_name(problem, integer, "integer")
    if isinstance(integer, str | GraphVariable):
        return _by_name(problem, {integer: True}, "integer")
    if isinstance(integer, Sequence) and all(isinstance(one, str | GraphVariable) for one in integer):
        return _by_name(problem, dict.fromkeys(integer, True), "integer")
    if isinstance(integer, Sequence | np.ndarray) and np.asarray(integer).dtype == bool:
        return _by_name(problem, integer, "integer")
    raise InvalidType(
        f"integer came with {integer!r}; expected True, or the names or variables that take whole numbers, "
        f"or a dict from these to masks with one bool per element."
    )


def _by_name(problem: Problem, asked: Any, keyword: str) -> dict[str, Any]:
    """Return a dict by the names of variables from one by names or variables, or from what is for the only
    variable.
    """
    names = [v.name for v in problem.variables]
    if not isinstance(asked, Mapping):
        if len(names) != 1:
            raise InvalidValue(
                f"{keyword} came without names for {len(names)} inputs; expected a dict by name, such as "
                f"{{{names[0]!r}: ...}}."
            )
        return {names[0]: asked}
    by_expression: dict[Any, str] = {v.expression: v.name for v in problem.variables}
    found = {}
    for key, value in asked.items():
        if not isinstance(key, str | GraphVariable):
            raise InvalidType(f"{keyword} came with the key {key!r}; expected a name or a variable.")
        name = key if isinstance(key, str) else by_expression.get(key, str(key))
        if name not in names:
            raise unknown_name(f"variable in {keyword}", name, names)
        found[name] = value
    return found


def _mask(mask: Any, variable: Variable) -> np.ndarray:
    """Return `mask` as one bool per element of `variable`."""
    found = np.asarray(mask)
    if found.dtype != bool or found.shape not in ((), variable.shape):
        raise InvalidValue(
            f"integer came with {mask!r} for input {variable.name!r}; expected True, or bools of its shape "
            f"{variable.shape}."
        )
    return np.broadcast_to(found, variable.shape)
