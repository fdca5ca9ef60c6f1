"""Lengths of inputs that no type tells, found by trying which the graph accepts.

An input declared as a plain vector (as Theano's programs do) still has but one length that fits the weights
it meets. Candidates are the lengths of the constants and shared variables of the graph and their near
neighbours; the graph is run on zeros of each. One that fits is the answer; none, or several, is none.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.variable import TensorVariable

from graphopt.engine import compile
from graphopt.errors import GraphoptError

MOST_TRIES = 2000


def fitting_shapes(
    expression: TensorVariable, unknown: Sequence[TensorVariable], given: Mapping[TensorVariable, Any]
) -> list[tuple[int, ...]] | None:
    """Return the only shapes of `unknown` with which `expression` can be computed, or None.

    Parameters
    ----------
    given : dict
        Values of the expression's other inputs.
    """
    try:
        function = compile([*unknown, *given], [expression], tier="now", simplify=False)
    except GraphoptError:
        return None
    places = [(x, axis) for x in unknown for axis, n in enumerate(x.type.shape) if n is None]
    candidates = _candidates(expression)
    if not places or len(candidates) ** len(places) > MOST_TRIES:
        return None
    values = [np.asarray(v, dtype=x.type.dtype) for x, v in given.items()]
    found = None
    for lengths in itertools.product(candidates, repeat=len(places)):
        shapes = [list(x.type.shape) for x in unknown]
        for (x, axis), n in zip(places, lengths):
            shapes[unknown.index(x)][axis] = n
        zeros = [np.zeros(shape, dtype=x.type.dtype) for x, shape in zip(unknown, shapes)]
        try:
            function(*zeros, *values)
        except (ValueError, IndexError, TypeError, AssertionError):
            continue
        if found is not None:
            return None
        found = [tuple(shape) for shape in shapes]
    return found


def _candidates(expression: TensorVariable) -> list[int]:
    """Return the lengths worth trying: those in the graph, less up to three for what is concatenated, and
    1, 2.
    """
    lengths = {1, 2}
    for variable in graph_inputs([expression]):
        value = None
        if isinstance(variable, SharedVariable):
            value = variable.get_value(borrow=True)
        elif isinstance(variable, Constant):
            value = variable.data
        for n in np.shape(value) if isinstance(value, np.ndarray) else ():
            lengths.update(range(max(1, n - 3), n + 1))
    return sorted(lengths)
