"""Sorting and top k beside what test_recorded_functions compares with Theano."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.sort import TopKOp, sort

rng = np.random.default_rng(0)
A = rng.permutation(24).reshape(2, 3, 4).astype("float64")


@pytest.mark.parametrize("kind", ["quicksort", "mergesort", "heapsort"])
@pytest.mark.parametrize("axis", [-1, 0, 1, None])
def test_sort_and_argsort(kind, axis):
    x = T.dtensor3("x")
    f = theano.function([x], [T.sort(x, axis, kind), T.argsort(x, axis, kind)])
    in_order, places = f(A)
    np.testing.assert_array_equal(in_order, np.sort(A, axis))
    np.testing.assert_array_equal(places, np.argsort(A, axis))


def test_equal_entries_keep_their_order():
    x = T.lvector("x")
    f = theano.function([x], T.argsort(x))
    np.testing.assert_array_equal(f(np.repeat([1, 0], 50)), [*range(50, 100), *range(50)])


def test_a_symbolic_axis():
    x, axis = T.dmatrix("x"), T.dscalar("axis")
    f = theano.function([x, axis], sort(x, axis))
    np.testing.assert_array_equal(f(A[0], 0.0), np.sort(A[0], 0))
    with pytest.raises(ValueError, match="must be an integer"):
        f(A[0], 0.5)


@pytest.mark.parametrize("axis", [-2, 0, None])
def test_gradient_of_sort(axis):
    weights = rng.random(A.shape if axis is not None else A.size)
    T.verify_grad(lambda x: T.sort(x, axis) * weights, [A], rng=np.random.RandomState(0), mode="FAST_COMPILE")


@pytest.mark.parametrize("k", [1, -1, 2, -2, 3, -3])
@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_top_k(k, axis):
    if axis == 0 and abs(k) > 2:
        pytest.skip("the axis has two entries")
    x = T.dtensor3("x")
    values, places = T.topk_and_argtopk(x, k, axis=axis, sorted=False, idx_dtype="int32")
    found, where = theano.function([x], [values, places])(A)
    given, along = (A.ravel(), 0) if axis is None else (A, axis)
    keep = slice(-k, None) if k > 0 else slice(-k)
    expected = np.take(np.sort(given, along), range(given.shape[along])[keep], along)
    np.testing.assert_array_equal(np.sort(found, along), expected)
    np.testing.assert_array_equal(np.take_along_axis(given, where, along), found)
    assert where.dtype == "int32"


def test_sorted_means_descending():
    x = T.dvector("x")
    f = theano.function([x], [*T.topk_and_argtopk(x, 3), T.topk(x, -3)])
    values, places, smallest = f([1.0, 5.0, 3.0, 4.0])
    np.testing.assert_array_equal(values, [5, 4, 3])
    np.testing.assert_array_equal(places, [1, 3, 2])
    np.testing.assert_array_equal(smallest, [4, 3, 1])


@pytest.mark.parametrize(("function", "kept"), [(T.topk, (True, False)), (T.argtopk, (False, True))])
def test_what_nothing_uses_is_left_out(function, kept):
    x = T.dvector("x")
    f = theano.function([x], function(x, 2, sorted=False))
    (op,) = [node.op for node in f.maker.fgraph.toposort() if isinstance(node.op, TopKOp)]
    assert (op.return_values, op.return_indices) == kept


@pytest.mark.parametrize("k", [0, 4, -4])
def test_k_out_of_range(k):
    x = T.dvector("x")
    with pytest.raises(ValueError, match=r"kth"):
        theano.function([x], T.topk(x, k, sorted=False))(np.arange(3.0))


def test_gradient_reaches_the_chosen():
    x = T.dmatrix("x")
    values, places = T.topk_and_argtopk(x, 2, axis=0, sorted=False)
    f = theano.function(
        [x], [theano.grad((values**2).sum(), x), theano.grad(T.cast(places, "float64").sum(), x)]
    )
    gradient, of_places = f(A[0])
    largest = A[0] >= np.sort(A[0], axis=0)[-2]
    np.testing.assert_array_equal(gradient, np.where(largest, 2 * A[0], 0))
    assert not of_places.any()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"axis": None}, TypeError),
        ({"idx_dtype": "float32"}, TypeError),
        ({"return_values": False, "return_indices": False}, ValueError),
    ],
)
def test_wrong_choices(arguments, error):
    with pytest.raises(error):
        TopKOp(**arguments)
    with pytest.raises(IndexError):
        TopKOp(axis=2)(T.dmatrix(), 1)
