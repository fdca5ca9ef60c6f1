"""Many starts of a local solver, each with its own state, and the distinct optima they find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphopt.errors import InvalidType, unknown_name
from graphopt.solvers.local.lbfgsb import LBFGSB, whole
from graphopt.solvers.local.solver import LocalSolver
from graphopt.solvers.local.starts import SAMPLINGS


@dataclass(frozen=True)
class MultiStart:
    """Run a local solver from several starts and keep the best verified end.

    Parameters
    ----------
    solver : LocalSolver
        What runs from each start.
    starts : int
        How many; the first is the given one, or the middle of the box.
    points : sequence, optional
        Starts of your own, each as `x0` may be given; they come before the sampled ones, which fill up to
        `starts`.
    seed : int
        Decides the other starts.
    sampling : str
        ``"sobol"`` (scrambled Sobol points, evenly spread) or ``"uniform"``.
    """

    solver: LocalSolver = field(default_factory=LBFGSB)
    starts: int = field(default=32, kw_only=True)
    points: Sequence[Any] = field(default=(), kw_only=True)
    seed: int = field(default=0, kw_only=True)
    sampling: str = field(default="sobol", kw_only=True)

    def __post_init__(self) -> None:
        if not hasattr(self.solver, "steps") and not hasattr(self.solver, "run"):
            raise InvalidType(
                f"MultiStart: the solver came as {self.solver!r}; expected a local solver such as LBFGSB()."
            )
        whole(self.starts, "MultiStart: starts")
        whole(self.seed, "MultiStart: seed", least=0)
        if self.sampling not in SAMPLINGS:
            raise unknown_name("sampling", self.sampling, SAMPLINGS)

    def describe(self) -> dict[str, Any]:
        """Return the choices, with those of the local solver."""
        return {
            "solver": "MultiStart",
            "starts": self.starts,
            "points": len(self.points),
            "seed": self.seed,
            "sampling": self.sampling,
            "local": self.solver.describe(),
        }


def cluster(
    points: np.ndarray, values: np.ndarray, widths: np.ndarray, tolerance: float = 1e-4
) -> np.ndarray:
    """Return for each point the number of the distinct optimum it belongs to, numbered from the best value
    on.

    Two points are one optimum if no coordinate differs by more than `tolerance` times its width and their
    values differ by at most `tolerance` times ``1 + |value|``. Points whose value is not finite get -1.
    """
    labels = np.full(len(points), -1)
    heads: list[int] = []
    for i in np.argsort(np.where(np.isfinite(values), values, np.inf), kind="stable"):
        if not np.isfinite(values[i]):
            continue
        for label, head in enumerate(heads):
            close = abs(values[i] - values[head]) <= tolerance * (1 + abs(values[head]))
            if close and np.all(np.abs(points[i] - points[head]) <= tolerance * widths):
                labels[i] = label
                break
        else:
            labels[i] = len(heads)
            heads.append(int(i))
    return labels
