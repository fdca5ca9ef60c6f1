"""Neighbourhoods against slices, the values of Theano 1.0.5, and finite differences."""

from itertools import product

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from graphopt import engine
from graphopt.errors import InvalidValue, ShapeMismatch, UnknownName
from graphopt.ops import neighbourhoods
from graphopt.ops.neighbours import MODES, gather, scatter

PYTHON = pytensor.compile.mode.Mode("py", "fast_compile")
IMAGES = np.arange(2 * 1 * 4 * 6.0).reshape(2, 1, 4, 6)

# First and last row, and their number, of theano.tensor.nnet.neighbours.images2neibs (Theano 1.0.5) of
# arange(9).reshape(1, 1, 3, 3).
RECORDED = {
    ("half", (3, 3), (1, 1)): ([0, 0, 0, 0, 0, 1, 0, 3, 4], [4, 5, 0, 7, 8, 0, 0, 0, 0], 9),
    ("full", (2, 2), (1, 1)): ([0, 0, 0, 0], [8, 0, 0, 0], 16),
    ("wrap_centered", (3, 3), (1, 1)): ([8, 6, 7, 2, 0, 1, 5, 3, 4], [4, 5, 3, 7, 8, 6, 1, 2, 0], 9),
    ("ignore_borders", (2, 2), (2, 2)): ([0, 1, 3, 4], [0, 1, 3, 4], 1),
}


@pytest.mark.parametrize(("mode", "shape", "step"), RECORDED)
def test_rows_are_those_of_theano(mode, shape, step):
    first, last, count = RECORDED[mode, shape, step]
    rows = gather(np.arange(9.0).reshape(1, 1, 3, 3), shape, step, mode)
    assert len(rows) == count
    np.testing.assert_array_equal(rows[0], first)
    np.testing.assert_array_equal(rows[-1], last)


@pytest.mark.parametrize("step", [(2, 3), (1, 1), (2, 1)])
def test_rows_are_slices(step):
    rows = iter(gather(IMAGES, (2, 3), step, "valid"))
    for image, row, column in product(IMAGES[:, 0], range(0, 3, step[0]), range(0, 4, step[1])):
        np.testing.assert_array_equal(next(rows), image[row : row + 2, column : column + 3].ravel())
    assert next(rows, None) is None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("shape", "step"), [((3, 3), (1, 1)), ((1, 3), (1, 2)), ((3, 1), (2, 2))])
def test_putting_back_is_the_transpose(mode, shape, step):
    rng = np.random.default_rng(0)
    rows = gather(IMAGES, shape, step, mode)
    values = rng.normal(size=rows.shape)
    back = scatter(values, IMAGES.shape, shape, step, mode)
    np.testing.assert_allclose((back * IMAGES).sum(), (values * rows).sum(), rtol=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_gradients_of_both_orders_are_those_of_finite_differences(mode):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2, 1, 3, 5))

    def rows(x):
        return neighbourhoods(x, (3, 1), step=(1, 1), mode=mode)

    verify_grad(rows, [x], rng=rng, mode=PYTHON)
    verify_grad(lambda x: pytensor.grad((rows(x) ** 2).sum(), x), [x], rng=rng, mode=PYTHON)


def test_shapes_are_known_before_running():
    x = pt.tensor4(dtype="float64")
    shape = pytensor.function(
        [x], neighbourhoods(x, (3, 3), step=(1, 1), mode="half").shape, mode="FAST_COMPILE"
    )
    assert not any("Neighbourhoods" in str(node.op) for node in shape.maker.fgraph.apply_nodes)
    assert tuple(shape(IMAGES)) == (2 * 4 * 6, 9)


@pytest.mark.parametrize(
    ("mode", "shape", "step"),
    [
        ("valid", (3, 3), (3, 3)),
        ("valid", (5, 1), (1, 1)),
        ("half", (3, 3), (3, 3)),
        ("full", (2, 2), (3, 2)),
        ("wrap_centered", (2, 3), (1, 1)),
        ("wrap_centered", (5, 3), (1, 1)),
        ("ignore_borders", (5, 3), (1, 1)),
    ],
)
def test_neighbourhoods_that_do_not_fit_are_refused(mode, shape, step):
    x = pt.tensor4(dtype="float64")
    run = engine.compile([x], neighbourhoods(x, shape, step=step, mode=mode))
    with pytest.raises(ShapeMismatch, match=f"do not fit into images of .* in mode '{mode}'"):
        run(IMAGES)


def test_what_is_no_neighbourhood_is_refused():
    with pytest.raises(InvalidValue, match="from 1 up"):
        neighbourhoods(pt.tensor4(), (2, 0))
    with pytest.raises(UnknownName, match="Did you mean 'half'"):
        neighbourhoods(pt.tensor4(), (2, 2), mode="halt")
    with pytest.raises(ShapeMismatch, match="3 axes, expected 4"):
        neighbourhoods(pt.tensor3(), (2, 2))
