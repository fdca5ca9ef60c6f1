"""L-BFGS-B: the driven core equals scipy.optimize.minimize, stays in the box, and turns back where there
is no value.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

from graphopt.errors import InvalidType, InvalidValue
from graphopt.solvers import LBFGSB
from graphopt.solvers.local import setulb as core_module


def drive(solver, cost, x0, lower, upper, seen=None):
    """Return the run of `solver` on a plain function."""
    steps = solver.steps(x0, lower, upper)
    try:
        x = next(steps)
        while True:
            if seen is not None:
                seen.append(x.copy())
            x = steps.send(cost(x))
    except StopIteration as end:
        return end.value


def random_problem(seed):
    """Return cost, start, bounds: a quadratic plus a quartic or cosines, some bounds missing."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 30))
    root = rng.normal(size=(n, n)) / np.sqrt(n)
    A, b, wave = root @ root.T, rng.normal(size=n), float(rng.uniform(0, 1))

    def cost(x):
        value = 0.5 * x @ A @ x + b @ x + 0.1 * np.sum(x**4) + wave * np.sum(np.cos(3 * x))
        return float(value), A @ x + b + 0.4 * x**3 - 3 * wave * np.sin(3 * x)

    lower, upper = -rng.uniform(0, 2, n), rng.uniform(0, 2, n)
    lower[rng.random(n) < 0.2], upper[rng.random(n) < 0.2] = -np.inf, np.inf
    x0 = np.clip(rng.normal(size=n), lower, upper)
    return cost, x0, lower, upper


@pytest.mark.parametrize("seed", range(50))
def test_driven_core_equals_scipy(seed):
    assert core_module.core() is not None, "this SciPy's core is not the one known; the fall-back is in use"
    cost, x0, lower, upper = random_problem(seed)
    run = drive(LBFGSB(gradient_tolerance=1e-5, function_tolerance=1e-10), cost, x0, lower, upper)
    expected = scipy.optimize.minimize(
        cost,
        x0,
        jac=True,
        method="L-BFGS-B",
        bounds=scipy.optimize.Bounds(lower, upper),
        options={"gtol": 1e-5, "ftol": 1e-10},
    )
    np.testing.assert_array_equal(run.x, expected.x)  # the same compiled code on the same numbers
    assert (run.fun, run.evaluations, run.iterations) == (expected.fun, expected.nfev, expected.nit)


@pytest.mark.parametrize("seed", range(10))
def test_fall_back_equals_driven_core(seed, monkeypatch):
    cost, x0, lower, upper = random_problem(seed)
    solver = LBFGSB(gradient_tolerance=1e-5, function_tolerance=1e-10)
    run = drive(solver, cost, x0, lower, upper)
    monkeypatch.setattr(core_module, "core", lambda: None)
    again = drive(solver, cost, x0, lower, upper)
    np.testing.assert_array_equal(run.x, again.x)
    assert (run.fun, run.evaluations, run.stopped) == (again.fun, again.evaluations, again.stopped)


def test_fall_back_hands_errors_of_the_cost_on(monkeypatch):
    monkeypatch.setattr(core_module, "core", lambda: None)
    steps = LBFGSB().steps(np.zeros(2), np.zeros(2), np.ones(2))
    next(steps)
    steps.close()  # ends the thread that waits for the answer


def test_core_with_another_signature_is_not_used(monkeypatch):
    class Other:
        @staticmethod
        def setulb():
            """setulb(m,x,l,u,nbd,f,g,factr,pgtol,wa,iwa,task,csave,lsave,isave,dsave,maxls)"""

    core_module.core.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "scipy.optimize._lbfgsb", Other)
    try:
        assert core_module.core() is None
    finally:
        core_module.core.cache_clear()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=300, deadline=None)
def test_every_evaluated_point_is_inside_the_box_exactly(seed):
    """Each example draws a box of up to 40 sides at scales from 1e-8 to 1e8: some 10 000 sides in all."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 41))
    lower = rng.normal(size=n) * 10.0 ** rng.uniform(-8, 8, n)
    upper = lower + np.abs(rng.normal(size=n)) * 10.0 ** rng.uniform(-8, 8, n) * (rng.random(n) > 0.1)
    target = rng.normal(size=n) * 10.0 ** rng.uniform(-8, 8, n)
    width = np.maximum(upper - lower, 1e-8)
    seen: list[np.ndarray] = []
    run = drive(
        LBFGSB(max_iterations=20),
        lambda x: (float(np.sum(((x - target) / width) ** 2)), 2 * (x - target) / width**2),
        lower + 0.3 * (upper - lower),
        lower,
        upper,
        seen,
    )
    for x in [*seen, run.x]:
        assert np.all(lower <= x)
        assert np.all(x <= upper)


def test_ten_thousand_small_boxes_are_never_left():
    """Optima at corners of boxes at every scale, where ``lower + 1.0 * (upper - lower)`` would exceed
    `upper`.
    """
    rng = np.random.default_rng(0)
    solver = LBFGSB(max_iterations=4, memory=3)
    for _ in range(10_000):
        n = int(rng.integers(1, 4))
        lower = rng.normal(size=n) * 10.0 ** rng.uniform(-6, 6)
        upper = lower + rng.random(n) * 10.0 ** rng.uniform(-6, 6)
        g = rng.normal(size=n)
        seen: list[np.ndarray] = []
        run = drive(solver, lambda x, g=g: (float(g @ x), g), 0.5 * (lower + upper), lower, upper, seen)
        points = np.array([*seen, run.x])
        assert np.all(lower <= points)
        assert np.all(points <= upper)


def test_gradient_that_is_the_argument_itself_is_not_overwritten():
    """The gradient of x^2/2 is x; a compiled function may hand back the very array the solver writes to."""
    run = drive(
        LBFGSB(), lambda x: (0.5 * float(x @ x), x), np.array([3.0, -2.0]), np.full(2, -5.0), np.full(2, 5.0)
    )
    np.testing.assert_allclose(run.x, 0, atol=1e-8)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_line_search_turns_back_from_a_region_without_value(bad):
    """min x - log-like barrier: no value beyond 2, minimum of (x - 1.9)^2 close before it."""

    def cost(x):
        if x[0] > 2:
            return bad, np.array([bad])
        return float(np.expm1(-3 * x[0]) + x[0] * 0.01), np.array([-3 * np.exp(-3 * x[0]) + 0.01])

    run = drive(LBFGSB(), cost, np.array([0.0]), np.array([0.0]), np.array([1e6]))
    assert run.x[0] == pytest.approx(np.log(300) / 3, abs=1e-6)
    assert run.nonfinite > 0


def test_minus_infinity_ends_the_run_as_failed():
    run = drive(LBFGSB(), lambda x: (-np.inf, np.zeros(1)), np.zeros(1), np.zeros(1), np.ones(1))
    assert run.stopped == "failed"


def test_gradient_whose_square_overflows_is_followed_without_a_warning():
    """1e200 is a number, its square is not."""
    lower, upper = np.full(2, -1.0), np.full(2, 1.0)
    steps = LBFGSB().steps(np.zeros(2), lower, upper)
    x, end = next(steps), None
    while end is None:
        try:
            x = steps.send((float(1e200 * x.sum()), np.full(2, 1e200)))
        except StopIteration as stop:
            end = stop.value
    np.testing.assert_array_equal(end.x, lower)


def test_limits_are_kept():
    cost, x0, lower, upper = random_problem(3)
    run = drive(LBFGSB(max_iterations=2), cost, x0, lower, upper)
    assert (run.stopped, run.iterations) == ("limit", 2)
    run = drive(LBFGSB(max_evaluations=3), cost, x0, lower, upper)
    assert run.stopped == "limit"


@pytest.mark.parametrize(
    ("choices", "error", "text"),
    [
        ({"memory": 0}, InvalidValue, "memory is 0; expected at least 1"),
        ({"gradient_tolerance": -1.0}, InvalidValue, "gradient_tolerance is -1.0"),
        ({"gradient_tolerance": "small"}, InvalidType, "'small'"),
        ({"max_iterations": 2.5}, InvalidType, "2.5; expected a whole number"),
        ({"function_tolerance": np.nan}, InvalidValue, "nan"),
    ],
)
def test_wrong_choices_are_named(choices, error, text):
    with pytest.raises(error, match=text.replace("(", r"\(")):
        LBFGSB(**choices)
