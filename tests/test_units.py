"""Questions asked again in other units, 1e-9 to 1e9 of the first: same answer, status and prices."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.solvers.solution import Status

UNITS = [(1e-9, 1.0), (1e9, 1.0), (1.0, 1e-9), (1.0, 1e9), (1e-9, 1e9), (1e9, 1e9)]


def smooth(z, r):
    """A cost, and rows of every kind, limits of zero among them."""
    limits = [
        go.leq(r(pt.sum(z)), r(1.5), name="budget"),
        go.eq(r(z[0]), r(z[1] ** 2), name="tie"),
        go.between(r(-0.2), r(z[2] - z[1]), r(0.2), name="rate"),
    ]
    return pt.sum((z - 1) ** 2) + pt.exp(z[0] * z[1]), limits, {"x0": np.full(3, 0.3)}


def affine(z, r):
    return -pt.dot(np.array([1.0, 2.0, 3.0]), z), [
        go.leq(r(pt.sum(z)), r(1.5), name="budget"),
        go.geq(r(z[0]), r(0.25 * z[2]), name="tie"),
    ], {}  # fmt: skip


def searched(z, r):
    limits = [
        go.leq(r(pt.sum(z)), r(1.0)),
        go.Constraint(r(z[0] - 2 * z[1]), 0, name="tie"),
        go.leq(r(z[2]), r(0.4)),
    ]
    return 0.2 * pt.sum(z**2) - pt.sum(pt.tanh(z)), limits, {"certify": True, "gap": 1e-4}


def impossible(z, r):
    return pt.sum(z**2), [go.geq(r(pt.sum(z**2)), r(12.01)), go.leq(r(pt.sum(z)), r(5.9))], {}


STATUS = {
    smooth: Status.LOCAL_OPTIMUM,
    affine: Status.PROVED_OPTIMAL,
    searched: Status.PROVED_OPTIMAL,
    impossible: Status.INFEASIBLE,
}


def answered(ask, input_unit, row_unit):
    """Return the answer, with x and prices in units of one."""
    x = pt.vector("x", shape=(3,), dtype="float64")
    cost, limits, more = ask(x / input_unit, lambda row: row * row_unit)
    if "x0" in more:
        more["x0"] = more["x0"] * input_unit
    answer = go.minimize(cost, over={x: (0, 2 * input_unit)}, constraints=limits, **more)
    prices = [
        np.ravel(row[side]) * row_unit
        for row in answer.constraints.values()
        for side in ("lower_price", "upper_price")
        if side in row
    ]
    sides = [np.ravel(side) * input_unit for side in answer.multipliers["x"].values()]
    return answer, answer.x / input_unit, np.concatenate([*prices, *sides])


@pytest.mark.parametrize("ask", [smooth, affine, searched, impossible])
def test_units_do_not_matter(ask):
    first, x, prices = answered(ask, 1.0, 1.0)
    assert first.status is STATUS[ask]
    for units in UNITS if ask is not impossible else UNITS[1::3]:
        again, x_again, prices_again = answered(ask, *units)
        assert (again.status, again.success) == (first.status, first.success), (units, again.message)
        if ask is impossible:
            continue
        assert again.maxcv <= 1e-6 * units[1]
        np.testing.assert_allclose(x_again, x, atol=1e-6, err_msg=str(units))
        assert again.fun == pytest.approx(first.fun, abs=1e-6)
        np.testing.assert_allclose(prices_again, prices, atol=2e-5, err_msg=str(units))


@pytest.mark.parametrize("unit", [1e-9, 1e-3, 1.0, 1e3, 1e9])
@pytest.mark.parametrize("starts", [1, 3])
def test_units_do_not_matter_in_a_box_alone(unit, starts):
    """The least of (z - c)^2 + exp(z1 z2) over z = x / unit in [0, 2]: with z1 = 0, z2 and z3 are at c."""
    x = pt.vector("x", shape=(3,), dtype="float64")
    z = x / unit
    cost = pt.sum((z - np.array([0.3, 0.7, 1.1])) ** 2) + pt.exp(z[0] * z[1])
    answer = go.minimize(cost, over={x: (0, 2 * unit)}, starts=starts, x0=np.full(3, 0.9 * unit))
    assert answer.success
    assert answer.n_distinct == 1
    np.testing.assert_allclose(answer.x / unit, [0, 0.7, 1.1], atol=1e-6)
    np.testing.assert_allclose(answer.multipliers["x"]["lower"] * unit, [0.1, 0, 0], atol=1e-6)


@pytest.mark.parametrize("unit", [1.0, 1e4, 1e9])
@pytest.mark.parametrize("bounds", [(None, None), (0, None)])
def test_large_units_are_seen_without_bounds(unit, bounds):
    """The point of the plane z1 + z2 + z3 = 1.5 that is nearest to (1, 1, 1), as the budget holds there."""
    x = pt.vector("x", shape=(3,), dtype="float64")
    limits = [go.leq(pt.sum(x), 1.5 * unit, name="budget")]
    answer = go.minimize(pt.sum((x / unit - 1) ** 2), over={x: bounds}, constraints=limits)
    assert answer.success
    np.testing.assert_allclose(answer.x / unit, 0.5, rtol=1e-6)
    np.testing.assert_allclose(answer.constraints["budget"]["upper_price"] * unit, 1.0, rtol=1e-6)


def test_tiny_inputs_without_bounds_have_the_scale_they_are_given():
    x = pt.vector("x", shape=(3,), dtype="float64")
    limits = [go.leq(pt.sum(x), 1.5e-9, name="budget")]
    answer = go.minimize(pt.sum((x * 1e9 - 1) ** 2), over={x: go.Variable(x, scale=1e-9)}, constraints=limits)
    assert answer.success
    np.testing.assert_allclose(answer.x, 0.5e-9, rtol=1e-6)
    np.testing.assert_allclose(answer.constraints["budget"]["scale"], 1.5e-9)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_the_worst_of_scenarios_in_any_unit(unit):
    """Max of z^2 and (z - 5)^2 / 4 is least at z = 5 / 3."""
    x, a = pt.vector("x", shape=(1,), dtype="float64"), pt.vector("a", shape=(2,), dtype="float64")
    cost = a[1] * (x[0] / unit - a[0]) ** 2
    cases = go.Scenarios([[0.0, 1.0], [5.0, 0.25]], "worst")
    answer = go.minimize(cost, over={x: (-9 * unit, 9 * unit)}, fixed={a: cases})
    assert answer.success
    np.testing.assert_allclose(answer.x / unit, [5 / 3], rtol=1e-6)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_whole_numbers_under_limits_in_any_unit(unit):
    x = pt.vector("x", shape=(3,), dtype="float64")
    limits = [go.leq(unit * pt.sum(x), 13 * unit), go.eq(unit * x[0], 2 * unit * x[1])]
    answer = go.maximize(pt.sum(pt.sin(x) + 0.1 * x), over={x: (0, 10)}, integer=True, constraints=limits)
    np.testing.assert_array_equal(answer.x, [2, 1, 8])
    assert answer.success


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_a_breach_is_told_in_the_units_of_the_row(unit):
    x = pt.vector("x", shape=(2,), dtype="float64")
    answer = go.minimize(
        pt.sum(x**2), over={x: (0, 1)}, constraints=[go.geq(unit * pt.sum(pt.sqrt(x)), 2.5 * unit)]
    )
    assert not answer.success
    assert answer.maxcv >= 0.5 * unit * (1 - 1e-9)


def test_the_answer_has_the_scales_of_its_constraints():
    x = pt.vector("x", shape=(2,), dtype="float64")
    limits = [go.leq(pt.sum(x), 1.25, name="near one"), go.leq(1e-9 * pt.sum(x), 1e-9, name="tiny")]
    answer = go.minimize(-pt.sum(x) + x[0] ** 2, over={x: (0, 1)}, constraints=limits)
    assert answer.constraints["near one"]["scale"] == 1.25
    assert answer.constraints["tiny"]["scale"] == 1e-9
