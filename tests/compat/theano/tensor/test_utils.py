"""theano.tensor.utils: hashes of arrays, shapes of variables."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.utils import hash_from_ndarray, shape_of_variables

ARRAYS = {
    "a": np.zeros((2, 3)),
    "other shape": np.zeros((3, 2)),
    "other dtype": np.zeros((2, 3), "int64"),
    "other content": np.ones((2, 3)),
    "empty": np.zeros((1, 0)),
    "empty of another shape": np.zeros((2, 0)),
}


def test_hashes_differ_where_arrays_do():
    hashes = {name: hash_from_ndarray(a) for name, a in ARRAYS.items()}
    assert len(set(hashes.values())) == len(ARRAYS)
    assert hashes["a"] == hash_from_ndarray(np.zeros((4, 6))[::2, ::2])


def test_shapes_of_all_variables():
    x = T.matrix("x")
    y = T.concatenate([x[2:], x], axis=0)
    fgraph = theano.FunctionGraph([x], [y], clone=False)
    shapes = shape_of_variables(fgraph, {x: (10, 4)})
    assert [int(n) for n in shapes[y]] == [18, 4]
    assert [int(n) for n in shapes[x]] == [10, 4]


def test_keys_must_be_inputs():
    x = T.matrix("x")
    fgraph = theano.FunctionGraph([x], [x + 1], clone=True)
    with pytest.raises(ValueError, match="clone=False"):
        shape_of_variables(fgraph, {x: (2, 3)})
