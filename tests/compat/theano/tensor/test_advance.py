"""Which random states a function advances in place."""

import copy

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.sandbox.rng_mrg import MRG_RandomStreams
from compat.theano.tensor import raw_random
from compat.theano.tensor.shared_randomstreams import RandomStreams


def draws_in_place(fgraph):
    """Return whether each draw of a graph, and of the loops in it, is in place."""
    found = []
    for node in fgraph.toposort():
        if getattr(node.op, "advances_state", False):
            found.append(node.op.inplace)
        elif hasattr(node.op, "inner_inputs"):
            found += draws_in_place(node.op.fgraph)
    return found


@pytest.mark.parametrize("streams", [RandomStreams, MRG_RandomStreams])
def test_states_a_function_keeps(streams):
    u = streams(3).uniform((5,))
    f = theano.function([], u)
    assert draws_in_place(f.maker.fgraph) == [True]
    state = f.get_shared()[0].get_value(borrow=True)
    f()
    assert f.get_shared()[0].get_value(borrow=True) is state


def test_states_of_others_stay():
    state = raw_random.random_state_type()
    new, sample = raw_random.uniform(state, (3,))
    assert draws_in_place(theano.function([state], [new, sample]).maker.fgraph) == [False]
    mine = theano.In(state, value=np.random.RandomState(1), update=new, mutable=False)
    assert draws_in_place(theano.function([mine], sample).maker.fgraph) == [False]


def test_a_state_that_two_draws_read():
    shared = theano.shared(np.random.RandomState(4))
    new, u = raw_random.uniform(shared, (3,))
    _, v = raw_random.uniform(shared, (3,), high=2.0)
    f = theano.function([], [u, v], updates=[(shared, new)])
    assert draws_in_place(f.maker.fgraph) == [False, False]
    u, v = f()
    np.testing.assert_array_equal(2 * u, v)


def test_a_new_state_that_is_returned_too():
    shared = theano.shared(np.random.RandomState(4))
    new, u = raw_random.uniform(shared, (3,))
    f = theano.function([], [u, new], updates=[(shared, new)])
    _, returned = f()
    kept = copy.deepcopy(returned)
    f()
    assert raw_random.random_state_type.values_eq(returned, kept)


def test_chains_of_draws():
    shared = theano.shared(np.random.RandomState(4))
    middle, u = raw_random.uniform(shared, (3,))
    new, v = raw_random.normal(middle, (3,))
    f = theano.function([], [u, v], updates=[(shared, new)])
    assert draws_in_place(f.maker.fgraph) == [True, True]
    rng = np.random.RandomState(4)
    for _ in range(2):
        u, v = f()
        np.testing.assert_array_equal(u, rng.uniform(size=3))
        np.testing.assert_array_equal(v, rng.normal(size=3))


def test_draws_in_loops():
    streams = RandomStreams(2)
    samples, updates = theano.scan(
        lambda h: (h + streams.uniform((2,)), streams.normal((2,))),
        outputs_info=[T.zeros(2), None],
        n_steps=3,
    )
    f = theano.function([], samples, updates=updates)
    assert draws_in_place(f.maker.fgraph) == [True, True]
