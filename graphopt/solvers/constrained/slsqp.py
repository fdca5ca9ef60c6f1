"""SLSQP: sequential quadratic programming with least-squares subproblems.

Kraft, "A software package for sequential quadratic programming", DFVLR-FB 88-28 (1988), in SciPy's
implementation. It factors dense matrices of all decisions: for up to a few hundred of them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.constrained.run import End
from graphopt.solvers.local.lbfgsb import whole


@dataclass(frozen=True, kw_only=True)
class SLSQP:
    """The choices of an SLSQP run.

    Parameters
    ----------
    tolerance : float
        Stop when cost and constraint breaches change by less.
    max_iterations : int
        Quadratic subproblems.
    """

    tolerance: float = 1e-12
    max_iterations: int = 500

    def __post_init__(self) -> None:
        whole(self.max_iterations, "SLSQP: max_iterations")

    def run(self, program: NonlinearProgram, z0: np.ndarray) -> End:
        """Return where the iteration from `z0` ended."""
        from scipy.optimize import Bounds, minimize

        equal = _independent(program, z0)
        below = ~program.equality & np.isfinite(program.low)
        above = ~program.equality & np.isfinite(program.high)

        def sides(values: np.ndarray) -> np.ndarray:
            return np.concatenate([values[below] - program.low[below], program.high[above] - values[above]])

        constraints = []
        if equal.any():
            constraints.append(
                {
                    "type": "eq",
                    "fun": lambda z: program.at(z).values[equal] - program.low[equal],
                    "jac": lambda z: program.jacobian(z)[equal],
                }
            )
        if below.any() or above.any():
            constraints.append(
                {
                    "type": "ineq",
                    "fun": lambda z: sides(program.at(z).values),
                    "jac": lambda z: np.concatenate(
                        [program.jacobian(z)[below], -program.jacobian(z)[above]]
                    ),
                }
            )
        with np.errstate(all="ignore"):
            result = minimize(
                lambda z: program.at(z).fun,
                z0,
                jac=lambda z: program.at(z).gradient,
                method="SLSQP",
                bounds=Bounds(program.lower, program.upper),
                constraints=constraints,
                options={"ftol": self.tolerance, "maxiter": self.max_iterations},
            )
        stopped = {0: "converged", 9: "limit"}.get(int(result.status), "failed")
        z = np.where(np.isfinite(result.x), result.x, z0)
        return End(program.inside(z), stopped, f"SLSQP: {result.message}", int(result.nit))

    def describe(self) -> dict[str, Any]:
        """Return the choices, with the name of the solver."""
        return {"solver": type(self).__name__, **asdict(self)}


def _independent(program: NonlinearProgram, z: np.ndarray) -> np.ndarray:
    """Return which rows to keep as equalities: of affine ones that depend on others, enough.

    The subproblems have no solution where gradients of equalities are dependent. The rows left out hold where
    the others do, unless they contradict each other; then no end will be feasible.
    """
    kept = program.equality.copy()
    rows = np.flatnonzero(kept & program.linear)
    if rows.size < 2:
        return kept
    from scipy.linalg import qr

    free = program.lower < program.upper
    jacobian = program.jacobian(z)[rows][:, free]
    lengths = np.linalg.norm(jacobian, axis=1)
    _, triangle, order = qr(jacobian.T / np.where(lengths > 0, lengths, 1.0), mode="economic", pivoting=True)
    rank = int(np.sum(np.abs(np.diag(triangle)) > 1e-10))
    kept[rows[order[rank:]]] = False
    return kept
