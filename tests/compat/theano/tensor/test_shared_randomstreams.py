"""`theano.tensor.shared_randomstreams`: generators in shared variables."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.shared_randomstreams import RandomStateSharedVariable, RandomStreams


def test_the_rule_of_seeds():
    """Each variable draws from RandomState(int(RandomState(seed).randint(2**30))), in order of creation."""
    streams = RandomStreams(234)
    f = theano.function([], [streams.uniform((2, 2)), streams.normal((3,))])
    seeds = np.random.RandomState(234)
    one, other = (np.random.RandomState(int(seeds.randint(2**30))) for _ in range(2))
    for _ in range(2):
        u, v = f()
        np.testing.assert_array_equal(u, one.uniform(size=(2, 2)))
        np.testing.assert_array_equal(v, other.normal(size=(3,)))


def test_items_and_seed():
    streams = RandomStreams(5)
    u = streams.uniform((3,))
    f = theano.function([], u)
    assert isinstance(u.rng, RandomStateSharedVariable)
    assert streams.updates() == streams.state_updates == [u.update]
    assert streams.updates() is not streams.state_updates
    first = f()
    streams.seed()
    np.testing.assert_array_equal(f(), first)
    streams[u.rng] = np.random.RandomState(8)
    np.testing.assert_array_equal(f(), np.random.RandomState(8).uniform(size=3))
    streams[u.rng].seed(9)
    np.testing.assert_array_equal(f(), np.random.RandomState(9).uniform(size=3))


def test_updates_can_be_left_out():
    u = RandomStreams(5).uniform((3,))
    fixed = theano.function([], u, no_default_updates=True)
    np.testing.assert_array_equal(fixed(), fixed())
    moving = theano.function([], u)
    first = moving()
    assert not np.array_equal(first, moving())
    both = theano.function([], [u, u + 0])
    np.testing.assert_array_equal(*both())


def test_copies():
    rng = np.random.RandomState(123)
    copied, borrowed = theano.shared(rng), theano.shared(rng, borrow=True)
    assert borrowed.get_value(borrow=True) is rng
    assert copied.get_value(borrow=True) is not rng
    state = copied.get_value()
    state.uniform()
    assert copied.get_value().uniform() == np.random.RandomState(123).uniform()


def test_shuffled_rows():
    x = T.imatrix()
    shuffled = RandomStreams(3).shuffle_row_elements(x)
    f = theano.function([x], [shuffled, shuffled.permutation])
    rows = np.arange(12, dtype="int32").reshape(3, 4) * 2
    got, permutation = f(rows)
    np.testing.assert_array_equal(got, np.take_along_axis(rows, permutation, axis=1))


@pytest.mark.parametrize("method", ["uniform", "normal"])
def test_loops_draw_what_calls_draw(method):
    n_steps = 4
    draw = getattr(RandomStreams(7), method)
    samples, updates = theano.scan(lambda: draw((2,)), n_steps=n_steps)
    looped = theano.function([], samples, updates=updates)
    single = theano.function([], getattr(RandomStreams(7), method)((2,)))
    for _ in range(2):
        np.testing.assert_array_equal(looped(), [single() for _ in range(n_steps)])
