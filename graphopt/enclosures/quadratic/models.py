"""Quadratic models of everything a program computes over boxes, carried forwards group by group.

Linear bounds forget at every element how it bends; here the bends are kept, and those of different elements
cancel: what is lost is of third order in the width of the box. The errors are kept as symbols that linear
maps carry on, as in affine arithmetic (L. H. de Figueiredo and J. Stolfi, "Affine arithmetic: concepts and
applications", Numerical Algorithms 37, 2004), so that those of one element cancel later. K. Makino and M.
Berz, "Taylor models and other validated functional inclusion methods", 2003, is about the general idea.

Good for small boxes and long recurrences; over wide boxes the models grow wider than intervals, element by
element, and are then given up.
"""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.elementwise.images import image
from graphopt.enclosures.elementwise.quadratic_fits import FITTED, Fit, quadratic_fit
from graphopt.enclosures.elementwise.relaxations import Spans, relax
from graphopt.enclosures.enclosure import Range, meet
from graphopt.enclosures.facts import facts_of
from graphopt.enclosures.quadratic.forms import (
    SLACK,
    Quadratics,
    bends_of_product,
    count,
    longer,
    range_of,
    summed,
)
from graphopt.enclosures.quadratic.spectral import bend_by_norm
from graphopt.enclosures.rounding import EPS, program_tolerance
from graphopt.structure.forms import Form, Matrix, times
from graphopt.structure.program import Group, Program

LARGEST = 1 << 23  # numbers in an array of coefficients, for all boxes
HOPELESS = 0.9  # share of a group's elements without a model from which on no more models are made

STRAIGHT = {"input", "relu"}  # a program of nothing else has no bends


class TaylorModels:
    """Models of the groups of a program so far, over B boxes.

    Attributes
    ----------
    alive : bool
        Whether there are models of all groups so far. Without them nothing is said.
    """

    def __init__(self, program: Program, box: Range, *, alive: bool = True) -> None:
        self.program, self.tolerance = program, program_tolerance(program)
        lower, upper = box
        self._boxes, n = lower.shape
        self._symbols = 0
        bounded = bool(np.isfinite(lower).all() and np.isfinite(upper).all())
        bent = any(group.function not in STRAIGHT for group in program.groups)
        self.alive = alive and bounded and bent and self._fits(count(n))
        if not self.alive:
            return
        self._shared = _shared(program)
        centre = 0.5 * lower + 0.5 * upper
        radius = np.maximum(upper - centre, centre - lower)
        slopes = np.zeros((self._boxes, n, n))
        slopes[:, np.arange(n), np.arange(n)] = radius
        nothing = np.zeros((self._boxes, 0, n))
        self._models = [Quadratics(centre, slopes, nothing, nothing, 2.0 * EPS * (np.abs(centre) + radius))]
        self._sizes = [_size(self._models[0])]
        self._arguments: list[Quadratics] = []

    def _fits(self, rows: int) -> bool:
        """Return whether arrays of so many coefficients for each element are not too large."""
        return self._boxes * rows * max(group.size for group in self.program.groups) <= LARGEST

    def narrowed(self, form: Form, found: Range) -> Range:
        """Return bounds `found` of the next argument, or of an output, as far as its model narrows them."""
        if not self.alive:
            return found
        model = self._of(form)
        self._arguments.append(model)
        return _met(found, model)

    def _of(self, form: Form) -> Quadratics:
        """Return the model of `form`."""
        centre = np.repeat(form.constant[None], self._boxes, axis=0)
        rest = self.tolerance * np.abs(centre)
        n = self.program.size
        slopes, bends, symbols = ([np.zeros((self._boxes, 0, form.size))] for _ in range(3))
        for g, matrix in form.terms.items():
            run, model = facts_of(form).slices.get(g), self._models[g]
            absolute = facts_of(form).absolute[g]
            centre = centre + _applied(matrix, run, model.centre)
            rest = rest + _applied(absolute, run, model.rest + self.tolerance * self._sizes[g])
            for parts, part in ((slopes, model.slopes), (bends, model.bends), (symbols, model.symbols)):
                if part.shape[1]:
                    parts.append(_applied(matrix, run, part))
        return Quadratics(centre, longer(summed(slopes), n), summed(bends), summed(symbols), rest)

    def narrowed_spans(self, spans: Spans) -> Spans:
        """Return bounds of the scaled sum and difference of the two arguments narrowed last."""
        if not self.alive:
            return spans
        x, y = self._arguments
        scale = spans.scale
        first, second = _multiple(x, scale), _multiple(y, 1.0 / scale)
        total = _met(spans.total, _sum(first, second))
        return Spans(scale, total, _met(spans.difference, _sum(first, _multiple(y, -1.0 / scale))))

    def append(self, ranges: list[Range], values: Range) -> None:
        """Add the model of the next group, whose arguments were narrowed before.

        Parameters
        ----------
        ranges : list of (lower, upper)
            Of its arguments, as tight as known.
        values : (lower, upper)
            Of its values: where a model is twice as wide, it becomes a constant in the middle of them.
        """
        if not self.alive:
            return
        arguments, self._arguments = self._arguments, []
        group = self.program.groups[len(self._models)]
        with np.errstate(all="ignore"):
            if group.function == "product":
                model = _product(arguments[0], arguments[1], ranges)
            elif group.function == "normalized":
                model = _normalized(group, arguments, ranges, values)
            elif group.function in FITTED:
                fit = quadratic_fit(group.function, group.parameter, *ranges[0])
                if group.function == "curve" and not np.isfinite(fit.error).all():  # kinks
                    model = _along_lines(group, arguments, ranges, values)
                else:
                    model = _bent(fit, arguments[0], ranges[0])
            else:
                model = _along_lines(group, arguments, ranges, values)
            model, lost = _narrowed(model, values)
        if lost.mean() > HOPELESS or not np.isfinite(model.rest).all():
            self._stop()
            return
        if self._shared[len(self._models)]:
            if not self._fits(self._symbols + group.size):
                self._stop()
                return
            model = self._with_symbols(model)
        self._models.append(model)
        self._sizes.append(_size(model))

    def _stop(self) -> None:
        self.alive, self._models, self._sizes = False, [], []

    def _with_symbols(self, model: Quadratics) -> Quadratics:
        """Return `model` with the rest of each element as a symbol of its own."""
        size = model.rest.shape[1]
        symbols = longer(model.symbols, self._symbols + size)
        if symbols is model.symbols:
            symbols = symbols.copy()
        new = np.arange(size)
        symbols[:, self._symbols + new, new] = model.rest
        self._symbols += size
        return Quadratics(model.centre, model.slopes, model.bends, symbols, np.zeros_like(model.rest))


def _met(found: Range, model: Quadratics) -> Range:
    """Return `found` as far as the model narrows it."""
    with np.errstate(all="ignore"):
        lower, upper = range_of(model)
    return meet(found, (np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper)))


def _multiple(model: Quadratics, factors: np.ndarray) -> Quadratics:
    """Return `model` times `factors`, (B, size)."""
    rest = np.abs(factors) * (model.rest + 4.0 * EPS * _size(model))
    return Quadratics(factors * model.centre, *_scaled(model, factors), rest)


def _sum(x: Quadratics, y: Quadratics) -> Quadratics:
    """Return ``x + y``."""
    bends, symbols = summed([x.bends, y.bends]), summed([x.symbols, y.symbols])
    rest = x.rest + y.rest + 4.0 * EPS * (_size(x) + _size(y))
    return Quadratics(x.centre + y.centre, x.slopes + y.slopes, bends, symbols, rest)


def _shared(program: Program) -> list[bool]:
    """Return for each group whether some element of it is used more than once: its error is then a symbol."""
    uses = [np.zeros(group.size) for group in program.groups]
    for form in [*(a for group in program.groups for a in group.arguments), *program.outputs]:
        for g, matrix in form.terms.items():
            uses[g] += np.asarray((matrix != 0).sum(axis=0)).ravel()
    return [bool((used > 1).any()) for used in uses]


def _applied(matrix: Matrix, run: slice | None, part: np.ndarray) -> np.ndarray:
    """Return `part`, (B, ..., columns), with `matrix` applied to its last axis."""
    return times(part, matrix.T) if run is None else part[..., run]


def _size(model: Quadratics) -> np.ndarray:
    """Return an upper bound of the magnitude: (B, size)."""
    return np.abs(model.centre) + model.steepness + model.bend + model.error


def _scaled(model: Quadratics, factors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return slopes, bends and symbols times the factors, (B, size)."""
    wide = factors[:, None]
    return wide * model.slopes, wide * model.bends, wide * model.symbols


def _product(x: Quadratics, y: Quadratics, ranges: list[Range]) -> Quadratics:
    """Return the model of ``x * y``.

    With ``x = a + l + p``, l linear and p all else but the centre a, and ``y = b + m + q`` alike, the product
    is ``a b + (a m + b l) + (a q + b p + l m)`` and ``(l + p) q + p m``, which is the error; or
    ``(m + q) p + q l``, as it is the smaller.
    """
    a, b = x.centre, y.centre
    inputs = max(x.inputs, y.inputs)
    left, right = _scaled(y, a), _scaled(x, b)
    bends = summed([left[1], right[1], bends_of_product(x.slopes, y.slopes, inputs)])
    steep_x, steep_y = x.steepness, y.steepness
    p, q = bend_by_norm(x) + x.error, bend_by_norm(y) + y.error
    away_x, away_y = (_away(*pair) for pair in ((x, ranges[0], steep_x + p), (y, ranges[1], steep_y + q)))
    error = np.minimum(away_x * q + p * steep_y, away_y * p + q * steep_x)
    rest = np.abs(a) * y.rest + np.abs(b) * x.rest + error
    lost = 16.0 * EPS * (np.abs(a) + steep_x + p) * (np.abs(b) + steep_y + q)
    return Quadratics(a * b, left[0] + right[0], bends, summed([left[2], right[2]]), rest * SLACK + lost)


def _away(model: Quadratics, found: Range, reach: np.ndarray) -> np.ndarray:
    """Return how far an element gets from its centre at most."""
    ends = np.maximum(found[1] - model.centre, model.centre - found[0])
    return np.minimum(reach, ends) * SLACK


def _bent(fit: Fit, z: Quadratics, found: Range) -> Quadratics:
    """Return the model of a function of one argument: of the quadratic near it."""
    shift = z.centre - fit.middle
    slope = fit.slope + 2.0 * fit.bend * shift
    slopes, bends, symbols = _scaled(z, slope)
    inputs, steep, bend, error = z.inputs, z.steepness, bend_by_norm(z), z.error
    bends = summed([bends, fit.bend[:, None] * bends_of_product(z.slopes, z.slopes, inputs)])
    # (l + p) ** 2 is l ** 2, which is kept, and p (2 l + p)
    away = _away(z, found, steep + bend + error)
    rest = np.abs(slope) * z.rest + np.abs(fit.bend) * (bend + error) * (steep + away) + fit.error
    reach = np.abs(shift) + steep + bend + error
    steepest = np.abs(fit.slope) + 2.0 * np.abs(fit.bend) * reach
    lost = 32.0 * EPS * (np.abs(fit.constant) + steepest * (reach + np.abs(z.centre) + np.abs(fit.middle)))
    centre = fit.constant + shift * (fit.slope + fit.bend * shift)
    return Quadratics(centre, slopes, bends, symbols, rest * SLACK + lost)


def _normalized(group: Group, arguments: list[Quadratics], ranges: list[Range], values: Range) -> Quadratics:
    """Return the model of ``x / sqrt(v)``: of the product with the inverse root, or along the planes."""
    lines = _along_lines(group, arguments, ranges, values)
    fit = quadratic_fit("power", -0.5, *ranges[1])
    if not np.isfinite(fit.error).all():
        return lines
    inverse = _bent(fit, arguments[1], ranges[1])
    known = _met(image("power", -0.5, [ranges[1]]), inverse)
    product = _product(arguments[0], inverse, [ranges[0], known])
    return product if product.rest.sum() <= lines.rest.sum() else lines


def _along_lines(group: Group, arguments: list[Quadratics], ranges: list[Range], values: Range) -> Quadratics:
    """Return the model between the two lines of any function."""
    lines = relax(group.function, group.parameter, ranges, values)
    below, above, size = lines.lower_constant, lines.upper_constant, np.zeros_like(values[0])
    parts = []
    for z, (lower, upper), low, high in zip(
        arguments, ranges, lines.lower_slopes, lines.upper_slopes, strict=True
    ):
        middle, half = 0.5 * low + 0.5 * high, 0.5 * high - 0.5 * low
        spread = np.maximum(half * lower, half * upper)
        below, above = below - spread, above + spread
        size = size + (np.abs(low) + np.abs(high)) * (_size(z) + np.maximum(np.abs(lower), np.abs(upper)))
        parts.append((middle * z.centre, *_scaled(z, middle), np.abs(middle) * z.rest))
    centre = sum(part[0] for part in parts) + (0.5 * below + 0.5 * above)
    slopes, bends, symbols = (summed([part[k] for part in parts]) for k in (1, 2, 3))
    rest = sum(part[4] for part in parts) + (0.5 * above - 0.5 * below)
    lost = 32.0 * EPS * (size + np.abs(below) + np.abs(above))
    return Quadratics(centre, slopes, bends, symbols, rest * SLACK + lost)


def _narrowed(model: Quadratics, values: Range) -> tuple[Quadratics, np.ndarray]:
    """Return `model`, a constant where that is half as wide, and which elements these are."""
    lower, upper = values
    reach = model.steepness + model.bend + model.error
    constant = ~(reach <= upper - lower + 4.0 * EPS * np.abs(model.centre)) | ~np.isfinite(model.centre)
    if not constant.any():
        return model, constant
    middle = 0.5 * lower + 0.5 * upper
    half = np.maximum(upper - middle, middle - lower) + 2.0 * EPS * np.abs(middle)
    empty = constant[:, None]
    slopes, bends, symbols = (
        np.where(empty, 0.0, part) for part in (model.slopes, model.bends, model.symbols)
    )
    centre = np.where(constant, middle, model.centre)
    # a constant of no width, as of a box that is a point, is a model like any other
    rest = np.where(constant, half, model.rest)
    return Quadratics(centre, slopes, bends, symbols, rest), constant & (half > 0)
