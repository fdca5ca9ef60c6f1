"""What a local solver is: a generator of points to evaluate, which ends with the run it made."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Steps = Generator[np.ndarray, tuple[float, np.ndarray], "Run"]


@dataclass(frozen=True)
class Run:
    """One run of a solver from one start, in its own words; nothing here has been verified.

    Attributes
    ----------
    x, fun, gradient : array, float, array
        The last point, its cost and the gradient of the cost.
    stopped : str
        ``"converged"``, ``"limit"`` or ``"failed"``.
    message : str
        Why it stopped.
    iterations, evaluations, nonfinite : int
        Iterations, evaluations of cost and gradient, and how many of these were not finite.
    """

    x: np.ndarray
    fun: float
    gradient: np.ndarray
    stopped: str
    message: str
    iterations: int
    evaluations: int
    nonfinite: int = 0


class LocalSolver(Protocol):
    """A solver that improves one point.

    ``steps(x0, lower, upper)`` yields the points at which it wants the cost and the gradient, receives both
    by ``send``, and returns its `Run`. Whoever drives it decides how points are evaluated: one at a time, or
    those of many starts in one batched call.
    """

    def steps(self, x0: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Steps:
        """Return the generator of points, from `x0` inside ``[lower, upper]``."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return the choices made, as plain values."""
        ...
