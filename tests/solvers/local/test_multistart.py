"""Many starts: where they are, what they find, and that a seed decides them."""

from __future__ import annotations

import json

import numpy as np
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphopt.api import minimize, solve
from graphopt.problem import Problem, Variable
from graphopt.solvers import LBFGSB, MultiStart
from graphopt.solvers.local.multistart import cluster
from graphopt.solvers.local.starts import all_starts


def two_wells():
    """Return x and (x^2 - 1)^2 + 0.1 x in one dimension: two minima, the one near -1 lower."""
    x = pt.vector("x", shape=(1,), dtype="float64")
    return x, pt.sum((x**2 - 1) ** 2 + 0.1 * x)


def test_starts_find_both_wells_and_answer_with_the_lower():
    x, f = two_wells()
    answer = minimize(f, over={x: (-2, 2)}, starts=16, seed=1, tier="now")
    assert answer.success
    assert answer.x[0] < 0
    assert answer.n_distinct == 2
    assert len(answer.starts) == 16
    assert min(row["fun"] for row in answer.starts) == pytest.approx(answer.fun, abs=1e-12)
    assert {row["optimum"] for row in answer.starts} == {0, 1}
    assert answer.nfev == sum(row["nfev"] for row in answer.starts)


def test_same_seed_same_bits_other_seed_other_starts():
    x, f = two_wells()
    answers = [minimize(f, over={x: (-2, 2)}, starts=8, seed=seed, tier="now") for seed in (3, 3, 4)]
    first, again, other = ([row["start"].tolist() for row in answer.starts] for answer in answers)
    assert first == again
    assert first != other
    assert answers[0].x.tobytes() == answers[1].x.tobytes()


def test_each_start_equals_its_own_single_run():
    """Starts have their own state: the ends do not depend on their neighbours."""
    x, f = two_wells()
    problem = Problem(minimize=f, variables=[Variable(x, -2, 2)])
    together = solve(problem, MultiStart(LBFGSB(), starts=6, seed=2), tier="now")
    for row in together.starts[:6]:
        alone = solve(problem, LBFGSB(), x0=row["start"], tier="now").starts[0]
        assert alone["x"].tobytes() == row["x"].tobytes()
        assert alone["nfev"] == row["nfev"]


def test_given_points_come_first():
    x, f = two_wells()
    problem = Problem(minimize=f, variables=[Variable(x, -2, 2)])
    solver = MultiStart(LBFGSB(), starts=4, points=[[1.5], {"x": [-1.5]}])
    answer = solve(problem, solver, x0=[0.5], tier="now")
    assert [row["start"][0] for row in answer.starts[:3]] == [0.5, 1.5, -1.5]
    assert len(answer.starts) == 4


@pytest.mark.parametrize("sampling", ["sobol", "uniform"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_starts_are_inside_any_box(sampling, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    lower = rng.normal(size=n) * 10.0 ** rng.uniform(-8, 8, n)
    upper = lower + np.abs(rng.normal(size=n)) * 10.0 ** rng.uniform(-8, 8, n)
    lower[rng.random(n) < 0.2], upper[rng.random(n) < 0.2] = -np.inf, np.inf
    x = pt.vector("x", shape=(n,), dtype="float64")
    problem = Problem(minimize=pt.sum(x), variables=[Variable(x, lower, upper)])
    starts = all_starts(problem, None, (), 17, sampling=sampling, seed=seed)
    assert starts.shape == (17, n)
    assert np.isfinite(starts).all()
    assert np.all(lower <= starts)
    assert np.all(starts <= upper)


def test_default_start_is_the_middle_even_of_the_widest_box():
    x = pt.vector("x", shape=(3,), dtype="float64")
    largest = np.finfo(float).max
    lower, upper = np.array([0.0, -largest, 2.0]), np.array([1.0, largest, np.inf])
    problem = Problem(minimize=pt.sum(x), variables=[Variable(x, lower, upper)])
    starts = all_starts(problem, None, (), 1, sampling="sobol", seed=0)
    np.testing.assert_array_equal(starts, [[0.5, 0.0, 2.0]])


def test_cluster_numbers_from_the_best_on():
    points = np.array([[0.0], [1.0], [0.00001], [0.0]])
    values = np.array([2.0, 1.0, 2.0, np.nan])
    assert cluster(points, values, np.ones(1)).tolist() == [1, 0, 1, -1]


def test_answer_of_many_starts_is_json():
    x, f = two_wells()
    answer = minimize(f, over={x: (-2, 2)}, starts=3, tier="now")
    assert len(json.loads(answer.to_json())["starts"]) == 3


def test_distinct_optima_are_pooled_best_first():
    """sin(3x) + x/10 has three minima in the box; each stands once, with the starts that ended there."""
    x = pt.scalar("x", dtype="float64")
    answer = minimize(pt.sin(3 * x) + 0.1 * x, over={x: (-3, 3)}, starts=32, seed=0)
    values = [optimum["fun"] for optimum in answer.optima]
    assert values == sorted(values)
    assert values[0] == pytest.approx(answer.fun)
    minima = (-np.arccos(-0.1 / 3) + 2 * np.pi * np.arange(0, 2)) / 3
    found = [float(optimum["x_named"]["x"]) for optimum in answer.optima]
    for at in minima:
        assert np.min(np.abs(np.array(found) - at)) < 1e-5
    assert sum(optimum["starts"] for optimum in answer.optima) == sum(r["stationary"] for r in answer.starts)
