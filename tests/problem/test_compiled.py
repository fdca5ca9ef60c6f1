"""The compiled problem: one flat vector in, value and gradient out, whatever the graph looks like."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import scipy.optimize

from graphopt import engine
from graphopt.api import maximize, minimize
from graphopt.problem import Problem, Variable, compile_problem


def test_flat_and_named_are_inverse():
    a, b = pt.scalar("a", dtype="float64"), pt.tensor("b", shape=(2, 3), dtype="float64")
    problem = Problem(minimize=a**2 + pt.sum(b), variables=[Variable(a, 0, 1), Variable(b, 0, 1)])
    x = np.arange(7.0)
    named = problem.named(x)
    assert {name: value.shape for name, value in named.items()} == {"a": (), "b": (2, 3)}
    np.testing.assert_array_equal(problem.flat(named), x)


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_cost_and_look_agree_with_finite_differences(sense):
    a, b = pt.matrix("a", shape=(2, 2), dtype="float64"), pt.vector("b", shape=(3,), dtype="float64")
    f = pt.sum(pt.tanh(a)) * pt.sum(b**3) + a[0, 1] * b[2]
    problem = Problem(**{sense: f}, variables=[Variable(a, -1, 1), Variable(b, -1, 1)])
    compiled = compile_problem(problem, tier="now")
    x = np.linspace(-0.8, 0.9, 7)
    value, gradient = compiled.cost(x)
    point = compiled.look(x)
    sign = 1 if sense == "minimize" else -1
    assert value == pytest.approx(sign * point.value, rel=1e-14)
    np.testing.assert_allclose(gradient, sign * point.gradient, rtol=1e-12)
    numeric = scipy.optimize.approx_fprime(x, lambda z: compiled.look(z).value, 1e-7)
    np.testing.assert_allclose(point.gradient, numeric, atol=1e-5)


def test_held_parts_run_once_per_solve():
    """The loop over the past does not depend on the plan: it is not in the function the solver calls."""
    past, plan = (
        pt.matrix("past", shape=(50, 3), dtype="float64"),
        pt.vector("plan", shape=(3,), dtype="float64"),
    )
    state = pytensor.scan(
        lambda row, h: pt.tanh(row + 0.5 * h), sequences=past, outputs_info=pt.zeros(3), return_updates=False
    )[-1]
    problem = Problem(
        minimize=pt.sum((plan - state) ** 2),
        variables=[Variable(plan, -1, 1)],
        fixed={past: np.full((50, 3), 0.1)},
    )
    compiled = compile_problem(problem, tier="now")
    names = {type(node.op).__name__ for node in compiled._cost.flat.fgraph.apply_nodes}
    assert "Scan" not in names
    h = np.zeros(3)
    for _ in range(50):
        h = np.tanh(0.1 + 0.5 * h)
    np.testing.assert_allclose(compiled.cost(np.zeros(3))[0], np.sum(h**2), rtol=1e-12)


def test_single_precision_graph_is_solved_in_double():
    x = pt.vector("x", shape=(4,), dtype="float32")
    W = pytensor.shared(np.random.default_rng(0).normal(size=(4, 4)).astype("float32"), name="W")
    answer = minimize(
        pt.sum(pt.tanh(pt.dot(x, W)) ** 2) + pt.sum((x - np.float32(0.1)) ** 2), over={x: (-1, 1)}, tier="now"
    )
    assert answer.x.dtype == np.float64
    assert answer.success
    assert answer.kkt_residual < 1e-7  # single precision stalls near 1e-4


def test_shared_variable_as_a_decision_keeps_its_value():
    x = pytensor.shared(np.array([0.9, 0.9]), name="x")
    answer = minimize(pt.sum((x - [0.2, 5.0]) ** 2), over={x: (0, 1)}, tier="now")
    np.testing.assert_allclose(answer.x, [0.2, 1.0], atol=1e-8)
    np.testing.assert_array_equal(answer.starts[0]["start"], [0.9, 0.9])
    np.testing.assert_array_equal(x.get_value(), [0.9, 0.9])


def test_length_is_taken_from_bounds_or_start():
    x = pt.vector("x", dtype="float64")
    for answer in (
        minimize(pt.sum((x - 3) ** 2), over={x: (np.zeros(3), 1)}, tier="now"),
        minimize(pt.sum((x - 3) ** 2), over={x: (0, 1)}, x0=np.zeros(3), tier="now"),
    ):
        np.testing.assert_array_equal(answer.x, [1, 1, 1])


def test_weights_changed_after_compiling_a_problem_are_seen_by_the_next_solve():
    x = pt.vector("x", shape=(2,), dtype="float64")
    w = pytensor.shared(np.array([1.0, -1.0]), name="w")
    assert maximize(pt.dot(w, x), over={x: (0, 1)}, tier="now").x.tolist() == [1, 0]
    w.set_value(np.array([-1.0, 1.0]))
    assert maximize(pt.dot(w, x), over={x: (0, 1)}, tier="now").x.tolist() == [0, 1]


def test_scale_leaves_the_answer_in_the_callers_units():
    x = pt.vector("x", shape=(2,), dtype="float64")
    f = (x[0] / 1e6 - 0.3) ** 2 + (x[1] - 2) ** 2
    problem = Problem(minimize=f, variables=[Variable(x, [0, 0], [1e6, 1], scale=[1e6, 1])])
    from graphopt.api import solve

    answer = solve(problem, tier="now")
    np.testing.assert_allclose(answer.x, [3e5, 1], rtol=1e-6)
    assert answer.success


def test_many_small_integers_in_a_product_do_not_overflow():
    """100 and 2 are int8 constants in the gradient; their product is not."""
    x = pt.vector("x", dtype="float64")
    f = pt.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    fn = engine.compile([x], pt.grad(f, x), tier="now")
    z = np.linspace(-1, 1, 7)
    np.testing.assert_allclose(fn(z), scipy.optimize.rosen_der(z), rtol=1e-12)


def test_a_singular_matrix_is_a_point_outside_the_domain():
    """Trace - log(det) is least where the matrix is the identity; in the middle of the box it is singular."""
    x = pt.vector("x", shape=(2,), dtype="float64")
    matrix = pt.stack([pt.stack([x[0], 0.0 * x[0]]), pt.stack([0.0 * x[1], x[1] + 4.0])])
    cost = x[0] + x[1] - pt.log(pt.linalg.det(matrix))
    problem = Problem(minimize=cost, variables=[Variable(x, -3, 3)])
    value, gradient = compile_problem(problem).cost(np.zeros(2))
    assert np.isnan(value)
    assert np.isnan(gradient).all()
    answer = minimize(cost, over={x: (-3, 3)}, starts=8)
    assert answer.success
    np.testing.assert_allclose(answer.x, [1, -3], atol=1e-6)
