"""scan_checkpoints: the rows that are kept are those of scan, and so are the gradients."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T

A, x = T.dvector("A"), T.dmatrix("x")


@pytest.mark.parametrize("n_steps", [3, 8, 9])
def test_powers(n_steps):
    steps = T.iscalar("steps")
    kept, updates = theano.scan_checkpoints(
        lambda p, a: p * a, outputs_info=T.ones_like(A), non_sequences=A, n_steps=steps, save_every_N=4
    )
    assert not updates
    f = theano.function([A, steps], [kept, T.grad(kept[-1].sum(), A)])
    base = np.array([1.0, 2.0, 3.0])
    rows, slope = f(base, n_steps)
    np.testing.assert_allclose(rows, [base**k for k in (*range(4, n_steps, 4), n_steps)])
    np.testing.assert_allclose(slope, n_steps * base ** (n_steps - 1))


@pytest.mark.parametrize("length", [6, 7])
def test_sequences_are_filled_up(length):
    kept, _ = theano.scan_checkpoints(lambda a, p: p + a, x, T.zeros_like(x[0]), save_every_N=3)
    f = theano.function([x], [kept, T.grad(kept[-1].sum(), x)])
    rows = np.arange(2.0 * length).reshape(length, 2)
    got, slope = f(rows)
    np.testing.assert_allclose(got[-1], rows.sum(0))
    np.testing.assert_array_equal(slope, np.ones((length, 2)))


def test_states_have_no_taps():
    with pytest.raises(RuntimeError, match="taps"):
        theano.scan_checkpoints(lambda p: p, [], [{"initial": A, "taps": [-2]}])
