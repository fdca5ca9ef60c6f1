"""Functions of one number made of several steps: silu, gelu, mish and what else a graph puts together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from graphopt.structure.forms import Form, dense
from graphopt.structure.functions import FUNCTIONS
from graphopt.structure.program import Program


class Sum(NamedTuple):
    """``constant + sum of weight * step`` over pairs ``(step, weight)``; step 0 is the argument itself."""

    constant: float
    terms: tuple[tuple[int, float], ...]

    def __call__(self, values: list[np.ndarray]) -> np.ndarray:
        """Return the sum where the steps have `values`, arrays of one shape."""
        return self.constant + self.linear(values)

    def linear(self, values: list[np.ndarray]) -> np.ndarray:
        """Return the sum without its constant."""
        total = np.zeros_like(values[0])
        for step, weight in self.terms:
            total = total + weight * values[step]
        return total


class Step(NamedTuple):
    """``function(*arguments)``, a key of `FUNCTIONS` of sums of the steps before."""

    function: str
    parameter: float
    arguments: tuple[Sum, ...]


@dataclass(frozen=True)
class Curve:
    """A function of one number. Equal ones are equal, whatever graph they come from.

    Attributes
    ----------
    steps : tuple of Step
    output : Sum

    Examples
    --------
    >>> itself = Sum(0.0, ((0, 1.0),))
    >>> silu = Curve(
    ...     (Step("sigmoid", 0.0, (itself,)), Step("product", 0.0, (itself, Sum(0.0, ((1, 1.0),))))),
    ...     Sum(0.0, ((2, 1.0),)),
    ... )
    >>> silu.value(np.array([0.0, 100.0]))
    array([  0., 100.])
    """

    steps: tuple[Step, ...]
    output: Sum

    def __hash__(self) -> int:
        return self._hash

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.steps, self.output)))

    def value(self, z: np.ndarray) -> np.ndarray:
        """Return the values at `z`, of any shape."""
        values = [np.asarray(z, dtype=np.float64)]
        for step in self.steps:
            arguments = [a(values) for a in step.arguments]
            values.append(FUNCTIONS[step.function].value(*arguments, step.parameter))
        return self.output(values)

    def slope(self, z: np.ndarray) -> np.ndarray:
        """Return the derivatives at `z`, of any shape."""
        values, slopes = [np.asarray(z, dtype=np.float64)], [np.ones(np.shape(z))]
        for step in self.steps:
            arguments = [a(values) for a in step.arguments]
            function = FUNCTIONS[step.function]
            values.append(function.value(*arguments, step.parameter))
            partial = function.slope(*arguments, step.parameter)
            parts = (p * a.linear(slopes) for p, a in zip(partial, step.arguments, strict=True))
            slopes.append(sum(parts, np.zeros(np.shape(z))))
        return self.output.linear(slopes)

    def after(self, function: str, parameter: float, constant: float, weight: float) -> Curve:
        """Return ``function(constant + weight * self)`` as a curve."""
        scaled = Sum(
            constant + weight * self.output.constant, tuple((s, weight * w) for s, w in self.output.terms)
        )
        return Curve((*self.steps, Step(function, parameter, (scaled,))), single(len(self.steps) + 1))

    def before(self, inner: Curve, constant: float, weight: float) -> Curve:
        """Return ``self(constant + weight * inner)`` as a curve."""
        shift = len(inner.steps)
        first = Sum(constant + weight * inner.output.constant, inner.output.terms)

        def moved(total: Sum) -> Sum:
            terms: dict[int, float] = {}
            for step, factor in total.terms:
                if step:
                    terms[step + shift] = terms.get(step + shift, 0.0) + factor
                else:
                    for inside, other in first.terms:
                        terms[inside] = terms.get(inside, 0.0) + factor * weight * other
            at_zero = sum(factor for step, factor in total.terms if not step)
            return Sum(total.constant + at_zero * first.constant, tuple(sorted(terms.items())))

        steps = tuple(Step(s.function, s.parameter, tuple(map(moved, s.arguments))) for s in self.steps)
        return Curve((*inner.steps, *steps), moved(self.output))


def single(step: int) -> Sum:
    """Return the sum that is one step."""
    return Sum(0.0, ((step, 1.0),))


def curve_of(program: Program) -> Curve:
    """Return the curve of a program of one decision, its output one number."""
    places: list[list[int]] = [[0]]
    steps: list[Step] = []

    def sums(form: Form) -> list[Sum]:
        matrices = {g: dense(m) for g, m in form.terms.items()}
        return [
            Sum(
                float(form.constant[i]),
                tuple(
                    sorted(
                        (places[g][int(k)], float(m[i, k]))
                        for g, m in matrices.items()
                        for k in np.flatnonzero(m[i])
                    )
                ),
            )
            for i in range(form.size)
        ]

    for group in program.groups[1:]:
        columns = [sums(a) for a in group.arguments]
        places.append(list(range(len(steps) + 1, len(steps) + 1 + group.size)))
        steps += [Step(group.function, group.parameter, row) for row in zip(*columns, strict=True)]
    return Curve(tuple(steps), sums(program.outputs[0])[0])
