"""Scalar operations that SciPy computes."""

import numpy as np
import pytest
from scipy import special, stats

from compat import theano
from compat.theano import scalar
from compat.theano import tensor as T


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (scalar.chi2sf, lambda x, k: stats.chi2.sf(x, k)),
        (scalar.iv, special.iv),
        (scalar.jv, special.jv),
        (scalar.gammainc, special.gammainc),
    ],
    ids=lambda case: getattr(case, "name", ""),
)
def test_two_arguments(op, expected):
    x, y = T.dvectors("xy")
    values = np.array([0.5, 1.5, 3.0]), np.array([2.0, 1.0, 0.25])
    f = theano.function([x, y], T.Elemwise(op)(x, y))
    np.testing.assert_allclose(f(*values), expected(*values), rtol=1e-12)


def test_gradient_of_a_bessel_function():
    x = T.dvector("x")
    gradient = theano.grad(T.Elemwise(scalar.iv)(1.0, x).sum(), x)
    points = np.array([0.5, 2.0])
    np.testing.assert_allclose(theano.function([x], gradient)(points), special.ivp(1.0, points), rtol=1e-12)
