"""Whether a network or an expression stays on one side of a number all over a box: proved, or disproved."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, unknown_name
from graphopt.problem.compiled import CompiledProblem, compile_problem
from graphopt.problem.discrete import with_kinds
from graphopt.problem.expression_problem import expression_problem
from graphopt.problem.network_problem import is_network, network_problem
from graphopt.problem.objectives import Objective
from graphopt.problem.problem import Problem
from graphopt.routes.exact import ExactQuestion
from graphopt.solvers.branching.branch_and_bound import BranchAndBound, branch_and_bound
from graphopt.solvers.limits import Limits
from graphopt.solvers.proof import Proof
from graphopt.solvers.race import race
from graphopt.structure.program import Structure

__all__ = ["Proved", "prove"]

SENSES = {"<=": "maximize", ">=": "minimize"}
"""What a counterexample does as much as it can, by the relation it breaks."""

RESOLUTION = 1e-9
"""Relative to ``1 + |value|``: where the extreme value is known so well, the search ends undecided."""


@dataclass(frozen=True, kw_only=True)
class Proved:
    """What was proved about ``expression relation value`` over a box.

    Attributes
    ----------
    holds : bool or None
        True: at every point. False: not at `counterexample`. None: not decided within the limits.
    relation, value : str, float
        The question.
    bound : float
        No point goes beyond this: an upper bound of the expression for ``"<="``, a lower one for ``">="``.
    counterexample : dict of str to array, or None
        A point where the relation is broken, by input name, in the inputs' shapes: the compiled graph was
        evaluated there.
    found : float
        The expression there; without a counterexample, the most extreme value that was found.
    nodes : int
        Boxes that were looked at.
    seconds : float
        How long it took.
    method : str
        How it was decided.
    """

    holds: bool | None
    relation: str
    value: float
    bound: float
    counterexample: dict[str, np.ndarray] | None
    found: float
    nodes: int
    seconds: float
    method: str

    def __bool__(self) -> bool:
        raise InvalidValue(
            f"{self.relation} {self.value:g} may hold, not hold or be undecided: ask for .holds, which is "
            f"{self.holds}."
        )


def prove(
    what: Any,
    relation: str,
    value: float,
    box: Any = None,
    *,
    over: Mapping[TensorVariable, Any] | None = None,
    objective: Objective = None,
    fixed: Mapping[Any, Any] | None = None,
    constraints: Sequence[Any] = (),
    integer: Any = False,
    choices: Any = None,
    max_seconds: float = 60.0,
    max_nodes: int = 10_000_000,
) -> Proved:
    """Return whether a network or an expression stays below or above a number all over a box.

    The search stops as soon as it is decided: a bound that no point can pass, or a point that breaks the
    relation. A value that is reached exactly may stay undecided: bounds have rounding errors taken off.

    Parameters
    ----------
    what : Network or PyTensor expression
        One number, or made one by `objective`.
    relation : str
        ``"<="`` or ``">="``.
    value : float
    box : pair, list of pairs, or dict by input name
        ``(lower, upper)`` as in `graphopt.minimize`: for a network one sample, without batch axis.
    over : dict from variable to bounds
        For an expression with several inputs: what moves, and where.
    objective, fixed, constraints, integer, choices
        As in `graphopt.minimize`. Only points that keep the constraints count; where there is none, every
        relation holds.
    max_seconds : float
        When to give up.
    max_nodes : int
        After how many boxes to give up.

    Raises
    ------
    InvalidType, InvalidValue
        If the question is wrong, or an input has no finite bounds.
    NotLowered
        If the graph has an operation about which nothing can be proved.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x", shape=(2,))
    >>> prove(pt.tanh(x[0]) * pt.tanh(x[1]), "<=", 0.6, (-1, 1)).holds
    True
    >>> found = prove(pt.tanh(x[0]) * pt.tanh(x[1]), "<=", 0.5, (-1, 1))
    >>> found.holds, found.found > 0.5
    (False, True)
    """
    began = time.perf_counter()
    for name, limit in (("max_seconds", max_seconds), ("max_nodes", max_nodes)):
        if isinstance(limit, bool) or not isinstance(limit, int | float | np.number) or not limit >= 0:
            raise InvalidValue(f"{name} came as {limit!r}; expected a number, 0 or more.")
    if relation not in SENSES:
        raise unknown_name("relation", relation, SENSES)
    value = _number(value)
    asked = _problem(SENSES[relation], what, box, over, objective, fixed, constraints)
    compiled = compile_problem(with_kinds(asked, integer=integer, choices=choices))
    _check_bounds(compiled)
    proof = _searched(ExactQuestion(compiled), compiled.sign * value, max_seconds, max_nodes)
    holds, found, point = _verdict(compiled, proof, value)
    return Proved(
        holds=holds,
        relation=relation,
        value=value,
        bound=compiled.sign * proof.lower_bound,
        counterexample=point,
        found=found,
        nodes=proof.nodes,
        seconds=time.perf_counter() - began,
        method=proof.method,
    )


def _searched(question: ExactQuestion, threshold: float, max_seconds: float, max_nodes: int) -> Proof:
    """Return what is proved about the cost of `question` beside `threshold`."""
    asked: dict[str, Any] = {
        "program": question.program,
        "lower": question.lower,
        "upper": question.upper,
        "integer": question.integer,
        "limits": question.limits,
    }
    options = BranchAndBound(
        gap=RESOLUTION * (1.0 + abs(threshold)), max_seconds=max_seconds, max_nodes=max_nodes
    )
    search = race if question.program.structure is Structure.PIECEWISE_LINEAR else branch_and_bound
    return search(**asked, options=options, threshold=threshold)


def _verdict(
    compiled: CompiledProblem, proof: Proof, value: float
) -> tuple[bool | None, float, dict[str, np.ndarray] | None]:
    """Return whether the relation holds, the most extreme value found, and a counterexample: the point is
    looked at by the graph.
    """
    sign, found = compiled.sign, compiled.sign * np.inf
    if proof.x is not None:
        point = compiled.look(proof.x)
        found = point.value
        kept = True
        if point.constraints.size:
            low, high, values = (row / compiled.rows.units for row in (*compiled.limits, point.constraints))
            kept = Limits.of_rows(low, high).kept(values[None])[0]
        if kept and sign * found < sign * value:
            return False, found, {n: array.copy() for n, array in compiled.problem.named(proof.x).items()}
    return (True if proof.lower_bound >= sign * value else None), found, None


def _problem(
    sense: str, what: Any, box: Any, over: Any, objective: Any, fixed: Any, constraints: Any
) -> Problem:
    """Return the problem whose best point is the one to look for."""
    if is_network(what):
        if over is not None:
            raise InvalidValue("over= is for expressions; a network's inputs are named in box and fixed.")
        return network_problem(
            what, sense, bounds=box, objective=objective, fixed=fixed, constraints=constraints
        )
    if isinstance(what, TensorVariable):
        return expression_problem(
            what, sense, over=over, bounds=box, objective=objective, fixed=fixed, constraints=constraints
        )
    raise InvalidType(f"prove came with {type(what).__name__}; expected a network or a PyTensor expression.")


def _check_bounds(compiled: CompiledProblem) -> None:
    """Raise if an input is not bounded on both sides."""
    for variable in compiled.problem.variables:
        for side, name in ((variable.lower, "lower"), (variable.upper, "upper")):
            if not np.isfinite(side).all():
                raise InvalidValue(
                    f"Input {variable.name!r} has no finite {name} bound: nothing can be proved over an "
                    "endless box. Give the box both bounds."
                )


def _number(value: Any) -> float:
    """Return `value` as a finite float."""
    if isinstance(value, bool) or np.ndim(value) or not np.issubdtype(np.asarray(value).dtype, np.number):
        raise InvalidType(f"The value came as {value!r}; expected a number.")
    if not np.isfinite(value):
        raise InvalidValue(f"The value is {value}; expected a finite number.")
    return float(value)
