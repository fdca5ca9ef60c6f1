"""Correlation against its sum written out, and its gradients as transposes."""

from itertools import product

import numpy as np
import pytest
from scipy.signal import convolve

from graphopt.errors import ShapeMismatch
from graphopt.ops import sliding
from graphopt.ops.correlation import Correlation
from graphopt.ops.sliding import Sliding

IMAGE, KERNEL = (7, 6, 5), (3, 2, 2)
BORDERS = {"valid": "valid", "full": "full", "half": "half", "one": 1, "uneven": ((1, 2), (0, 1), (2, 0))}


def written_out(x, w, correlation):
    """Return the sum of the module's first lines, one place and one kernel at a time."""
    axes, groups = x.ndim - 2, correlation.groups
    window = correlation.sliding.window(x.shape[2:], w.shape[-axes:])
    padded = np.pad(x, [(0, 0), (0, 0), *zip(window.before, window.after)])
    if correlation.flip:
        w = w[(..., *(slice(None, None, -1),) * axes)]
    inner, outer = x.shape[1] // groups, w.shape[0] // groups
    y = np.empty((len(x), w.shape[0], *window.places))
    for output, place in product(range(w.shape[0]), np.ndindex(*window.places)):
        group = output // outer
        pixels = [
            slice(p * s, p * s + (k - 1) * d + 1, d)
            for p, s, k, d in zip(place, window.stride, window.kernel, window.dilation)
        ]
        patch = padded[(slice(None), slice(group * inner, (group + 1) * inner), *pixels)]
        weights = w[(output, *place)] if correlation.unshared else w[output]
        y[(slice(None), output, *place)] = (patch * weights).reshape(len(x), -1).sum(axis=1)
    return y


def problem(axes, border, stride=1, dilation=1, groups=1, flip=False, unshared=False):
    """Return a correlation, x, w, and random arrays like x, w and y."""
    border = BORDERS[border]
    border = border[:axes] if isinstance(border, tuple) else border
    correlation = Correlation(Sliding.of(axes, border, stride, dilation), groups, flip, unshared)
    image, kernel = IMAGE[:axes], KERNEL[:axes]
    places = correlation.sliding.places(image, kernel)
    rng = np.random.default_rng(0)
    w_shape = (6, *(places if unshared else ()), 4 // groups, *kernel)
    shapes = [(3, 4, *image), w_shape, (3, 4, *image), w_shape, (3, 6, *places)]
    return correlation, *(rng.normal(size=shape) for shape in shapes)


CASES = [
    *({"axes": axes, "border": border} for axes in (1, 2, 3) for border in BORDERS),
    *({"axes": axes, "border": "uneven", "stride": 2, "dilation": 2} for axes in (1, 2, 3)),
    *({"axes": 2, "border": "half", "groups": 2, "unshared": unshared} for unshared in (False, True)),
    {"axes": 2, "border": "full", "flip": True, "stride": 2},
    {"axes": 2, "border": "uneven", "unshared": True, "flip": True, "stride": 2, "dilation": 2},
]


@pytest.mark.parametrize("pieces", ["large", "small"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_the_sum_and_its_gradients_are_the_transposes(monkeypatch, case, pieces):
    if pieces == "small":  # a piece is then a few rows of one image
        monkeypatch.setattr(sliding, "_MOST", 300)
    correlation, x, w, other_x, other_w, dy = problem(**case)
    y = correlation.forward(x, w)
    np.testing.assert_allclose(y, written_out(x, w, correlation), rtol=1e-12, atol=1e-12)
    dx = correlation.input_gradient(w, dy, x.shape[2:])
    dw = correlation.weight_gradient(x, dy, w.shape[2 - x.ndim :])
    assert dx.shape == x.shape
    assert dw.shape == w.shape
    # y is linear in x and in w: <dy, y(x')> = <dx, x'> for every x', and likewise for w'
    np.testing.assert_allclose((dx * other_x).sum(), (dy * correlation.forward(other_x, w)).sum(), rtol=1e-10)
    np.testing.assert_allclose((dw * other_w).sum(), (dy * correlation.forward(x, other_w)).sum(), rtol=1e-10)


def test_flipped_kernels_make_it_the_convolution_of_scipy():
    correlation, x, w, *_ = problem(2, "full", flip=True)
    expected = [[sum(convolve(a, b, "full") for a, b in zip(image, kernel)) for kernel in w] for image in x]
    np.testing.assert_allclose(correlation.forward(x, w), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", [(0, 4, 7, 6), (3, 0, 7, 6)])
def test_empty_batches_and_no_channels_give_zeros(shape):
    correlation = Correlation(Sliding.of(2, "valid", 1))
    x, w = np.zeros(shape), np.zeros((6, shape[1], 3, 2))
    y = correlation.forward(x, w)
    assert y.shape == (shape[0], 6, 5, 5)
    assert not y.any()
    assert correlation.weight_gradient(x, y, (3, 2)).shape == w.shape
    assert correlation.input_gradient(w, y, (7, 6)).shape == x.shape


@pytest.mark.parametrize("dtype", ["int64", "complex128", "float16"])
def test_other_numbers_than_floats_work(dtype):
    correlation, x, w, *_ = problem(2, "valid")
    x, w = np.rint(9 * x).astype(dtype), np.rint(9 * w).astype(dtype)
    y = correlation.forward(x, w)
    assert y.dtype == ("float32" if dtype == "float16" else dtype)
    np.testing.assert_array_equal(y, written_out(x.real, w.real, correlation))


def test_sizes_that_contradict_each_other_are_refused():
    correlation, x, w, _, _, dy = problem(2, "valid")
    with pytest.raises(ShapeMismatch, match="4 channels and kernels of shape"):
        correlation.forward(x, w[:, :3])
    with pytest.raises(ShapeMismatch, match="does not fit"):
        correlation.forward(x[..., :1], w)
    with pytest.raises(ShapeMismatch, match=r"give \(5, 5\) places, but the gradient came for \(5, 4\)"):
        correlation.weight_gradient(x, dy[..., :4], (3, 2))
    with pytest.raises(ShapeMismatch, match=r"give \(6, 5\) places"):
        correlation.input_gradient(w, dy, (8, 6))
    with pytest.raises(ShapeMismatch, match="3 images and 2 gradients"):
        correlation.weight_gradient(x, dy[:2], (3, 2))
    with pytest.raises(ShapeMismatch, match="6 kernels and 5 channels"):
        correlation.input_gradient(w, dy[:, :5], (7, 6))
