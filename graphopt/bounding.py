"""What is certain about a network or an expression over a whole box: bounds, and the signs of its slopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from graphopt.enclosures.derivatives.gradients import gradient_bounds
from graphopt.enclosures.intervals import interval_bounds
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.errors import InvalidType, InvalidValue, unknown_name
from graphopt.problem.expression_problem import expression_problem
from graphopt.problem.functions import fresh_inputs
from graphopt.problem.network_problem import is_network, network_problem
from graphopt.problem.objectives import Objective
from graphopt.problem.precision import in_double
from graphopt.problem.problem import Problem
from graphopt.structure.lowering import lower
from graphopt.structure.program import Program

__all__ = ["Bounds", "bounds", "monotonicity"]

METHODS = ("intervals", "linear")


@dataclass(frozen=True, eq=False)
class Bounds:
    """Certified bounds: no point of the box has a value below `lower` or above `upper`.

    Attributes
    ----------
    lower, upper : array
        In the shape of what was asked about, in its units; infinite where nothing is known. Rounding errors
        are taken off.
    method : str
        ``"linear"`` or ``"intervals"``.
    """

    lower: np.ndarray
    upper: np.ndarray
    method: str

    @property
    def width(self) -> np.ndarray:
        """How far apart the bounds are."""
        return self.upper - self.lower


def bounds(
    what: Any,
    box: Any = None,
    *,
    over: Mapping[TensorVariable, Any] | None = None,
    objective: Objective = None,
    fixed: Mapping[Any, Any] | None = None,
    method: str = "linear",
) -> Bounds:
    """Return numbers between which a network's output or an expression stays, wherever in the box.

    They are proved for the function in exact arithmetic, and hold for NumPy's in float64: networks and graphs
    in float32 are widened. They are not the least and the greatest value: those lie between them, nearer the
    smaller the box is.

    Parameters
    ----------
    what : Network or PyTensor expression
        Of any shape.
    box : pair, list of pairs, or dict by input name
        ``(lower, upper)`` as in `graphopt.minimize`: for a network one sample, without batch axis.
    over : dict from variable to bounds
        For an expression with several inputs: what moves, and where.
    objective : str, int, tuple or callable, optional
        Which number of the output, as in `graphopt.minimize`; all of them by default.
    fixed : dict, optional
        Values of held inputs, by name (network) or variable (expression).
    method : str
        ``"linear"``: linear functions below and above, carried back to the inputs (CROWN; see
        `graphopt.enclosures.linear.bounds`), and quadratic ones, carried forwards, if the inputs are some
        hundred at most. ``"intervals"``: faster, and much wider for deep networks.

    Raises
    ------
    InvalidType, InvalidValue
        If the question is wrong.
    NotLowered
        If the graph has an operation about which nothing can be proved.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x", shape=(2,))
    >>> found = bounds(pt.tanh(x[0] - x[1]), (0, 0.5))
    >>> round(float(found.lower), 4), round(float(found.upper), 4)
    (-0.4621, 0.4621)
    """
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    problem, expression = _question(what, box, over, objective, fixed)
    program, shape = _lowered(problem, expression)
    lower, upper = _box(problem)
    if method == "linear":
        found = linear_bounds(program, lower, upper, second_order=True)
        low, high = found.lower[0], found.upper[0]
    else:
        low, high = (side[0] for side in interval_bounds(program, lower, upper).outputs[0])
    return Bounds(low.reshape(shape), high.reshape(shape), method)


def monotonicity(
    what: Any,
    box: Any = None,
    *,
    over: Mapping[TensorVariable, Any] | None = None,
    objective: Objective = None,
    fixed: Mapping[Any, Any] | None = None,
) -> dict[str, np.ndarray]:
    """Return in which inputs a network or an expression is proved to be monotone over the whole box.

    Parameters are those of `bounds`; what is asked about must be one number.

    Returns
    -------
    dict of str to array of int
        By input name, in its shape: 1 where the value never decreases as this element grows, whatever the
        others are; -1 where it never increases; 0 where neither was proved. 1 also for an element that does
        not matter.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x", shape=(3,))
    >>> monotonicity(pt.tanh(x[0]) - 2 * x[1] + x[2] ** 2, (-1, 1))
    {'x': array([ 1, -1,  0])}
    """
    problem, _ = _question(what, box, over, objective, fixed, one_number=True)
    program, _ = _lowered(problem, problem.objective)
    low, high = gradient_bounds(program, linear_bounds(program, *_box(problem), second_order=True).enclosure)
    signs = np.where(low[0, 0] >= 0, 1, np.where(high[0, 0] <= 0, -1, 0))
    ends = np.cumsum([int(np.prod(v.shape)) for v in problem.variables])
    parts = np.split(signs, ends[:-1])
    return {v.name: part.reshape(v.shape) for v, part in zip(problem.variables, parts, strict=True)}


def _question(
    what: Any, box: Any, over: Any, objective: Any, fixed: Any, *, one_number: bool = False
) -> tuple[Problem, TensorVariable]:
    """Return a problem with the box, and the expression that is asked about."""
    asked: list[TensorVariable] = []

    def all_of_it(output: Any) -> TensorVariable:
        if isinstance(output, dict):
            raise InvalidValue(
                f"There are {len(output)} outputs ({', '.join(output)}); choose one with objective=name."
            )
        asked.append(output)
        return pt.sum(pt.cast(output, "float64"))

    chosen = all_of_it if objective is None and not one_number else objective
    if is_network(what):
        if over is not None:
            raise InvalidValue("over= is for expressions; a network's inputs are named in box and fixed.")
        problem = network_problem(what, "minimize", bounds=box, objective=chosen, fixed=fixed)
    elif isinstance(what, TensorVariable):
        problem = expression_problem(what, "minimize", over=over, bounds=box, objective=chosen, fixed=fixed)
    else:
        raise InvalidType(f"{type(what).__name__} came; expected a network or a PyTensor expression.")
    return problem, asked[0] if asked else problem.objective


def _lowered(problem: Problem, expression: TensorVariable) -> tuple[Program, tuple[int, ...]]:
    """Return `expression` as a program over the decisions of `problem`, and its shape."""
    decisions, held, swaps = fresh_inputs(problem)
    (wide,) = in_double([expression], swaps)
    program = lower(
        [pt.cast(wide, "float64")], decisions, dict(zip(held, problem.fixed.values(), strict=True))
    )
    shape = tuple(-1 if length is None else length for length in wide.type.shape)
    if shape.count(-1) > 1:
        raise InvalidValue(
            f"The expression has the shape {wide.type.shape}; expected known lengths. Declare those of its "
            "inputs, as in pt.tensor('x', shape=(10, 3)), or ask about expression.ravel()."
        )
    return program, shape


def _box(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds of the flat decisions: one box, (1, n)."""
    lower = np.concatenate([np.broadcast_to(v.lower, v.shape).ravel() for v in problem.variables])
    upper = np.concatenate([np.broadcast_to(v.upper, v.shape).ravel() for v in problem.variables])
    return lower[None], upper[None]
