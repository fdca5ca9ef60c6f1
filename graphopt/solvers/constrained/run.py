"""What a constrained solver is, and what comes back from a run; nothing here has been verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from graphopt.problem.compiled_constraints import FEASIBILITY
from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram


class End(NamedTuple):
    """Where an iteration ended: the point in scaled units, why, and after how many iterations."""

    z: np.ndarray
    stopped: str
    message: str
    iterations: int


class ConstrainedSolver(Protocol):
    """A solver that improves one point of a `NonlinearProgram`."""

    def run(self, program: NonlinearProgram, z0: np.ndarray) -> End:
        """Return where the iteration from `z0` ended."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return the choices made, as plain values."""
        ...


@dataclass(frozen=True)
class ConstrainedRun:
    """One run from one start, in the caller's units and in the solver's own words.

    Attributes
    ----------
    x, fun : array, float
        The last point, inside the box exactly, and its cost.
    multipliers : array, (m,)
        Of the constraint rows: positive where an upper limit holds the cost back, negative where a lower one
        does. Moving a limit by e changes the best cost by ``-e * multiplier``.
    stopped : str
        ``"converged"``, ``"limit"``, ``"failed"`` or ``"infeasible"`` (no feasible point was found; no
        proof).
    message : str
        Why it stopped.
    infeasibility : float
        The largest breach of a constraint, relative to its scale: at most 1e-6 counts as feasible.
    kkt_residual : float
        The largest component of the gradient of the Lagrangian.
    iterations, evaluations, nonfinite : int
        Iterations, evaluations of the cost, and how many of these were not finite.
    """

    x: np.ndarray
    fun: float
    multipliers: np.ndarray
    stopped: str
    message: str
    infeasibility: float
    kkt_residual: float
    iterations: int
    evaluations: int
    nonfinite: int = 0

    @property
    def feasible(self) -> bool:
        """Whether every constraint holds to 1e-6 of its scale."""
        return self.infeasibility <= FEASIBILITY
