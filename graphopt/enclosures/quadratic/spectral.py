"""How far quadratic forms reach over the box from -1 to 1, by a bound of their eigenvalues.

The sum of the magnitudes of all coefficients is reached only if all signs agree. For any d > 0 and
``A = Q / sqrt(d d')`` the form is at most the largest magnitude of an eigenvalue of A times the sum of d (the
bound of semidefinite relaxations if d is the best; here it is the sums of the rows of ``|Q|``, for which no
eigenvalue is above 1). The eighth power of that eigenvalue is at most the sum of the squares of ``A ** 4``,
which takes two products of matrices.
"""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.quadratic.forms import SLACK, Quadratics, inputs_of, pairs

LOT = 1 << 19  # numbers in the matrices worked on at once
FEW = 4  # inputs below which nothing is to be gained
LOST = 1e-9  # more than the rounding error of the fourth power of a matrix with no eigenvalue above 1
SMALLEST = 1e-200


def bend_by_norm(quadratics: Quadratics) -> np.ndarray:
    """Return how far the quadratic part can reach at most, no more than ``quadratics.bend``: (B, size)."""
    bound, bends = quadratics.bend, quadratics.bends
    inputs = inputs_of(bends.shape[1])
    if inputs < FEW:
        return bound
    i, j = pairs(inputs)
    place = np.zeros((inputs, inputs), dtype=np.intp)
    place[i, j] = place[j, i] = np.arange(i.size)
    halves = bends * np.where(i == j, 1.0, 0.5)[:, None]
    rows = np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(-1, i.size)
    found, lot = np.empty(len(rows)), max(1, LOT // inputs**2)
    with np.errstate(all="ignore"):
        for start in range(0, len(rows), lot):
            some = slice(start, start + lot)
            found[some] = _reach(rows[some, place.ravel()].reshape(-1, inputs, inputs))
    return np.fmin(bound, found.reshape(bound.shape))


def _reach(Q: np.ndarray) -> np.ndarray:
    """Return upper bounds of ``|u' Q u|`` for u in [-1, 1], of symmetric matrices (m, n, n): (m,)."""
    d = np.maximum(np.abs(Q).sum(axis=2), SMALLEST)
    root = np.sqrt(d)
    A = Q / root[:, :, None] / root[:, None, :]
    fourth = np.linalg.matrix_power(A, 4)
    norm = np.sqrt(np.square(fourth).sum(axis=(1, 2)))
    return np.sqrt(np.sqrt(norm + LOST)) * d.sum(axis=1) * SLACK
