"""IfElse computes the branch that is taken and nothing else of the other."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.ifelse import ifelse

from graphopt import engine

x, c = pt.dvector("x"), pt.dscalar("c")
V = np.array([1.0, 2.0, 3.0])


def failing(x):
    return pt.sqrt(x)[pt.constant(99)]


def test_takes_a_branch():
    fn = engine.compile([c, x], ifelse(c > 0, x * 2, x - 1))
    np.testing.assert_array_equal(fn(1.0, V), V * 2)
    np.testing.assert_array_equal(fn(-1.0, V), V - 1)


def test_errors_of_the_branch_not_taken_stay_away():
    fn = engine.compile([c, x], ifelse(c > 0, x.sum(), failing(x)))
    assert fn(1.0, V) == 6.0
    with pytest.raises(IndexError, match=r"(?s)Apply node"):
        fn(-1.0, V)


def test_what_is_used_elsewhere_always_runs():
    shared = pt.exp(x)
    fn = engine.compile([c, x], [ifelse(c > 0, shared.sum(), x.sum()), shared])
    for sign in (1.0, -1.0):
        taken, always = fn(sign, V)
        np.testing.assert_allclose(always, np.exp(V))
        np.testing.assert_allclose(taken, np.exp(V).sum() if sign > 0 else 6.0)


def test_used_by_both_branches():
    shared = pt.exp(x)
    fn = engine.compile([c, x], ifelse(c > 0, shared * 2, shared * 3))
    np.testing.assert_allclose(fn(1.0, V), np.exp(V) * 2)
    np.testing.assert_allclose(fn(-1.0, V), np.exp(V) * 3)


def test_several_results():
    first, second = ifelse(c > 0, [x * 2, x.sum()], [x - 1, failing(x)])
    fn = engine.compile([c, x], [first, second])
    np.testing.assert_array_equal(fn(1.0, V)[0], V * 2)
    assert fn(1.0, V)[1] == 6.0


def test_one_inside_another():
    inner = ifelse(c > 10, pt.log(x).sum(), failing(x))
    fn = engine.compile([c, x], ifelse(c > 0, ifelse(c > 5, inner, x[0] * 3), x[1] * 4))
    assert fn(-1.0, V) == 8.0
    assert fn(1.0, V) == 3.0
    np.testing.assert_allclose(fn(11.0, V), np.log(V).sum())
    with pytest.raises(IndexError):
        fn(6.0, V)


def test_the_result_is_not_the_argument():
    fn = engine.compile([c, x], [ifelse(c > 0, x, x * 2), ifelse(c > 1, x, x * 3)])
    value = V.copy()
    first, second = fn(2.0, value)
    first[...] = 0
    np.testing.assert_array_equal(second, V)
    np.testing.assert_array_equal(value, V)


def test_gradient_and_updates():
    state = pytensor.shared(np.zeros(3), name="state")
    y = ifelse(c > 0, (x**2).sum(), (x**3).sum())
    fn = engine.compile([c, x], pytensor.grad(y, x), updates={state: ifelse(c > 0, state + x, state)})
    np.testing.assert_allclose(fn(1.0, V), 2 * V)
    np.testing.assert_allclose(fn(-1.0, V), 3 * V**2)
    np.testing.assert_array_equal(state.get_value(), V)


def test_inside_a_scan():
    h = pytensor.scan(
        lambda v, h: ifelse(v > 1.5, h + v, h * 2), [x], [pt.constant(np.float64(1))], return_updates=False
    )
    np.testing.assert_array_equal(engine.compile([x], h)(V), [2.0, 4.0, 7.0])
