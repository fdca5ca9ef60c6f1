"""Loops are written out, whatever they carry."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt

from graphopt.structure import Structure
from tests.structure.agreement import RNG, counts, lowered


def test_a_linear_recurrence_by_scan_is_affine():
    """The moving average y[t] = a x[t] + (1 - a) y[t-1]: its weights are known, a (1 - a)^(T - t)."""
    x, a = pt.vector("x", shape=(4,)), 0.3
    y = pytensor.scan(
        lambda now, before: a * now + (1 - a) * before,
        sequences=[x],
        outputs_info=[pt.constant(0.0, dtype="float64")],
        return_updates=False,
    )
    program = lowered(y[-1], [x])
    assert program.structure is Structure.AFFINE
    np.testing.assert_allclose(program.outputs[0].terms[0][0], a * (1 - a) ** np.arange(3, -1, -1))


def test_scans_of_every_kind():
    """Several taps, traces, held matrices, sequences read backwards."""
    x, A = pt.matrix("x", shape=(5, 2)), pytensor.shared(RNG.normal(size=(2, 2)))

    def step(now, back, two, one, y, A):
        new = pt.tanh(now + pt.dot(one, A) - 0.5 * two)
        return new, y + pt.sum(back), now * back

    first = pt.constant(RNG.normal(size=(2, 2)))
    outputs = pytensor.scan(
        step,
        sequences=[x, x[::-1]],
        outputs_info=[{"initial": first, "taps": [-2, -1]}, pt.constant(0.0, dtype="float64"), None],
        non_sequences=[A],
        return_updates=False,
    )
    program = lowered(list(outputs), [x])
    assert counts(program) == {"tanh": 10, "product": 4, "square": 2}  # x[t] x[T-t] is there twice


def test_a_loop_over_numbers_runs():
    """What does not depend on the decisions is run, not lowered: rounding has no form."""
    x, y = pt.scalar("x"), pt.vector("y", shape=(3,))
    total = pytensor.scan(
        lambda now, before: before + pt.round(now),
        sequences=[y],
        outputs_info=[pt.constant(0.0, dtype="float64")],
        return_updates=False,
    )
    lowered(x * total[-1], [x], {y: np.array([0.6, 1.7, -3.2])})


def test_a_loop_of_known_length_over_a_state_alone():
    x = pt.scalar("x", dtype="float64")
    states = pytensor.scan(lambda h: pt.tanh(2 * h), outputs_info=[x], n_steps=4, return_updates=False)
    assert counts(lowered(states, [x])) == {"tanh": 4}
