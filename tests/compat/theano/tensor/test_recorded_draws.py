"""Every draw recorded from the real Theano comes again, with compiled loops and without."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from compat import theano

_PATH = Path(__file__).parents[2] / "recorded" / "theano_random.py"
_spec = importlib.util.spec_from_file_location("theano_random", _PATH)
theano_random = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(theano_random)

RECORDED = theano_random.recorded()


def stream_of(key):
    """Return the part of a key that says which stream, or which state, drew."""
    return tuple(key.split("|")[:2])


CASES = [
    *((theano_random.random_streams_draws, seed) for seed in theano_random.SEEDS),
    *((theano_random.raw_draws, seed) for seed in theano_random.SEEDS),
    *((theano_random.mrg_draws, seed) for seed in theano_random.MRG_SEEDS),
]


@pytest.mark.parametrize(("draws", "seed"), CASES, ids=lambda case: getattr(case, "__name__", str(case)))
def test_draws_are_theanos(draws, seed):
    """Bits, except MRG's normal numbers: their logarithms and sines are another library's."""
    drawn = []
    with theano.change_flags(floatX="float64", mode="FAST_COMPILE"):
        for key, ours in draws(theano, seed):
            theirs = RECORDED[key]
            assert (np.shape(ours), np.asarray(ours).dtype) == (theirs.shape, theirs.dtype), key
            if key.startswith("MRG") and ("normal" in key or "|v" in key):
                np.testing.assert_allclose(ours, theirs, rtol=1e-6 if theirs.itemsize == 4 else 1e-12)
            else:
                np.testing.assert_array_equal(ours, theirs, err_msg=key)
            drawn.append(key)
    assert sorted(drawn) == [key for key in sorted(RECORDED) if stream_of(key) == stream_of(drawn[0])]


def test_every_recorded_stream_is_drawn():
    assert len({stream_of(key) for key in RECORDED}) == len(CASES)
