"""Where logarithms of sums of exponentials are recognised, and that they are convex then."""

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.enclosures.derivatives.hessians import convex_by_signs, hessian_below
from graphopt.enclosures.derivatives.log_sums import log_sums
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.structure.lowering import lower
from tests.enclosures.derivatives.test_hessians import ONE, check_below

x = pt.vector("x", shape=(3,))
W = np.random.default_rng(0).normal(size=(3, 5))
z = pt.dot(x, W)
LOSSES = {
    "written out": pt.log(pt.sum(pt.exp(z))),
    "logsumexp": pt.logsumexp(z),
    "cross entropy": -pt.special.log_softmax(z)[1],
    "of softmax": -pt.log(pt.special.softmax(z))[1],
    "two of them": pt.logsumexp(z) + 2 * pt.logsumexp(-2 * z),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_classes_are_convex(name):
    program = lower([LOSSES[name]], [x])
    assert log_sums(program)[0]
    enclosure = linear_bounds(program, -2 * np.ones((1, 3)), 2 * np.ones((1, 3))).enclosure
    assert convex_by_signs(program, enclosure, ONE).convex.all()
    below = hessian_below(program, enclosure, ONE)
    assert not below.centre.any()
    assert np.isfinite(below.radius).all()


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_behind_a_network_hessians_are_still_not_above(sign):
    """Wanted small they are dropped, wanted large they count as any functions."""
    rng = np.random.default_rng(1)
    hidden = pt.tanh(pt.dot(x, rng.normal(size=(3, 6))))
    program = lower([sign * pt.logsumexp(pt.dot(hidden, rng.normal(size=(6, 4))))], [x])
    assert log_sums(program)[0]
    check_below(program, rng)


@pytest.mark.parametrize(
    "cost",
    [
        pt.log(pt.sum(pt.exp(z))) + pt.sum(pt.exp(z)),  # used elsewhere too
        pt.log(10.0 - pt.exp(x[0] - 3)),
        pt.log(pt.exp(x[0]) + x[1] + 4),
        pt.log(pt.exp(x[0]) - 0.01),
    ],
)
def test_what_is_something_else(cost):
    assert log_sums(lower([cost], [x])) == ((), ())
