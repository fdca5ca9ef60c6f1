"""Reading and writing parts of arrays in NumPy: every index is checked, no argument is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.tensor import subtensor as ts

from graphopt.engine.lines.expressions import Expression, expression_of


@expression_of.register(ts.Subtensor)
def _subtensor(op: ts.Subtensor, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"{args[0]}[{_index(op.idx_list, args[1:], node.inputs[1:])}]", shares=(0,))


@expression_of.register(ts.AdvancedSubtensor)
@expression_of.register(ts.AdvancedSubtensor1)
def _advanced_subtensor(op: Any, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"{args[0]}[{_index(op.idx_list, args[1:], node.inputs[1:])}]")


@expression_of.register(ts.IncSubtensor)
@expression_of.register(ts.AdvancedIncSubtensor)
@expression_of.register(ts.AdvancedIncSubtensor1)
def _write_into(op: Any, node: Apply, args: tuple[str, ...]) -> Expression:
    """Copy an array and set a part of it, or add to it; repeated indices add up."""
    x, y, *names = args
    index = _index(op.idx_list, names, node.inputs[2:])
    if op.set_instead_of_inc:
        line = f"{{out}}[{index}] = {y}"
    elif isinstance(op, ts.IncSubtensor) or getattr(op, "ignore_duplicates", False):
        line = f"{{out}}[{index}] += {y}"
    else:
        line = f"np.add.at({{out}}, np.s_[{index}], {y})"
    return Expression(f"np.array({x})", after=(line,), inplace=line, candidates=(0,))


def _index(idx_list: tuple, names: Sequence[str], variables: Sequence[Variable]) -> str:
    """Return the text between the brackets for PyTensor's `idx_list` over the index inputs.

    An entry is the position of an input, or a slice of such positions.
    """

    def one(position: int | None) -> str:
        if position is None:
            return ""
        known = _whole_number(variables[position])
        return names[position] if known is None else str(known)

    parts = []
    for entry in idx_list:
        if isinstance(entry, slice):
            step = "" if entry.step is None else f":{one(entry.step)}"
            parts.append(f"{one(entry.start)}:{one(entry.stop)}{step}")
        else:
            parts.append(one(entry))
    return ", ".join(parts) if parts else "..."


def _whole_number(variable: Variable) -> int | None:
    """Return the whole number a constant index is, None for other indices."""
    if isinstance(variable, Constant) and np.ndim(variable.data) == 0:
        data = np.asarray(variable.data)
        return int(data) if data.dtype.kind in "iu" else None
    return None
