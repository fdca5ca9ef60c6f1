"""A graph as a program: groups of nonlinear elements, each over affine forms of the groups before it.

Everything linear in a graph (matrix products with weights, the concatenated bias, slices, reshapes, sums,
batch normalisation at inference) disappears into the forms; what is left is what bounds, proofs and exact
methods have to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from graphopt.structure.forms import Form
from graphopt.structure.functions import FUNCTIONS


class Structure(Enum):
    """What a program is made of; each value says it in a few words, simplest first."""

    AFFINE = "affine in the inputs"
    PIECEWISE_LINEAR = "affine pieces joined by relu"
    QUADRATIC = "products of affine forms"
    SMOOTH = "smooth or s-shaped elementwise functions, products"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, eq=False)
class Group:
    """Elements that are computed alike: ``function(*arguments)``, elementwise.

    Attributes
    ----------
    function : str
        A key of `FUNCTIONS`; ``"input"`` for the decisions, ``"product"`` for the elementwise product of two
        arguments, else a function of one argument.
    size : int
        The number of elements.
    arguments : tuple of Form
        Over earlier groups; none for the decisions.
    parameter : float or Curve
        What `function` needs besides: the exponent of ``"power"``, what a ``"curve"`` is
        (`graphopt.structure.curve.Curve`); else 0.
    name : str
        Where it comes from in the graph, for messages.
    """

    function: str
    size: int
    arguments: tuple[Form, ...] = ()
    parameter: Any = 0.0
    name: str = ""


@dataclass(frozen=True, eq=False)
class Program:
    """Expressions over one flat vector of decisions.

    Attributes
    ----------
    groups : tuple of Group
        ``groups[0]`` is the decisions.
    outputs : tuple of Form
        One for each expression, flat.
    """

    groups: tuple[Group, ...]
    outputs: tuple[Form, ...]

    @property
    def size(self) -> int:
        """The number of scalar decisions."""
        return self.groups[0].size

    @property
    def structure(self) -> Structure:
        """The simplest class that holds all outputs."""
        return structure_of(self)

    def values(self, x: np.ndarray) -> list[np.ndarray]:
        """Return every group's values at the points `x`, (B, n): one array (B, size) each."""
        found = [np.asarray(x, dtype=np.float64)]
        for group in self.groups[1:]:
            found.append(
                FUNCTIONS[group.function].value(*(a(found) for a in group.arguments), group.parameter)
            )
        return found

    def __call__(self, x: np.ndarray) -> list[np.ndarray]:
        """Return the outputs at the points `x`, (B, n): one array (B, size) each."""
        found = self.values(x)
        return [output(found) for output in self.outputs]

    def only(self, outputs: Sequence[int]) -> Program:
        """Return the program of some of the outputs, without the groups that they do not need."""
        needed = {0}
        waiting = [g for k in outputs for g in self.outputs[k].terms]
        while waiting:
            g = waiting.pop()
            if g not in needed:
                needed.add(g)
                waiting += [h for a in self.groups[g].arguments for h in a.terms]
        place = {g: k for k, g in enumerate(sorted(needed))}

        def moved(form: Form) -> Form:
            return Form(form.constant, {place[g]: m for g, m in form.terms.items()})

        groups = tuple(
            Group(old.function, old.size, tuple(moved(a) for a in old.arguments), old.parameter, old.name)
            for old in (self.groups[g] for g in sorted(needed))
        )
        return Program(groups, tuple(moved(self.outputs[k]) for k in outputs))


def structure_of(program: Program) -> Structure:
    """Return the simplest class that holds all outputs of `program`."""
    functions = {group.function for group in program.groups[1:]}
    if not functions:
        return Structure.AFFINE
    if functions <= {"relu"}:
        return Structure.PIECEWISE_LINEAR
    quadratic = all(set(a.terms) <= {0} for group in program.groups[1:] for a in group.arguments)
    if functions <= {"product", "square"} and quadratic:
        return Structure.QUADRATIC
    return Structure.SMOOTH
