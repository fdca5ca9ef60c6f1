"""Programs in words."""

from __future__ import annotations

import pytensor.tensor as pt
import pytest

from graphopt.structure import describe, lower

x = pt.vector("x", shape=(3,))

WORDS = {
    "affine in the inputs": 2 * x - 1,
    "affine pieces joined by relu: 3 of them": pt.maximum(x, 0),
    "quadratic in the inputs: 3 squares, 2 products": (x**2).sum() + x[0] * x[1:],
    "smooth functions: 3 tanh, 1 sigmoid": pt.tanh(x).sum() + pt.sigmoid(x[0]),
}


@pytest.mark.parametrize("text", WORDS)
def test_words(text):
    assert describe(lower([WORDS[text]], [x])) == text
