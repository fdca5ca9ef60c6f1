"""Quotients and logarithms, in the form that bounds see through best.

``1 / (1 + exp(t))`` is a sigmoid and ``log(1 + exp(t))`` a softplus, however they are spelled; a share
``exp(t_i) / sum_j exp(t_j)`` is ``1 / sum_j exp(t_j - t_i)``, in which each decision is seen once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphopt.structure.forms import (
    Form,
    added,
    constant_form,
    dense,
    joined,
    placed,
    scaled,
    shifted,
    taken,
    transformed,
)
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.rows import moving_rows

MOST_TERMS = 1 << 14
"""Of sums of exponentials, all together, up to which shares are written with a sum of their own each."""


@dataclass(frozen=True, eq=False)
class ExpSum:
    """``constant + sum_j weights[j] * exp(exponents[j])``, all weights above 0 and the constant not below.

    Attributes
    ----------
    constant : float
    weights : array, (k,)
    exponents : Form, (k,)
    """

    constant: float
    weights: np.ndarray
    exponents: Form

    def divided_by(self, weight: float, exponent: Form) -> ExpSum:
        """Return this sum over ``weight * exp(exponent)``, a form of one element."""
        weights, exponents = [self.weights], [self.exponents]
        if self.constant:
            weights.append(np.array([self.constant]))
            exponents.append(constant_form(np.zeros(1)))
        everything = joined(exponents)
        differences = added(everything, scaled(taken(exponent, np.zeros(everything.size, int)), -1.0))
        factors = np.concatenate(weights) / weight
        moving = moving_rows(differences)
        constant = np.sum(factors[~moving] * np.exp(differences.constant[~moving]))
        here = np.flatnonzero(moving)
        return ExpSum(float(constant), factors[here], taken(differences, here))


def exp_sum(build: Builder, form: Form, element: int) -> ExpSum | None:
    """Return one element of `form` as a sum of exponentials, or None if it is no such sum."""
    weights, exponents = [], []
    for group, matrix in form.terms.items():
        row = dense(matrix[[element]])[0]
        columns = np.flatnonzero(row)
        if not columns.size:
            continue
        if build.groups[group].function != "exp" or (row[columns] < 0).any():
            return None
        weights.append(row[columns])
        exponents.append(build.argument(group, columns))
    if not weights or form.constant[element] < 0:
        return None
    return ExpSum(float(form.constant[element]), np.concatenate(weights), joined(exponents))


def divided(build: Builder, x: Form, y: Form) -> Form:
    """Return ``x / y``."""
    if not moving_rows(y).any():
        with np.errstate(all="ignore"):
            fixed = constant_form(x.constant / y.constant)
            return scaled(x, 1.0 / y.constant) if moving_rows(x).any() else fixed
    softsign = _softsign(build, x, y)
    if softsign is not None:
        return softsign
    shares, sums, here = [], [], []
    if _has(build, y, "exp") and _terms(y) <= MOST_TERMS:
        x_moves = moving_rows(x)
        for i in range(y.size):
            below = exp_sum(build, y, i)
            top = exp_sum(build, x, i) if below is not None and x_moves[i] else None
            share = top is not None and not top.constant and len(top.weights) == 1
            if below is None or (x_moves[i] and not share and len(below.weights) > 1):
                continue
            shares.append(float(share))
            sums.append(below.divided_by(top.weights[0], top.exponents) if share else below)
            here.append(i)
    rest = np.setdiff1d(np.arange(y.size), here)
    result = constant_form(np.zeros(y.size))
    if here:
        part = np.array(shares)  # what is above is in the sum already
        above = shifted(scaled(taken(x, np.array(here)), 1.0 - part), part)
        quotients = build.multiply(above, inverses(build, sums))
        result = added(result, placed(quotients, np.array(here), y.size))
    if rest.size:
        inverse = build.apply("reciprocal", taken(y, rest))
        result = added(result, placed(build.multiply(taken(x, rest), inverse), rest, y.size))
    return result


def inverses(build: Builder, sums: list[ExpSum]) -> Form:
    """Return 1 over each of `sums`: a sigmoid, an exponential or a reciprocal."""
    kinds = [
        "constant" if not len(s.weights)
        else "reciprocal" if len(s.weights) > 1
        else "sigmoid" if s.constant
        else "exp"
        for s in sums
    ]  # fmt: skip
    size, result = len(sums), constant_form(np.zeros(len(sums)))
    for kind in dict.fromkeys(kinds):
        index = np.array([i for i, k in enumerate(kinds) if k == kind])
        several = [sums[i] for i in index]
        if kind == "constant":
            part = constant_form(np.array([1.0 / s.constant for s in several]))
        elif kind == "reciprocal":
            part = build.apply("reciprocal", totals(build, several))
        else:
            weight = np.array([s.weights[0] for s in several])
            constant = np.array([s.constant for s in several]) if kind == "sigmoid" else weight
            exponent = scaled(
                shifted(joined([s.exponents for s in several]), np.log(weight / constant)), -1.0
            )
            part = scaled(build.apply(kind, exponent), 1.0 / constant)
        result = added(result, placed(part, index, size))
    return result


def totals(build: Builder, sums: list[ExpSum]) -> Form:
    """Return the values of `sums`, their exponentials in one group."""
    terms = build.apply("exp", joined([s.exponents for s in sums]))
    matrix = np.zeros((len(sums), terms.size))
    start = 0
    for row, s in zip(matrix, sums):
        row[start : start + len(s.weights)] = s.weights
        start += len(s.weights)
    return shifted(transformed(matrix, terms), np.array([s.constant for s in sums]))


def _softsign(build: Builder, x: Form, y: Form) -> Form | None:
    """Return ``x / (1 + |x|)`` as a difference of reciprocals, each seeing x once; None if `y` is no such."""
    if not _has(build, y, "relu"):
        return None
    above, below = build.relu(x), build.relu(scaled(x, -1.0))
    difference = added(y, scaled(added(above, below), -1.0))
    if moving_rows(difference).any() or not np.all(difference.constant == 1.0):
        return None
    first = build.apply("reciprocal", shifted(below, 1.0))
    return added(first, scaled(build.apply("reciprocal", shifted(above, 1.0)), -1.0))


def logarithm(build: Builder, x: Form) -> Form:
    """Return ``log(x)``."""
    if not any(_has(build, x, function) for function in ("exp", "sigmoid", "reciprocal")):
        return build.apply("log", x)
    result, rest = constant_form(np.zeros(x.size)), []
    for i in range(x.size):
        total = exp_sum(build, x, i)
        found = _log_of_one(build, x, i) if total is None else log_of_sum(build, total)
        if found is None:
            rest.append(i)
        else:
            result = added(result, placed(found, np.array([i]), x.size))
    if rest:
        result = added(result, placed(build.apply("log", taken(x, np.array(rest))), np.array(rest), x.size))
    return result


def log_of_sum(build: Builder, total: ExpSum) -> Form:
    """Return the logarithm of a sum: its first exponent taken out if it has no constant."""
    if not len(total.weights):
        return constant_form(np.log([total.constant]))
    if not total.constant:
        first = taken(total.exponents, np.zeros(1, int))
        rest = total.divided_by(total.weights[0], first)
        first = shifted(first, np.log(total.weights[0]))
        return added(first, log_of_sum(build, rest))
    if len(total.weights) == 1:
        exponent = shifted(total.exponents, np.log(total.weights / total.constant))
        return shifted(build.apply("softplus", exponent), np.log(total.constant))
    return build.apply("log", totals(build, [total]))


def _log_of_one(build: Builder, x: Form, element: int) -> Form | None:
    """Return the logarithm of ``k / y``, of ``k * sigmoid(t)``, or of ``k - k * sigmoid(t)``, k above 0."""
    found = []
    for group, matrix in x.terms.items():
        row = dense(matrix[[element]])[0]
        found += [(group, column, row[column]) for column in np.flatnonzero(row)]
    if len(found) != 1:
        return None
    (group, column, weight), constant = found[0], x.constant[element]
    function, rising = build.groups[group].function, weight > 0
    if function not in ("sigmoid", "reciprocal"):
        return None
    argument = build.argument(group, np.array([column]))
    if function == "reciprocal" and rising and constant == 0.0:
        part = logarithm(build, argument)
    elif function == "sigmoid" and constant == (0.0 if rising else -weight):
        part = build.apply("softplus", scaled(argument, -1.0) if rising else argument)
    else:
        return None
    return shifted(scaled(part, -1.0), np.log(abs(weight)))


def _terms(form: Form) -> int:
    """Return how many elements of groups the elements of `form` depend on, all together."""
    return sum(int(np.count_nonzero(m) if isinstance(m, np.ndarray) else m.nnz) for m in form.terms.values())


def _has(build: Builder, form: Form, function: str) -> bool:
    """Return whether `form` depends on a group of `function`."""
    return any(build.groups[g].function == function for g in form.terms)
