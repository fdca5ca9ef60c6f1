"""Code in files of its own says that it is of Theano's module, and is found there again."""

import pickle

import pytest

from compat import theano
from compat.theano.sandbox import rng_mrg
from compat.theano.tensor import extra_ops, nlinalg, raw_random, subtensor

PLACES = {
    theano.gradient: ("GradClip", "GradientError", "Rop", "grad", "jacobian", "verify_grad", "zero_grad"),
    extra_ops: ("CumOp", "FillDiagonal", "RepeatOp", "UnravelIndex", "cumsum", "repeat"),
    nlinalg: ("Eigh", "SVD", "TensorInv", "qr"),
    raw_random: ("RandomFunction", "RandomStateType"),
    rng_mrg: ("mrg_uniform", "mrg_next_value"),
    subtensor: ("AdvancedIndexingError", "set_subtensor"),
    theano.compile.function_module: ("Function", "FunctionMaker", "UnusedInputError"),
}


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in PLACES.items() for name in names]
)
def test_the_place_is_theanos(module, name):
    thing = getattr(module, name)
    assert thing.__module__ == module.__name__
    assert pickle.loads(pickle.dumps(thing)) is thing
