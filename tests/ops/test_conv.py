"""Convolution as an expression: values, gradients of both orders, shapes, refusals."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from graphopt import engine
from graphopt.errors import InvalidValue, ShapeMismatch
from graphopt.ops import conv

PYTHON = pytensor.compile.mode.Mode("py", "fast_compile")
RNG = np.random.default_rng(0)
OPTIONS = [
    ({}, (2, 2, 5, 4), (3, 2, 2, 3)),
    ({"border": "half", "stride": 2, "flip": True}, (2, 2, 5, 4), (3, 2, 3, 3)),
    ({"border": ((0, 1), (2, 0)), "dilation": (2, 1), "groups": 2}, (2, 4, 5, 4), (2, 2, 2, 3)),
    ({"border": "full"}, (1, 2, 3, 3, 2), (2, 2, 2, 1, 2)),
    ({"unshared": True}, (2, 2, 3, 3), (2, 2, 2, 2, 2, 2)),
    ({}, (2, 3, 6), (2, 3, 3)),
]


@pytest.mark.parametrize(("options", "x_shape", "w_shape"), OPTIONS, ids=lambda o: str(o) if o else None)
def test_gradients_are_those_of_finite_differences(options, x_shape, w_shape):
    values = [RNG.normal(size=x_shape), RNG.normal(size=w_shape)]
    verify_grad(lambda x, w: conv(x, w, **options), values, rng=RNG, mode=PYTHON)


@pytest.mark.parametrize("wrt", [0, 1])
def test_gradients_of_gradients_are_those_of_finite_differences(wrt):
    options, x_shape, w_shape = OPTIONS[1]

    def slope(x, w):
        return pytensor.grad(pt.sum(conv(x, w, **options) ** 3), [x, w][wrt])

    verify_grad(
        slope, [RNG.normal(size=x_shape), RNG.normal(size=w_shape)], rng=RNG, mode=PYTHON, rel_tol=1e-3
    )


@pytest.mark.parametrize("tier", ["now", "fast"])
@pytest.mark.parametrize(("options", "x_shape", "w_shape"), OPTIONS, ids=lambda o: str(o) if o else None)
def test_each_tier_gives_the_same(options, x_shape, w_shape, tier):
    x, w = (pt.tensor(dtype="float64", shape=(None,) * len(shape)) for shape in (x_shape, w_shape))
    y = conv(x, w, **options)
    outputs = [y, *pytensor.grad((y**2).sum(), [x, w])]
    values = [RNG.normal(size=x_shape), RNG.normal(size=w_shape)]
    run = engine.compile([x, w], outputs, tier=tier)
    plain = pytensor.function([x, w], outputs, mode=PYTHON)
    for got, expected in zip(run(*values), plain(*values), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-12)


def test_shapes_are_known_before_running():
    x, w = pt.tensor(dtype="float32", shape=(None, 4, 9, 8)), pt.tensor(dtype="float32", shape=(6, 2, 3, 3))
    y = conv(x, w, groups=2, stride=2)
    assert (y.dtype, y.type.shape) == ("float32", (None, 6, 4, 3))
    free = [pt.tensor4(), pt.tensor4()]
    y = conv(*free, border="full")
    shapes = pytensor.function(
        free,
        [v.shape for v in (y, *pytensor.grad(y.sum(), free))],
        mode="FAST_COMPILE",
        on_unused_input="ignore",
    )
    assert not any("Correlate" in str(node.op) for node in shapes.maker.fgraph.apply_nodes)
    values = [np.zeros((2, 3, 5, 4), pytensor.config.floatX), np.zeros((6, 3, 3, 2), pytensor.config.floatX)]
    assert [tuple(shape) for shape in shapes(*values)] == [(2, 6, 7, 5), (2, 3, 5, 4), (6, 3, 3, 2)]


def test_what_does_not_fit_is_refused_when_it_is_known():
    with pytest.raises(ShapeMismatch, match="w has 4 axes, expected 3"):
        conv(pt.tensor3(), pt.tensor4())
    with pytest.raises(ShapeMismatch, match="2 axes, expected"):
        conv(pt.matrix(), pt.matrix())
    with pytest.raises(ShapeMismatch, match="does not fit"):
        conv(np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 4, 4)))
    with pytest.raises(InvalidValue, match="groups is 0"):
        conv(pt.tensor4(), pt.tensor4(), groups=0)
