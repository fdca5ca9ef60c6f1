"""Rewrites of Rebroadcast: it goes where nothing needs it."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T

row, vector = T.drow("row"), T.dvector("vector")


def operations(inputs, output):
    return [type(n.op).__name__ for n in theano.function(inputs, output).maker.fgraph.toposort()]


@pytest.mark.parametrize(
    "output",
    [T.unbroadcast(row, 0)[0, 1], T.unbroadcast(T.addbroadcast(T.unbroadcast(row, 0), 0), 0)[0, 1]],
    ids=["once", "back and forth"],
)
def test_an_element_needs_none(output):
    assert "Rebroadcast" not in operations([row], output)
    assert theano.function([row], output)([[1.0, 2.0]]) == 2


def test_it_moves_before_a_function_of_one_argument():
    assert operations([row], T.exp(T.unbroadcast(row, 0)) * 1.5)[0] == "Rebroadcast"
    assert operations([vector], T.addbroadcast(T.exp(vector), 0))[0] == "Rebroadcast"


def test_the_check_stays():
    f = theano.function([vector], T.addbroadcast(T.exp(vector), 0))
    np.testing.assert_allclose(f([0.0]), [1])
    with pytest.raises(ValueError, match="supposed to be 1"):
        f([0.0, 1.0])


def test_the_length_of_a_vector_is_seen_through():
    # an arange over a vector's length is what labels are picked with
    names = operations([vector], T.arange(vector.shape[0]))
    assert "Rebroadcast" not in names
    assert "MakeVector" not in names
