"""Faults put in on purpose are never called a success."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.api import maximize, minimize
from graphopt.solvers import Status


class WrongSquare(Op):
    """sum(x^2) with a gradient multiplied by `factor`."""

    __props__ = ("factor",)

    def __init__(self, factor):
        self.factor = factor

    def make_node(self, x):
        return Apply(self, [x], [pt.dscalar()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = np.asarray(np.sum(inputs[0] ** 2))

    def pullback(self, inputs, outputs, cotangents):
        return [self.factor * 2 * inputs[0] * cotangents[0]]

    L_op = pullback


def vector(n=2):
    return pt.vector("x", shape=(n,), dtype="float64")


FAULTS = {
    "minus infinity at once": (lambda x: pt.sum(pt.log(x * 0)), (0, 1)),
    "minus infinity on the way": (lambda x: pt.sum(pt.log(x)), (0, 1)),
    "NaN everywhere": (lambda x: pt.sum(pt.sqrt(-1 - x**2)), (0, 1)),
    "NaN where the optimum would be": (lambda x: pt.sum(x) + 1e-3 * pt.sum(pt.sqrt(x - 0.25)), (0, 1)),
    "infinite": (lambda x: pt.sum(pt.exp(1000 + x)), (0, 1)),
    "a line without bounds": (lambda x: pt.sum(x), (-np.inf, np.inf)),
    "steps": (lambda x: pt.sum(pt.floor(3 * x)), (-1, 1)),
    "no minimum without bounds": (lambda x: pt.sum(x**3), (-np.inf, np.inf)),
    "gradient of the wrong sign": (lambda x: WrongSquare(-1.0)(x - 0.3), (0, 1)),
    "gradient that is zero": (lambda x: WrongSquare(0.0)(x - 0.3), (0, 1)),
    "gradient of the wrong sign, from a corner": (lambda x: WrongSquare(-1.0)(x - 2.0), (0, 1)),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("starts", [1, 4])
def test_fault_is_never_a_success(fault, starts):
    build, bounds = FAULTS[fault]
    x = vector()
    answer = minimize(build(x), over={x: bounds}, starts=starts, tier="now")
    assert not answer.success, answer.message
    assert answer.status in (Status.FAILED, Status.LIMIT_REACHED, Status.FEASIBLE)
    answer.to_json()


def test_gradient_of_the_wrong_length_still_leads_to_a_right_answer():
    """A gradient that is right but for a positive factor has the same zeros; the answer is right, and may
    say so or not.
    """
    x = vector()
    answer = minimize(WrongSquare(3.0)(x - 0.3), over={x: (0, 1)}, tier="now")
    assert not answer.success or np.allclose(answer.x, 0.3)


def test_saturated_network_is_flagged_or_left():
    """Weights of 1e4 make tanh flat at the start; the gradient is exactly zero there, and lower values lie
    elsewhere.
    """
    rng = np.random.default_rng(0)
    W = rng.normal(size=(2, 8)) * 1e4
    v = rng.normal(size=8)
    x = vector()
    answer = minimize(
        pt.dot(pt.tanh(pt.dot(x, W)), v), over={x: (-1, 1)}, x0=np.array([0.7, 0.7]), tier="now"
    )
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, 201)] * 2), axis=-1).reshape(-1, 2)
    best = float(np.min(np.tanh(grid @ W) @ v))
    assert not answer.success or answer.fun <= best + 1e-6, answer.message


def test_maximum_as_a_start_is_left():
    """At the top of -cos the gradient is zero; the second look sees lower values next to it."""
    x = vector()
    answer = minimize(pt.sum(pt.cos(x)), over={x: (-3, 3)}, x0=np.zeros(2), tier="now")
    assert answer.success
    assert answer.fun == pytest.approx(2 * np.cos(3.0))


@pytest.mark.parametrize("n", [2, 7, 40])
def test_saddle_as_a_start_is_left(n):
    """x^T A x bends down along one direction only, which no coordinate shows; the gradient in the middle is
    zero.
    """
    rotation = np.linalg.qr(np.random.default_rng(n).normal(size=(n, n)))[0]
    matrix = rotation @ np.diag(np.r_[np.ones(n - 1), -0.5]) @ rotation.T
    x = vector(n)
    answer = minimize(pt.dot(x, pt.dot(matrix, x)), over={x: (-1, 1)}, tier="now")
    assert answer.fun < -0.1


def test_constant_objective_is_an_optimum_everywhere():
    x = vector()
    answer = minimize(pt.sum(0 * x) + 3.0, over={x: (0, 1)}, tier="now")
    assert answer.success
    assert answer.fun == 3.0


def test_limit_says_so():
    from graphopt.solvers import LBFGSB

    x = vector()
    rosenbrock = 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
    answer = minimize(
        rosenbrock, over={x: (-2, 2)}, x0=np.array([-1.2, 1.0]), solver=LBFGSB(max_iterations=3), tier="now"
    )
    assert answer.status is Status.LIMIT_REACHED
    assert not answer.success
    assert answer.feasible


def test_kink_is_feasible_but_not_claimed():
    """At the kink of |x - 0.3| no gradient is zero: the point may be the optimum, but first-order
    conditions cannot say so.
    """
    x = vector(1)
    answer = maximize(-pt.sum(abs(x - 0.3)), over={x: (0, 1)}, tier="now")
    assert answer.feasible
    assert not answer.success or answer.x[0] == pytest.approx(0.3, abs=1e-6)


def test_a_slope_too_small_to_count_adds_up_over_a_wide_box():
    """The cost falls by 1e-9 a unit, under every tolerance, over a box a million wide: by 1e-3 in all."""
    x = vector()
    answer = minimize(1e-9 * x[0] + (x[1] - 0.3) ** 2, over={x: ([-1e6, 0], [0, 1])}, x0=[0.0, 0.5])
    assert answer.success
    np.testing.assert_allclose(answer.fun, -1e-3, rtol=1e-6)


def test_a_better_point_behind_a_rise_is_no_fault():
    """A local minimum with a remnant of a gradient stays one, though the box is wide and lower far away."""
    x = pt.scalar("x", dtype="float64")
    answer = minimize(-pt.cos(x) - 1e-3 * x, over={x: (-1e3, 1e3)}, x0=0.1)
    assert answer.status is Status.LOCAL_OPTIMUM
    assert abs(float(answer.x[0]) - 1e-3) < 1e-6
