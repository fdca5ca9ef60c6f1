"""The verbs people call: minimise or maximise a network or an expression, or find what reaches a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.problem.discrete import with_kinds
from graphopt.problem.expression_problem import expression_problem
from graphopt.problem.network_problem import is_network, network_problem
from graphopt.problem.objectives import Objective
from graphopt.problem.problem import Problem
from graphopt.problem.scenarios import WORST, first_case, over_scenarios
from graphopt.problem.trust import DataGuard
from graphopt.solvers.local.lbfgsb import whole
from graphopt.solvers.local.multistart import MultiStart
from graphopt.solvers.local.solver import LocalSolver
from graphopt.solvers.solution import Solution, Status
from graphopt.solving import checked_solver, proved_later, solve
from graphopt.trusting import guarded, trusted_again

__all__ = ["certify", "maximize", "minimize", "solve", "target"]

REACH_TOLERANCE = 1e-6  # relative to 1 + |value|


def minimize(
    what: Any,
    bounds: Any = None,
    *,
    over: Mapping[TensorVariable, Any] | None = None,
    objective: Objective = None,
    fixed: Mapping[Any, Any] | None = None,
    constraints: Sequence[Any] = (),
    integer: Any = False,
    choices: Any = None,
    guard: DataGuard | None = None,
    certify: bool = False,
    gap: float = 1e-6,
    max_seconds: float = 60.0,
    starts: int = 1,
    x0: Any = None,
    seed: int = 0,
    solver: LocalSolver | MultiStart | None = None,
    tier: str = "auto",
) -> Solution:
    """Return the input at which a network or an expression is least, and what was verified about it.

    Parameters
    ----------
    what : Network or PyTensor expression
        What is minimised.
    bounds : pair, list of pairs, or dict by input name
        ``(lower, upper)``, a number or an array each, for the input of a network (one sample, no batch
        axis); a list of one pair per element; or a dict of these by input name. For an expression with one
        input, its bounds.
    over : dict from variable to bounds
        For an expression: what moves, and where. A shared variable may move; it keeps its value.
    objective : str, int, tuple or callable, optional
        Which number of the output: ``"sum"``, ``"mean"``, an output name, an index, or a function of the
        output expression. Not needed where the output is one number.
    fixed : dict, optional
        Values of held inputs, by name (network) or variable (expression); `Scenarios` for several cases.
    constraints : sequence of constraints, optional
        What must hold besides the bounds: `leq`, `geq`, `eq`, `between` over expressions; `limit`, `rate`,
        `budget`, `hold`, `terminal` by the name of an input or output.
    integer : bool, sequence of names or variables, or dict
        Which inputs take whole numbers only: True for all, names, or masks by name with a bool for each
        element; a mask alone where one input moves. Such problems are solved exactly where possible.
    choices : sequence or dict, optional
        The only values that inputs may take, by name: a list for all elements, or a list or None for each; a
        list alone where one input moves.
    guard : DataGuard, optional
        Keeps the answer near the training data, or says how far from it it is: ``answer.trust``.
    certify : bool
        Whether to prove how much better the best point of the whole box could be: ``answer.certificate`` has
        ``lower_bound``, ``upper_bound`` and ``gap``.
    gap, max_seconds : float
        The gap that counts as closed, in units of the objective; how long a proof may take.
    starts : int
        How many starts; the first is `x0` or the middle of the box, the others Sobol points decided by
        `seed`.
    x0 : array or dict, optional
        The first start.
    solver : LBFGSB, SLSQP, TrustConstr, AugmentedLagrangian or MultiStart, optional
        How to look. A `MultiStart` brings its own starts and seed.
    tier : str
        The engine's tier: ``"now"``, ``"fast"`` or ``"auto"``.

    Returns
    -------
    Solution
        ``answer.x``, ``answer.fun``, ``answer.status`` and more. ``answer.success`` is true only if the
        check says so.

    Raises
    ------
    InvalidType, InvalidValue
        If the question is wrong: before anything is compiled.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x", shape=(2,))
    >>> answer = minimize(pt.sum((x - [0.5, 3]) ** 2), over={x: (0, 1)})
    >>> answer.x.round(6), answer.success
    (array([0.5, 1. ]), True)
    """
    asked = _problem(
        "minimize",
        what,
        bounds,
        over,
        objective,
        fixed,
        constraints=constraints,
        integer=integer,
        choices=choices,
        like=x0,
        exact=certify,
    )
    x0 = _start(asked, x0)
    effort = {"certify": certify, "gap": gap, "max_seconds": max_seconds}
    return guarded(asked, guard, _solver(solver, starts, seed), x0=x0, tier=tier, **effort)


def maximize(
    what: Any,
    bounds: Any = None,
    *,
    over: Mapping[TensorVariable, Any] | None = None,
    objective: Objective = None,
    fixed: Mapping[Any, Any] | None = None,
    constraints: Sequence[Any] = (),
    integer: Any = False,
    choices: Any = None,
    guard: DataGuard | None = None,
    certify: bool = False,
    gap: float = 1e-6,
    max_seconds: float = 60.0,
    starts: int = 1,
    x0: Any = None,
    seed: int = 0,
    solver: LocalSolver | MultiStart | None = None,
    tier: str = "auto",
) -> Solution:
    """Return the input at which a network or an expression is greatest; see `minimize` for everything else.

    ``answer.fun`` is the maximum, and ``answer.jac`` the gradient of what was maximised.
    """
    asked = _problem(
        "maximize",
        what,
        bounds,
        over,
        objective,
        fixed,
        constraints=constraints,
        integer=integer,
        choices=choices,
        like=x0,
        exact=certify,
    )
    x0 = _start(asked, x0)
    effort = {"certify": certify, "gap": gap, "max_seconds": max_seconds}
    return guarded(asked, guard, _solver(solver, starts, seed), x0=x0, tier=tier, **effort)


def target(
    what: Any,
    value: Any,
    bounds: Any = None,
    *,
    over: Mapping[TensorVariable, Any] | None = None,
    output: str | int | None = None,
    fixed: Mapping[Any, Any] | None = None,
    constraints: Sequence[Any] = (),
    integer: Any = False,
    choices: Any = None,
    certify: bool = False,
    max_seconds: float = 60.0,
    starts: int = 8,
    x0: Any = None,
    seed: int = 0,
    solver: LocalSolver | MultiStart | None = None,
    tier: str = "auto",
) -> Solution:
    """Return an input at which a network or an expression takes a value, or comes as near to it as was found.

    Parameters
    ----------
    value : float or array
        The value wanted of the output, of its shape or broadcast to it.
    output : str or int, optional
        Which output, by name or number, where there are several.

    Returns
    -------
    Solution
        The minimum of the sum of squared differences, with more fields: ``distance`` (its square root),
        ``reached`` (whether that is at most ``reach_tolerance``, 1e-6 of ``1 + max |value|``),
        ``least_distance`` (no point is proved to be nearer; 0 without `certify`) and ``unreachable`` (whether
        it was proved that no point reaches the value).
    """
    wanted = _finite(value, "The target value")
    if output is not None and not isinstance(output, str | int | np.integer):
        raise InvalidType(f"output came as {output!r}; expected the name or number of an output.")

    def distance(outputs: Any) -> TensorVariable:
        found = outputs
        if isinstance(outputs, dict):
            names = list(outputs)
            if output is None or not (output in names or output in range(len(names))):
                raise InvalidValue(
                    f"output came as {output!r}; expected an output: {', '.join(names)}, or its number."
                )
            found = outputs[output if isinstance(output, str) else names[output]]
        elif output not in (None, 0) and output not in getattr(what, "output_names", ()):
            raise InvalidValue(
                f"output came as {output!r}, but there is one output only; leave output= out. For a "
                "part of it use minimize with objective=lambda out: (out[i] - value)**2."
            )
        shape = found.type.shape
        fits = wanted.ndim <= len(shape) and all(
            s is None or n in (1, s) for s, n in zip(shape[::-1], wanted.shape[::-1])
        )
        if not fits:
            raise ShapeMismatch(
                f"The target value has shape {wanted.shape}; expected one that fits the output's {shape}."
            )
        return pt.sum((found - wanted) ** 2)

    asked = _problem(
        "minimize",
        what,
        bounds,
        over,
        distance,
        fixed,
        constraints=constraints,
        integer=integer,
        choices=choices,
        like=x0,
        exact=certify,
    )
    near = float(REACH_TOLERANCE * (1.0 + np.max(np.abs(wanted), initial=0.0)))
    answer = solve(
        asked,
        _solver(solver, starts, seed),
        x0=_start(asked, x0),
        tier=tier,
        certify=certify,
        gap=0.25 * near**2,
        max_seconds=max_seconds,
    )
    return _with_distance(answer, near)


def certify(answer: Solution, *, gap: float = 1e-6, max_seconds: float = 60.0) -> Solution:
    """Return `answer` with a proof of how much better the best point of the whole box could be.

    Parameters
    ----------
    answer : Solution
        What `minimize`, `maximize`, `target` or `solve` returned, in this process.
    gap, max_seconds
        As for `solve`.

    Returns
    -------
    Solution
        With a better point if the proof found one; ``answer.certificate`` has ``lower_bound``,
        ``upper_bound``, ``gap`` and ``method``.

    Raises
    ------
    InvalidType
        If it is no answer, or one that was saved and has lost its problem.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x", shape=(2,))
    >>> answer = certify(minimize(pt.sum(pt.tanh(x)) + x[0] ** 2, over={x: (-1, 1)}))
    >>> answer.certificate.gap <= 1e-6
    True
    """
    asked = answer
    if isinstance(answer, Solution) and "problem" in answer:
        from graphopt.worst_case import bounded_worst_case

        asked = Solution(answer, problem=bounded_worst_case(answer.problem))
    proved = proved_later(asked, gap=gap, max_seconds=max_seconds)
    if "reach_tolerance" in answer:
        return _with_distance(proved, answer.reach_tolerance)
    return trusted_again(proved, answer)


def _with_distance(answer: Solution, near: float) -> Solution:
    """Return the answer to `target` with the fields and words of its own."""
    answer["reach_tolerance"] = near
    answer["distance"] = float(np.sqrt(max(answer.fun, 0.0)))
    answer["reached"] = bool(answer.feasible and answer.distance <= near)
    answer["least_distance"] = float(np.sqrt(max(answer.certificate.lower_bound, 0.0)))
    answer["unreachable"] = bool(not answer.reached and answer.least_distance > near)
    if answer.status is not Status.FAILED:
        verdict = f"The value was not reached; the nearest found is {answer.distance:.3g} away."
        if answer.reached:
            verdict = "The value is reached."
        elif answer.unreachable:
            verdict = (
                f"Proved: the value cannot be reached; every point is at least {answer.least_distance:.3g} "
                f"away, the nearest found {answer.distance:.3g}."
            )
        answer["message"] = f"{verdict} {answer.message}"
    return answer


def _problem(
    sense: str,
    what: Any,
    bounds: Any,
    over: Any,
    objective: Any,
    fixed: Any,
    *,
    constraints: Any,
    integer: Any,
    choices: Any,
    like: Any,
    exact: bool,
) -> Problem:
    """Return the problem that the doors ask."""
    fixed, scenarios = first_case(fixed)
    if is_network(what):
        if over is not None:
            raise InvalidValue(
                "over= is for expressions; the inputs of a network are named in bounds= and fixed=."
            )
        if like is not None and not isinstance(like, Mapping):
            like = dict.fromkeys(what.input_names, like)
        asked = {"bounds": bounds, "objective": objective, "fixed": fixed, "constraints": constraints}
        problem = network_problem(what, sense, **asked, like=like)
    elif isinstance(what, TensorVariable):
        asked = {"over": over, "bounds": bounds, "objective": objective, "fixed": fixed}
        problem = expression_problem(what, sense, **asked, like=like, constraints=constraints)
    elif isinstance(what, Problem):
        raise InvalidType(
            f"{sense} came with a Problem, which has its sense already; expected solve(problem, solver)."
        )
    else:
        raise InvalidType(
            f"{sense} came with {type(what).__name__}; expected a network or a PyTensor expression."
        )
    problem = over_scenarios(with_kinds(problem, integer=integer, choices=choices), scenarios)
    if not (scenarios and (exact or problem.discrete)):
        return problem
    from graphopt.worst_case import bounded_worst_case  # the modules of bounds, when they are needed

    return bounded_worst_case(problem)


def _start(problem: Problem, x0: Any) -> Any:
    """Return `x0` with a value for the variable that scenarios have added, if they have."""
    others = problem.decisions
    if x0 is None or len(others) == len(problem.variables):
        return x0
    if not isinstance(x0, Mapping):
        flat = _finite(x0, "x0").ravel()
        ends = np.cumsum([v.size for v in others])
        if flat.size != ends[-1]:
            raise ShapeMismatch(f"x0 came with {flat.size} numbers; expected {ends[-1]}.")
        parts = np.split(flat, ends[:-1])
        x0 = {v.name: part.reshape(v.shape) for v, part in zip(others, parts, strict=True)}
    return {WORST: 0.0, **x0}  # `solve` moves it to the worst case there


def _solver(solver: Any, starts: Any, seed: Any) -> LocalSolver | MultiStart:
    """Return the solver with its starts."""
    whole(starts, "starts")
    whole(seed, "seed", least=0)
    if isinstance(solver, MultiStart):
        return solver
    return MultiStart(checked_solver(solver), starts=starts, seed=seed)


def _finite(value: Any, name: str) -> np.ndarray:
    """Return `value` as a finite float64 array."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidType(f"{name} came as {value!r}; expected numbers.") from error
    if not np.isfinite(array).all():
        raise InvalidValue(f"{name} holds {array[~np.isfinite(array)][0]}; expected finite numbers.")
    return array
