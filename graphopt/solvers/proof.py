"""What an exact method found: a point, and a bound that no point can beat."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A cost, the point that has it, and what was proved about all other points of the box.

    Attributes
    ----------
    x : array, (n,), or None
        The best feasible point known; None if none was found.
    value : float
        Its cost; inf without a point.
    lower_bound : float
        No feasible point of the box costs less; rounding errors and the method's tolerances are taken off.
    method : str
        What proved the bound, in the words of a report: ``"branch and bound"`` (over boxes), ``"branch and
        bound on neurons"``, ``"MILP"``, ``"branch and bound, then MILP"``, ``"convexity"``, ``"LP"``,
        ``"enumeration"``.
    stopped : str
        ``"gap"`` (closed to what was asked), ``"infeasible"`` (proved: no point is feasible), ``"threshold"``
        (decided on which side of a given cost the minimum lies), ``"time"``, ``"nodes"``, ``"memory"``,
        ``"interrupted"``, ``"unbounded"`` or ``"failed"``; ``"running"`` while it is reported on.
    nodes : int
        Boxes or points looked at.
    seconds : float
        How long it took.
    history : tuple of (float, float, float)
        Seconds, lower bound and value, whenever one of the two became better.
    """

    x: np.ndarray | None
    value: float
    lower_bound: float
    method: str
    stopped: str
    nodes: int = 0
    seconds: float = 0.0
    history: tuple[tuple[float, float, float], ...] = ()

    def at(self, x: np.ndarray) -> Proof:
        """Return the same proof with its point written as `x`."""
        return replace(self, x=x)

    @property
    def gap(self) -> float:
        """How much better than `value` a point could still be: inf while there is no point or no bound."""
        if self.stopped == "infeasible":
            return 0.0
        return max(0.0, self.value - self.lower_bound)
