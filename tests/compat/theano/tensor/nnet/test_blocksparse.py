"""Products with chosen blocks of a matrix."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet import blocksparse

rng = np.random.default_rng(0)
W, H, B = rng.random((3, 4, 2, 5)), rng.random((2, 2, 2)), rng.random((4, 5))
INPUT_BLOCKS, OUTPUT_BLOCKS = np.array([[0, 2], [1, 1]]), np.array([[3, 0, 3], [1, 2, 0]])


def by_loops(W, h, input_blocks, b, output_blocks):
    out = b[output_blocks].copy()
    for n in range(h.shape[0]):
        for j, column in enumerate(output_blocks[n]):
            for i, row in enumerate(input_blocks[n]):
                out[n, j] += h[n, i] @ W[row, column]
    return out


def test_product_and_gradients():
    def product(W, h, b):
        return blocksparse.sparse_block_dot(W, h, T.constant(INPUT_BLOCKS), b, T.constant(OUTPUT_BLOCKS))

    w, h, b = T.dtensor4(), T.dtensor3(), T.dmatrix()
    f = theano.function([w, h, b], product(w, h, b))
    np.testing.assert_allclose(f(W, H, B), by_loops(W, H, INPUT_BLOCKS, B, OUTPUT_BLOCKS))
    T.verify_grad(product, [W, H, B], rng=np.random.RandomState(0), mode="FAST_COMPILE")


def test_without_a_batch():
    result = blocksparse.sparse_block_dot(
        T.constant(W),
        T.constant(H[0]),
        T.constant(INPUT_BLOCKS[0]),
        T.constant(B),
        T.constant(OUTPUT_BLOCKS[0]),
    )
    expected = by_loops(W, H[:1], INPUT_BLOCKS[:1], B, OUTPUT_BLOCKS[:1])
    np.testing.assert_allclose(result.eval(), expected)


def test_outer_scaled():
    o, x, y = np.zeros((3, 4, 2, 5)), rng.random((2, 2, 2)), rng.random((2, 3, 5))
    expected = o.copy()
    for n in range(2):
        for i, row in enumerate(INPUT_BLOCKS[n]):
            for j, column in enumerate(OUTPUT_BLOCKS[n]):
                expected[row, column] += 0.5 * np.outer(x[n, i], y[n, j])
    result = blocksparse.sparse_block_outer(o, x, y, INPUT_BLOCKS, OUTPUT_BLOCKS, alpha=0.5)
    np.testing.assert_allclose(result.eval(), expected)


def test_in_place_leaves_arguments_alone():
    o = T.dtensor3("o")
    f = theano.function([o], blocksparse.sparse_block_gemv_inplace(o, W, H, INPUT_BLOCKS, OUTPUT_BLOCKS))
    start = np.zeros((2, 3, 5))
    assert f(start).any()
    assert not start.any()


def test_wrong_dimensions():
    with pytest.raises(TypeError, match="weight matrix W must be a 4D tensor"):
        blocksparse.sparse_block_gemv(B[None], B, H, INPUT_BLOCKS, OUTPUT_BLOCKS)
