"""`theano.tensor.raw_random`: draws as functions of a state."""

import copy
import pickle

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import raw_random

STATE = raw_random.random_state_type()


def drawn(made, *arguments, seed=1):
    """Return the sample that a pair (new state, sample) gives from a fresh state."""
    inputs = [v for v, _ in arguments]
    f = theano.function([STATE, *inputs], made)
    return f(np.random.RandomState(seed), *(a for _, a in arguments))[1]


def test_states_are_equal_when_they_draw_the_same():
    kind = raw_random.random_state_type
    one, other = np.random.RandomState(3), np.random.RandomState(3)
    assert kind.values_eq(one, other)
    one.standard_normal()
    other.standard_normal()
    assert kind.values_eq(one, other)
    other.standard_normal()  # uses what the first left
    assert not kind.values_eq(one, other)
    assert kind == raw_random.RandomStateType()
    assert kind.is_valid_value(one)
    with pytest.raises(TypeError, match="Expected a numpy"):
        kind.filter(3)


def test_a_draw_leaves_its_state_alone():
    f = theano.function([STATE], raw_random.normal(STATE, size=(3,)))
    state = np.random.RandomState(5)
    before = copy.deepcopy(state)
    new, _ = f(state)
    assert raw_random.random_state_type.values_eq(state, before)
    assert not raw_random.random_state_type.values_eq(state, new)


def test_integers_of_arrays_are_those_drawn_one_by_one():
    """The loop in Theano called randint for each element; one call with arrays draws the same."""
    low, high = np.array([[-100], [3], [0]]), np.array([5, 2**40, 300])
    rng = np.random.RandomState(9)
    expected = [[rng.randint(lo, hi + 1) for hi in high] for lo in low[:, 0]]
    got = drawn(raw_random.random_integers(STATE, low=low, high=high), seed=9)
    np.testing.assert_array_equal(got, expected)


def test_shapes_from_arguments():
    low, high = T.dcol(), T.drow()
    _, sample = raw_random.uniform(STATE, low=low, high=high)
    assert sample.broadcastable == (False, False)
    values = (low, np.zeros((2, 1))), (high, np.ones((1, 3)))
    assert drawn(raw_random.uniform(STATE, low=low, high=high), *values).shape == (2, 3)
    _, sample = raw_random.uniform(STATE, size=(1, -1), low=high)
    assert sample.broadcastable == (True, False)
    n = T.lscalar()
    assert drawn(raw_random.normal(STATE, size=(n, 2)), (n, 4)).shape == (4, 2)
    size = T.lvector()
    assert drawn(raw_random.poisson(STATE, size=size, ndim=2), (size, [2, 3])).shape == (2, 3)


@pytest.mark.parametrize(
    ("error", "draw"),
    [
        (ValueError, lambda: raw_random.uniform(STATE, (4,), ndim=2)),
        (ValueError, lambda: raw_random.uniform(STATE, (-2,))),
        (ValueError, lambda: raw_random.uniform(STATE, (-1, 3))),
        (ValueError, lambda: raw_random.uniform(STATE, (3,), low=T.matrix())),
        (TypeError, lambda: raw_random.poisson(STATE)),
        (TypeError, lambda: raw_random.uniform(STATE, T.scalar())),
        (TypeError, lambda: raw_random.uniform(STATE, T.vector(), ndim=1)),
        (TypeError, lambda: raw_random.permutation(STATE, size=None, n=3, ndim=2)),
    ],
)
def test_wrong_shapes_are_refused(error, draw):
    with pytest.raises(error):
        draw()


@pytest.mark.parametrize(
    "made",
    [
        raw_random.RandomFunction("uniform", T.dmatrix)(STATE, (4,), 0.0, 1.0),
        raw_random.RandomFunction("uniform", T.dmatrix, ndim_added=1)(STATE, (4,), 0.0, 1.0),
        raw_random.multinomial(STATE, size=(2,), n=np.array([1, 2, 3])),
        raw_random.random_integers(STATE, size=(2,), low=np.array([1, 2, 3]), high=4),
    ],
)
def test_samples_of_other_shapes_are_refused(made):
    with pytest.raises(ValueError, match=r"[Ss]hape|broadcast"):
        drawn(made)


def test_multinomial_forgives_rounding():
    pvals = np.array([[0.5, 0.5 + 1e-6], [1.0, 0.0]])
    got = drawn(raw_random.multinomial(STATE, n=20, pvals=pvals))
    np.testing.assert_array_equal(got.sum(axis=1), [20, 20])


def test_gradients_are_undefined():
    low = T.dscalar()
    _, sample = raw_random.uniform(STATE, low=low)
    with pytest.raises(theano.gradient.NullTypeGradError):
        theano.grad(sample.sum(), low)


def test_pickles_and_names():
    op = raw_random.RandomFunction("normal", T.dvector, inplace=True)
    back = pickle.loads(pickle.dumps(op))
    assert back == op
    assert back.destroy_map == {0: [0]}
    assert str(op) == "RandomFunction{normal}"
    assert op != raw_random.RandomFunction("normal", T.dvector)


def test_old_name_of_p(capsys):
    f = theano.function([STATE], raw_random.binomial(STATE, size=(4,), prob=1.0)[1])
    np.testing.assert_array_equal(f(np.random.RandomState(0)), [1, 1, 1, 1])
    assert "renamed to p" in capsys.readouterr().err
