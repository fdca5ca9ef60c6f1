"""`OrderedUpdates`."""

import pytest

from compat import theano
from compat.theano import OrderedUpdates


@pytest.fixture
def variables():
    return theano.shared(0, "a"), theano.shared(1, "b")


def test_union(variables):
    a, b = variables
    first, second = OrderedUpdates({a: 5}), OrderedUpdates([(b, 7)])
    assert list((first + second).items()) == [(a, 5), (b, 7)]
    assert list(({b: 7} + first).items()) == [(b, 7), (a, 5)]
    assert len(first + first) == 1
    assert type(first + second) is OrderedUpdates
    assert not OrderedUpdates() + OrderedUpdates()


def test_two_expressions_for_one_variable(variables):
    a, _ = variables
    with pytest.raises(KeyError, match="Collision"):
        OrderedUpdates({a: 5}) + OrderedUpdates({a: 6})
    updates = OrderedUpdates({a: 5})
    updates[a] = 6  # said again on purpose
    assert updates[a] == 6
    updates.update()
    updates.update({a: 6})


def test_only_shared_variables_are_updated():
    with pytest.raises(TypeError, match="must inherit from SharedVariable"):
        OrderedUpdates(d=3)
    with pytest.raises(TypeError, match="must inherit from SharedVariable"):
        OrderedUpdates()[theano.tensor.vector()] = 1


def test_a_function_takes_them(variables):
    a, b = variables
    f = theano.function([], updates=OrderedUpdates([(a, a + b), (b, b * 2)]))
    f()
    f()
    assert (a.get_value(), b.get_value()) == (3, 4)
