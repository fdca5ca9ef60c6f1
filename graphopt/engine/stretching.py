"""Which inputs of a graph must have equal lengths, as its elementwise operations say.

An axis of length 1 is stretched only where that was declared. Rewrites may drop an operation whose values
nobody needs (the product in the gradient of a product), and with it the check of its operands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from pytensor.graph.basic import Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.ifelse import IfElse
from pytensor.tensor.elemwise import DimShuffle, Elemwise

from graphopt.errors import ShapeMismatch

Axis = tuple[int, int]
"""An axis of an input: the input's place, the axis."""


def equal_lengths(fgraph: FunctionGraph) -> tuple[tuple[Axis, Axis], ...]:
    """Return the pairs of axes of inputs of `fgraph` that must have equal lengths. Call it before rewrites.

    A graph that leaves parts out as conditions say (`IfElse`) is not looked at.
    """
    nodes = fgraph.toposort()
    if any(isinstance(node.op, IfElse) for node in nodes):
        return ()
    places = {variable: i for i, variable in enumerate(fgraph.inputs)}
    pairs: dict[tuple[Axis, Axis], None] = {}
    for node in nodes:
        if isinstance(node.op, Elemwise) and len(node.inputs) > 1:
            for axes in zip(*(_axes_of(v, places) for v in node.inputs)):
                lengths = list(dict.fromkeys(a for a in axes if a is not None))
                pairs.update(dict.fromkeys(pairwise(lengths)))
    return tuple(pairs)


def check_lengths(
    pairs: Sequence[tuple[Axis, Axis]], values: Sequence, variables: Sequence[Variable]
) -> None:
    """Raise ShapeMismatch (a ValueError) unless `values` of the inputs `variables` have equal lengths."""
    for (i, axis), (j, other) in pairs:
        if values[i].shape[axis] != values[j].shape[other]:
            raise ShapeMismatch(
                f"Input dimension mismatch: an elementwise operation meets {_named(variables, i)} of shape "
                f"{values[i].shape} and {_named(variables, j)} of shape {values[j].shape}; expected equal "
                f"lengths along axis {axis} of the first and axis {other} of the second. An axis of length "
                "1 is stretched only when the graph says so: declare it with shape=(1, ...) or use "
                "dimshuffle."
            )


def _axes_of(variable: Variable, places: dict[Variable, int]) -> Iterable[Axis | None]:
    """Return for each axis of an operand which axis of an input it is; None for others and declared ones."""
    order: Sequence = range(variable.type.ndim)
    root = variable
    if root.owner is not None and isinstance(root.owner.op, DimShuffle):
        order, root = root.owner.op.new_order, root.owner.inputs[0]
    place = places.get(root)
    return [
        None if place is None or o == "x" or declared else (place, o)
        for o, declared in zip(order, variable.type.broadcastable)
    ]


def _named(variables: Sequence[Variable], place: int) -> str:
    name = variables[place].name
    return f"input {place}" + (f" ({name})" if name else "")
