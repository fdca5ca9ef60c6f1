"""Quadratic models of programs: they hold, and their error is of third order."""

import numpy as np
import pytest

from graphopt.enclosures.intervals import interval_bounds
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.enclosures.quadratic.models import TaylorModels
from graphopt.structure.forms import Form, group_form
from graphopt.structure.program import Group, Program
from tests.enclosures.recurrent import gru_program, lstm_program, rnn_program
from tests.programs import dense_program, random_network, random_program


def ranges_of(program, lower, upper):
    """Return the ranges of the outputs by quadratic models alone, or None where they were given up."""
    plain = interval_bounds(program, lower, upper)
    models = TaylorModels(program, (lower, upper))
    for g, group in enumerate(program.groups[1:], 1):
        found = [models.narrowed(form, plain.arguments[g][k]) for k, form in enumerate(group.arguments)]
        models.append(found, plain.values[g])
    if not models.alive:
        return None
    return [models.narrowed(form, plain.outputs[k]) for k, form in enumerate(program.outputs)]


def a_program(rng, kind):
    """Return a random program: a recurrence, or dense layers with an activation, weights to a thousand."""
    scale = 10.0 ** rng.uniform(-1, 3)
    if kind in RECURRENT:
        return RECURRENT[kind](rng, int(rng.integers(1, 5)), int(rng.integers(1, 4)), scale=min(scale, 100.0))
    sizes = [int(rng.integers(1, 4)), *rng.integers(1, 9, rng.integers(1, 4)), 2]
    weights, biases, activations = random_network(rng, sizes, kind, scale)
    weights, biases = ([np.clip(W, -1e3, 1e3) for W in part] for part in (weights, biases))
    if rng.integers(3) == 0:
        weights, biases = ([W.astype(np.float32).astype(float) for W in part] for part in (weights, biases))
    return dense_program(weights, biases, activations)


RECURRENT = {"rnn": rnn_program, "lstm": lstm_program, "gru": gru_program}


@pytest.mark.parametrize("kind", ["tanh", "sigmoid", "softplus", "sin", "square", *RECURRENT])
def test_no_point_is_outside(kind):
    """Boxes from points to some that are wide; corners among the points."""
    rng = np.random.default_rng([ord(c) for c in kind])
    models = 0
    for _ in range(40):
        program = a_program(rng, kind)
        centre, radius = rng.normal(size=(5, program.size)), 10.0 ** rng.uniform(-8, 0, (5, program.size))
        radius[0], radius[1, 0] = 0.0, 0.0
        lower, upper = centre - radius, centre + radius
        share = rng.uniform(size=(5, 200, program.size))
        share[:, :100] = share[:, :100] > 0.5
        x = np.clip(lower[:, None] + share * (upper - lower)[:, None], lower[:, None], upper[:, None])
        y = program(x.reshape(-1, program.size))[0].reshape(5, 200, -1)
        with np.errstate(over="ignore", invalid="ignore"):
            found = linear_bounds(program, lower, upper, second_order=True)
            alone = ranges_of(program, lower, upper)
        for low, high in [(found.lower, found.upper), *(alone or [])]:
            assert (low[:, None] <= y).all()
            assert (y <= high[:, None]).all()
        models += alone is not None
    assert models >= 10


@pytest.mark.parametrize("kind", list(RECURRENT))
def test_the_error_is_of_third_order(kind):
    """Where the linear part outweighs the bends the range is exact but for the error: a box half as wide is
    wrong by an eighth, against a quarter for linear bounds."""
    rng = np.random.default_rng(3)
    program = RECURRENT[kind](rng, 6, 4, 2)
    centre, over = rng.normal(size=(1, program.size)), []
    for radius in (0.02, 0.01):
        lower, upper = centre - radius, centre + radius
        ((low, high),) = ranges_of(program, lower, upper)
        ends = np.sign(linear_bounds(program, lower, upper).slope_lower[:, 0]) * radius
        exact = program(centre + ends)[0] - program(centre - ends)[0]
        over.append((high - low - exact).item())
    assert 6.5 < over[0] / over[1] < 9.5


def test_bends_of_different_elements_cancel():
    """tanh(x) + tanh(-x + 1e-3) nearly cancels: what is left is of third order, where linear bounds keep the
    bend of each tanh."""
    x = Form(np.full(1, 0.5), {0: np.eye(1)})
    mirrored = Form(np.full(1, -0.501), {0: -np.eye(1)})
    groups = (Group("input", 1), Group("tanh", 1, (x,)), Group("tanh", 1, (mirrored,)))
    output = Form(np.zeros(1), {1: np.eye(1), 2: np.eye(1)})
    program = Program(groups, (output,))
    box = np.array([[-0.1]]), np.array([[0.1]])
    plain, found = linear_bounds(program, *box), linear_bounds(program, *box, second_order=True)
    assert (found.upper - found.lower) < 0.2 * (plain.upper - plain.lower)


def test_models_are_given_up_where_they_explode():
    program = lstm_program(np.random.default_rng(0), 4, 6, scale=30.0)
    lower, upper = -np.ones((1, program.size)), np.ones((1, program.size))
    assert ranges_of(program, lower, upper) is None


def test_boxes_without_an_end_too_many_decisions_and_nothing_bent_have_none():
    program = random_program(np.random.default_rng(0), [2, 3, 1], "tanh")
    assert not TaylorModels(program, (np.zeros((1, 2)), np.array([[np.inf, 1.0]]))).alive
    straight = random_program(np.random.default_rng(0), [2, 3, 1], "relu")
    assert not TaylorModels(straight, (np.zeros((1, 2)), np.ones((1, 2)))).alive
    squares = Group("square", 5000, (group_form(0, 5000),))
    large = Program((Group("input", 5000), squares), (group_form(1, 5000),))
    assert not TaylorModels(large, (np.zeros((1, 5000)), np.ones((1, 5000)))).alive
