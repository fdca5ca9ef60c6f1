"""Interval Jacobians of arguments against the chain rule at points."""

import numpy as np
import pytest

from graphopt.enclosures.derivatives.jacobians import argument_jacobians
from graphopt.enclosures.linear.bounds import linear_bounds
from tests.enclosures.hessians_at_points import jacobians_at
from tests.enclosures.recurrent import lstm_program, rnn_program
from tests.programs import random_program

PROGRAMS = {
    "dense": lambda rng, scale: random_program(rng, [3, 6, 5, 1], "tanh", scale),
    "deep relu": lambda rng, scale: random_program(rng, [2, 5, 5, 5, 1], "relu", scale),
    "rnn": lambda rng, scale: rnn_program(rng, 3, 3, 2, scale),
    "lstm": lambda rng, scale: lstm_program(rng, 3, 3, 1, scale),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_jacobian_is_in_the_interval(name):
    rng = np.random.default_rng(0)
    for scale in (0.5, 3.0, 1e3):
        program = PROGRAMS[name](rng, scale)
        centre, radius = rng.normal(size=(12, program.size)), 10.0 ** rng.uniform(-6, 0, (12, 1))
        enclosure = linear_bounds(program, centre - radius, centre + radius).enclosure
        bounds = argument_jacobians(program, enclosure)
        for _ in range(40):
            found, _ = jacobians_at(program, centre + radius * rng.uniform(-1, 1, centre.shape))
            for inside, group in zip(found, bounds, strict=True):
                for J, (middle, spread) in zip(inside, group, strict=True):
                    J = J.swapaxes(1, 2)
                    assert (np.abs(J - middle) <= spread + 1e-13 * np.abs(J)).all()


def test_what_is_affine_in_the_decisions_is_exact():
    program = random_program(np.random.default_rng(0), [3, 6, 1], "tanh")
    enclosure = linear_bounds(program, -np.ones((4, 3)), np.ones((4, 3))).enclosure
    ((first,),) = argument_jacobians(program, enclosure)[1:]
    np.testing.assert_array_equal(first.centre[0].T, program.groups[1].arguments[0].terms[0])
    assert not first.radius.any()
