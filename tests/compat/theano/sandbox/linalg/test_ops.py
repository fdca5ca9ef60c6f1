"""`theano.sandbox.linalg`: hints, rewrites that use them, and a bound."""

import numpy as np
import pytest
from pytensor.graph.fg import FunctionGraph

from compat import theano
from compat.theano import tensor as T
from compat.theano.sandbox import linalg
from compat.theano.sandbox.linalg import ops
from compat.theano.tensor.slinalg import cholesky, solve

RNG = np.random.RandomState(0)
MATRIX = RNG.randn(4, 4)
POSITIVE = MATRIX @ MATRIX.T + np.eye(4)
RIGHT = RNG.randn(4, 2)


def rewritten(rewriter, output, inputs):
    """Return what `rewriter` makes of the last node of a graph, as a function; None if it makes nothing."""
    fgraph = FunctionGraph(inputs, [output], clone=False)
    made = rewriter.transform(fgraph, output.owner)
    return None if not made else theano.function(inputs, made[0])


A, b = T.dmatrix(), T.dmatrix()


@pytest.mark.parametrize(
    ("rewriter", "expression"),
    [
        (ops.inv_as_solve, lambda: T.dot(linalg.matrix_inverse(A), b)),
        (ops.inv_as_solve, lambda: T.dot(b.T, linalg.matrix_inverse(A))),
        (ops.transinv_to_invtrans, lambda: linalg.matrix_inverse(A).T),
        (ops.tag_solve_triangular, lambda: solve(cholesky(A), b)),
        (ops.tag_solve_triangular, lambda: solve(cholesky(A).T, b)),
        (ops.psd_solve_with_chol, lambda: solve(linalg.psd(A), b)),
        (ops.no_transpose_symmetric, lambda: linalg.psd(A).T),
        (ops.remove_hint_nodes, lambda: linalg.psd(A)),
        (ops.local_log_prod_sqr, lambda: T.log(T.prod(A**2))),
        (ops.local_log_pow, lambda: T.log(T.exp(A) ** 3.0)),
    ],
)
def test_rewrites_keep_values(rewriter, expression):
    output = expression()
    uses_b = b in theano.gof.graph.inputs([output])
    inputs = [A, b] if uses_b else [A]
    values = [POSITIVE, RIGHT] if uses_b else [POSITIVE]
    expected = theano.function(inputs, output)(*values)
    np.testing.assert_allclose(rewritten(rewriter, output, inputs)(*values), expected, rtol=1e-9)


def test_determinant_by_a_factor_that_is_there():
    d = linalg.det(A)
    fgraph = FunctionGraph([A], [d, cholesky(A)], clone=False)
    [made] = ops.local_det_chol.transform(fgraph, d.owner)
    np.testing.assert_allclose(theano.function([A], made)(POSITIVE), np.linalg.det(POSITIVE))


def test_hints():
    x = linalg.psd(A)
    assert ops.is_psd(x)
    assert ops.is_symmetric(x)
    assert not ops.is_psd(A)
    assert ops.is_positive(A**2)
    assert not ops.is_positive(A**3)
    np.testing.assert_array_equal(theano.function([A], x)(MATRIX), MATRIX)
    gradient = theano.function([A], theano.grad((x**2).sum(), A))
    np.testing.assert_allclose(gradient(MATRIX), 2 * MATRIX)
    fgraph = FunctionGraph([A], [x + 1], clone=False)
    ops.HintsOptimizer().add_requirements(fgraph)
    fgraph.hints_feature.add_hint(A, "psd", True)
    fgraph.replace(x, A, import_missing=True)
    assert fgraph.hints_feature.hints[x] == {"psd": True}


def test_bound_of_eigenvalues():
    """It is at least the greatest, and no more than 4 ** (1 / 32) times as much."""
    f = theano.function([A], linalg.spectral_radius_bound(A, 5))
    greatest = np.linalg.eigvalsh(POSITIVE).max()
    assert greatest <= f(POSITIVE) * (1 + 1e-12)
    assert f(POSITIVE) <= greatest * 4 ** (1 / 32)
    for error, arguments in ((TypeError, (T.dvector(), 5)), (TypeError, (A, 5.0)), (ValueError, (A, 0))):
        with pytest.raises(error):
            linalg.spectral_radius_bound(*arguments)
