"""The forward derivative of a maximum over any axes is its finite difference."""

import numpy as np
import pytest

from compat import theano
from compat.theano.tensor.reductions import MaxAndArgmax


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((3,), (0,)),
        ((2, 3), (0,)),
        ((2, 3), (0, 1)),
        ((2, 3), ()),
        ((1, 3), (1,)),
        ((2, 3, 4), (1,)),
        ((2, 3, 4), (0, 2)),
    ],
)
def test_forward_derivative_of_a_maximum(shape, axes):
    kind = theano.tensor.TensorType("float64", [n == 1 for n in shape])
    x, v, op = kind("x"), kind("v"), MaxAndArgmax(axes)
    largest = op(x)[0]
    (derivative, _) = op.R_op([x], [v])
    assert derivative.type == largest.type
    f = theano.function([x, v], [largest, derivative], on_unused_input="ignore")
    random = np.random.RandomState(0)
    point, direction, step = random.randn(*shape), random.randn(*shape), 1e-6
    forward, backward = (f(point + sign * step * direction, direction)[0] for sign in (1, -1))
    # rounding of the difference: 1e-16 / 1e-6
    np.testing.assert_allclose(
        f(point, direction)[1], (forward - backward) / (2 * step), rtol=1e-8, atol=1e-9
    )
