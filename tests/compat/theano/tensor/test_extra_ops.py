"""Functions of arrays beside what test_recorded_functions compares with Theano."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import extra_ops

rng = np.random.default_rng(0)
A = rng.random((2, 3, 4))


def check_gradient(loss, *values):
    T.verify_grad(loss, list(values), rng=np.random.RandomState(0), mode="FAST_COMPILE")


@pytest.mark.parametrize("mode", ["add", "mul"])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_running(mode, axis):
    op = extra_ops.CumOp(axis=axis, mode=mode)
    x = T.dtensor3("x")
    y = op(x)
    assert isinstance(y.owner.op, extra_ops.CumOp)
    expected = {"add": np.cumsum, "mul": np.cumprod}[mode](A, axis)
    np.testing.assert_allclose(theano.function([x], y)(A), expected)
    weights = rng.random(expected.shape)
    check_gradient(lambda x: op(x) * weights, A)


def test_running_sums_keep_the_dtype():
    x = T.bvector("x")
    assert theano.function([x], extra_ops.cumsum(x))([100, 100]).dtype == "int8"


def test_old_classes_of_running_sums():
    assert extra_ops.CumsumOp(axis=1) == extra_ops.CumOp(axis=1, mode="add")
    assert extra_ops.CumprodOp().mode == "mul"


@pytest.mark.parametrize(("axis", "mode"), [(3, "add"), (0, "max")])
def test_running_out_of_range(axis, mode):
    with pytest.raises(ValueError, match=r"out of bounds|Unknown mode"):
        extra_ops.CumOp(axis, mode)(T.tensor3())


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("axis", [-1, 1])
def test_differences(n, axis):
    x = T.dtensor3("x")
    y = extra_ops.diff(x, n, axis)
    value, shape = theano.function([x], [y, y.shape])(A)
    np.testing.assert_allclose(value, np.diff(A, n, axis))
    assert value.shape == tuple(shape)
    weights = rng.random(value.shape)
    check_gradient(lambda x: extra_ops.diff(x, n, axis) * weights, A)


@pytest.mark.parametrize("repeats", [2, [1, 3, 0]], ids=["all", "each"])
@pytest.mark.parametrize("axis", [1, -2])
def test_repeat(repeats, axis):
    def repeated(x):
        return extra_ops.repeat(x, repeats, axis)

    expected = np.repeat(A, repeats, axis)
    x = T.dtensor3("x")
    value, shape = theano.function([x], [repeated(x), repeated(x).shape])(A)
    np.testing.assert_array_equal(value, expected)
    assert tuple(shape) == expected.shape
    weights = rng.random(expected.shape)
    check_gradient(lambda x: repeated(x) * weights, A)


def test_repeat_of_the_flattened_array():
    each = rng.integers(0, 3, A.size)
    weights = rng.random(each.sum())
    check_gradient(lambda x: extra_ops.repeat(x, each) * weights, A)
    x = T.dtensor3("x")
    np.testing.assert_array_equal(theano.function([x], extra_ops.repeat(x, 2))(A), np.repeat(A, 2))


@pytest.mark.parametrize(
    ("repeats", "axis", "error"),
    [
        (T.lmatrix(), 0, ValueError),
        (2, 3, ValueError),
        (T.dvector(), 0, TypeError),
        (T.vector(dtype="uint64"), 0, TypeError),
    ],
)
def test_wrong_repeats(repeats, axis, error):
    with pytest.raises(error):
        extra_ops.repeat(T.dmatrix(), repeats, axis)


def test_repeating_once_keeps_a_broadcastable_axis():
    assert extra_ops.RepeatOp(axis=0)(T.row(), 1).broadcastable == (True, False)
    assert extra_ops.RepeatOp(axis=0)(T.row(), 2).broadcastable == (False, False)


def test_counting():
    x = T.lvector("x")
    f = theano.function([x], extra_ops.bincount(x, minlength=4, assert_nonneg=True))
    np.testing.assert_array_equal(f([1, 1, 5]), [0, 2, 0, 0, 0, 1])
    with pytest.raises(AssertionError, match="negative"):
        f([-1])
    assert extra_ops.bincount(T.bvector()).dtype == "int8"
    with pytest.raises(TypeError, match="dimension 1"):
        extra_ops.bincount(T.lmatrix())


def test_squeeze_drops_what_is_known_to_be_one():
    assert extra_ops.squeeze(T.TensorType("float64", (True, False, True))()).broadcastable == (False,)
    assert T.row().squeeze().ndim == 1


def test_diagonals():
    x, s, i = T.dmatrix("x"), T.dscalar("s"), T.iscalar("i")
    f = theano.function([x, s, i], [extra_ops.fill_diagonal(x, s), extra_ops.fill_diagonal_offset(x, s, i)])
    for shape in ((3, 3), (2, 4), (5, 2)):
        for offset in range(-shape[0] + 1, shape[1]):
            main, other = f(np.zeros(shape), 1.0, offset)
            np.testing.assert_array_equal(main, np.eye(*shape))
            np.testing.assert_array_equal(other, np.eye(*shape, offset))
    check_gradient(lambda x, s: extra_ops.fill_diagonal(x, s), A[0], 2.0)
    check_gradient(lambda x, s: extra_ops.fill_diagonal_offset(x, s, 1), A[0], 2.0)


@pytest.mark.parametrize(
    ("a", "value", "message"),
    [
        (T.dvector(), 1.0, "at least two dimensions"),
        (T.dmatrix(), T.dvector(), "must be a scalar"),
        (T.lmatrix(), 0.5, "same as the first"),
    ],
)
def test_diagonals_of_other_things(a, value, message):
    with pytest.raises(TypeError, match=message):
        extra_ops.fill_diagonal(a, value)


@pytest.mark.parametrize("axis", [None, 0, -1])
def test_distinct_elements(axis):
    x = T.lmatrix("x")
    given = np.array([[1, 2, 1], [1, 2, 1], [3, 0, 3]])
    outputs = extra_ops.Unique(True, True, True, axis)(x)
    found = theano.function([x], outputs)(given)
    distinct, places, back, counts = np.unique(given, True, True, True, axis=axis)
    for a, b in zip(found, (distinct, places, back.ravel(), counts)):
        np.testing.assert_array_equal(a, b)


def test_distinct_along_no_such_axis():
    with pytest.raises(RuntimeError, match="outside of input ndim"):
        extra_ops.Unique(axis=2)(T.dmatrix())


def test_index_arithmetic():
    flat, dims = T.lvector("flat"), T.lvector("dims")
    with pytest.raises(ValueError, match="'ndim' keyword"):
        extra_ops.unravel_index(flat, dims)
    indices = extra_ops.unravel_index(flat, dims, ndim=3)
    back = extra_ops.ravel_multi_index(indices, dims)
    *places, again = theano.function([flat, dims], [*indices, back])([0, 5, 23], [2, 3, 4])
    np.testing.assert_array_equal(places, np.unravel_index([0, 5, 23], (2, 3, 4)))
    np.testing.assert_array_equal(again, [0, 5, 23])


def test_order_of_indices():
    pair = T.lvectors("ab")
    f = theano.function(pair, extra_ops.ravel_multi_index(list(pair), (2, 3), mode="wrap", order="F"))
    np.testing.assert_array_equal(
        f([1, 2], [2, 4]), np.ravel_multi_index(([1, 2], [2, 4]), (2, 3), "wrap", "F")
    )
    # Theano counts in C order here whatever is asked for
    assert [v.eval() for v in extra_ops.unravel_index(1, (2, 3), order="F")] == [0, 1]


@pytest.mark.parametrize("wrong", [(T.dvector(), (2, 3)), (T.lvector(), (2.0, 3.0))], ids=["indices", "dims"])
def test_indices_are_integers(wrong):
    with pytest.raises(TypeError, match="cannot be interpreted as an index"):
        extra_ops.unravel_index(*wrong)


def test_searching():
    x, v, order = T.dvector("x"), T.dmatrix("v"), T.lvector("order")
    values, wanted = np.array([3.0, 1.0, 2.0]), np.array([[0.0, 2.0], [2.5, 9.0]])
    found = theano.function([x, v, order], extra_ops.searchsorted(x, v, sorter=order))(
        values, wanted, [1, 2, 0]
    )
    np.testing.assert_array_equal(found, np.searchsorted(np.sort(values), wanted))
    with pytest.raises(ValueError, match="invalid value for keyword 'side'"):
        extra_ops.searchsorted(x, v, side="middle")
    with pytest.raises(TypeError, match="integer vector"):
        extra_ops.searchsorted(x, v, sorter=T.dvector())


def test_contiguous():
    x = T.dmatrix("x")
    assert theano.function([x], extra_ops.cpu_contiguous(x.T))(A[0]).flags.c_contiguous


def test_one_hot_dtype():
    y = T.lvector("y")
    assert extra_ops.to_one_hot(y, 3).dtype == "float64"
    assert extra_ops.to_one_hot(y, 3, dtype="int8").dtype == "int8"
    with pytest.raises(IndexError):
        theano.function([y], extra_ops.to_one_hot(y, 3))([3])


def test_bartlett_of_other_things():
    with pytest.raises(TypeError, match="integer input"):
        extra_ops.bartlett(T.dscalar())
    with pytest.raises(TypeError, match="scalar input"):
        extra_ops.bartlett(T.lvector())
