"""Functions of theano.tensor and theano.tensor.nnet, and their gradients, give what the real Theano gave."""

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

from compat import theano

_PATH = Path(__file__).parents[2] / "recorded" / "theano_functions.py"
_spec = importlib.util.spec_from_file_location("theano_functions", _PATH)
theano_functions = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(theano_functions)

RECORDED = np.load(_PATH.with_suffix(".npz"))
NAMES = [name for name in RECORDED.files if ", gradient" not in name]
#: these are only finite after the rewrites of the default mode, as they were under Theano
STABILISED = ("softmax/", "crossentropy/", "activation/")


@pytest.fixture(scope="module")
def graphs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Theano warned of vectors in a softmax
        return theano_functions.expressions(theano)


@pytest.mark.parametrize("name", NAMES)
def test_values_and_gradients_are_theanos(graphs, name):
    inputs, outputs = graphs
    mode = None if name.startswith(STABILISED) else "FAST_COMPILE"
    names = [n for n in RECORDED.files if n.split(", gradient ")[0] == name]
    wanted = [outputs[name], *(theano.grad(outputs[name], inputs[n[-1]]) for n in names[1:])]
    function = theano.function(list(inputs.values()), wanted, on_unused_input="ignore", mode=mode)
    for label, ours in zip(names, function(*theano_functions.arguments().values())):
        theirs = RECORDED[label]
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), label
        # the same formulas in double precision, summed in another order
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12, err_msg=label)
