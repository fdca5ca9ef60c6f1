"""The abstract convolutions: options, shapes, derivatives. Their values are in `test_images`."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet import abstract_conv as module

RNG = np.random.RandomState(0)
X, W = RNG.normal(size=(2, 2, 6, 5)), RNG.normal(size=(3, 2, 3, 2))
# texts recorded from Theano 1.0.5
REFUSED = [
    ({"border_mode": -1}, ValueError, "invalid border_mode -1, which must be a non-negative integer"),
    ({"border_mode": (1,)}, ValueError, r"invalid border_mode \(1,\), which must be a tuple of length 2"),
    ({"border_mode": (1, "a")}, ValueError, "The tuple can only contain integers  or pairs of integers"),
    ({"border_mode": "same"}, ValueError, 'invalid border_mode same, which must be either "valid"'),
    ({"subsample": (1,)}, ValueError, "subsample must have 2 elements"),
    ({"filter_dilation": (1, 1, 1)}, ValueError, "filter_dilation must have 2 elements"),
    ({"num_groups": 0}, ValueError, "num_groups must have value greater than zero"),
    ({"imshp": (T.lscalar(), 1, 1, 1)}, ValueError, "imshp should be None or a tuple of constant int values"),
    ({"kshp": (T.lscalar(), 1, 1, 1)}, ValueError, "kshp should be None or a tuple of constant int values"),
]


@pytest.mark.parametrize(("options", "error", "text"), REFUSED, ids=lambda v: str(v)[:20])
def test_options_are_refused_as_by_theano(options, error, text):
    with pytest.raises(error, match=text):
        module.AbstractConv2d(**options)


def test_other_dimensions_are_refused():
    with pytest.raises(NotImplementedError, match="Asymmetric padding not implemented for 3D"):
        module.AbstractConv3d(border_mode=(1, (0, 1), 1))
    with pytest.raises(NotImplementedError, match="Unshared convolution not implemented for 3D"):
        module.AbstractConv(3, unshared=True)
    with pytest.raises(ValueError, match="convolution dimension"):
        module.AbstractConv(4)
    op = module.AbstractConv2d()
    with pytest.raises(TypeError, match="img must be 4D tensor"):
        op(T.tensor3(), T.tensor4())
    with pytest.raises(TypeError, match="kern must be 4D tensor"):
        op(T.tensor4(), T.tensor3())
    with pytest.raises(TypeError, match="kern must be 6D tensor for unshared convolution"):
        module.AbstractConv2d(unshared=True)(T.tensor4(), T.tensor4())


def test_borders_have_one_form():
    forms = {0: "valid", (0, (0, 0)): "valid", 2: (2, 2), ((1, 1), 3): (1, 3), ((1, 2), 0): ((1, 2), 0)}
    for given, kept in forms.items():
        assert module.AbstractConv2d(border_mode=given).border_mode == kept
    assert module.AbstractConv2d(border_mode=0) == module.AbstractConv2d()
    assert hash(module.AbstractConv2d(border_mode=0)) == hash(module.AbstractConv2d())


def test_broadcast_pattern_and_dtype():
    x = T.TensorType("float32", (True, False, False, False))()
    w = T.TensorType("float32", (True, False, True, True))()
    y = module.conv2d(x, w)
    assert (y.dtype, y.broadcastable) == ("float32", (True, True, False, False))
    gx, gw = theano.grad(y.sum(), [x, w])
    assert (gx.broadcastable, gw.broadcastable) == (x.broadcastable, w.broadcastable)


def test_shapes_need_no_convolution():
    x, w = T.tensor4(), T.tensor4()
    y = module.conv2d(x, w, border_mode="full", subsample=(2, 1))
    shapes = theano.function([x, w], [v.shape for v in (y, *theano.grad(y.sum(), [x, w]))])
    ops = [node.op for node in shapes.maker.fgraph.toposort()]
    assert not any(isinstance(op, module.BaseAbstractConv) or "Corr" in str(op) for op in ops)
    floats = X.astype(theano.config.floatX), W.astype(theano.config.floatX)
    assert [tuple(s) for s in shapes(*floats)] == [(2, 3, 4, 6), X.shape, W.shape]


@pytest.mark.parametrize("wrt", [0, 1])
def test_gradients_of_gradients(wrt):
    def slope(x, w):
        y = module.conv2d(x, w, border_mode="half", subsample=(2, 1))
        return theano.grad((y**3).sum(), [x, w][wrt])

    T.verify_grad(slope, [X[:1], W[:2]], rng=RNG, rel_tol=1e-3)


def test_directional_derivatives():
    x, w, dx, dw = T.dtensor4s("x", "w", "dx", "dw")
    y = module.conv2d(x, w, border_mode=1)
    run = theano.function([x, w, dx, dw], [y, theano.gradient.Rop(y, [x, w], [dx, dw])])
    moved = theano.function([x, w], y)
    directions = RNG.normal(size=X.shape), RNG.normal(size=W.shape)
    value, slope = run(X, W, *directions)
    step = 1e-6
    difference = (moved(X + step * directions[0], W + step * directions[1]) - value) / step
    np.testing.assert_allclose(slope, difference, atol=1e-4)
    with pytest.raises(NotImplementedError, match="Rop not implemented for grouped convolutions"):
        theano.gradient.Rop(module.conv2d(x, w, num_groups=2), x, dx)


@pytest.mark.parametrize("optimizer", [None, "fast_run"])
def test_sizes_that_contradict_each_other_are_refused(optimizer):
    mode = theano.Mode(optimizer=optimizer)
    x, w, top = T.dtensor4s("x", "w", "top")
    run = theano.function([x, w], module.conv2d(x, w), mode=mode)
    for wrong in (X[:, :1], X[:, :, :2]):
        with pytest.raises(ValueError):
            run(wrong, W)
    back = module.conv2d_grad_wrt_inputs(top, w, (None, None, 9, 9))
    with pytest.raises(ValueError):
        theano.function([top, w], back, mode=mode)(RNG.normal(size=(2, 3, 4, 4)), W)


def test_text_and_flops():
    assert str(module.AbstractConv3d(subsample=(1, 2, 1))) == (
        "AbstractConv3d{convdim=3, border_mode='valid', subsample=(1, 2, 1), filter_flip=True, "
        "imshp=(None, None, None, None, None), kshp=(None, None, None, None, None), "
        "filter_dilation=(1, 1, 1), num_groups=1, unshared=False}"
    )
    assert (
        module.AbstractConv2d().flops([(2, 3, 6, 5), (4, 3, 3, 2)], [(2, 4, 4, 4)]) == 2 * 4 * 16 * 3 * 6 * 2
    )
