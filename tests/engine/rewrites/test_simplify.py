"""Rewrites keep what a graph says about wrong input."""

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt import engine

v = pt.dvector("v")


@pytest.mark.parametrize(
    "expression",
    [v[pt.arange(3)], v[np.array([7])], v[np.array([1, 7])], pt.take(v, np.array([0, 1, 2]))],
    ids=["arange", "one", "steps", "take"],
)
def test_an_index_that_counts_up_is_not_made_a_slice(expression):
    with pytest.raises(IndexError, match="out of bounds"):
        engine.compile([v], expression)(np.ones(2))
