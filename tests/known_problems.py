"""Bounded problems whose answers are known: every solver runs through this list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt

INF = np.inf


@dataclass(frozen=True)
class KnownProblem:
    """An objective over one vector in a box, with its minimum.

    `starts` is how many starts a local solver needs; `source` says where the answer comes from.
    """

    name: str
    objective: Callable
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    x0: tuple[float, ...]
    x: tuple[float, ...] | None
    fun: float
    source: str
    starts: int = 1

    def expression(self):
        """Return the variable and the objective over it."""
        x = pt.vector("x", shape=(len(self.lower),), dtype="float64")
        return x, self.objective(x)


def rosenbrock(x):
    """Return the chained Rosenbrock function."""
    return pt.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def hs5(x):
    """Return McCormick's function."""
    return pt.sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1


def hs25(x):
    """Return the Weibull-type least-squares problem."""
    i = np.arange(1, 100) / 100
    u = 25 + (-50 * np.log(i)) ** (2 / 3)
    return pt.sum((pt.exp(-((u - x[1]) ** x[2]) / x[0]) - i) ** 2)


def hs38(x):
    """Return Colville's function."""
    return (
        100 * (x[1] - x[0] ** 2) ** 2
        + (1 - x[0]) ** 2
        + 90 * (x[3] - x[2] ** 2) ** 2
        + (1 - x[2]) ** 2
        + 10.1 * ((x[1] - 1) ** 2 + (x[3] - 1) ** 2)
        + 19.8 * (x[1] - 1) * (x[3] - 1)
    )


def hs110(x):
    """Return Paviani's function."""
    return pt.sum(pt.log(x - 2) ** 2 + pt.log(10 - x) ** 2) - pt.prod(x) ** 0.2


def box_qp(seed: int, n: int = 8) -> KnownProblem:
    """Return a convex quadratic whose minimum in the box is made to satisfy the Karush-Kuhn-Tucker
    conditions.
    """
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n))
    A = root @ root.T + np.eye(n)
    lower, upper = -rng.uniform(0.5, 2, n), rng.uniform(0.5, 2, n)
    side = rng.integers(-1, 2, n)  # at its lower bound, free, at its upper bound
    x = np.where(side < 0, lower, np.where(side > 0, upper, rng.uniform(lower, upper)))
    gradient = np.where(side < 0, 1.0, np.where(side > 0, -1.0, 0.0)) * rng.uniform(0.1, 2, n)
    b = gradient - A @ x
    fun = 0.5 * x @ A @ x + b @ x
    return KnownProblem(
        f"box QP {seed}",
        lambda z: 0.5 * pt.dot(z, pt.dot(A, z)) + pt.dot(b, z),
        tuple(lower),
        tuple(upper),
        (0.0,) * n,
        tuple(x),
        float(fun),
        "built from its optimality conditions",
    )


HS = "Hock and Schittkowski, Test Examples for Nonlinear Programming Codes (1981), problem {}"
_a = np.sqrt(598 / 1200)
_hs2 = float(2 * _a * np.cos(np.arccos(1 / (400 * _a**3)) / 3))

KNOWN_PROBLEMS = [
    KnownProblem(
        "nearest point",
        lambda x: pt.sum((x - np.array([0.3, 2.0, -1.0])) ** 2),
        (0, 0, 0),
        (1, 1, 1),
        (0.5, 0.5, 0.5),
        (0.3, 1.0, 0.0),
        2.0,
        "projection on a box",
    ),
    KnownProblem(
        "corner", lambda x: -x[0] + 2 * x[1], (-1, -2), (3, 5), (0, 0), (3, -2), -7.0, "linear: a corner"
    ),
    KnownProblem(
        "held element",
        lambda x: pt.sum((x - 3) ** 2),
        (0, 1),
        (1, 1),
        (0.5, 1.0),
        (1, 1),
        8.0,
        "projection on a box",
    ),
    KnownProblem(
        "no bounds",
        lambda x: pt.sum((x - 3) ** 2),
        (-INF, -INF),
        (INF, INF),
        (0, 0),
        (3, 3),
        0.0,
        "closed form",
    ),
    KnownProblem(
        "Rosenbrock, optimum inside",
        rosenbrock,
        (-2,) * 6,
        (2,) * 6,
        (-1.2, 1, -1.2, 1, -1.2, 1),
        (1,) * 6,
        0.0,
        "Rosenbrock (1960)",
        starts=8,
    ),
    KnownProblem(
        "Rosenbrock, optimum cut off",
        rosenbrock,
        (-2, -2),
        (0.5, 2),
        (-1.2, 1),
        (0.5, 0.25),
        0.25,
        "x0 = 0.5 and x1 = x0^2",
    ),
    KnownProblem("HS1", rosenbrock, (-INF, -1.5), (INF, INF), (-2, 1), (1, 1), 0.0, HS.format(1)),
    KnownProblem("HS2", rosenbrock, (-INF, 1.5), (INF, INF), (2, 2), (_hs2, 1.5), 0.0504261879, HS.format(2)),
    KnownProblem(
        "HS3",
        lambda x: x[1] + 1e-5 * (x[1] - x[0]) ** 2,
        (-INF, 0),
        (INF, INF),
        (10, 1),
        None,
        0.0,
        HS.format(3),
    ),
    KnownProblem(
        "HS4",
        lambda x: (x[0] + 1) ** 3 / 3 + x[1],
        (1, 0),
        (INF, INF),
        (1.125, 0.125),
        (1, 0),
        8 / 3,
        HS.format(4),
    ),
    KnownProblem(
        "HS5",
        hs5,
        (-1.5, -3),
        (4, 3),
        (0, 0),
        (-np.pi / 3 + 0.5, -np.pi / 3 - 0.5),
        -np.sqrt(3) / 2 - np.pi / 3,
        HS.format(5),
    ),
    KnownProblem("HS25", hs25, (0.1, 0, 0), (100, 25.6, 5), (60, 20, 2), None, 0.0, HS.format(25), starts=8),
    KnownProblem("HS38", hs38, (-10,) * 4, (10,) * 4, (-3, -1, -3, -1), (1,) * 4, 0.0, HS.format(38)),
    KnownProblem(
        "HS45",
        lambda x: 2 - pt.prod(x) / 120,
        (0,) * 5,
        (1, 2, 3, 4, 5),
        (1, 2, 2, 2, 2),
        (1, 2, 3, 4, 5),
        1.0,
        HS.format(45),
    ),
    KnownProblem(
        "HS110",
        hs110,
        (2.001,) * 10,
        (9.999,) * 10,
        (9,) * 10,
        (9.35026583,) * 10,
        -45.77846971,
        HS.format(110),
    ),
    *(box_qp(seed) for seed in range(4)),
]
