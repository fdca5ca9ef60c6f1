"""Rows picked from a table, against NumPy's own indexing and finite differences."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from graphopt import engine
from graphopt.errors import InvalidType, OutOfRange, ShapeMismatch
from graphopt.ops import take_rows
from graphopt.ops.rows import scatter

PYTHON = pytensor.compile.mode.Mode("py", "fast_compile")
TABLE = np.random.default_rng(0).normal(size=(4, 3))
table, indices = pt.matrix("table", dtype="float64"), pt.lmatrix("indices")


@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (0,)])
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_rows_are_those_numpy_takes(shape, dtype):
    where = np.random.default_rng(1).integers(0, 4, shape).astype(dtype)
    at = pt.tensor(dtype=dtype, shape=(None,) * len(shape))
    run = engine.compile([table, at], take_rows(table, at))
    np.testing.assert_array_equal(run(TABLE, where), TABLE[where])


@pytest.mark.parametrize("wrong", [-1, 4, -5, 100])
def test_an_index_outside_the_table_is_named(wrong):
    run = engine.compile([table, indices], take_rows(table, indices))
    with pytest.raises(OutOfRange, match=rf"hold {wrong} at \(1, 0\); expected 0 to 3"):
        run(TABLE, [[0, 3], [wrong, 1]])
    with pytest.raises(IndexError):
        run(TABLE, [[0, 3], [wrong, 1]])


def test_an_empty_table_has_no_index():
    with pytest.raises(OutOfRange, match="the axis is empty"):
        engine.compile([table, indices], take_rows(table, indices))(np.zeros((0, 3)), [[0]])


@pytest.mark.parametrize("where", [[0, 2, 2, 1], [[3, 3], [3, 3]], 2])
def test_gradients_are_those_of_finite_differences(where):
    where = np.array(where)
    rng = np.random.default_rng(2)
    verify_grad(lambda t: pt.sin(take_rows(t, where)), [TABLE], rng=rng, mode=PYTHON)

    def slope(t):
        return pytensor.grad(pt.sin(take_rows(t, where)).sum(), t)

    verify_grad(slope, [TABLE], rng=rng, mode=PYTHON)


@pytest.mark.parametrize(("count", "width"), [(10, 3), (3000, 7)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_repeated_rows_add_up(count, width, dtype):
    # Whole numbers add up exactly in any order; the larger size takes the sparse product.
    rng = np.random.default_rng(3)
    where, values = rng.integers(0, 5, count), rng.integers(-9, 9, (count, width)).astype(dtype)
    got = scatter(values, where, 6)
    expected = np.stack([values[where == k].sum(axis=0) for k in range(6)])
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, expected)


def test_shapes_are_known_before_running():
    fixed = pt.tensor(dtype="float32", shape=(10, 4))
    assert take_rows(fixed, pt.tensor(dtype="int32", shape=(None, 7))).type.shape == (None, 7, 4)
    gradient = pytensor.grad(take_rows(table, indices).sum(), table)
    shape = pytensor.function([table, indices], gradient.shape, mode=PYTHON)
    assert tuple(shape(TABLE, [[0]])) == (4, 3)


def test_what_cannot_be_an_index_is_refused():
    with pytest.raises(InvalidType, match="float64, expected integers"):
        take_rows(table, pt.dvector())
    with pytest.raises(ShapeMismatch, match="scalar"):
        take_rows(pt.dscalar(), pt.lvector())
