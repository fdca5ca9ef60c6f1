"""What an error of a running function tells programs: Theano's attributes, its text once, and in a pickle."""

import pickle

import numpy as np
import pytest

from compat import theano

T = theano.tensor


def _failure(function, *values):
    with pytest.raises(ValueError, match="Apply node that caused the error") as caught:
        function(*values)
    return caught.value


def test_attributes_name_the_node():
    x, y = T.dmatrix("x"), T.dmatrix("y")
    error = _failure(theano.function([x, y], T.exp(T.dot(x, y)).sum()), np.ones((2, 3)), np.ones((2, 3)))
    assert [v.name for v in error.__op_instance__.inputs] == ["x", "y"]
    assert error.__applynode_index__ == 0
    assert error.__thunk_trace__


def test_a_loop_tells_of_the_node_inside_of_it():
    x, w = T.dmatrix("x"), T.dmatrix("w")
    products, _ = theano.scan(lambda row, w: T.dot(row, w), sequences=x, non_sequences=w)
    error = _failure(theano.function([x, w], products), np.ones((2, 5)), np.ones((3, 4)))
    assert str(error).count("Apply node that caused the error: dot(") == 1
    assert "Inputs shapes: [(1, 5), (3, 4)]" in str(error)


def test_high_verbosity_prints_the_graph():
    x, y = T.dmatrix("x"), T.dmatrix("y")
    f = theano.function([x, y], T.dot(x, y))
    with theano.configparser.change_flags(exception_verbosity="high"):
        text = str(_failure(f, np.ones((2, 3)), np.ones((2, 3))))
    assert (
        "Debugprint of the apply node: \ndot [id A] <TensorType(float64, matrix)> ''   \n |x [id B]" in text
    )
    assert "HINT: Use the Theano flag" not in text


def test_an_error_survives_the_way_between_processes():
    x, y = T.dmatrix("x"), T.dmatrix("y")
    error = _failure(theano.function([x, y], x + y), np.ones((2, 3)), np.ones((2, 4)))
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is ValueError
    assert str(again) == str(error)
