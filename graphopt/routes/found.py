"""What a route hands over: a point, what was verified about it, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphopt.certificates.certificate import Certificate
from graphopt.solvers.solution import Status


@dataclass(frozen=True, kw_only=True)
class Found:
    """A point with its certificate.

    Attributes
    ----------
    x : array, (n,)
        The point; for a problem without a feasible one, the least infeasible point that was seen.
    certificate : Certificate
        What was verified.
    status : Status
        What may be said.
    route : str
        The method and why it was taken.
    solver : dict
        Its choices.
    reasons : tuple of str
        What a message adds to the status, in order.
    seed : int
        Of the starts and of the checks.
    starts : list of dict
        One row per start.
    n_distinct : int
        How many distinct optima they ended at.
    iterations, evaluations : int
        Over all starts.
    """

    x: np.ndarray
    certificate: Certificate
    status: Status
    route: str
    solver: dict[str, Any]
    reasons: tuple[str, ...] = ()
    seed: int = 0
    starts: list[dict[str, Any]] = field(default_factory=list)
    n_distinct: int = 0
    iterations: int = 0
    evaluations: int = 0
