"""Which inputs of a problem take whole numbers only, as the doors are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable as GraphVariable

from graphopt.errors import InvalidType, unknown_name
from graphopt.problem.problem import Problem


def with_whole_numbers(problem: Problem, integer: Any) -> Problem:
    """Return `problem` with variables that take whole numbers only.

    Parameters
    ----------
    integer : bool or sequence of names or variables
        True for all variables, False for none.

    Raises
    ------
    InvalidType, UnknownName
        If it is neither, or names no variable that moves.
    """
    if isinstance(integer, bool | np.bool_):
        chosen = {v.name for v in problem.variables} if integer else set()
    else:
        if isinstance(integer, str | GraphVariable) or not isinstance(integer, Sequence):
            integer = [integer]
        by_expression: dict[Any, str] = {v.expression: v.name for v in problem.variables}
        names = list(by_expression.values())
        chosen = set()
        for one in integer:
            if not isinstance(one, str | GraphVariable):
                raise InvalidType(
                    f"integer came with {one!r}; expected True, or the names or variables that take whole "
                    f"numbers."
                )
            name = one if isinstance(one, str) else by_expression.get(one, str(one))
            if name not in names:
                raise unknown_name("variable in integer", name, names)
            chosen.add(name)
    if not chosen:
        return problem
    return replace(
        problem,
        variables=[replace(v, kind="integer") if v.name in chosen else v for v in problem.variables],
    )
