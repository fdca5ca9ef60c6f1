"""Indexing gives the Ops that Theano's programs look for."""

import subprocess
import sys

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T


@pytest.mark.parametrize(
    "rows", [T.lvector("i"), [2, 0], np.array([1, 1])], ids=["variable", "list", "array"]
)
def test_a_vector_of_rows_is_advanced_indexing_of_one_axis(rows):
    table = theano.shared(np.eye(3))
    taken = table[rows]
    assert isinstance(taken.owner.op, T.AdvancedSubtensor1)
    assert theano.sparse_grad(taken).owner.op.sparse_grad


def test_rows_are_set_added_to_and_differentiated():
    table, rows = theano.shared(np.zeros((3, 2))), T.lvector("i")
    results = [
        T.set_subtensor(table[rows], 3.0),
        T.inc_subtensor(table[rows], 3.0),
        T.grad(table[rows].sum(), table),
    ]
    changed, added, gradient = theano.function([rows], results)([2, 2])
    np.testing.assert_array_equal(changed[:, 0], [0, 0, 3])
    np.testing.assert_array_equal(added[:, 0], [0, 0, 6])
    np.testing.assert_array_equal(gradient[:, 0], [0, 0, 2])


def test_small_faults_of_theanos_own_tests():
    assert theano.function([], T.constant([1]).reshape(()))().shape == ()
    with pytest.raises(theano.scalar.ComplexError):
        T.zvector() % 5
    with pytest.raises(T.NotScalarConstantError):
        T.get_scalar_constant_value(np.array([0, 1]))


@pytest.mark.parametrize(
    "cut", [slice(1, 3), slice(None, None, -1), slice(-2, None), slice(3, 0, -2), slice(5, 9)], ids=str
)
def test_a_slice_may_be_an_input(cut):
    values = np.arange(16.0).reshape(4, 4)
    x, by = theano.shared(values), T.slicetype()
    wanted = [x[by], x[by, 1], x[:, by], x[by, by], T.set_subtensor(x[by], 0.0), T.grad(x[by].sum(), x)]
    *taken, changed, gradient = theano.function([by], wanted)(cut)
    for got, expected in zip(taken, [values[cut], values[cut, 1], values[:, cut], values[cut, cut]]):
        np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(changed[cut], np.zeros_like(values[cut]))
    np.testing.assert_array_equal(gradient, np.isin(values, values[cut]))


@pytest.mark.parametrize(
    ("index", "pattern"),
    [
        ((slice(None), None), (False, True)),
        ((None, slice(None)), (True, False)),
        ((slice(1, None), None), (False, True)),
        ((0, None), (True,)),
        ((slice(None), None, None), (False, True, True)),
        ((Ellipsis, None), (False, True, True)),
        ((slice(None), slice(None), None), (False, True, True)),
        ((None, [0, 1]), (True, False, True)),
    ],
)
def test_new_axes_push_out_broadcastable_axes_that_are_not_mentioned(index, pattern):
    """Patterns recorded from Theano 1.0.5, of an (n, 1) matrix."""
    column = T.col("c")
    assert column[index].broadcastable == pattern
    assert T.alloc(1.0, T.iscalar("n"), 1)[index].broadcastable == pattern


def test_a_sparse_gradient_has_theanos_type_before_theano_sparse_is_imported():
    program = (
        "import numpy as np\n"
        "from compat import theano\n"
        "from compat.theano import tensor as T\n"
        "table = theano.shared(np.eye(2))\n"
        "rows = theano.sparse_grad(table[T.lvector()])\n"
        "print(T.grad(rows.sum(), table).type)"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert printed.stdout == "Sparse[float64, csc]\n"
