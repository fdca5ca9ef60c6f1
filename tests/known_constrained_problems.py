"""Constrained problems whose answers are known, from the collection of Hock and Schittkowski.

Each is written from the formulas of "Test Examples for Nonlinear Programming Codes" (1981), as a function of
one vector (counted from 0) that returns the objective and the constraints. Minima are the book's, or closed
forms where there is one; later corrections say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt

from graphopt.problem import Problem, Variable, between, eq, geq, leq

INF = np.inf


@dataclass(frozen=True)
class KnownConstrained:
    """An objective over one vector in a box under constraints, with its minimum.

    `starts` is how many starts a local solver needs for the global minimum, `local` the values of other local
    minima it may find; `note` says where the minimum comes from if not from the book, or what is special.
    """

    name: str
    formula: Callable
    lower: np.ndarray
    upper: np.ndarray
    x0: np.ndarray
    fun: float
    starts: int = 1
    local: tuple[float, ...] = ()
    note: str = ""

    def problem(self):
        """Return the problem, and its start inside the box."""
        x = pt.vector("x", shape=(self.x0.size,), dtype="float64")
        objective, constraints = self.formula(x)
        problem = Problem(
            minimize=objective, variables=[Variable(x, self.lower, self.upper)], constraints=constraints
        )
        return problem, np.clip(self.x0, self.lower, self.upper)


KNOWN_CONSTRAINED: list[KnownConstrained] = []


def known(x0, fun, lower=-INF, upper=INF, **more):
    """Add the decorated formula to the list."""

    def add(formula):
        start = np.array(x0, dtype=float)
        low, high = (
            np.array(np.broadcast_to(np.asarray(b, dtype=float), start.shape)) for b in (lower, upper)
        )
        KNOWN_CONSTRAINED.append(
            KnownConstrained(formula.__name__.upper(), formula, low, high, start, float(fun), **more)
        )
        return formula

    return add


def rosenbrock(x):
    """Return Rosenbrock's function of two variables."""
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


@known((-1.2, 1), 0)
def hs6(x):
    return (1 - x[0]) ** 2, [eq(10 * (x[1] - x[0] ** 2), 0)]


@known((2, 2), -np.sqrt(3))
def hs7(x):
    return pt.log(1 + x[0] ** 2) - x[1], [eq((1 + x[0] ** 2) ** 2 + x[1] ** 2, 4)]


@known((0, 0), -0.5)
def hs9(x):
    return pt.sin(np.pi * x[0] / 12) * pt.cos(np.pi * x[1] / 16), [eq(4 * x[0], 3 * x[1])]


@known((-10, 10), -1)
def hs10(x):
    return x[0] - x[1], [geq(-3 * x[0] ** 2 + 2 * x[0] * x[1] - x[1] ** 2, -1)]


@known((4.9, 0.1), -8.498464223)
def hs11(x):
    return (x[0] - 5) ** 2 + x[1] ** 2 - 25, [leq(x[0] ** 2, x[1])]


@known((0, 0), -30)
def hs12(x):
    f = 0.5 * x[0] ** 2 + x[1] ** 2 - x[0] * x[1] - 7 * x[0] - 7 * x[1]
    return f, [leq(4 * x[0] ** 2 + x[1] ** 2, 25)]


@known((-2, -2), 1, 0, note="no multipliers exist at the minimum")
def hs13(x):
    return (x[0] - 2) ** 2 + x[1] ** 2, [geq((1 - x[0]) ** 3, x[1])]


@known((2, 2), 9 - 23 * np.sqrt(7) / 8)
def hs14(x):
    constraints = [leq(0.25 * x[0] ** 2 + x[1] ** 2, 1), eq(x[0] - 2 * x[1], -1)]
    return (x[0] - 2) ** 2 + (x[1] - 1) ** 2, constraints


@known((-2, 1), 306.5, upper=(0.5, INF), starts=8, local=(360.379767,))
def hs15(x):
    return rosenbrock(x), [geq(x[0] * x[1], 1), geq(x[0] + x[1] ** 2, 0)]


@known((-2, 1), 0.25, (-0.5, -INF), (0.5, 1), starts=8, local=(23.144661,))
def hs16(x):
    return rosenbrock(x), [geq(x[0] + x[1] ** 2, 0), geq(x[0] ** 2 + x[1], 0)]


@known((-2, 1), 1, (-0.5, -INF), (0.5, 1), starts=8)
def hs17(x):
    return rosenbrock(x), [geq(x[1] ** 2, x[0]), geq(x[0] ** 2, x[1])]


@known((2, 2), 5, (2, 0), 50)
def hs18(x):
    return 0.01 * x[0] ** 2 + x[1] ** 2, [geq(x[0] * x[1], 25), geq(x[0] ** 2 + x[1] ** 2, 25)]


@known((20.1, 5.84), -6961.813875580, (13, 0), 100, note="to more digits than the book's -6961.81381")
def hs19(x):
    constraints = [
        geq((x[0] - 5) ** 2 + (x[1] - 5) ** 2, 100),
        leq((x[1] - 5) ** 2 + (x[0] - 6) ** 2, 82.81),
    ]
    return (x[0] - 10) ** 3 + (x[1] - 20) ** 3, constraints


@known((-2, 1), 81.5 - 25 * np.sqrt(3), (-0.5, -INF), (0.5, INF), starts=8, local=(40.198730,))
def hs20(x):
    constraints = [geq(x[0] + x[1] ** 2, 0), geq(x[0] ** 2 + x[1], 0), geq(x[0] ** 2 + x[1] ** 2, 1)]
    return rosenbrock(x), constraints


@known((-1, -1), -99.96, (2, -50), 50)
def hs21(x):
    return 0.01 * x[0] ** 2 + x[1] ** 2 - 100, [geq(10 * x[0] - x[1], 10)]


@known((2, 2), 1)
def hs22(x):
    return (x[0] - 2) ** 2 + (x[1] - 1) ** 2, [leq(x[0] + x[1], 2), leq(x[0] ** 2, x[1])]


@known((3, 1), 2, -50, 50)
def hs23(x):
    return x[0] ** 2 + x[1] ** 2, [
        geq(x[0] + x[1], 1),
        geq(x[0] ** 2 + x[1] ** 2, 1),
        geq(9 * x[0] ** 2 + x[1] ** 2, 9),
        geq(x[0] ** 2, x[1]),
        geq(x[1] ** 2, x[0]),
    ]


@known((1, 0.5), -1, 0)
def hs24(x):
    root = np.sqrt(3)
    f = ((x[0] - 3) ** 2 - 9) * x[1] ** 3 / (27 * root)
    return f, [geq(x[0] / root - x[1], 0), between(0, x[0] + root * x[1], 6)]


@known((-2.6, 2, 2), 0)
def hs26(x):
    return (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4, [eq((1 + x[1] ** 2) * x[0] + x[2] ** 4, 3)]


@known((2, 2, 2), 0.04)
def hs27(x):
    return 0.01 * (x[0] - 1) ** 2 + (x[1] - x[0] ** 2) ** 2, [eq(x[0] + x[2] ** 2, -1)]


@known((-4, 1, 1), 0)
def hs28(x):
    return (x[0] + x[1]) ** 2 + (x[1] + x[2]) ** 2, [eq(x[0] + 2 * x[1] + 3 * x[2], 1)]


@known((1, 1, 1), -16 * np.sqrt(2))
def hs29(x):
    return -x[0] * x[1] * x[2], [leq(x[0] ** 2 + 2 * x[1] ** 2 + 4 * x[2] ** 2, 48)]


@known((1, 1, 1), 1, (1, -10, -10), 10)
def hs30(x):
    return pt.sum(x**2), [geq(x[0] ** 2 + x[1] ** 2, 1)]


@known((1, 1, 1), 6, (-10, 1, -10), (10, 10, 1))
def hs31(x):
    return 9 * x[0] ** 2 + x[1] ** 2 + 9 * x[2] ** 2, [geq(x[0] * x[1], 1)]


@known((0.1, 0.7, 0.2), 1, 0)
def hs32(x):
    f = (x[0] + 3 * x[1] + x[2]) ** 2 + 4 * (x[0] - x[1]) ** 2
    return f, [geq(6 * x[1] + 4 * x[2] - x[0] ** 3, 3), eq(pt.sum(x), 1)]


@known((0, 0, 3), np.sqrt(2) - 6, 0, (INF, INF, 5), starts=8)
def hs33(x):
    f = (x[0] - 1) * (x[0] - 2) * (x[0] - 3) + x[2]
    return f, [geq(x[2] ** 2 - x[1] ** 2 - x[0] ** 2, 0), geq(pt.sum(x**2), 4)]


@known((0, 1.05, 2.9), -np.log(np.log(10)), 0, (100, 100, 10))
def hs34(x):
    return -x[0], [geq(x[1], pt.exp(x[0])), geq(x[2], pt.exp(x[1]))]


@known((0.5, 0.5, 0.5), 1 / 9, 0)
def hs35(x):
    f = 9 - 8 * x[0] - 6 * x[1] - 4 * x[2] + 2 * x[0] ** 2 + 2 * x[1] ** 2 + x[2] ** 2
    return f + 2 * x[0] * x[1] + 2 * x[0] * x[2], [leq(x[0] + x[1] + 2 * x[2], 3)]


@known((10, 10, 10), -3300, 0, (20, 11, 42), starts=4)
def hs36(x):
    return -pt.prod(x), [leq(x[0] + 2 * x[1] + 2 * x[2], 72)]


@known((10, 10, 10), -3456, 0, 42)
def hs37(x):
    return -pt.prod(x), [between(0, x[0] + 2 * x[1] + 2 * x[2], 72)]


@known((2, 2, 2, 2), -1)
def hs39(x):
    return -x[0], [eq(x[1] - x[0] ** 3, x[2] ** 2), eq(x[0] ** 2 - x[1], x[3] ** 2)]


@known((0.8,) * 4, -0.25)
def hs40(x):
    constraints = [eq(x[0] ** 3 + x[1] ** 2, 1), eq(x[0] ** 2 * x[3], x[2]), eq(x[3] ** 2, x[1])]
    return -pt.prod(x), constraints


@known((2, 2, 2, 2), 52 / 27, 0, (1, 1, 1, 2), starts=4)
def hs41(x):
    return 2 - x[0] * x[1] * x[2], [eq(x[0] + 2 * x[1] + 2 * x[2], x[3])]


@known((1, 1, 1, 1), 28 - 10 * np.sqrt(2))
def hs42(x):
    return pt.sum((x - np.arange(1, 5)) ** 2), [eq(x[0], 2), eq(x[2] ** 2 + x[3] ** 2, 2)]


@known((0, 0, 0, 0), -44)
def hs43(x):
    f = pt.sum(np.array([1, 1, 2, 1]) * x**2) + pt.dot(np.array([-5.0, -5, -21, 7]), x)
    return f, [
        leq(pt.sum(x**2) + x[0] - x[1] + x[2] - x[3], 8),
        leq(x[0] ** 2 + 2 * x[1] ** 2 + x[2] ** 2 + 2 * x[3] ** 2 - x[0] - x[3], 10),
        leq(2 * x[0] ** 2 + x[1] ** 2 + x[2] ** 2 + 2 * x[0] - x[1] - x[3], 5),
    ]


@known((0, 0, 0, 0), -15, 0, starts=16, local=(-13.0,))
def hs44(x):
    f = x[0] - x[1] - x[2] - x[0] * x[2] + x[0] * x[3] + x[1] * x[2] - x[1] * x[3]
    A = np.array(
        [[1, 2, 0, 0], [4, 1, 0, 0], [3, 4, 0, 0], [0, 0, 2, 1], [0, 0, 1, 2], [0, 0, 1, 1]], dtype=float
    )
    return f, [leq(pt.dot(A, x), [8, 12, 12, 8, 8, 5])]


@known((np.sqrt(2) / 2, 1.75, 0.5, 2, 2), 0)
def hs46(x):
    f = (x[0] - x[1]) ** 2 + (x[2] - 1) ** 2 + (x[3] - 1) ** 4 + (x[4] - 1) ** 6
    return f, [eq(x[0] ** 2 * x[3] + pt.sin(x[3] - x[4]), 1), eq(x[1] + x[2] ** 4 * x[3] ** 2, 2)]


@known((35, -31, 11, 5, -5), 0)
def hs50(x):
    f = (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 2 + (x[2] - x[3]) ** 4 + (x[3] - x[4]) ** 2
    return f, [eq(x[:3] + 2 * x[1:4] + 3 * x[2:], 6)]


@known((3, 5, -3, 2, -2), 0)
def hs48(x):
    f = (x[0] - 1) ** 2 + (x[1] - x[2]) ** 2 + (x[3] - x[4]) ** 2
    return f, [eq(pt.sum(x), 5), eq(x[2] - 2 * (x[3] + x[4]), -3)]


@known((10, 7, 2, -3, 0.8), 0)
def hs49(x):
    f = (x[0] - x[1]) ** 2 + (x[2] - 1) ** 2 + (x[3] - 1) ** 4 + (x[4] - 1) ** 6
    return f, [eq(x[0] + x[1] + x[2] + 4 * x[3], 7), eq(x[2] + 5 * x[4], 6)]


def quadratic_51(x, first):
    """Return the objective of problems 51 to 53."""
    return (first * x[0] - x[1]) ** 2 + (x[1] + x[2] - 2) ** 2 + (x[3] - 1) ** 2 + (x[4] - 1) ** 2


@known((2.5, 0.5, 2, -1, 0.5), 0)
def hs51(x):
    return quadratic_51(x, 1), [eq(x[0] + 3 * x[1], 4), eq(x[2] + x[3], 2 * x[4]), eq(x[1], x[4])]


@known((2,) * 5, 1859 / 349)
def hs52(x):
    return quadratic_51(x, 4), [eq(x[0] + 3 * x[1], 0), eq(x[2] + x[3], 2 * x[4]), eq(x[1], x[4])]


@known((2,) * 5, 176 / 43, -10, 10)
def hs53(x):
    return quadratic_51(x, 1), [eq(x[0] + 3 * x[1], 0), eq(x[2] + x[3], 2 * x[4]), eq(x[1], x[4])]


@known((1, 2, 0, 0, 0, 2), 19 / 3, 0, (1, INF, INF, 1, INF, INF), starts=16, local=(20 / 3,))
def hs55(x):
    A = np.array(
        [
            [1, 2, 0, 0, 5, 0],
            [1, 1, 1, 0, 0, 0],
            [0, 0, 0, 1, 1, 1],
            [1, 0, 0, 1, 0, 0],
            [0, 1, 0, 0, 1, 0],
            [0, 0, 1, 0, 0, 1.0],
        ]
    )
    return x[0] + 2 * x[1] + 4 * x[4] + pt.exp(x[0] * x[3]), [eq(pt.dot(A, x), [6, 3, 2, 1, 2, 2])]


@known((1, 1, 1, *np.arcsin(np.sqrt([1 / 4.2] * 3 + [5 / 7.2]))), -3.456)
def hs56(x):
    constraints = [
        eq(x[:3], 4.2 * pt.sin(x[3:6]) ** 2),
        eq(x[0] + 2 * x[1] + 2 * x[2], 7.2 * pt.sin(x[6]) ** 2),
    ]
    return -x[0] * x[1] * x[2], constraints


@known((2, 2, 2), 0.03256820025, -10, 10)
def hs60(x):
    f = (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4
    return f, [eq(x[0] * (1 + x[1] ** 2) + x[2] ** 4, 4 + 3 * np.sqrt(2))]


@known((0, 0, 0), -143.6461422, starts=4, local=(-81.919096,))
def hs61(x):
    f = 4 * x[0] ** 2 + 2 * x[1] ** 2 + 2 * x[2] ** 2 - 33 * x[0] + 16 * x[1] - 24 * x[2]
    return f, [eq(3 * x[0] - 2 * x[1] ** 2, 7), eq(4 * x[0] - x[2] ** 2, 11)]


@known((0.7, 0.2, 0.1), -26272.51448, 0, 1)
def hs62(x):
    f = 255 * pt.log((pt.sum(x) + 0.03) / (0.09 * x[0] + x[1] + x[2] + 0.03))
    f = f + 280 * pt.log((x[1] + x[2] + 0.03) / (0.07 * x[1] + x[2] + 0.03))
    return -32.174 * (f + 290 * pt.log((x[2] + 0.03) / (0.13 * x[2] + 0.03))), [eq(pt.sum(x), 1)]


@known((2, 2, 2), 961.7151721, 0)
def hs63(x):
    f = 1000 - x[0] ** 2 - 2 * x[1] ** 2 - x[2] ** 2 - x[0] * x[1] - x[0] * x[2]
    return f, [eq(8 * x[0] + 14 * x[1] + 7 * x[2], 56), eq(pt.sum(x**2), 25)]


@known((1, 1, 1), 6299.842428, 1e-5)
def hs64(x):
    f = 5 * x[0] + 50000 / x[0] + 20 * x[1] + 72000 / x[1] + 10 * x[2] + 144000 / x[2]
    return f, [leq(4 / x[0] + 32 / x[1] + 120 / x[2], 1)]


@known((-5, 5, 0), 0.9535288567, (-4.5, -4.5, -5), (4.5, 4.5, 5))
def hs65(x):
    return (x[0] - x[1]) ** 2 + (x[0] + x[1] - 10) ** 2 / 9 + (x[2] - 5) ** 2, [leq(pt.sum(x**2), 48)]


@known((0, 1.05, 2.9), 0.5181632741, 0, (100, 100, 10))
def hs66(x):
    return 0.2 * x[2] - 0.8 * x[0], [geq(x[1], pt.exp(x[0])), geq(x[2], pt.exp(x[1]))]


@known((1, 5, 5, 1), 17.0140173, 1, 5)
def hs71(x):
    return x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2], [geq(pt.prod(x), 25), eq(pt.sum(x**2), 40)]


@known((1, 1, 1, 1), 727.67937, 0.001, (4e5, 3e5, 2e5, 1e5))
def hs72(x):
    return 1 + pt.sum(x), [
        leq(4 / x[0] + 2.25 / x[1] + 1 / x[2] + 0.25 / x[3], 0.0401),
        leq(0.16 / x[0] + 0.36 / x[1] + 0.64 / x[2] + 0.64 / x[3], 0.010085),
    ]


@known((1, 1, 1, 1), 29.89437816, 0)
def hs73(x):
    spread = pt.sqrt(0.28 * x[0] ** 2 + 0.19 * x[1] ** 2 + 20.5 * x[2] ** 2 + 0.62 * x[3] ** 2)
    return 24.55 * x[0] + 26.75 * x[1] + 39 * x[2] + 40.5 * x[3], [
        geq(2.3 * x[0] + 5.6 * x[1] + 11.1 * x[2] + 1.3 * x[3], 5),
        geq(12 * x[0] + 11.9 * x[1] + 41.8 * x[2] + 52.1 * x[3] - 1.645 * spread, 21),
        eq(pt.sum(x), 1),
    ]


def power_flow(x, largest):
    """Return objective and constraints of problems 74 and 75."""
    sin = lambda z: 1000 * pt.sin(z - 0.25)  # noqa: E731
    f = 3 * x[0] + 1e-6 * x[0] ** 3 + 2 * x[1] + 2e-6 / 3 * x[1] ** 3
    return f, [
        between(-largest, x[3] - x[2], largest),
        eq(sin(-x[2]) + sin(-x[3]) + 894.8 - x[0], 0),
        eq(sin(x[2]) + sin(x[2] - x[3]) + 894.8 - x[1], 0),
        eq(sin(x[3]) + sin(x[3] - x[2]) + 1294.8, 0),
    ]


@known((0, 0, 0, 0), 5126.4981, (0, 0, -0.55, -0.55), (1200, 1200, 0.55, 0.55))
def hs74(x):
    return power_flow(x, 0.55)


@known((0, 0, 0, 0), 5174.4129, (0, 0, -0.48, -0.48), (1200, 1200, 0.48, 0.48))
def hs75(x):
    return power_flow(x, 0.48)


@known((0.5,) * 4, -103 / 22, 0)
def hs76(x):
    f = x[0] ** 2 + 0.5 * x[1] ** 2 + x[2] ** 2 + 0.5 * x[3] ** 2 - x[0] * x[2] + x[2] * x[3]
    return f - x[0] - 3 * x[1] + x[2] - x[3], [
        leq(x[0] + 2 * x[1] + x[2] + x[3], 5),
        leq(3 * x[0] + x[1] + 2 * x[2] - x[3], 4),
        geq(x[1] + 4 * x[2], 1.5),
    ]


@known((2,) * 5, 0.24150513)
def hs77(x):
    f = (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[2] - 1) ** 2 + (x[3] - 1) ** 4 + (x[4] - 1) ** 6
    return f, [
        eq(x[0] ** 2 * x[3] + pt.sin(x[3] - x[4]), 2 * np.sqrt(2)),
        eq(x[1] + x[2] ** 4 * x[3] ** 2, 8 + np.sqrt(2)),
    ]


def powell(x):
    """Return the constraints of problems 78, 80 and 81."""
    return [
        eq(pt.sum(x**2), 10),
        eq(x[1] * x[2], 5 * x[3] * x[4]),
        eq(x[0] ** 3 + x[1] ** 3, -1),
    ]


@known((-2, 1.5, 2, -1, -1), -2.91970041)
def hs78(x):
    return pt.prod(x), powell(x)


@known((2,) * 5, 0.0787768209)
def hs79(x):
    f = (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 2 + (x[2] - x[3]) ** 4 + (x[3] - x[4]) ** 4
    return f, [
        eq(x[0] + x[1] ** 2 + x[2] ** 3, 2 + 3 * np.sqrt(2)),
        eq(x[1] - x[2] ** 2 + x[3], 2 * np.sqrt(2) - 2),
        eq(x[0] * x[4], 2),
    ]


POWELL_BOX = np.array([2.3, 2.3, 3.2, 3.2, 3.2])


@known((-2, 2, 2, -1, -1), 0.0539498478, -POWELL_BOX, POWELL_BOX)
def hs80(x):
    return pt.exp(pt.prod(x)), powell(x)


@known((-2, 2, 2, -1, -1), 0.0539498478, -POWELL_BOX, POWELL_BOX)
def hs81(x):
    return pt.exp(pt.prod(x)) - 0.5 * (x[0] ** 3 + x[1] ** 3 + 1) ** 2, powell(x)


@known((78, 33, 27, 27, 27), -30665.53867, (78, 33, 27, 27, 27), (102, 45, 45, 45, 45))
def hs83(x):
    a, b, c, d, e = (x[k] for k in range(5))
    f = 5.3578547 * c**2 + 0.8356891 * a * e + 37.293239 * a - 40792.141
    return f, [
        between(0, 85.334407 + 0.0056858 * b * e + 0.0006262 * a * d - 0.0022053 * c * e, 92),
        between(90, 80.51249 + 0.0071317 * b * e + 0.0029955 * a * b + 0.0021813 * c**2, 110),
        between(20, 9.300961 + 0.0047026 * c * e + 0.0012547 * a * c + 0.0019085 * c * d, 25),
    ]


SHELL_A = np.array(
    [
        [-16, 2, 0, 1, 0],
        [0, -2, 0, 4, 2],
        [-3.5, 0, 2, 0, 0],
        [0, -2, 0, -4, -1],
        [0, -9, -2, 1, -2.8],
        [2, 0, -4, 0, 0],
        [-1, -1, -1, -1, -1],
        [-1, -2, -3, -2, -1],
        [1, 2, 3, 4, 5],
        [1, 1, 1, 1, 1],
    ]
)
SHELL_B = np.array([-40, -2, -0.25, -4, -4, -1, -40, -60, 5, 1])
SHELL_C = np.array(
    [
        [30, -20, -10, 32, -10],
        [-20, 39, -6, -31, 32],
        [-10, -6, 10, -6, -10],
        [32, -31, -6, 39, -20],
        [-10, 32, -10, -20, 30.0],
    ]
)
SHELL_D = np.array([4.0, 8, 10, 6, 2])
SHELL_E = np.array([-15.0, -27, -36, -18, -12])


@known((0, 0, 0, 0, 1), -32.34867897, 0)
def hs86(x):
    f = pt.dot(SHELL_E, x) + pt.dot(x, pt.dot(SHELL_C, x)) + pt.sum(SHELL_D * x**3)
    return f, [geq(pt.dot(SHELL_A, x), SHELL_B)]


@known((5.54, 4.4, 12.02, 11.82, 0.702, 0.852), 135.075961, 0)
def hs93(x):
    one, two = x[0] * x[3] * (x[0] + x[1] + x[2]), x[1] * x[2] * (x[0] + 1.57 * x[1] + x[3])
    f = 0.0204 * one + 0.0187 * two + 0.0607 * one * x[4] ** 2 + 0.0437 * two * x[5] ** 2
    return f, [
        geq(0.001 * pt.prod(x), 2.07),
        leq(0.00062 * one * x[4] ** 2 + 0.00058 * two * x[5] ** 2, 1),
    ]


def himmelblau(x, limits):
    """Return objective and constraints of problems 95 to 98."""
    linear = np.array(
        [
            [17.1, 38.2, 204.2, 212.3, 623.4, 1495.5],
            [17.9, 36.8, 113.9, 169.7, 337.8, 1385.2],
            [0, -273, 0, -70, -819, 0],
            [159.9, -311, 0, 587, 391, 2198],
        ]
    )
    a, b = x[3] * x[4], x[3] * x[5]
    c = x[4] * x[5]
    products = pt.stack(
        [
            -169 * x[0] * x[2] - 3580 * x[2] * x[4] - 3810 * a - 18500 * b - 24300 * c,
            -139 * x[0] * x[2] - 2450 * a - 16600 * b - 17200 * c,
            26000 * a,
            -14000 * x[0] * x[5],
        ]
    )
    f = pt.dot(np.array([4.3, 31.8, 63.3, 15.8, 68.5, 4.7]), x)
    return f, [geq(pt.dot(linear, x) + products, limits)]


HIMMELBLAU_UPPER = (0.31, 0.046, 0.068, 0.042, 0.028, 0.0134)


@known((0,) * 6, 0.015619514, 0, HIMMELBLAU_UPPER)
def hs95(x):
    return himmelblau(x, [4.97, -1.88, -29.08, -78.02])


@known((0,) * 6, 0.015619514, 0, HIMMELBLAU_UPPER)
def hs96(x):
    return himmelblau(x, [4.97, -1.88, -69.08, -118.02])


@known((0,) * 6, 3.1358091, 0, HIMMELBLAU_UPPER, starts=8, local=(4.071246,))
def hs97(x):
    return himmelblau(x, [32.97, 25.12, -29.08, -78.02])


@known((0,) * 6, 3.1358091, 0, HIMMELBLAU_UPPER, starts=8, local=(4.071246,))
def hs98(x):
    return himmelblau(x, [32.97, 25.12, -124.08, -173.02])


@known((1, 2, 0, 4, 0, 1, 1), 680.6300573)
def hs100(x):
    f = (x[0] - 10) ** 2 + 5 * (x[1] - 12) ** 2 + x[2] ** 4 + 3 * (x[3] - 11) ** 2 + 10 * x[4] ** 6
    f = f + 7 * x[5] ** 2 + x[6] ** 4 - 4 * x[5] * x[6] - 10 * x[5] - 8 * x[6]
    return f, [
        leq(2 * x[0] ** 2 + 3 * x[1] ** 4 + x[2] + 4 * x[3] ** 2 + 5 * x[4], 127),
        leq(7 * x[0] + 3 * x[1] + 10 * x[2] ** 2 + x[3] - x[4], 282),
        leq(23 * x[0] + x[1] ** 2 + 6 * x[5] ** 2 - 8 * x[6], 196),
        leq(4 * x[0] ** 2 + x[1] ** 2 - 3 * x[0] * x[1] + 2 * x[2] ** 2 + 5 * x[5] - 11 * x[6], 0),
    ]


def posynomial(x, factors, exponents):
    """Return the sum over the rows of `exponents` of ``factor * x1**p1 * x2**p2 * ...``."""
    return pt.dot(np.array(factors), pt.exp(pt.dot(np.array(exponents, dtype=float), pt.log(x))))


def dembo(x, a):
    """Return objective and constraints of problems 101 to 103."""
    third = 1 / 3
    f = posynomial(
        x,
        [10.0, 15, 20, 25],
        [
            [1, -1, 0, 2, 0, -3, a],
            [-1, -2, 1, 1, -1, 0, -0.5],
            [-2, 1, 0, -1, -2, 1, 0],
            [2, 2, -1, 0, 0.5, -2, 1],
        ],
    )
    one = posynomial(
        x,
        [0.5, 0.7, 0.2],
        [
            [0.5, 0, -1, 0, 0, -2, 1],
            [3, 1, -2, 0, 0, 1, 0.5],
            [0, -1, 1, -0.5, 0, 2 * third, 0.25],
        ],
    )
    two = posynomial(
        x,
        [1.3, 0.8, 3.1],
        [
            [-0.5, 1, -1, 0, -1, 1, 0],
            [0, 0, 1, -1, -1, 2, 0],
            [-1, 0.5, 0, -2, -1, third, 0],
        ],
    )
    three = posynomial(
        x,
        [2, 0.1, 1, 0.65],
        [
            [1, 0, -1.5, 0, 1, -1, third],
            [0, 1, -0.5, 0, 1, -1, -0.5],
            [-1, 1, 0.5, 0, 1, 0, 0],
            [0, -2, 1, 0, 1, -1, 1],
        ],
    )
    four = posynomial(
        x,
        [0.2, 0.3, 0.4, 0.5],
        [
            [-2, 1, 0, -1, 0.5, 0, third],
            [0.5, 2, 1, third, -2 * third, 0, 0.25],
            [-3, -2, 1, 0, 1, 0, 0.75],
            [0, 0, -2, 1, 0, 0, 0.5],
        ],
    )
    return f, [leq(pt.stack([one, two, three, four]), 1), between(100, f, 3000)]


DEMBO_LOWER = (0.1,) * 6 + (0.01,)


@known((6,) * 7, 1809.76476, DEMBO_LOWER, 10)
def hs101(x):
    return dembo(x, -0.25)


@known((6,) * 7, 911.880571, DEMBO_LOWER, 10)
def hs102(x):
    return dembo(x, 0.125)


@known((6,) * 7, 543.667958, DEMBO_LOWER, 10)
def hs103(x):
    return dembo(x, 0.5)


@known((6, 3, 0.4, 0.2, 6, 6, 1, 0.5), 3.9511634396, 0.1, 10)
def hs104(x):
    f = 0.4 * (x[0] / x[6]) ** 0.67 + 0.4 * (x[1] / x[7]) ** 0.67 + 10 - x[0] - x[1]
    return f, [
        leq(0.0588 * x[4] * x[6] + 0.1 * x[0], 1),
        leq(0.0588 * x[5] * x[7] + 0.1 * x[0] + 0.1 * x[1], 1),
        leq((4 * x[2] + 2 * x[2] ** -0.71) / x[4] + 0.0588 * x[2] ** -1.3 * x[6], 1),
        leq((4 * x[3] + 2 * x[3] ** -0.71) / x[5] + 0.0588 * x[3] ** -1.3 * x[7], 1),
        between(1, f, 4.2),
    ]


@known(
    (5000, 5000, 5000, 200, 350, 150, 225, 425),
    7049.24802053,
    (100, 1000, 1000, 10, 10, 10, 10, 10),
    (10000,) * 3 + (1000,) * 5,
    note="the minimum in later collections; the book's 7049.330923 can be improved",
)
def hs106(x):
    return x[0] + x[1] + x[2], [
        leq(0.0025 * (x[3] + x[5]), 1),
        leq(0.0025 * (x[4] + x[6] - x[3]), 1),
        leq(0.01 * (x[7] - x[4]), 1),
        geq(x[0] * x[5] - 833.33252 * x[3] - 100 * x[0], -83333.333),
        geq(x[1] * x[6] - 1250 * x[4] - x[1] * x[3] + 1250 * x[3], 0),
        geq(x[2] * x[7] - x[2] * x[4] + 2500 * x[4], 1250000),
    ]


@known((1,) * 9, -np.sqrt(3) / 2, (-INF,) * 8 + (0,), starts=8, local=(-0.674981, -0.5))
def hs108(x):
    a, b, c, d, e, f, g, h, i = (x[k] for k in range(9))
    objective = -0.5 * (a * d - b * c + c * i - e * i + e * h - f * g)
    squares = [
        c**2 + d**2,
        i**2,
        e**2 + f**2,
        a**2 + (b - i) ** 2,
        (a - e) ** 2 + (b - f) ** 2,
        (a - g) ** 2 + (b - h) ** 2,
        (c - e) ** 2 + (d - f) ** 2,
        (c - g) ** 2 + (d - h) ** 2,
        g**2 + (h - i) ** 2,
    ]
    return objective, [
        leq(pt.stack(squares), 1),
        geq(pt.stack([a * d - b * c, c * i, -e * i, e * h - f * g]), 0),
    ]


CHEMICAL = np.array([-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.1, -10.708, -26.662, -22.179])


def equilibrium(moles):
    """Return the mass balances of problems 111 and 112."""
    A = np.zeros((3, 10))
    A[0, [0, 1, 2, 5, 9]] = [1, 2, 2, 1, 1]
    A[1, [3, 4, 5, 6]] = [1, 2, 1, 1]
    A[2, [2, 6, 7, 8, 9]] = [1, 1, 1, 2, 1]
    return [eq(pt.dot(A, moles), [2, 1, 1])]


@known((-2.3,) * 10, -47.76109026, -100, 100)
def hs111(x):
    moles = pt.exp(x)
    return pt.sum(moles * (CHEMICAL + x - pt.log(pt.sum(moles)))), equilibrium(moles)


@known((0.1,) * 10, -47.76109026, 1e-6)
def hs112(x):
    return pt.sum(x * (CHEMICAL + pt.log(x / pt.sum(x)))), equilibrium(x)


@known((2, 3, 5, 5, 1, 2, 7, 3, 6, 10), 24.3062091)
def hs113(x):
    f = x[0] ** 2 + x[1] ** 2 + x[0] * x[1] - 14 * x[0] - 16 * x[1] + (x[2] - 10) ** 2 + 4 * (x[3] - 5) ** 2
    f = f + (x[4] - 3) ** 2 + 2 * (x[5] - 1) ** 2 + 5 * x[6] ** 2 + 7 * (x[7] - 11) ** 2
    f = f + 2 * (x[8] - 10) ** 2 + (x[9] - 7) ** 2 + 45
    return f, [
        leq(4 * x[0] + 5 * x[1] - 3 * x[6] + 9 * x[7], 105),
        leq(10 * x[0] - 8 * x[1] - 17 * x[6] + 2 * x[7], 0),
        leq(-8 * x[0] + 2 * x[1] + 5 * x[8] - 2 * x[9], 12),
        leq(3 * (x[0] - 2) ** 2 + 4 * (x[1] - 3) ** 2 + 2 * x[2] ** 2 - 7 * x[3], 120),
        leq(5 * x[0] ** 2 + 8 * x[1] + (x[2] - 6) ** 2 - 2 * x[3], 40),
        leq(0.5 * (x[0] - 8) ** 2 + 2 * (x[1] - 4) ** 2 + 3 * x[4] ** 2 - x[5], 30),
        leq(x[0] ** 2 + 2 * (x[1] - 2) ** 2 - 2 * x[0] * x[1] + 14 * x[4] - 6 * x[5], 0),
        leq(-3 * x[0] + 6 * x[1] + 12 * (x[8] - 8) ** 2 - 7 * x[9], 0),
    ]


@known(
    (1745, 12000, 110, 3048, 1974, 89.2, 92.8, 8, 3.6, 145),
    -1768.80696,
    (1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 85, 90, 3, 1.2, 145),
    (2000, 16000, 120, 5000, 2000, 93, 95, 12, 4, 162),
)
def hs114(x):
    a, b = 0.99, 0.9
    f = 5.04 * x[0] + 0.035 * x[1] + 10 * x[2] + 3.36 * x[4] - 0.063 * x[3] * x[6]
    one, two = 35.82 - 0.222 * x[9], -133 + 3 * x[6]
    three = 1.12 * x[0] + 0.13167 * x[0] * x[7] - 0.00667 * x[0] * x[7] ** 2
    four = 57.425 + 1.098 * x[7] - 0.038 * x[7] ** 2 + 0.325 * x[5]
    return f, [
        geq(one, b * x[8]),
        leq(one, x[8] / b),
        geq(two, a * x[9]),
        leq(two, x[9] / a),
        geq(three, a * x[3]),
        leq(three, x[3] / a),
        geq(four, a * x[6]),
        leq(four, x[6] / a),
        eq(1.22 * x[3] - x[0], x[4]),
        eq(98000 * x[2] / (x[3] * x[8] + 1000 * x[2]), x[5]),
        eq((x[1] + x[4]) / x[0], x[7]),
    ]


@known((0.001,) * 6 + (60,) + (0.001,) * 8, 32.34867897, 0)
def hs117(x):
    y, z = x[:10], x[10:]
    f = -pt.dot(SHELL_B, y) + pt.dot(z, pt.dot(SHELL_C, z)) + 2 * pt.sum(SHELL_D * z**3)
    return f, [geq(2 * pt.dot(SHELL_C, z) + 3 * SHELL_D * z**2 - pt.dot(SHELL_A.T, y), -SHELL_E)]


@known(
    (20, 55, 15) + (20, 60, 20) * 4,
    664.8204500,
    (8, 43, 3) + (0,) * 12,
    (21, 57, 16) + (90, 120, 60) * 4,
)
def hs118(x):
    plan = x.reshape((5, 3))
    f = pt.sum(np.array([2.3, 1.7, 2.2]) * plan + np.array([1e-4, 1e-4, 1.5e-4]) * plan**2)
    steps = plan[1:] - plan[:-1]
    return f, [between([-7, -7, -7], steps, [6, 7, 6]), geq(pt.sum(plan, axis=1), [60, 50, 70, 85, 100])]
