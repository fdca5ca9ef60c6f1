"""Forms below Hessians against exact Hessians at points."""

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.enclosures.derivatives.hessians import convex_by_signs, hessian_below
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.branching.pullback import cost_and_gradient
from graphopt.structure.forms import Form, group_form, transformed
from graphopt.structure.lowering import lower
from graphopt.structure.program import Group, Program
from tests.enclosures.hessians_at_points import hessian_at
from tests.enclosures.recurrent import lstm_program, rnn_program
from tests.programs import dense_program, random_network, random_program

ONE = {0: np.ones(1)}
SMOOTH = ["tanh", "sigmoid", "softplus", "arctan", "erf", "sin", "cos", "square", "exp"]


def boxes(rng, n, count=10):
    centre, radius = rng.normal(size=(count, n)), 10.0 ** rng.uniform(-6, 0, (count, n))
    radius[0] = 0.0
    return centre, radius


def check_below(program, rng, points=40):
    """At random points of boxes and in random directions, the form is not above the Hessian."""
    centre, radius = boxes(rng, program.size)
    below = hessian_below(program, linear_bounds(program, centre - radius, centre + radius).enclosure, ONE)
    for _ in range(points):
        H = hessian_at(program, centre + radius * rng.uniform(-1, 1, centre.shape))
        d = rng.normal(size=centre.shape) * rng.integers(0, 2, centre.shape)
        with np.errstate(invalid="ignore"):
            least = np.einsum("bi,bij,bj->b", d, below.centre, d)
            least -= np.einsum("bi,bij,bj->b", np.abs(d), below.radius, np.abs(d))
        true = np.einsum("bi,bij,bj->b", d, H, d)
        size = np.einsum("bi,bij,bj->b", np.abs(d), np.abs(H), np.abs(d))
        assert not (least > true + 1e-12 * size).any()
        assert (np.linalg.eigvalsh(H)[below.convex] >= -1e-12 * np.abs(H[below.convex]).max(initial=1)).all()


@pytest.mark.parametrize("function", SMOOTH)
def test_dense_networks(function):
    rng = np.random.default_rng(0)
    for scale in (0.3, 1.0) if function == "exp" else (0.3, 1.0, 4.0, 1e3):
        check_below(random_program(rng, [3, 6, 5, 1], function, scale), rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("unrolled", [rnn_program, lstm_program])
def test_recurrences(unrolled, dtype):
    """Weights rounded to either precision; the cells of an LSTM are products of products."""
    rng = np.random.default_rng(1)
    for scale in (0.5, 2.0, 30.0):
        program = unrolled(rng, 3, 3, scale=scale)
        groups = tuple(
            Group(g.function, g.size, tuple(rounded(a, dtype) for a in g.arguments), g.parameter)
            for g in program.groups
        )
        check_below(Program(groups, tuple(rounded(o, dtype) for o in program.outputs)), rng)


def rounded(form, dtype):
    return Form(form.constant.astype(dtype).astype(float), {
        g: (m if isinstance(m, np.ndarray) else m.toarray()).astype(dtype).astype(float)
        for g, m in form.terms.items()
    })  # fmt: skip


def test_functions_made_of_several_steps():
    """silu and a bell, read from a graph; Hessians by differences of gradients, to what these are worth."""
    rng = np.random.default_rng(7)
    x = pt.vector("x", shape=(3,))
    W, V = rng.normal(size=(3, 5)), rng.normal(size=(5, 4))
    hidden = pt.dot(x, W)
    cost = pt.sum(pt.exp(-(pt.dot(hidden * pt.sigmoid(hidden), V) ** 2)))
    program = lower([cost], [x])
    centre, radius = boxes(rng, 3)
    below = hessian_below(program, linear_bounds(program, centre - radius, centre + radius).enclosure, ONE)
    assert np.isfinite(below.radius).all()
    for _ in range(20):
        at, d = centre + radius * rng.uniform(-1, 1, centre.shape), rng.normal(size=centre.shape)
        step = 1e-5 * d
        slopes = cost_and_gradient(program, at + step)[1] - cost_and_gradient(program, at - step)[1]
        true = (slopes * d).sum(axis=1) / 2e-5
        least = np.einsum("bi,bij,bj->b", d, below.centre, d)
        least -= np.einsum("bi,bij,bj->b", np.abs(d), below.radius, np.abs(d))
        assert (least <= true + 1e-6 * (1 + np.abs(true))).all()


def test_a_quadratic_form_is_its_own_hessian():
    """x Q x by squares and by products; the form is exact but for rounding."""
    rng = np.random.default_rng(2)
    A, B = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    left, right = (transformed(M, group_form(0, 3)) for M in (A, B))
    groups = (Group("input", 3), Group("square", 4, (left,)), Group("product", 4, (left, right)))
    weights, crossed = rng.normal(size=(1, 4)), rng.normal(size=(1, 4))
    program = Program(groups, (Form(np.zeros(1), {1: weights, 2: crossed}),))
    below = hessian_below(program, linear_bounds(program, -np.ones((1, 3)), np.ones((1, 3))).enclosure, ONE)
    cross = A.T @ (crossed.T * B)
    np.testing.assert_allclose(below.centre[0], 2 * A.T @ (weights.T * A) + cross + cross.T, atol=1e-13)
    assert below.radius.max() < 1e-12


def test_weights_add_the_hessians_of_rows():
    rng = np.random.default_rng(3)
    program = random_program(rng, [2, 5, 1], "tanh")
    both = Program(
        program.groups, (program.outputs[0], transformed(rng.normal(size=(1, 5)), group_form(1, 5)))
    )
    x = rng.normal(size=(6, 2))
    enclosure = linear_bounds(both, x, x).enclosure
    below = hessian_below(both, enclosure, {0: np.ones(1), 1: np.array([-0.5])})
    expected = hessian_at(both, x) - 0.5 * hessian_at(both, x, output=1)
    np.testing.assert_allclose(below.centre, expected, atol=1e-12)


def input_convex(rng, function, sizes=(3, 6, 6, 1)):
    """Return a network with weights of zero or more behind its first layer."""
    weights, biases, activations = random_network(rng, sizes, function)
    return dense_program([weights[0], *(np.abs(W) for W in weights[1:])], biases, activations)


@pytest.mark.parametrize("function", ["softplus", "relu", "exp"])
def test_signs_show_that_a_network_is_convex(function):
    """Increasing convex functions with weights of zero or more: an input convex network."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        program = input_convex(rng, function)
        enclosure = linear_bounds(program, -np.ones((1, 3)), np.ones((1, 3))).enclosure
        assert convex_by_signs(program, enclosure, ONE).convex.all()
        assert hessian_below(program, enclosure, ONE).convex.all()


def test_a_network_that_is_not_convex_is_never_called_so():
    """Wherever the second difference between three points of a box is negative."""
    rng = np.random.default_rng(5)
    found = 0
    for k in range(120):
        function = ["tanh", "softplus", "relu", "square", "sin"][k % 5]
        program = random_program(rng, [2, 4, 4, 1], function, 10.0 ** rng.uniform(-1, 1))
        centre, radius = boxes(rng, 2)
        enclosure = linear_bounds(program, centre - radius, centre + radius).enclosure
        ends = [
            centre + radius * rng.uniform(-1, 1, (200, 1, 1)) * rng.choice([-1, 1], (200, *centre.shape))
            for _ in "ab"
        ]
        values = [
            program(x.reshape(-1, 2))[0].reshape(200, -1)
            for x in (ends[0], 0.5 * (ends[0] + ends[1]), ends[1])
        ]
        bends_down = (values[0] + values[2] - 2 * values[1] < -1e-9 * (1 + np.abs(values[1]))).any(axis=0)
        found += bends_down.sum()
        assert not (bends_down & convex_by_signs(program, enclosure, ONE).convex).any()
    assert found > 100


def test_nothing_is_known_where_an_element_has_a_kink_that_bends_down():
    program = random_program(np.random.default_rng(6), [2, 6, 1], "relu")
    below = hessian_below(program, linear_bounds(program, -np.ones((1, 2)), np.ones((1, 2))).enclosure, ONE)
    assert np.isposinf(below.radius).all()
    assert not below.convex.any()
