"""Draws from rows of probabilities, given uniform numbers."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable

from graphopt.engine import native

from .. import gof, tensor
from ..configdefaults import config
from ..scalar import as_scalar
from .background_kernel import BackgroundKernel

_REALS = {"f": "f32", "d": "f64"}
_COUNTS = BackgroundKernel(
    "counts_of_outcomes",
    """
def counts_of_outcomes(
    rows: i64, outcomes: i64, trials: i64, pvals: PVALSp, unis: UNISp, sums: f64p, counts: i64p,
) -> None:
    for r in range(rows):
        total = 0.0
        highest = -inf
        for m in range(outcomes):
            total = total + f64(pvals[r * outcomes + m])
            highest = total if total > highest else highest
            sums[m] = highest
        for c in range(trials):
            u = f64(unis[c * rows + r])
            low = 0
            high = outcomes
            while low < high:
                middle = (low + high) // 2
                if sums[middle] > u:
                    high = middle
                else:
                    low = middle + 1
            if low < outcomes:
                counts[r * outcomes + low] += 1
""",
)
_CHOICES = BackgroundKernel(
    "chosen_outcomes",
    """
def chosen_outcomes(
    rows: i64, outcomes: i64, n: i64, replace: i64, pvals: PVALSp, unis: UNISp, chosen: i64p,
) -> None:
    for r in range(rows):
        start = r * outcomes
        for c in range(n):
            u = f64(unis[c * rows + r])
            total = 0.0
            m = -1
            while m + 1 < outcomes and not total > u:
                m += 1
                total = total + f64(pvals[start + m])
            if total > u:
                chosen[r * n + c] = m
                if replace == 0:
                    rest = PVALS(total - f64(pvals[start + m]))
                    pvals[start + m] = 0.0
                    for k in range(m, outcomes):
                        rest = rest + pvals[start + k]
                    for k in range(outcomes):
                        pvals[start + k] = pvals[start + k] / rest
""",
)
LARGEST_TABLE = 1 << 20  # comparisons of a number with a row's sums that are made at once
SECONDS_A_CALL = 5e-5  # of NumPy
SECONDS_A_NUMBER = 1e-8


class MultinomialFromUniform(gof.Op):
    """``(pvals, unis, n=1)`` -> how often each outcome came in `n` trials, one row for each row of `pvals`.

    Trial c of row r gives the first outcome whose cumulated probability is above ``unis[c * rows + r]``, none
    if there is no such outcome.

    Parameters
    ----------
    odtype : str
        The dtype of the counts; "auto" is that of `pvals`.
    """

    __props__ = ("odtype",)
    odtype = "auto"  # of operations pickled before there was a choice

    def __init__(self, odtype: str) -> None:
        self.odtype = odtype

    def __str__(self) -> str:
        return f"{type(self).__name__}{{{self.odtype}}}"

    def _dtype(self, pvals: Variable) -> str:
        return pvals.dtype if self.odtype == "auto" else self.odtype

    def make_node(self, pvals: Any, unis: Any, n: Any = 1) -> Apply:
        pvals, unis = tensor.as_tensor_variable(pvals), tensor.as_tensor_variable(unis)
        if pvals.ndim != 2:
            raise NotImplementedError("pvals ndim should be 2", pvals.ndim)
        if unis.ndim != 1:
            raise NotImplementedError("unis ndim should be 1", unis.ndim)
        out = tensor.tensor(dtype=self._dtype(pvals), broadcastable=pvals.type.broadcastable)
        return Apply(self, [pvals, unis, as_scalar(n)], [out])

    def grad(self, ins: Sequence, outgrads: Sequence) -> list:
        return [
            tensor.zeros_like(x, dtype=config.floatX if x.dtype in tensor.discrete_dtypes else None)
            for x in ins
        ]

    def perform(self, node: Apply, ins: Sequence, outs: Sequence) -> None:
        pvals, unis, n = _checked(*ins)
        rows, outcomes = pvals.shape
        kernel = _kernel(_COUNTS, pvals, unis, rows * (outcomes + n))
        if kernel is None:
            counts = _counts(pvals, unis, n)
        else:
            counts = np.zeros((rows, outcomes), np.int64)
            kernel.raw(
                rows, outcomes, n, *map(np.ascontiguousarray, (pvals, unis)), np.empty(outcomes), counts
            )
        outs[0][0] = counts.astype(node.outputs[0].type.dtype)


class ChoiceFromUniform(MultinomialFromUniform):
    """``(pvals, unis, n=1)`` -> `n` outcomes for each row of `pvals`, each at most once unless `replace`.

    Where no cumulated probability is above the uniform number the outcome is -1.

    Parameters
    ----------
    odtype : str
        The dtype of the outcomes; "auto" is int64.
    """

    __props__ = ("odtype", "replace")
    replace = False

    def __init__(self, odtype: str, replace: bool = False, *args: Any, **kwargs: Any) -> None:
        self.replace = replace
        super().__init__(odtype, *args, **kwargs)

    def _dtype(self, pvals: Variable) -> str:
        return "int64" if self.odtype == "auto" else self.odtype

    def perform(self, node: Apply, ins: Sequence, outs: Sequence) -> None:
        if ins[2] > ins[0].shape[1]:
            raise ValueError(
                "Cannot sample without replacement n samples bigger than the size of the distribution."
            )
        pvals, unis, n = _checked(*ins)
        pvals = np.array(pvals, order="C")
        drawn = np.full((len(pvals), n), -1, np.int64)
        kernel = _kernel(_CHOICES, pvals, unis, pvals.size * n)
        if kernel is None:
            _choose(pvals, unis, self.replace, drawn)
        else:
            kernel.raw(*pvals.shape, n, int(self.replace), pvals, np.ascontiguousarray(unis), drawn)
        outs[0][0] = drawn.astype(node.outputs[0].type.dtype)


def _kernel(
    kernels: BackgroundKernel, pvals: np.ndarray, unis: np.ndarray, size: int
) -> native.Kernel | None:
    """Return the compiled loop for these arrays; `size` says how much there is to do."""
    seconds = SECONDS_A_CALL + size * SECONDS_A_NUMBER
    return kernels.get(seconds, PVALS=_REALS.get(pvals.dtype.char), UNIS=_REALS.get(unis.dtype.char))


def _counts(pvals: np.ndarray, unis: np.ndarray, n: int) -> np.ndarray:
    """Return how often each outcome came in `n` trials for each row of `pvals`."""
    rows, outcomes = pvals.shape
    # the first sum above u is the first running maximum above u, and that is sorted
    sums = np.fmax.accumulate(np.cumsum(pvals, axis=1, dtype=np.float64), axis=1)
    unis = unis.reshape(n, rows).T
    if sums.size * n <= LARGEST_TABLE:
        drawn = (~(sums[:, None, :] > unis[:, :, None])).sum(axis=2)
    else:
        drawn = np.array([np.searchsorted(s, u, side="right") for s, u in zip(sums, unis)])
    places = (np.arange(rows)[:, None] * (outcomes + 1) + drawn).reshape(-1)
    counts = np.bincount(places, minlength=rows * (outcomes + 1))
    return counts.reshape(rows, outcomes + 1)[:, :outcomes]


def _choose(pvals: np.ndarray, unis: np.ndarray, replace: bool, drawn: np.ndarray) -> None:
    """Write the outcomes of each row of `pvals`, which is changed, to `drawn`."""
    everywhere, columns = np.arange(len(pvals)), np.arange(pvals.shape[1])
    for c in range(drawn.shape[1]):
        sums = np.cumsum(pvals, axis=1, dtype=np.float64)
        above = sums > unis[c * len(pvals) : (c + 1) * len(pvals), None]
        first = above.argmax(axis=1)
        found = above[everywhere, first]
        drawn[found, c] = first[found]
        if not replace and c + 1 < drawn.shape[1]:
            _take_out(pvals, sums, everywhere[found], first[found], columns)


def _take_out(
    pvals: np.ndarray, sums: np.ndarray, rows: np.ndarray, taken: np.ndarray, columns: np.ndarray
) -> None:
    """Set ``pvals[rows, taken]`` to 0 and let these rows sum to 1 again.

    The divisor is what was cumulated before the outcome plus the rest, added in the dtype of `pvals` one by
    one, as Theano's C code does: another order would move later draws.
    """
    before = (sums[rows, taken] - pvals[rows, taken]).astype(pvals.dtype)
    pvals[rows, taken] = 0
    rest = np.where(columns < taken[:, None], 0, pvals[rows])
    terms = np.concatenate([before[:, None], rest], axis=1)
    with np.errstate(invalid="ignore"):  # nothing may be left
        pvals[rows] /= np.add.accumulate(terms, axis=1)[:, -1:]


def _checked(pvals: np.ndarray, unis: np.ndarray, n: Any = 1) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the inputs of a node, `n` as an integer; nodes pickled long ago have none."""
    n = int(n)
    if unis.shape[0] != pvals.shape[0] * n:
        raise ValueError("unis.shape[0] != pvals.shape[0] * n_samples", unis.shape[0], pvals.shape[0], n)
    return pvals, unis, n


class MultinomialWOReplacementFromUniform(ChoiceFromUniform):
    """The old name of `ChoiceFromUniform`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            "MultinomialWOReplacementFromUniform is deprecated, use ChoiceFromUniform instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        super().__init__(*args, **kwargs)
