"""The old interface of convolution: what it refuses and warns of. Its values are in `test_images`."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet.conv import ConvOp, conv2d

pytestmark = pytest.mark.filterwarnings("ignore:theano.tensor.nnet.conv.conv2d is deprecated")


def test_it_says_that_it_is_old():
    with pytest.warns(UserWarning, match="theano.tensor.nnet.conv.conv2d is deprecated"):
        conv2d(T.tensor4(), T.tensor4())
    with pytest.warns(UserWarning, match="getOutputShape` is deprecated"):
        assert ConvOp.getOutputShape((7, 6), (3, 2), (2, 1), "valid") == (3, 5)


def test_arrays_of_other_shapes_than_announced_are_refused():
    x, w = T.dtensor4s("x", "w")
    run = theano.function([x, w], conv2d(x, w, (2, 3, None, 5), (4, 3, 3, 2)))
    assert run(np.ones((2, 3, 6, 5)), np.ones((4, 3, 3, 2))).shape == (2, 4, 4, 4)
    for shapes in (((1, 3, 6, 5), (4, 3, 3, 2)), ((2, 3, 6, 5), (5, 3, 3, 2)), ((2, 2, 6, 5), (4, 2, 3, 2))):
        with pytest.raises(ValueError):
            run(*map(np.ones, shapes))
    fixed = theano.function([x, w], ConvOp(imshp=(3, 6, 5), bsize=2)(x, w))
    with pytest.raises(ValueError, match="batch size provided at build time"):
        fixed(np.ones((1, 3, 6, 5)), np.ones((4, 3, 3, 2)))


def test_options_are_refused_as_by_theano():
    x, w = T.tensor4(), T.tensor4()
    with pytest.raises(T.NotScalarConstantError, match="for the image_shape parameter"):
        conv2d(x, w, (1, 1, T.lscalar(), 3))
    with pytest.raises(AssertionError):
        conv2d(x, w, (1, 2, 5, 5), (1, 3, 2, 2))
    with pytest.raises(Exception, match="Mode half not implemented"):
        conv2d(x, w, border_mode="half")
    with pytest.raises(Exception, match="kerns must fit inside image in valid mode"):
        ConvOp((3, 3), (4, 4))
    with pytest.raises(Exception, match="all shape are needed"):
        ConvOp(unroll_batch=2)
    with pytest.raises(TypeError, match=r"ConvOp\.__init__ param dx must be an int"):
        ConvOp(dx=1.5)
    with pytest.raises(ValueError, match=r"len\(kshp\) must be 2, got 3"):
        ConvOp(kshp=(1, 2, 3))
    with pytest.raises(TypeError, match="requires input be a 4D tensor"):
        conv2d(T.tensor3(), w)
    with pytest.raises(NotImplementedError, match="must have the same type"):
        conv2d(T.ftensor4(), T.dtensor4())


def test_gradients_that_theano_gave_up_are_refused():
    x, w = T.tensor4(), T.tensor4()
    for border_mode, step in (("valid", (2, 1)), ("full", (3, 3))):
        with pytest.raises(NotImplementedError, match=r"ConvOp\.grad"):
            theano.grad(conv2d(x, w, border_mode=border_mode, subsample=step).sum(), w)
    with pytest.raises(Exception, match="we must have all the optional shape information"):
        theano.grad(conv2d(x, w, border_mode="full", subsample=(2, 2)).sum(), w)


def test_logical_sizes_are_filled_up_with_zeros():
    x, w = T.dtensor4s("x", "w")
    sizes = {"imshp": (1, 2, 2), "imshp_logical": (1, 4, 4), "kshp": (2, 2), "kshp_logical": (3, 3)}
    images, kernels = np.arange(1, 5.0).reshape(1, 1, 2, 2), np.array([[[[1.0, 2], [3, 4]]]])
    spread = np.zeros((1, 1, 4, 4))
    spread[..., ::2, ::2] = images
    for top_aligned, rows in ((True, [0, 2]), (False, [0, 2])):
        op = ConvOp(**sizes, kshp_logical_top_aligned=top_aligned)
        wide = np.zeros((1, 1, 3, 3))
        wide[np.ix_([0], [0], rows, rows)] = kernels
        got = theano.function([x, w], op(x, w))(images, kernels)
        np.testing.assert_array_equal(got, theano.function([x, w], ConvOp()(x, w))(spread, wide))
    with pytest.raises(NotImplementedError, match="todo"):
        theano.grad(op(x, w).sum(), x)


def test_unrolling_takes_divisors(caplog):
    shapes = {"imshp": (1, 5, 5), "kshp": (2, 2), "nkern": 6, "bsize": 4}
    op = ConvOp(**shapes, unroll_batch=3, unroll_kern=8)
    assert (op.unroll_batch, op.unroll_kern) == (2, 6)
    assert "unroll_batch(3) must be 0 or a divisor of bsize(4). We revert it to 2" in caplog.text
    assert ConvOp(**shapes) == ConvOp(**shapes) != op
    assert ConvOp(**shapes).flops([(4, 1, 5, 5), (6, 1, 2, 2)], [(4, 6, 4, 4)]) == 2 * 2 * 2 * 16 * 6 * 4
