"""What has no form is named, with the place where it was written."""

from __future__ import annotations

import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt.errors import InvalidValue
from graphopt.structure import NotLowered, lower

x = pt.vector("x", shape=(3,))

OPAQUE = {
    "ArgSort": pt.argsort(x).astype("float64"),
    "Gamma": pt.gamma(x),
    "Isnan": pt.isnan(x),
    "normal": x + pt.random.shared_rng(np.random.default_rng(0)).normal(size=(3,))[1],
    "Switch": pt.switch(x > 0, pt.log(x), 1.0),
    "Invert": pt.invert(x.astype("int64")),
    "And of bits": x.astype("int64") & 3,
    "Subtensor": x[pt.cast(x[0], "int64")],
    "Solve": pt.linalg.solve(pt.outer(x, x), np.ones(3)),
    "Cholesky": pt.linalg.cholesky(pt.outer(x, x)),
    "Scan": pytensor.scan(
        lambda y: y / 2, outputs_info=[x[0]], n_steps=pt.round(x[1]).astype("int64"), return_updates=False
    ),
    "Pow": abs(x) ** x,
}


@pytest.mark.parametrize("name", OPAQUE)
def test_opaque(name):
    with pytest.raises(NotLowered, match="Only local search is possible") as caught:
        lower([OPAQUE[name]], [x])
    assert isinstance(caught.value, InvalidValue)


def test_what_every_call_updates_is_no_number():
    seen = pytensor.shared(1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old programs set it all the same
        seen.default_update = seen + 1.0
    with pytest.raises(NotLowered, match="every call updates"):
        lower([x * seen], [x])


def test_the_message_says_where():
    unknown = pt.gamma(2 * x)
    with pytest.raises(NotLowered) as caught:
        lower([unknown.sum()], [x])
    text = str(caught.value)
    for part in ("Gamma", "test_graph.py", "pt.gamma(2 * x)"):
        assert part in text


def test_the_same_operations_before_the_decisions_are_numbers():
    y = pt.vector("y", shape=(3,))
    expression = x * pt.round(y) + pt.argmax(y) * pt.switch(y > 0, 1.0, -2.0)
    program = lower([expression], [x], {y: np.array([0.6, 1.2, -1.0])})
    np.testing.assert_array_equal(program(np.ones((1, 3)))[0], [[2.0, 2.0, -3.0]])


def test_wrong_questions():
    unknown = pt.vector("unknown")
    with pytest.raises(InvalidValue, match="expected known lengths"):
        lower([unknown.sum()], [unknown])
    with pytest.raises(InvalidValue, match="neither a decision nor held"):
        lower([x + unknown], [x])
