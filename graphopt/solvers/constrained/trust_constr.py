"""A trust-region interior point method for constraints.

Byrd, Hribar and Nocedal, "An interior point algorithm for large-scale nonlinear programming", SIAM J. Optim.
9 (1999), in SciPy's implementation: slower than SLSQP, and at home where its subproblems have no solution.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.constrained.run import End
from graphopt.solvers.local.lbfgsb import whole


@dataclass(frozen=True, kw_only=True)
class TrustConstr:
    """The choices of a trust-region run.

    Parameters
    ----------
    gradient_tolerance : float
        Stop when no component of the gradient of the Lagrangian is larger.
    step_tolerance : float
        Stop when the trust region is smaller.
    max_iterations : int
        Steps.
    """

    gradient_tolerance: float = 1e-9
    step_tolerance: float = 1e-12
    max_iterations: int = 1000

    def __post_init__(self) -> None:
        whole(self.max_iterations, "TrustConstr: max_iterations")

    def run(self, program: NonlinearProgram, z0: np.ndarray) -> End:
        """Return where the iteration from `z0` ended."""
        from scipy.optimize import BFGS, Bounds, NonlinearConstraint, minimize

        limited = np.isfinite(program.low) | np.isfinite(program.high)
        constraints = []
        if limited.any():
            constraints.append(
                NonlinearConstraint(
                    lambda z: program.at(program.inside(z)).values[limited],
                    program.low[limited],
                    program.high[limited],
                    jac=lambda z: program.jacobian(program.inside(z))[limited],
                    hess=BFGS(),
                )
            )
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = minimize(
                lambda z: program.at(program.inside(z)).fun,
                z0,
                jac=lambda z: program.at(program.inside(z)).gradient,
                hess=BFGS(),
                method="trust-constr",
                bounds=Bounds(program.lower, program.upper),
                constraints=constraints,
                options={
                    "gtol": self.gradient_tolerance,
                    "xtol": self.step_tolerance,
                    "maxiter": self.max_iterations,
                },
            )
        stopped = {0: "limit", 1: "converged", 2: "converged"}.get(int(result.status), "failed")
        z = np.where(np.isfinite(result.x), result.x, z0)
        return End(program.inside(z), stopped, f"trust-constr: {result.message}", int(result.nit))

    def describe(self) -> dict[str, Any]:
        """Return the choices, with the name of the solver."""
        return {"solver": type(self).__name__, **asdict(self)}
