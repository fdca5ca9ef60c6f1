"""Groups of nonlinear elements, made one after the other: equal elements once, constant ones not at all."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from graphopt.structure.forms import (
    Form,
    added,
    constant_form,
    dense,
    group_form,
    joined,
    placed,
    scaled,
    taken,
    transformed,
)
from graphopt.structure.functions import FUNCTIONS
from graphopt.structure.lowering.rows import distinct_rows, marks, moving_rows, ratio, sign_known
from graphopt.structure.program import Group

NEVER_NEGATIVE = ("relu", "sigmoid", "softplus", "exp", "square", "sqrt", "step")


class Builder:
    """The groups made so far; its methods return forms over them.

    Attributes
    ----------
    groups : list of Group
    name : str
        What the next groups are called, for messages.
    """

    def __init__(self, size: int) -> None:
        self.groups = [Group("input", size, name="the decisions")]
        self.name = ""
        self._known: dict[tuple, Form] = {}
        self._never_negative: set[int] = set()
        self._insides: dict[bytes, Form] = {}  # of |x|: x
        self._mirrored: dict[int, tuple[Form, Form]] = {}  # of relu(-x): relu(x) and x

    def apply(self, function: str, *arguments: Form, parameter: Any = 0.0) -> Form:
        """Return ``function(*arguments)``, elementwise: (size,)."""
        size = arguments[0].size
        moving = np.logical_or.reduce([moving_rows(a) for a in arguments])
        if not moving.any():
            return self._constant(function, arguments, parameter)
        if moving.all():
            return self._moving(function, arguments, parameter)
        here, rest = np.flatnonzero(moving), np.flatnonzero(~moving)
        first = self._moving(function, tuple(taken(a, here) for a in arguments), parameter)
        second = self._constant(function, tuple(taken(a, rest) for a in arguments), parameter)
        return added(placed(first, here, size), placed(second, rest, size))

    def _constant(self, function: str, arguments: Sequence[Form], parameter: Any) -> Form:
        with np.errstate(all="ignore"):
            return constant_form(FUNCTIONS[function].value(*(a.constant for a in arguments), parameter))

    def _moving(self, function: str, arguments: tuple[Form, ...], parameter: Any) -> Form:
        """Return ``function(*arguments)`` where no element is constant."""
        key = (function, parameter, *map(_digest, arguments))
        if key not in self._known:
            first, place = distinct_rows(arguments)
            if len(first) < len(place):
                form = taken(
                    self._moving(function, tuple(taken(a, first) for a in arguments), parameter), place
                )
            else:
                form = self._group(function, arguments, parameter)
            self._known[key] = form
        return self._known[key]

    def _group(self, function: str, arguments: tuple[Form, ...], parameter: Any) -> Form:
        size, number = arguments[0].size, len(self.groups)
        self.groups.append(Group(function, size, arguments, parameter, self.name))
        if function in NEVER_NEGATIVE:
            self._never_negative.add(number)
        return group_form(number, size)

    def relu(self, x: Form) -> Form:
        """Return ``max(x, 0)``; what never changes its sign is itself, or 0."""
        never_below, never_above = sign_known(x, self._never_negative)
        if not (never_below.any() or never_above.any()):
            return self.apply("relu", x)
        rest = np.flatnonzero(~(never_below | never_above))
        kept = np.flatnonzero(never_below)
        result = placed(taken(x, kept), kept, x.size)
        if rest.size:
            result = added(result, placed(self.apply("relu", taken(x, rest)), rest, x.size))
        return result

    def absolute(self, x: Form) -> Form:
        """Return ``|x|`` as ``relu(x) + relu(-x)``, of which bounds see that it is not negative."""
        above, below = self.relu(x), self.relu(scaled(x, -1.0))
        if len(below.terms) == 1:
            (group,) = below.terms
            order = self._order(below, group)
            if order is not None:
                self._mirrored[group] = taken(above, order), taken(x, order)
        result = added(above, below)
        self._insides[_digest(result)] = x
        return result

    def square(self, x: Form) -> Form:
        """Return ``x ** 2``, and the square of y for ``|y|``."""
        x = self._insides.get(_digest(x), x)
        return self.multiply(x, x)

    def _order(self, form: Form, group: int) -> np.ndarray | None:
        """Return where in `form` each element of a relu group is, None if `form` is made of more."""
        if self.groups[group].function != "relu" or form.constant.any():
            return None
        matrix = dense(form.terms[group])
        if not ((matrix == 0) | (matrix == 1)).all() or (matrix.sum(axis=1) != 1).any():
            return None
        return matrix.argmax(axis=0) if matrix.any(axis=0).all() else None

    def unmirrored(self, form: Form) -> Form:
        """Return `form` with ``relu(-x)`` written as ``relu(x) - x`` where that is shorter: ``x + |x|``."""
        for group in set(form.terms) & set(self._mirrored):
            above, x = self._mirrored[group]
            matrix = form.terms[group]
            rest = Form(form.constant, {g: m for g, m in form.terms.items() if g != group})
            other = added(rest, transformed(matrix, added(above, scaled(x, -1.0))))
            shorter = _lengths(other) < _lengths(form)
            if shorter.all():
                form = other
            elif shorter.any():
                form = added(scaled(form, ~shorter * 1.0), scaled(other, shorter * 1.0))
        return form

    def maximum(self, x: Form, y: Form) -> Form:
        """Return ``max(x, y)``: the relu of the difference, on top of whichever is constant, or of `y`."""
        fixed = ~moving_rows(x) & moving_rows(y)
        if fixed.any():
            x, y = _chosen(fixed, y, x), _chosen(fixed, x, y)
        if np.isinf(y.constant).any():
            return self._unlimited(x, y)
        return added(y, self.relu(added(x, scaled(y, -1.0))))

    def _unlimited(self, x: Form, y: Form) -> Form:
        """Return ``max(x, y)`` where `y` is infinite in some elements: there it is x, or the infinity."""
        here, rest = np.flatnonzero(np.isinf(y.constant)), np.flatnonzero(~np.isinf(y.constant))
        limit = y.constant[here]
        picked = placed(_chosen(limit < 0, taken(x, here), constant_form(limit)), here, x.size)
        if not rest.size:
            return picked
        return added(picked, placed(self.maximum(taken(x, rest), taken(y, rest)), rest, x.size))

    def minimum(self, x: Form, y: Form) -> Form:
        """Return ``min(x, y)``."""
        return scaled(self.maximum(scaled(x, -1.0), scaled(y, -1.0)), -1.0)

    def multiply(self, x: Form, y: Form) -> Form:
        """Return ``x * y``: a scaled form where one of them is constant, a square where they are alike."""
        x_moves, y_moves = moving_rows(x), moving_rows(y)
        both = x_moves & y_moves
        if both.all():
            return self._products(x, y)
        result = added(
            scaled(y, np.where(x_moves, 0.0, x.constant)),
            scaled(x, np.where(x_moves & ~y_moves, y.constant, 0.0)),
        )
        if not both.any():
            return result
        here = np.flatnonzero(both)
        return added(result, placed(self._products(taken(x, here), taken(y, here)), here, x.size))

    def _products(self, x: Form, y: Form) -> Form:
        factor = ratio(x, y)
        alike = np.isfinite(factor)
        if alike.all():
            return scaled(self.apply("square", y), factor)
        if not alike.any():
            return self._ordered_product(x, y)
        here, rest = np.flatnonzero(alike), np.flatnonzero(~alike)
        squares = scaled(self.apply("square", taken(y, here)), factor[here])
        products = self._ordered_product(taken(x, rest), taken(y, rest))
        return added(placed(squares, here, x.size), placed(products, rest, x.size))

    def _ordered_product(self, x: Form, y: Form) -> Form:
        """Return ``x * y``, the factors in an order of their own: ``y * x`` is the same element."""
        turned = marks(x) > marks(y)
        if turned.any() and not turned.all():
            x, y = _chosen(turned, y, x), _chosen(turned, x, y)
        return self.apply("product", y, x) if turned.all() else self.apply("product", x, y)

    def argument(self, group: int, elements: np.ndarray) -> Form:
        """Return what elements of a group with one argument are functions of."""
        return taken(self.groups[group].arguments[0], elements)


def _chosen(where: np.ndarray, x: Form, y: Form) -> Form:
    """Return the elements of `x` where `where`, else those of `y`."""
    if where.all():
        return x
    places = np.arange(x.size)
    return taken(joined([x, y]), np.where(where, places, places + x.size))


def _lengths(form: Form) -> np.ndarray:
    """Return how many elements of groups each element of `form` depends on."""
    total = np.zeros(form.size, dtype=int)
    for matrix in form.terms.values():
        total += np.asarray((matrix != 0).sum(axis=1)).ravel()
    return total


def _digest(form: Form) -> bytes:
    """Return a key that equal forms share."""
    found = blake2b(form.constant.tobytes(), digest_size=16)
    for group, matrix in sorted(form.terms.items()):
        found.update(str((group, matrix.shape)).encode())
        if isinstance(matrix, np.ndarray):
            found.update(matrix.tobytes())
        else:
            for part in (matrix.data, matrix.indices, matrix.indptr):
                found.update(part.tobytes())
    return found.digest()
