"""theano.typed_list against Python's lists."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano import typed_list as tl
from compat.theano.tensor.type_other import SliceType

A, B, C = (np.arange(6.0).reshape(2, 3) + k for k in (0, 10, 20))
MATRICES = tl.TypedListType(T.TensorType("float64", (False, False)))


def same(got, expected):
    """Return whether two lists (of lists) hold equal arrays."""
    if isinstance(expected, list):
        return isinstance(got, list) and len(got) == len(expected) and all(map(same, got, expected))
    return np.array_equal(got, expected)


def call(expression, *inputs_and_values):
    """Return the value of ``expression(*inputs)``."""
    inputs, values = zip(*inputs_and_values)
    return theano.function(list(inputs), expression(*inputs))(*values)


@pytest.mark.parametrize(
    ("expression", "arguments", "expected"),
    [
        (lambda x, m: x.append(m), [(T.matrix, C)], [A, B, C]),
        (lambda x, y: x.extend(y), [(MATRICES, [C, A])], [A, B, C, A]),
        (lambda x, i, m: x.insert(i, m), [(T.lscalar, 1), (T.matrix, C)], [A, C, B]),
        (lambda x, m: x.insert(-1, m), [(T.matrix, C)], [A, C, B]),
        (lambda x, m: x.remove(m), [(T.matrix, A)], [B]),
        (lambda x, m: x.remove(m), [(T.matrix, C)], [A, B]),
        (lambda x: x.reverse(), [], [B, A]),
        (lambda x: x[1], [], B),
        (lambda x, i: x[i], [(T.lscalar, -1)], B),
        (lambda x: x[:1], [], [A]),
        (lambda x, s: x[s], [(SliceType(), slice(None, None, -1))], [B, A]),
        (lambda x, m: x.count(m), [(T.matrix, B)], 1),
        (lambda x, m: x.ind(m), [(T.matrix, B)], 1),
        (lambda x: tl.length(x), [], 2),
        (lambda x, m: tl.make_list([m, m * 2, x[0]]), [(T.matrix, B)], [B, B * 2, A]),
    ],
)
def test_as_python_does(expression, arguments, expected):
    given = [A, B]
    got = call(expression, (MATRICES(), given), *((kind(), value) for kind, value in arguments))
    assert same(got, expected)
    assert same(given, [A, B])  # the argument is left alone


def test_numbers_are_of_floatX_and_lengths_are_int64():
    x, m = MATRICES(), T.matrix()
    assert tl.length(x).dtype == "int64"
    assert tl.count(x, m).dtype == tl.index_(x, m).dtype == theano.config.floatX


def test_what_is_put_in_is_a_copy():
    x, m = MATRICES(), T.matrix()
    value = A.copy()
    made = theano.function([x, m], x.append(m))([], value)
    value += 1
    assert same(made, [A])


def test_index_of_what_is_not_there():
    with pytest.raises(ValueError, match="not in the list"):
        call(tl.index_, (MATRICES(), [A]), (T.matrix(), B))


def test_nested_lists():
    deep = tl.TypedListType(T.TensorType("float64", (False, False)), 1)
    assert deep == tl.TypedListType(MATRICES)
    assert deep != MATRICES
    assert deep.get_depth() == 1
    assert same(call(lambda x, y: x.append(y), (deep(), [[A]]), (MATRICES(), [B, C])), [[A], [B, C]])
    assert same(call(lambda x: x[0][1], (deep(), [[A, B]])), B)


def test_names_and_properties():
    x = MATRICES("x")
    assert isinstance(x, tl.TypedListVariable)
    assert (x.ndim, x.dtype, x.ttype) == (3, "float64", MATRICES.ttype)
    assert str(MATRICES) == "TypedList <TensorType(float64, matrix)>"
    assert MATRICES.values_eq([A], [A])
    assert not MATRICES.values_eq([A], [A, A])
    assert MATRICES.may_share_memory([A], [B, A[1:]])
    assert not MATRICES.may_share_memory([A], [B])


def test_wrong_arguments():
    x = MATRICES()
    with pytest.raises(TypeError, match="Theano Type"):
        tl.TypedListType(None)
    with pytest.raises(ValueError, match="depth"):
        tl.TypedListType(T.dmatrix, -1)
    with pytest.raises(TypeError):
        MATRICES.filter([4])
    with pytest.raises(TypeError, match="python list"):
        MATRICES.filter((A,), strict=True)
    with pytest.raises(TypeError, match="scalar or slice"):
        x[T.matrix()]
    with pytest.raises(AssertionError):
        x.append(T.vector())
    with pytest.raises(TypeError, match="of the same type"):
        tl.make_list([T.matrix(), T.vector()])
