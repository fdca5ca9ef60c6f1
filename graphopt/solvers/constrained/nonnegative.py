"""Nonnegative least squares: weights, none below zero, with which columns add up to what is nearest a target.

Lawson and Hanson's method, in SciPy's implementation, changes one column at a time and factors dense
matrices. Many sparse columns, such as those of limits on rates, are first tried with block principal
pivoting, which changes all that are wrong at once and factors sparse ones: Portugal, Judice and Vicente, "A
comparison of block pivoting and interior-point algorithms for linear least squares problems with nonnegative
variables", Math. Comp. 63 (1994).
"""

from __future__ import annotations

from typing import Any

import numpy as np

MANY = 200  # columns from which pivoting is tried
SPARSE = 0.05  # share of numbers that are not zero, up to which it is
MAX_EXCHANGES = 60
PATIENCE = 3  # exchanges of all wrong columns that need not make them fewer
ENOUGH = 1e-11  # largest slope by a weight that counts as none, for columns and a target of size one
RIDGE = 1e-12  # added to the squares of the columns, which may depend on each other


def nonnegative_weights(columns: Any, target: np.ndarray) -> np.ndarray:
    """Return the nonnegative weights for which ``columns @ weights`` is nearest to `target`, (k,).

    Parameters
    ----------
    columns : array or sparse array, (n, k)
        Of length about one.
    target : array, (n,)
        What they are to add up to.
    """
    size = float(np.max(np.abs(target), initial=0.0))
    count = columns.shape[1]
    if not size > 0 or not count:
        return np.zeros(count)
    if count >= MANY:
        found = _by_pivoting(columns, target / size)
        if found is not None:
            return found * size
    from scipy.optimize import lsq_linear, nnls

    dense = columns if isinstance(columns, np.ndarray) else columns.toarray()
    try:
        return nnls(dense, target / size)[0] * size
    except RuntimeError:  # too many exchanges
        return lsq_linear(dense, target / size, bounds=(0, np.inf), tol=1e-14).x * size


def _by_pivoting(columns: Any, target: np.ndarray) -> np.ndarray | None:
    """Return the weights if the columns are sparse and the conditions of the minimum hold, else None."""
    from scipy.sparse import csc_array, eye_array

    columns = csc_array(columns)
    if columns.nnz > SPARSE * columns.shape[0] * columns.shape[1]:
        return None
    squares = (columns.T @ columns).tocsc() + RIDGE * eye_array(columns.shape[1], format="csc")
    used = np.ones(columns.shape[1], dtype=bool)
    fewest, patience = used.size + 1, PATIENCE
    for _ in range(MAX_EXCHANGES):
        weights = _least_squares(columns, squares, target, np.flatnonzero(used))
        if weights is None:
            return None
        slopes = columns.T @ (target - columns @ weights)
        wrong = np.where(used, weights < -ENOUGH, slopes > ENOUGH)
        if not wrong.any():
            return np.maximum(weights, 0.0) if np.all(np.abs(slopes[used]) <= ENOUGH) else None
        if wrong.sum() < fewest:
            fewest, patience = int(wrong.sum()), PATIENCE
        elif patience:
            patience -= 1
        else:  # one at a time cannot go in circles
            wrong[: np.flatnonzero(wrong)[-1]] = False
        used ^= wrong
    return None


def _least_squares(columns: Any, squares: Any, target: np.ndarray, used: np.ndarray) -> np.ndarray | None:
    """Return the weights of the `used` columns, of either sign, that leave least over; others zero."""
    from scipy.sparse.linalg import splu

    weights = np.zeros(columns.shape[1])
    if not used.size:
        return weights
    try:
        factors = splu(squares[used][:, used].tocsc(), permc_spec="MMD_AT_PLUS_A")
    except RuntimeError:  # singular
        return None
    for _ in range(4):  # refined: the squares know only half the digits
        weights[used] += factors.solve((columns.T @ (target - columns @ weights))[used])
    return weights if np.isfinite(weights).all() else None
