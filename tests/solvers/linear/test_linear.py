"""Linear programs: closed forms, exact rational vertices, and bounds that hold without the solver's word."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest

from graphopt.errors import InvalidValue
from graphopt.solvers.linear.model import dual_bound, proves_infeasible
from graphopt.solvers.linear.program import affine_model, linear_program
from graphopt.structure.forms import Form
from graphopt.structure.program import Group, Program
from programs import random_program

STEPS, KEPT, RATE = 24, 0.8, 0.1


def affine(cost, rows=None, constants=None, constant=0.0):
    """Return the program of ``cost @ x + constant`` with one block of rows."""
    cost = np.atleast_1d(np.asarray(cost, dtype=np.float64))
    outputs = [Form(np.array([constant]), {0: cost[None]})]
    if rows is not None:
        rows = np.asarray(rows, dtype=np.float64)
        outputs.append(Form(np.zeros(len(rows)) if constants is None else constants, {0: rows}))
    return Program((Group("input", cost.size),), tuple(outputs))


def moving_average():
    """Return (H, D): ``h = H @ x`` for ``h[t] = 0.8 h[t - 1] + 0.2 x[t]``, and ``D @ x`` the changes of x."""
    age = np.subtract.outer(np.arange(STEPS), np.arange(STEPS))
    H = np.where(age >= 0, (1 - KEPT) * KEPT ** np.maximum(age, 0), 0.0)
    return H, np.eye(STEPS) - np.eye(STEPS, k=-1)


def test_the_rising_plan_is_as_fast_as_it_may():
    """The sum of averages grows with every x, so x rises by the rate until it meets its bound."""
    H, D = moving_average()
    constants = np.zeros(STEPS)
    constants[0] = -0.25
    proof = linear_program(
        affine(-H.sum(axis=0), D, constants), np.zeros(STEPS), np.ones(STEPS), limits=[(-RATE, RATE)]
    )
    expected = np.minimum(0.25 + RATE * np.arange(1, STEPS + 1), 1.0)
    np.testing.assert_allclose(proof.x, expected, rtol=0, atol=1e-14)
    assert (proof.method, proof.stopped) == ("LP", "gap")
    assert 0 <= proof.gap <= 1e-12


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_with_swings_has_the_exact_value(seed):
    """Its vertex in fractions: each x follows from a bound or from its neighbour."""
    H, D = moving_average()
    cost = np.random.default_rng(seed).normal(size=STEPS) @ H
    constants = np.zeros(STEPS)
    constants[0] = -0.25
    proof = linear_program(
        affine(cost, D, constants), np.zeros(STEPS), np.ones(STEPS), limits=[(-RATE, RATE)]
    )
    exact = exact_value(cost, D, constants, proof.x)
    assert abs(proof.value - exact) <= 1e-12
    assert proof.lower_bound <= exact + 1e-15
    assert proof.gap <= 1e-12
    assert np.all((proof.x >= 0) & (proof.x <= 1))
    assert np.max(np.abs(D @ proof.x + constants)) <= RATE + 1e-15


def exact_value(cost, D, constants, x):
    """Return the cost at the vertex near `x`, every x following from the one before it or from a bound."""
    changes = D @ x + constants
    values = {}
    for t in range(STEPS):
        if abs(x[t] - round(x[t])) < 1e-9:
            values[t] = Fraction(round(x[t]))
    for t in [*range(STEPS), *reversed(range(STEPS))]:
        for step, other in ((changes[t], t - 1), (-changes[t + 1] if t + 1 < STEPS else 0.0, t + 1)):
            known = Fraction(0.25) if other < 0 else values.get(other)
            if t not in values and known is not None and abs(abs(step) - RATE) < 1e-9:
                values[t] = known + Fraction(RATE) * (1 if step > 0 else -1)
    assert len(values) == STEPS, "not a vertex"
    return float(sum(Fraction(float(c)) * values[t] for t, c in enumerate(cost)))


def test_the_bound_holds_for_any_duals():
    """Weak duality: no duals give a bound above the minimum, found here by listing all vertices."""
    rng = np.random.default_rng(0)
    rows, cost = rng.normal(size=(3, 2)), rng.normal(size=2)
    model = affine_model(affine(cost, rows), -np.ones(2), np.ones(2), [(-0.4, [0.5, np.inf, 0.6])])
    lines = [
        *((r, side) for r in rows for side in (-0.4, 0.5, 0.6)),
        *((e, s) for e in np.eye(2) for s in (-1, 1)),
    ]
    vertices = []
    for (a, p), (b, q) in combinations(lines, 2):
        if abs(np.linalg.det([a, b])) > 1e-9:
            x = np.linalg.solve([a, b], [p, q])
            if model.violation(x) < 1e-12 and np.all(np.abs(x) <= 1 + 1e-12):
                vertices.append(cost @ x)
    proof = linear_program(affine(cost, rows), -np.ones(2), np.ones(2), limits=[(-0.4, [0.5, np.inf, 0.6])])
    assert proof.value == pytest.approx(min(vertices), abs=1e-14)
    assert max(dual_bound(model, y) for y in 3 * rng.normal(size=(200, 3))) <= min(vertices)


@pytest.mark.parametrize("seed", range(20))
def test_random_programs_are_closed_and_inside(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 15, 2)
    rows, inner = rng.normal(size=(m, n)), rng.uniform(-1, 1, n)
    middle = rows @ inner
    lower = np.where(rng.random(m) < 0.5, middle, -np.inf)
    upper = np.where(rng.random(m) < 0.5, middle + (lower == middle) * rng.integers(0, 2, m), np.inf)
    proof = linear_program(affine(rng.normal(size=n), rows), -np.ones(n), np.ones(n), limits=[(lower, upper)])
    assert proof.stopped == "gap"
    assert proof.gap <= 1e-12
    assert np.all(np.abs(proof.x) <= 1)
    assert np.all(rows @ proof.x >= lower - 1e-13)
    assert np.all(rows @ proof.x <= upper + 1e-13)


def test_no_limits_is_a_corner():
    proof = linear_program(affine([1.0, -2.0, 0.0], constant=5.0), -np.ones(3), [1, 2, 3])
    assert (proof.value, proof.gap <= 1e-14) == (0.0, True)


def test_held_decisions_stay():
    proof = linear_program(affine([1.0, 1.0], [[1.0, 1.0]]), [0.3, 0], [0.3, 1], limits=[(0.5, np.inf)])
    np.testing.assert_allclose(proof.x, [0.3, 0.2], atol=1e-15)


def test_decisions_without_bounds_are_proved_in_fractions():
    everywhere = np.full(2, np.inf)
    proof = linear_program(
        affine([1.0, 1.0], [[1, 1], [1, -1]]), -everywhere, everywhere, limits=[([1, 0], [np.inf, 0])]
    )
    assert proof.value == pytest.approx(1.0, abs=1e-15)
    assert proof.gap <= 1e-14


def test_unbounded():
    proof = linear_program(affine([1.0]), [-np.inf], [0.0])
    assert (proof.stopped, proof.x, proof.lower_bound) == ("unbounded", None, -np.inf)


@pytest.mark.parametrize(
    ("rows", "limits"),
    [
        ([[1, 1]], (2.0001, np.inf)),
        ([[1, 1]], (1.5, 1.0)),
        ([[1, 1], [1, -1], [1, 0]], ([1.0, 0.0, -np.inf], [1.0, 0.0, 0.4999])),
    ],
)
def test_limits_that_contradict_are_proved_infeasible(rows, limits):
    proof = linear_program(affine([1.0, 1.0], rows), np.zeros(2), np.ones(2), limits=[limits])
    assert (proof.stopped, proof.x, proof.lower_bound, proof.gap) == ("infeasible", None, np.inf, 0)


def test_nothing_is_proved_infeasible_within_rounding():
    """``0.1 x + 0.2 y = 0.3`` has the solution (1, 1) in the numbers as written, not in float64."""
    model = affine_model(affine([0.0, 0.0], [[0.1, 0.2]]), np.ones(2), np.ones(2), [(0.3, 0.3)])
    assert not proves_infeasible(model)


@pytest.mark.parametrize("seed", range(10))
def test_whole_numbers_against_all_points(seed):
    rng = np.random.default_rng(seed)
    rows, cost = rng.integers(-5, 6, (2, 4)), rng.normal(size=4)
    points = np.array(list(product(range(-1, 3), repeat=4)))
    inside = np.all(points @ rows.T <= 3, axis=1)
    program, limits = affine(cost, rows), [(-np.inf, 3.0)]
    proof = linear_program(
        program, np.full(4, -1.5), np.full(4, 2.5), limits=limits, integer=np.ones(4, bool)
    )
    relaxed = linear_program(program, np.full(4, -1.0), np.full(4, 2.0), limits=limits)
    best = points[inside][np.argmin(points[inside] @ cost)]
    np.testing.assert_array_equal(proof.x, best)
    assert proof.lower_bound <= best @ cost + 1e-15
    assert proof.gap <= 1e-5
    assert proof.method == ("LP" if relaxed.value > best @ cost - 1e-9 else "MILP")


def test_integers_beside_reals():
    """max x + y with x + y <= 2.5, x whole: the whole number may be 1 or 2, the real one takes the rest."""
    proof = linear_program(
        affine([-2.0, -1.0], [[1, 1]]),
        [0, 0],
        [9.5, 1],
        limits=[(-np.inf, 2.5)],
        integer=np.array([True, False]),
    )
    np.testing.assert_allclose(proof.x, [2, 0.5], atol=1e-15)


@pytest.mark.parametrize(("lower", "upper"), [([0.2], [0.8]), ([0.0], [1.0])])
def test_no_whole_number_is_infeasible(lower, upper):
    limits = [(0.4, 0.6)]
    proof = linear_program(affine([1.0], [[1.0]]), lower, upper, limits=limits, integer=np.array([True]))
    assert (proof.stopped, proof.x) == ("infeasible", None)


def test_other_programs_are_refused():
    with pytest.raises(InvalidValue, match="affine pieces joined by relu"):
        linear_program(random_program(np.random.default_rng(0), (2, 3, 1), "relu"), np.zeros(2), np.ones(2))
