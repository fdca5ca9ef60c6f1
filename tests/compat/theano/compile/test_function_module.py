"""Functions are copied and pickled as Theano's are, and refuse the updates that Theano refuses."""

import copy

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T


def test_functions_pickled_together_go_on_sharing_their_containers():
    x, s = T.dscalars("x", "s")
    first = theano.function([x, theano.In(s, value=0.0, update=s + x, mutable=True)], s + x)
    second = theano.function([x, theano.In(s, value=first.container[s], update=s - x)], s - x)
    copied = copy.deepcopy([first, second, s])
    copied[0](3)
    assert copied[1][copied[2]] == 3
    assert first[s] == 0


def test_outputs_are_kept_if_nothing_is_collected():
    x = T.dvector("x")
    f = theano.function([x], x + 1)
    f.fn.allow_gc = False
    f(np.ones(2))
    np.testing.assert_array_equal(f.output_storage[0].data, [2, 2])


def test_an_update_is_not_stretched():
    weights = theano.shared(np.ones((3, 3)))
    with pytest.raises(TypeError, match="unbroadcast"):
        theano.function([], [], updates={weights: weights.sum().dimshuffle("x", "x")})


def test_none_reaches_the_operation():
    rows, columns, diagonal = T.iscalars("n", "m", "k")
    f = theano.function(
        [rows, columns, diagonal], [T.eye(rows, columns, diagonal), T.tri(rows, columns, diagonal)]
    )
    square, lower = f(3, None, 0)
    np.testing.assert_array_equal(square, np.eye(3))
    np.testing.assert_array_equal(lower, np.tri(3))


def test_a_mutable_argument_takes_the_result_in_fast_run():
    x = T.dvector("x")
    given = np.arange(3.0)
    np.testing.assert_array_equal(
        theano.function([theano.In(x, mutable=True)], x * 2, mode="FAST_RUN")(given), [0, 2, 4]
    )
    np.testing.assert_array_equal(given, [0, 2, 4])
    theano.function([theano.In(x, mutable=True)], x * 2, mode="FAST_COMPILE")(given)
    np.testing.assert_array_equal(given, [0, 2, 4])


def test_a_borrowed_constant_is_one_array():
    f = theano.function([], theano.Out(T.constant([4]), borrow=True))
    first = f()
    first[0] = 3
    assert f() is first
    g = theano.function([], T.constant([4]))
    g()[0] = 3
    assert g()[0] == 4


def test_the_text_of_a_function_names_theanos_module():
    x = T.dvector("x")
    assert repr(theano.function([x], x)).startswith(f"<{theano.compile.function_module.__name__}.Function ")
