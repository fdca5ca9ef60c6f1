"""Solve a problem with constraints from many starts: choose a solver, restore, polish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphopt.errors import InvalidType
from graphopt.problem.augmented_cost import batched_augmented_cost
from graphopt.problem.compiled import CompiledProblem
from graphopt.problem.compiled_constraints import FEASIBILITY
from graphopt.solvers.constrained.augmented_lagrangian import AugmentedLagrangian
from graphopt.solvers.constrained.newton_kkt import NEAR_BOUND, State, polished, state_of
from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.constrained.restoration import restored
from graphopt.solvers.constrained.run import ConstrainedRun, ConstrainedSolver, End
from graphopt.solvers.constrained.searches import Asked, Search, run_searches
from graphopt.solvers.constrained.slsqp import SLSQP
from graphopt.solvers.constrained.trust_constr import TrustConstr
from graphopt.solvers.local.lbfgsb import LBFGSB

SMALL = 200  # decisions, and half of the constraint rows, up to which SLSQP's dense factors are cheap
SMALL_OF_MANY = 80  # decisions up to which they are cheaper than starts in step
MANY = 4  # starts from which a function of many points pays
TINY = 30  # decisions up to which trust-constr is worth a try
ENDLESS = 1e25  # costs beyond are taken for a way to infinity
ROUNDING = 1e-10  # error of the conditions that a step of a rounding error onto a bound may make
TRIES = 20  # random points to start from where the given one gives no numbers
LEVEL = 1e-7  # largest slope of the Lagrangian, relative to 1 + |cost|


def choose_constrained(compiled: CompiledProblem, starts: int = 1) -> tuple[ConstrainedSolver, str]:
    """Return the solver for a problem with constraints and so many starts, and why it is the one."""
    n, m = compiled.size, compiled.rows.size
    kind = "linear" if compiled.rows.linear.all() else "nonlinear"
    size = f"{n} decisions and {m} {kind} constraint rows"
    if not _is_small(compiled):
        why = f"augmented Lagrangian over L-BFGS-B: {size}, too many for dense factors"
        return AugmentedLagrangian(), why
    if starts >= MANY and n > SMALL_OF_MANY and batched_augmented_cost(compiled) is not None:
        why = f"augmented Lagrangian over L-BFGS-B: {size}, from {starts} starts in step with each other"
        return AugmentedLagrangian(), why
    return SLSQP(), f"SLSQP: {size}, few enough for dense factors"


def _is_small(compiled: CompiledProblem) -> bool:
    """Return whether factors of dense matrices of decisions and rows are cheap."""
    return compiled.size <= SMALL and compiled.rows.size <= 2 * SMALL


def solve_constrained(
    compiled: CompiledProblem,
    starts: Sequence[np.ndarray] | np.ndarray,
    *,
    solver: Any = None,
    seed: int = 0,
) -> list[ConstrainedRun]:
    """Return one run from each start, in the caller's units.

    Each start is improved by the solver and then by Newton steps on its active set. Where that does not end
    at a feasible stationary point, it is tried again from a restored feasible point; without a `solver`, then
    by others. Augmented Lagrangians run from all starts in step with each other. What the runs say has not
    been verified.

    Parameters
    ----------
    compiled : CompiledProblem
        With constraints.
    starts : array, (k, n)
        Flat vectors, in the caller's units.
    solver : SLSQP, TrustConstr, AugmentedLagrangian or LBFGSB, optional
        How to look; `choose_constrained` if left out. A solver for boxes such as LBFGSB becomes the inner one
        of an augmented Lagrangian.
    seed : int
        Decides the points from which feasibility is looked for.
    """
    if solver is None:
        chosen, _ = choose_constrained(compiled, len(starts))
        others: list[ConstrainedSolver] = [AugmentedLagrangian()]
        if _is_small(compiled):
            others.insert(0, SLSQP())
        solvers = [chosen, *(other for other in others if other != chosen)]
        if compiled.size <= TINY:
            solvers.append(TrustConstr())
    else:
        solvers = [as_constrained(solver)]
    return run_searches([_search(compiled, solvers, x0, seed) for x0 in starts])


def as_constrained(solver: Any) -> ConstrainedSolver:
    """Return `solver` if it takes constraints; a solver for boxes inside an augmented Lagrangian."""
    if hasattr(solver, "run"):
        return solver
    if isinstance(solver, LBFGSB):
        return AugmentedLagrangian(inner=solver)
    raise InvalidType(
        f"A problem with constraints came with the solver {solver!r}; expected SLSQP(), TrustConstr(), "
        f"AugmentedLagrangian() or LBFGSB()."
    )


def _search(compiled: CompiledProblem, solvers: list[ConstrainedSolver], x0: np.ndarray, seed: int) -> Search:
    """Return the first run of the solvers that ends at a feasible stationary point, else the best.

    It asks for runs, and is sent where they ended.
    """
    program = NonlinearProgram(compiled, x0)
    start = _finite_start(program, program.scaled(np.asarray(x0, dtype=np.float64)), seed)
    if not (program.lower < program.upper).any():
        solvers = [_Nothing()]
    best: tuple[tuple, State, End] | None = None
    iterations, hopeless = 0, False
    for solver in solvers:
        if hopeless and not isinstance(solver, AugmentedLagrangian):
            continue  # least squares found no feasible point from anywhere: one more kind of look is enough
        again: np.ndarray | None = start
        for attempt in range(2):
            assert again is not None
            program.forget_jacobian()
            end = yield Asked(solver, program, again)
            iterations += end.iterations
            state = state_of(program, polished(program, end.z))
            if state.breach > FEASIBILITY:
                near = state_of(program, restored(program, state.seen.z))
                state = near if near.breach < state.breach else state
            rank = _rank(state)
            if best is None or rank < best[0]:
                best = (rank, state, end)
            if rank[:2] == (False, False):
                return _run(program, state, end, iterations)
            if attempt or hopeless:
                break
            again = _restored_start(program, [state.seen.z, start], seed)
            if again is None:
                hopeless = True
                break
    assert best is not None
    return _run(program, best[1], best[2], iterations)


class _Nothing:
    """What is done where no decision can move."""

    def run(self, program: NonlinearProgram, z0: np.ndarray) -> End:
        return End(z0, "converged", "every decision is held by its bounds", 0)

    def describe(self) -> dict[str, Any]:
        return {"solver": "none"}


def _finite_start(program: NonlinearProgram, z: np.ndarray, seed: int) -> np.ndarray:
    """Return z, or a random point of the box if cost or constraints are not finite numbers at z."""
    if program.at(z).finite:
        return z
    tried = _random_points(program, z, TRIES, seed)
    return next((point for point in tried if program.at(point).finite), z)


def _random_points(program: NonlinearProgram, z: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return random points of the box, (count, n), where it is infinite around z."""
    reach = 2.0 * np.maximum(1.0, np.abs(z))
    low = np.where(np.isfinite(program.lower), program.lower, z - reach)
    high = np.where(np.isfinite(program.upper), program.upper, z + reach)
    unit = np.random.default_rng(seed).random((count, program.size))
    return program.inside((1.0 - unit) * low + unit * high)


def _rank(state: State) -> tuple:
    """Return what orders ends: feasible first, then stationary, then cheaper (or less infeasible)."""
    feasible = state.breach <= FEASIBILITY
    return not feasible, not state.level <= LEVEL, state.seen.fun if feasible else state.breach


def _restored_start(program: NonlinearProgram, points: list[np.ndarray], seed: int) -> np.ndarray | None:
    """Return a feasible point near one of `points`, else near a random one; None if none is found."""
    for point in [*points, *_random_points(program, points[0], 3, seed)]:
        found = restored(program, point)
        if program.infeasibility(program.at(found).values) <= 1.0:
            return found
    return None


def _on_bounds(program: NonlinearProgram, state: State) -> State:
    """Return `state` with the decisions at their bound that are next to it, else those that have a multiplier
    there, as long as the conditions hold as well.
    """
    z, bounds = state.seen.z, state.kkt.bounds
    next_to = NEAR_BOUND * np.maximum(1.0, np.abs(z))
    low, high = z - program.lower <= next_to, program.upper - z <= next_to
    for at_lower, at_upper in ((low, high & ~low), (bounds < 0, bounds > 0)):
        moved = state_of(program, np.where(at_upper, program.upper, np.where(at_lower, program.lower, z)))
        if moved.error <= max(state.error, ROUNDING):
            return moved
    return state


def _run(program: NonlinearProgram, state: State, end: End, iterations: int) -> ConstrainedRun:
    """Return the run in the caller's units, decisions that bounds hold exactly there."""
    state = _on_bounds(program, state)
    x = program.unscaled(state.seen.z)
    fun, _ = program.compiled.cost(x)
    feasible = state.breach <= FEASIBILITY
    stopped, message = end.stopped, end.message
    if not state.seen.finite:
        stopped, message = "failed", f"the cost or a constraint is not a finite number; {message}"
    elif not feasible:
        stopped, message = "infeasible", f"no feasible point was found; {message}"
    elif abs(fun) > ENDLESS:
        stopped, message = "failed", f"the cost falls without an end in sight; {message}"
    elif state.level <= LEVEL:
        stopped = "converged"
        name = message.partition(":")[0]
        message = f"{name}: slopes within {state.level:.0e}, breaches within {state.breach:.0e}"
    elif stopped == "converged":
        stopped = "failed"
        message = f"{message}, but the slope of the Lagrangian is {state.level:.1e}"
    return ConstrainedRun(
        x=x,
        fun=fun,
        multipliers=state.kkt.rows * program.fun_scale / program.row_scale,
        stopped=stopped,
        message=message,
        infeasibility=state.breach,
        kkt_residual=float(np.max(np.abs(state.kkt.residual), initial=0.0)) * program.fun_scale,
        iterations=iterations,
        evaluations=program.evaluations,
        nonfinite=program.nonfinite,
    )
