"""theano.tensor.inplace: the same values as the plain functions, the dtype of the first argument."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import inplace

X = np.array([[0.25, 0.5], [0.75, 1.0]])
COMPARISONS = {"lt", "gt", "le", "ge", "eq", "neq"}
#: functions of integers, and those that want arguments beyond 1
WHOLE = {"and_", "or_", "xor", "invert"}
LARGE = {"arccosh"}
NAMES = [name.removesuffix("_inplace") for name in inplace.__all__ if name != "transpose_inplace"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in COMPARISONS])
def test_value(name):
    op = getattr(inplace, name + "_inplace")
    dtype = "int64" if name in WHOLE else "float64"
    values = (
        [(X * 4).astype(dtype), np.full_like(X, 3, dtype)]
        if name in WHOLE
        else [X + (name in LARGE), X[::-1]]
    )
    args = [
        T.TensorType(dtype, (False, False))() for _ in range(op.scalar_op.nin if op.scalar_op.nin > 0 else 2)
    ]
    made, plain = op(*args), getattr(T, name)(*args)
    assert made.dtype == dtype
    f = theano.function(args, [made, plain.astype(dtype)], accept_inplace=True)
    np.testing.assert_array_equal(*f(*values[: len(args)]))


def test_dtype_of_the_first():
    x, y = T.fmatrix(), T.dmatrix()
    for name in COMPARISONS:  # a bool has no room for itself in an array of floats
        with pytest.raises(TypeError, match="inplace operation on incompatible data types"):
            getattr(inplace, name + "_inplace")(x, x)
    assert inplace.mul_inplace(x, T.fscalar().dimshuffle("x", "x")).dtype == "float32"
    assert inplace.exp_inplace(y).dtype == "float64"


def test_transpose():
    x = T.matrix()
    np.testing.assert_array_equal(theano.function([x], inplace.transpose_inplace(x))(X), X.T)


def test_a_broadcast_argument_cannot_be_overwritten():
    with pytest.raises(ValueError, match="inplace on an input with broadcasted dimensions"):
        inplace.add_inplace(T.row(), T.matrix())
