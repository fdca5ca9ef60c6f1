"""Convolutions, pooling and neighbourhoods of images against values recorded from Theano 1.0.5."""

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

from compat import theano

SCRIPT = Path(__file__).parents[2] / "recorded" / "theano_images.py"
_spec = importlib.util.spec_from_file_location("theano_images", SCRIPT)
recorded = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(recorded)
EXPECTED = np.load(recorded.FILE)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    CASES = {name: rest for name, *rest in recorded.cases(theano)}


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_those_of_theano(name):
    inputs, outputs, values = CASES[name]
    got = theano.function(inputs, outputs)(*values)
    assert len(got) == sum(key.rpartition("/")[0] == name for key in EXPECTED.files)
    for k, value in enumerate(got):
        # sums of up to some hundred products in another order
        np.testing.assert_allclose(value, EXPECTED[f"{name}/{k}"], rtol=1e-10, atol=1e-12)
