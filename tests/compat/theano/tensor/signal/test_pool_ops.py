"""The pooling Ops: shapes, derivatives, refusals. Their values are in `test_images`."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.signal import pool as module

RNG = np.random.RandomState(0)
# every difference is larger than the step of finite differences, so that no maximum changes place
X = RNG.permutation(60).reshape(1, 2, 6, 5) / 2.0

# recorded from Theano 1.0.5
SHAPES = [
    (((10, 9), (2, 2), True), [5, 4]),
    (((10, 9), (2, 2), False), [5, 5]),
    (((10, 9), (3, 2), True, (2, 3)), [4, 3]),
    (((10, 9), (3, 2), False, (2, 3)), [5, 3]),
    (((4, 10, 9), (3, 2), True, (2, 2), (1, 1)), [4, 5, 5]),
]


@pytest.mark.parametrize(("arguments", "expected"), SHAPES)
def test_shapes_are_those_of_theano(arguments, expected):
    image, *rest = arguments
    assert module.Pool.out_shape(*arguments) == expected
    assert module.PoolGrad.out_shape(*arguments) == expected
    lengths = T.lvector()
    symbolic = module.Pool.out_shape([lengths[i] for i in range(len(image))], *rest)
    assert [int(n) for n in theano.function([lengths], symbolic)(image)] == expected


@pytest.mark.parametrize("mode", ["max", "sum", "average_inc_pad", "average_exc_pad"])
def test_gradients_of_both_orders(mode):
    def pooled(x):
        return module.Pool(True, mode)(x, (3, 2), (2, 1), (1, 1))

    T.verify_grad(pooled, [X], rng=RNG)
    T.verify_grad(lambda x: theano.grad((pooled(x) ** 2).sum(), x), [X], rng=RNG)
    x, v = T.dtensor4s("x", "v")
    slope = theano.function([x, v], theano.gradient.Rop(pooled(x), x, v), on_unused_input="ignore")
    value = theano.function([x], pooled(x))
    direction = RNG.normal(size=X.shape)
    step = 1e-6
    np.testing.assert_allclose(
        slope(X, direction), (value(X + step * direction) - value(X)) / step, atol=1e-6
    )


def test_window_stride_and_padding_may_be_variables():
    x, ws, stride, pad = T.dtensor4(), T.lvector(), T.ivector(), T.lvector()
    y = module.pool_2d(x, ws, True, stride, pad)
    slope = theano.grad((y**2).sum(), x)
    run = theano.function([x, ws, stride, pad], [y, slope, y.shape], on_unused_input="ignore")
    value, gradient, shape = run(X, [3, 2], np.array([2, 1], "int32"), [1, 1])
    fixed = module.pool_2d(x, (3, 2), True, (2, 1), (1, 1))
    expected = theano.function([x], [fixed, theano.grad((fixed**2).sum(), x)])(X)
    np.testing.assert_array_equal(value, expected[0])
    np.testing.assert_array_equal(gradient, expected[1])
    assert tuple(shape) == value.shape
    with pytest.raises(ValueError, match="padding smaller than the window"):
        run(X, [1, 1], np.array([1, 1], "int32"), [1, 0])
    run = theano.function([x, ws, stride, pad], module.Pool(False)(x, ws, stride, pad))
    with pytest.raises(ValueError, match="padding must be zero when ignore border is False"):
        run(X, [3, 2], np.array([2, 1], "int32"), [1, 1])


def test_the_first_maximum_gets_the_direction():
    x, v = T.dmatrices("x", "v")
    run = theano.function([x, v], module.MaxPoolRop(True)(x, v, (1, 3)))
    np.testing.assert_array_equal(run([[1, 2, 2.0, 5, 4, 5]], [[1, 2, 3.0, 4, 5, 6]]), [[2, 4]])


def test_arguments_are_refused_as_by_theano():
    x = T.tensor4()
    with pytest.raises(ValueError, match="Pool mode parameter only support 'max'"):
        module.Pool(mode="min")
    assert module.Pool(mode="max_deterministic").mode == "max"
    with pytest.raises(NotImplementedError, match="padding works only with ignore_border=True"):
        module.Pool(False)(x, (2, 2), None, (1, 1))
    with pytest.raises(NotImplementedError, match="padding must be smaller than strides"):
        module.Pool(True)(x, (2, 2), None, (2, 1))
    with pytest.raises(TypeError, match="Pool downsample parameters must be ints"):
        module.Pool()(x, (2.0, 2.0))
    with pytest.raises(TypeError, match="Stride parameters must be ints"):
        module.Pool()(x, (2, 2), (1.5, 1.0))
    with pytest.raises(TypeError):
        module.Pool(ndim=3)(T.matrix(), (2, 2, 2))
    with pytest.raises(TypeError, match="imgshape must have at least 2 dimensions"):
        module.Pool.out_shape((3,), (2, 2))
    assert str(module.Pool(True)) == "Pool{ignore_border=True, mode='max', ndim=2}"
