"""Entries picked by label, against NumPy's own indexing and finite differences."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from graphopt import engine
from graphopt.errors import InvalidType, OutOfRange, ShapeMismatch
from graphopt.ops import pick_labels

PYTHON = pytensor.compile.mode.Mode("py", "fast_compile")
p, labels = pt.matrix("p", dtype="float64"), pt.lvector("labels")
P = np.random.default_rng(0).normal(size=(3, 4))


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
@pytest.mark.parametrize("dtype", ["int64", "uint8"])
def test_entries_are_those_numpy_takes(shape, dtype):
    rng = np.random.default_rng(1)
    values, chosen = rng.normal(size=(*shape, 5)), rng.integers(0, 5, shape).astype(dtype)
    at = pt.tensor(dtype=dtype, shape=(None,) * len(shape))
    rows = pt.tensor(dtype="float64", shape=(None,) * values.ndim)
    expected = np.take_along_axis(values, chosen[..., None].astype(int), -1)[..., 0]
    np.testing.assert_array_equal(engine.compile([rows, at], pick_labels(rows, at))(values, chosen), expected)


@pytest.mark.parametrize("wrong", [-1, 4, -4])
def test_a_label_outside_the_classes_is_named(wrong):
    run = engine.compile([p, labels], pick_labels(p, labels))
    with pytest.raises(OutOfRange, match=rf"Labels hold {wrong} at \(2,\); expected 0 to 3"):
        run(P, [0, 3, wrong])


def test_as_many_labels_as_rows_are_needed():
    with pytest.raises(ShapeMismatch, match=r"labels of shape \(2,\) for rows \(3,\)"):
        engine.compile([p, labels], pick_labels(p, labels))(P, [0, 1])
    with pytest.raises(ShapeMismatch, match="2 axes of labels for 2 axes"):
        pick_labels(p, pt.lmatrix())
    with pytest.raises(ShapeMismatch, match="4 labels for 3 rows"):
        pick_labels(pt.tensor(dtype="float64", shape=(3, 5)), pt.tensor(dtype="int64", shape=(4,)))


def test_labels_must_be_integers():
    with pytest.raises(InvalidType, match="float64, expected integers"):
        pick_labels(p, pt.dvector())


def test_gradients_are_those_of_finite_differences():
    chosen, rng = np.array([1, 3, 1]), np.random.default_rng(2)
    verify_grad(lambda v: pt.exp(pick_labels(v, chosen)), [P], rng=rng, mode=PYTHON)

    def slope(v):
        return pytensor.grad(pt.exp(pick_labels(v, chosen)).sum(), v)

    verify_grad(slope, [P], rng=rng, mode=PYTHON)


def test_shapes_are_known_before_running():
    picked = pick_labels(pt.tensor(dtype="float32", shape=(7, 3)), pt.lvector())
    assert picked.type.shape == (7,)
    assert picked.dtype == "float32"
    gradient = pytensor.grad(pick_labels(p, labels).sum(), p)
    assert tuple(pytensor.function([p, labels], gradient.shape, mode=PYTHON)(P, [0, 0, 0])) == (3, 4)
