"""What was checked about a point, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Check:
    """One fact about the answer that was verified without the solver.

    Attributes
    ----------
    name : str
        What was checked.
    passed : bool
        Whether it holds.
    detail : str
        The numbers behind it.
    """

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Certificate:
    """The checks of one point.

    Attributes
    ----------
    method : str
        How optimality was looked at: ``"first-order conditions"``, or how it was proved:
        ``"branch and bound"``, ``"branch and bound on neurons"``, ``"convexity"``, ``"MILP"``, ``"LP"``,
        ``"enumeration"``.
    checks : tuple of Check
        What was verified, in order.
    value : float
        The objective at the point, evaluated anew, in the sense asked.
    projected_gradient, tolerance : float
        Largest component of the projected gradient, and what it may be.
    maxcv : float
        Largest breach of a bound; exactly 0 inside the box.
    finite, feasible, stationary : bool
        Whether value and gradient are numbers; whether every bound holds exactly; whether it passes for a
        local optimum.
    reason : str
        Why it does not.
    better_at : array, optional
        A better point that was seen while looking.
    lower_bound, upper_bound : float
        What the best objective of all points of the problem is proved to lie between, in the sense asked; one
        of the two is `value`. Infinite where nothing was proved.
    gap : float
        ``upper_bound - lower_bound``: how much better than `value` another point could be.
    nodes : int
        Boxes or points that the proof looked at.
    proved : bool
        Whether the gap is at most the one asked for.
    """

    method: str
    checks: tuple[Check, ...]
    value: float
    projected_gradient: float
    tolerance: float
    maxcv: float
    finite: bool
    feasible: bool
    stationary: bool
    reason: str = ""
    better_at: np.ndarray | None = None
    lower_bound: float = -np.inf
    upper_bound: float = np.inf
    nodes: int = 0
    proved: bool = False

    @property
    def gap(self) -> float:
        """How much better than `value` another point could be: inf where nothing was proved."""
        return self.upper_bound - self.lower_bound
