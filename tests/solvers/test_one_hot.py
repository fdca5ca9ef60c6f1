"""Lists of choices as binaries: the same costs, and answers equal to enumeration."""

import numpy as np
import pytest

from graphopt.solvers.enumeration import enumerate_points
from graphopt.solvers.linear import linear_program
from graphopt.solvers.milp import mixed_integer
from graphopt.solvers.one_hot import one_hot
from graphopt.structure.forms import Form
from graphopt.structure.program import Group, Program
from programs import random_program

LOWER, UPPER = np.array([-1.0, -2.0, 0.0, -9.0]), np.array([1.0, 2.0, 3.0, 1.0])
WHOLE = np.array([False, False, True, False])
CHOICES = {1: np.array([-2.0, -1.75, 0.1, 1.5, 7.0]), 3: np.array([-0.5, 0.0, 0.5, 1.0])}


def limited(rng, activation):
    """Return a random network over four decisions with one affine limit."""
    program = random_program(rng, (4, 6, 5, 1), activation, 1.5)
    row = Form(np.array([0.25]), {0: rng.normal(size=(1, 4))})
    return Program(program.groups, (*program.outputs, row))


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_costs_and_limits_stay_the_same(activation):
    rng = np.random.default_rng(0)
    program = limited(rng, activation)
    limits = [(-1.0, 1.0)]
    code = one_hot(program, LOWER, UPPER, integer=WHOLE, choices=CHOICES, limits=limits)
    for _ in range(20):
        x = np.array(
            [rng.uniform(-1, 1), rng.choice(CHOICES[1][:4]), rng.integers(0, 4), rng.choice(CHOICES[3])]
        )
        z = code.encoded(x)
        np.testing.assert_array_equal(code.decoded(z), x)
        assert np.all((z >= code.lower) & (z <= code.upper))
        np.testing.assert_array_equal(z[code.integer], np.round(z[code.integer]))
        for ours, theirs in zip(code.program(z[None]), program(x[None])):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    assert len(code.limits) == len(code.program.outputs) - 1


def test_one_hot_limits_say_one_of_each_list():
    code = one_hot(limited(np.random.default_rng(0), "tanh"), LOWER, UPPER, choices=CHOICES, limits=[(-1, 1)])
    z = code.encoded(np.array([0.0, -2, 1, 1]))
    np.testing.assert_array_equal(code.program(z[None])[-1][0], [1, 1])
    assert code.program.size == 2 + 4 + 4
    z[-1] = 0
    np.testing.assert_array_equal(code.program(z[None])[-1][0], [1, 0])


def listed(program):
    """Return the program and what enumeration finds with every decision a choice."""
    choices = {**CHOICES, 0: np.array([-1, 0.3, 1]), 2: np.arange(4.0)}
    return choices, enumerate_points(program, LOWER, UPPER, choices=choices, limits=[(-2.0, 2.0)])


@pytest.mark.parametrize("seed", range(4))
def test_milp_over_one_hot_choices_equals_enumeration(seed):
    program = limited(np.random.default_rng(seed), "relu")
    choices, expected = listed(program)
    code = one_hot(program, LOWER, UPPER, choices=choices, limits=[(-2.0, 2.0)])
    found = mixed_integer(code.program, code.lower, code.upper, integer=code.integer, limits=code.limits)
    proof = code.proof(found, program)
    np.testing.assert_array_equal(proof.x, expected.x)
    assert proof.value == program(proof.x[None])[0][0, 0]
    assert proof.lower_bound <= expected.value


def test_a_linear_program_with_choices():
    """min x0 + x1 with x0 + 2 x1 >= 3.4, x0 in {0, 1, 2.5}, x1 in {0, 1.2, 2}: (1, 1.2)."""
    program = Program(
        (Group("input", 2),),
        (Form(np.zeros(1), {0: np.ones((1, 2))}), Form(np.zeros(1), {0: np.array([[1.0, 2.0]])})),
    )
    choices = {0: [0, 1, 2.5], 1: [0, 1.2, 2]}
    box = np.zeros(2), np.full(2, 2.5)
    expected = enumerate_points(program, *box, choices=choices, limits=[(3.4, np.inf)])
    code = one_hot(program, *box, choices=choices, limits=[(3.4, np.inf)])
    found = linear_program(code.program, code.lower, code.upper, integer=code.integer, limits=code.limits)
    proof = code.proof(found, program)
    np.testing.assert_array_equal(proof.x, expected.x)


def test_without_a_point_the_proof_stays():
    program = limited(np.random.default_rng(0), "relu")
    code = one_hot(program, LOWER, UPPER, choices=CHOICES, limits=[(1e3, 2e3)])
    found = mixed_integer(code.program, code.lower, code.upper, integer=code.integer, limits=code.limits)
    assert (code.proof(found, program).stopped, found.x) == ("infeasible", None)
