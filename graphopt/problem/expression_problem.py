"""The question about a bare PyTensor expression: which of its inputs move, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue
from graphopt.problem.bounds import split_bounds
from graphopt.problem.lengths import fitting_shapes
from graphopt.problem.objectives import Objective, choose_objective
from graphopt.problem.problem import Problem
from graphopt.problem.variables import Variable


def expression_problem(
    expression: TensorVariable,
    sense: str,
    *,
    over: Mapping[TensorVariable, Any] | None = None,
    bounds: Any = None,
    objective: Objective = None,
    fixed: Mapping[TensorVariable, Any] | None = None,
    like: Any = None,
    constraints: Sequence[Any] = (),
) -> Problem:
    """Return the problem of the best inputs of `expression`.

    Parameters
    ----------
    over : dict from variable to bounds
        What moves. Without it, the only input of the expression that is not held moves within `bounds`.
    like : array or dict by variable or name, optional
        Arrays of the right shapes, for variables with lengths that neither type nor bounds tell.
    constraints : sequence of constraints, optional
        Over expressions, or on variables and the expression itself by name; see `graphopt.problem.Problem`.
    """
    fixed = {} if fixed is None else fixed
    if over is None:
        over = {_only_input(expression, fixed): bounds}
    elif bounds is not None:
        raise InvalidValue(
            "Both over= and bounds= came. With over={x: (lower, upper)} the bounds stand beside the "
            "variables."
        )
    if isinstance(over, TensorVariable):
        raise InvalidType(
            f"over came as the variable {over}; expected a dict: over={{{over}: (lower, upper)}}."
        )
    if not isinstance(over, Mapping):
        raise InvalidType(
            f"over came as {type(over).__name__}; expected a dict from variable to (lower, upper)."
        )
    if not over:
        raise InvalidValue(
            "over is empty: nothing can move. Name at least one variable: over={x: (lower, upper)}."
        )
    shapes = _shapes_nobody_told(expression, over, fixed, like)
    variables = []
    for number, (x, limits) in enumerate(over.items()):
        if not isinstance(x, TensorVariable | SharedVariable) or isinstance(x, Constant):
            raise InvalidType(
                f"over has the key {x!r} ({type(x).__name__}); expected a PyTensor variable of the "
                f"expression."
            )
        name = x.name or ("x" if len(over) == 1 else f"x{number}")
        if isinstance(limits, Variable):
            variables.append(limits)
            continue
        shape = shapes.get(x, tuple(x.type.shape))
        lower, upper = split_bounds(limits, name, shape if None not in shape else None)
        wanted = _like(like, x, name, alone=len(over) == 1)
        if (
            not isinstance(x, SharedVariable)
            and None in shape
            and wanted is not None
            and np.ndim(wanted) == len(shape)
        ):
            lower = np.broadcast_to(lower, np.shape(wanted)) if np.ndim(lower) < len(shape) else lower
        elif x in shapes:
            lower = np.broadcast_to(lower, shape)
        variables.append(Variable(x, lower, upper, name))
    return Problem(
        **{sense: choose_objective({expression.name or "output": expression}, objective)},
        variables=variables,
        fixed=fixed,
        outputs={expression.name or "output": expression} if objective is not None or constraints else {},
        constraints=constraints,
    )


def _shapes_nobody_told(
    expression: TensorVariable, over: Mapping, fixed: Mapping, like: Any
) -> dict[TensorVariable, tuple[int, ...]]:
    """Return the shapes of those variables that neither their types, bounds nor `like` tell, where only
    one fits.
    """
    unknown = [
        x
        for number, (x, limits) in enumerate(over.items())
        if isinstance(x, TensorVariable)
        and not isinstance(x, SharedVariable | Constant | Variable)
        and not isinstance(limits, Variable)
        and None in x.type.shape
        and max((np.ndim(part) for part in limits), default=0) < x.type.ndim
        and _like(like, x, x.name or ("x" if len(over) == 1 else f"x{number}"), alone=len(over) == 1) is None
        if isinstance(limits, tuple | list) or limits is None
    ]
    if not unknown or len(unknown) < sum(None in getattr(x.type, "shape", ()) for x in over):
        return {}
    found = fitting_shapes(expression, unknown, fixed)
    return {} if found is None else dict(zip(unknown, found))


def _only_input(expression: TensorVariable, fixed: Mapping[TensorVariable, Any]) -> Any:
    """Return the one input of `expression` that has no value yet."""
    free = [
        v
        for v in dict.fromkeys(graph_inputs([expression], blockers=list(fixed)))
        if v not in fixed and not isinstance(v, Constant | SharedVariable)
    ]
    if len(free) != 1:
        names = ", ".join(map(str, free)) or "none"
        raise InvalidValue(
            f"The expression has {len(free)} inputs without a value ({names}). Say which move, and "
            f"where: over={{x: (lower, upper)}}."
        )
    return free[0]


def _like(like: Any, x: TensorVariable, name: str, *, alone: bool) -> Any:
    """Return the array in `like` that belongs to `x`."""
    if isinstance(like, Mapping):
        return like.get(name, next((value for key, value in like.items() if key is x), None))
    return like if alone else None
