"""Neighbourhoods of images: refusals as by Theano. Their values are in `test_images`."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet.neighbours import Images2Neibs, images2neibs, neibs2images

X = np.arange(2 * 3 * 5 * 6.0).reshape(2, 3, 5, 6)


@pytest.mark.parametrize(
    ("mode", "shape", "step", "error", "text"),
    [
        ("valid", (2, 2), None, TypeError, r"neib_shape\[0\]=2, neib_step\[0\]=2 and ten4.shape\[2\]=5"),
        ("half", (3, 3), (1, 4), TypeError, r"neib_shape\[1\]=3, neib_step\[1\]=4 and ten4.shape\[3\]=6"),
        ("full", (2, 2), (2, 3), TypeError, r"neib_shape\[0\]=2"),
        ("wrap_centered", (2, 3), (1, 1), TypeError, "need patch with odd shapes"),
        ("wrap_centered", (7, 3), (1, 1), TypeError, "don't support image shapes smaller then the patch"),
        ("valid", (0, 2), None, ValueError, "neib_step wrong step ; values <= 0"),
        ("valid", (0, 2), (1, 1), ValueError, "neib_shape values <=0"),
    ],
)
def test_what_does_not_fit_is_refused_as_by_theano(mode, shape, step, error, text):
    x = T.dtensor4()
    run = theano.function([x], images2neibs(x, shape, step, mode))
    with pytest.raises(error, match=text):
        run(X)


def test_modes_are_refused_as_by_theano():
    with pytest.raises(NotImplementedError, match="Only modes valid, half, full"):
        Images2Neibs("same")
    with pytest.raises(NotImplementedError, match="neibs2images do not support mode=half"):
        neibs2images(T.matrix(), (2, 2), (1, 1, 4, 4), "half")


def test_sizes_may_be_variables():
    x, shape, step = T.dtensor4(), T.lvector(), T.ivector()
    rows = images2neibs(x, shape, step)
    got, sizes = theano.function([x, shape, step], [rows, rows.shape])(X, [1, 2], np.array([2, 2], "int32"))
    assert got.shape == tuple(sizes) == (2 * 3 * 3 * 3, 2)
    np.testing.assert_array_equal(got[-1], X[1, 2, 4, 4:])


@pytest.mark.parametrize("step", [None, (1, 2)])
def test_gradients_of_both_orders(step):
    rng = np.random.RandomState(0)
    T.verify_grad(lambda x: images2neibs(x, (3, 2), step), [X[:1, :1, :3]], rng=rng)

    def slope(x):
        return theano.grad((images2neibs(x, (3, 2), step) ** 2).sum(), x)

    T.verify_grad(slope, [rng.normal(size=(1, 1, 3, 4))], rng=rng)


def test_putting_back_undoes():
    x = T.dtensor4()
    back = neibs2images(images2neibs(x, (5, 3)), (5, 3), X.shape)
    np.testing.assert_array_equal(theano.function([x], back)(X), X)


@pytest.mark.parametrize("mode", ["valid", "ignore_borders"])
def test_shapes_that_do_not_fit_are_refused(mode):
    rows, shape = T.dmatrix(), T.ivector()
    run = theano.function([rows, shape], neibs2images(rows, (2, 3), shape, mode))
    values = np.ones((4, 6))
    assert run(values, np.array([1, 1, 4, 6], "int32")).shape == (1, 1, 4, 6)
    for wrong in ([1, 1, 1, 4, 6], [4, 6, 1, 1], [1, 1, 6, 6]):
        with pytest.raises(ValueError):
            run(values, np.array(wrong, "int32"))
    assert neibs2images(rows, (2, 3), (1, 1, 4, 6), mode).broadcastable == (True, True, False, False)
