"""`theano.sandbox.rng_mrg`: random streams over MRG31k3p."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.gradient import NullTypeGradError
from compat.theano.sandbox import rng_mrg
from compat.theano.sandbox.rng_mrg import MRG_RandomStreams, guess_n_streams


@pytest.mark.parametrize(
    ("size", "streams"),
    [
        ((), 1),
        ((3,), 3),
        ((6,), 6),
        ((7,), 1),
        ((10, 20), 33),
        ((1000, 1000), 15360),
        ([12], 2),
        (None, 15360),
    ],
)
def test_default_number_of_streams(size, streams):
    """A sixth of the samples, no more than 60 * 256."""
    assert guess_n_streams(size) == streams


def test_a_guess_can_warn():
    with pytest.warns(UserWarning, match="guessing 60\\*256"):
        assert guess_n_streams(T.lvector(), warn=True) == 15360


@pytest.mark.parametrize(
    ("error", "seed"),
    [
        (ValueError, 0),
        (ValueError, 2147462579),
        (ValueError, [0, 0, 0, 1, 1, 1]),
        (ValueError, [1, 1, 1, 0, 0, 0]),
        (ValueError, [2147483647, 1, 1, 1, 1, 1]),
        (ValueError, [1, 1, 1, 1, 1, 2147462579]),
        (TypeError, [1, 2, 3]),
    ],
)
def test_wrong_seeds_are_refused(error, seed):
    with pytest.raises(error):
        MRG_RandomStreams(seed)


def test_streams_follow_one_another():
    streams = MRG_RandomStreams([1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(streams.rstate, [1, 2, 3, 4, 5, 6])
    states = streams.get_substream_rstates(3, "float32", inc_rstate=False)
    np.testing.assert_array_equal(states[0], streams.rstate)
    np.testing.assert_array_equal(states[1], rng_mrg.ff_2p72(states[0]))
    before = streams.rstate
    streams.inc_rstate()
    np.testing.assert_array_equal(streams.rstate, rng_mrg.ff_2p134(before))
    assert streams.rstate.dtype == np.int32


def test_one_value_at_a_time():
    """`mrg_next_value` is the draw of one stream."""
    state = np.full(6, 12345, np.int32)
    f = theano.function([], MRG_RandomStreams(12345).uniform((4,), nstreams=1, dtype="float64"))
    values = [rng_mrg.mrg_next_value(state, state, rng_mrg.NORM, 0xFFFFFFFF, 0) for _ in range(4)]
    np.testing.assert_array_equal(f(), values)


def test_products_modulo():
    rng = np.random.RandomState(3)
    A, B = rng.randint(0, 2**31, (2, 3, 3))
    v, m1, m2 = rng.randint(0, 2**31, 6).astype("int32"), np.int32(2**31 - 1), np.int32(10**9 + 7)
    exact = [int(x) for x in A.astype(object).dot(v[:3].astype(object)) % int(m1)]
    exact += [int(x) for x in B.astype(object).dot(v[3:].astype(object)) % int(m2)]
    np.testing.assert_array_equal(rng_mrg.multMatVect(v, A, m1, B, m2), exact)
    inputs = [T.lmatrix(), T.ivector(), T.iscalar(), T.lmatrix(), T.ivector(), T.iscalar()]
    f = theano.function(inputs, rng_mrg.DotModulo()(*inputs))
    np.testing.assert_array_equal(f(A, v[:3], m1, B, v[3:], m2), exact)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_samples_lie_inside_the_interval(dtype):
    f = theano.function([], MRG_RandomStreams(7).uniform((300, 100), low=-2, high=3, dtype=dtype))
    sample = f()
    assert sample.dtype == dtype
    assert -2 <= sample.min() < -1.99
    assert 2.99 < sample.max() <= 3
    assert abs(sample.astype("float64").mean() - 0.5) < 0.05  # 6 standard deviations


def test_sizes():
    streams, x, n = MRG_RandomStreams(7), T.matrix(), T.lvector()
    assert theano.function([x], streams.uniform(x.shape))(np.zeros((2, 3), x.dtype)).shape == (2, 3)
    assert theano.function([x], streams.normal((x.shape[0], 4)))(np.zeros((2, 3), x.dtype)).shape == (2, 4)
    assert theano.function([n], streams.uniform(n, ndim=2))([3, 2]).shape == (3, 2)
    assert theano.function([], streams.normal(()))().shape == ()
    assert theano.function([], streams.normal(3))().shape == (3,)
    assert streams.uniform((4, 1)).broadcastable == (False, True)
    assert theano.function([x], streams.uniform(x.shape).shape)(np.zeros((2, 3), x.dtype)).tolist() == [2, 3]


@pytest.mark.parametrize(
    ("error", "draw"),
    [
        (ValueError, lambda s: s.uniform((0, 3))),
        (ValueError, lambda s: s.normal((2, -1))),
        (ValueError, lambda s: s.normal((2.5,))),
        (ValueError, lambda s: s.normal("3")),
        (TypeError, lambda s: s.uniform(3)),
        (TypeError, lambda s: s.uniform((3,), colour="red")),
        (NotImplementedError, lambda s: s.uniform((3,), low=T.matrix())),
        (NotImplementedError, lambda s: s.binomial((3,), n=2)),
        (TypeError, lambda s: s.multinomial()),
        (ValueError, lambda s: s.multinomial(size=(3,), pvals=np.ones((1, 1)))),
        (ValueError, lambda s: s.multinomial(ndim=1, pvals=np.ones((1, 1)))),
        (NotImplementedError, lambda s: s.multinomial(pvals=np.ones(1))),
        (NotImplementedError, lambda s: s.choice(p=np.ones((1, 1)))),
        (TypeError, lambda s: s.choice(replace=False)),
        (TypeError, lambda s: s.choice(replace=False, a=3, p=np.ones((1, 1)))),
    ],
)
def test_what_is_refused(error, draw):
    with pytest.raises(error):
        draw(MRG_RandomStreams(3))


def test_too_many_samples_are_refused():
    f = theano.function([], MRG_RandomStreams(3).uniform((2**16, 2**15)))
    with pytest.raises(ValueError, match="more then"):
        f()


def test_seed_puts_every_draw_back():
    streams, n = MRG_RandomStreams(5), T.lscalar()
    u, v, w = streams.uniform((3, 3)), streams.normal((2,)), streams.uniform((n,), nstreams=2)
    f = theano.function([n], [u, v, w])
    first = f(4)
    streams.seed()
    for again, before in zip(f(4), first):
        np.testing.assert_array_equal(again, before)
    streams.seed(6)
    assert not np.array_equal(f(4)[0], first[0])


def test_truncated_normal():
    """No number is beyond two standard deviations of the wider normal it is cut from."""
    f = theano.function([], MRG_RandomStreams(9).truncated_normal((400, 50), avg=1.0, std=2.0))
    sample = f()
    assert np.abs(sample - 1.0).max() <= 2 * 2.0 / 0.87962566103423978
    assert abs(sample.std() - 2.0) < 0.03


def test_gradients_of_parameters_are_undefined():
    low, p = T.dscalar(), T.dmatrix()
    with pytest.raises(NullTypeGradError):
        theano.grad(MRG_RandomStreams(3).uniform((2,), low=low).sum(), low)
    with pytest.raises(NullTypeGradError):
        theano.grad(T.cast(MRG_RandomStreams(3).multinomial(pvals=p, dtype="float64"), "float64").sum(), p)


def test_gradients_through_loops_with_noise():
    """d/dw of the sum of x + w (u1 + u2 + u3) is u1 + u2 + u3."""
    streams, w, x = MRG_RandomStreams(10), theano.shared(np.ones(1)), T.dvector()
    states, updates = theano.scan(
        lambda h: h + streams.uniform((1,), dtype="float64") * w, outputs_info=x, n_steps=3
    )
    got = theano.function([x], theano.grad(states[-1].sum(), w), updates=updates)
    draw = theano.function([], MRG_RandomStreams(10).uniform((1,), dtype="float64"))
    np.testing.assert_allclose(got([0.0]), sum(draw() for _ in range(3)), rtol=1e-15)


def test_old_name_of_choice():
    with pytest.warns(UserWarning, match="deprecated"):
        sample = MRG_RandomStreams(3).multinomial_wo_replacement(pvals=np.full((2, 4), 0.25), n=4)
    np.testing.assert_array_equal(np.sort(theano.function([], sample)(), axis=1), [[0, 1, 2, 3]] * 2)
