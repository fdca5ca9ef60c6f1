"""Lift the explicit bias: ``dot(concatenate([x, 1]), W)`` becomes ``dot(x, W[:-1]) + W[-1]``.

A network is written with its bias as a 1 concatenated to the input. That reads well and costs a copy of the
input, and its gradient costs a split. Both are gone after this rewrite, which knows the written form (for
vectors, batches and the transposed ``dot(W.T, concatenate([x, b]))``) and the forms its gradients take.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import WalkingGraphRewriter, in2out, node_rewriter
from pytensor.scalar import Cast, Second
from pytensor.tensor.basic import Alloc, Join, MakeVector, Split
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Dot


class Augmented(NamedTuple):
    """`rest` with one more row or column along `axis`, filled with `value`; it stands `first` or last."""

    rest: Variable
    value: Variable
    axis: int
    first: bool


def lift_bias(outputs: Sequence[Variable]) -> list[Variable]:
    """Return `outputs` with every bias lifted. Leaves of the graph stay the same variables.

    Apply it before taking gradients, so that the gradient never meets the concatenation.
    """
    fgraph = FunctionGraph(outputs=list(outputs), clone=True, copy_inputs=False, copy_orphans=False)
    lift_bias_in(fgraph)
    return list(fgraph.outputs)


def lift_bias_in(fgraph: FunctionGraph) -> None:
    """Lift every bias in `fgraph`, in place."""
    _rewriter().rewrite(fgraph)


@cache
def _rewriter() -> WalkingGraphRewriter:
    return in2out(_lift_dot, _lift_split, ignore_newtrees=False, name="lift_bias")


@node_rewriter([Dot])
def _lift_dot(fgraph: FunctionGraph, node: Apply):
    a, b = node.inputs
    left, right = _augmented(a), _augmented(b)
    if left is not None and left.axis == 1:  # dot([x, 1], W)
        new = (
            pt.dot(left.rest, _without_edge(b, 0, left.first)) + left.value * _edge(b, 0, left.first)[None, :]
        )
    elif right is not None and right.axis == 0:  # dot(W.T, [x; 1])
        new = (
            pt.dot(_without_edge(a, 1, right.first), right.rest)
            + right.value * _edge(a, 1, right.first)[:, None]
        )
    elif left is not None:  # dot([x, 1].T, g), the gradient of W
        new = _stacked(pt.dot(left.rest, b), left.value * b.sum(axis=0), 0, left.first)
    elif right is not None:  # dot(g, [x, 1]), the gradient of a transposed W
        new = _stacked(pt.dot(a, right.rest), right.value * a.sum(axis=1), 1, right.first)
    else:
        return None
    return [_traced(fgraph, _same_type(new, node.outputs[0]), node.outputs[0])]


@node_rewriter([Split])
def _lift_split(fgraph: FunctionGraph, node: Apply):
    """Write the two parts of ``split(dot(g, W.T), [n, 1])`` as products with the parts of W."""
    joined, axis = node.inputs[:2]
    if not isinstance(axis, Constant) or len(node.outputs) != 2:
        return None
    axis = int(axis.data) % joined.type.ndim
    if _length_is_one(node, 1, axis):
        cuts = slice(None, -1), slice(-1, None)
    elif _length_is_one(node, 0, axis):
        cuts = slice(None, 1), slice(1, None)
    else:
        return None
    return [
        _traced(fgraph, _same_type(_sliced(joined, axis, cut), part), part)
        for cut, part in zip(cuts, node.outputs)
    ]


def _sliced(variable: Variable, axis: int, cut: slice) -> Variable:
    """Return ``variable[..., cut, ...]``, taken inside a product or a change of axes if it can be."""
    owner = variable.owner
    if owner is not None and isinstance(owner.op, Dot):
        a, b = owner.inputs
        return pt.dot(a, _sliced(b, 1, cut)) if axis == 1 else pt.dot(_sliced(a, 0, cut), b)
    if owner is not None and isinstance(owner.op, DimShuffle):
        source = owner.op.new_order[axis]
        if source != "x":
            return owner.op(_sliced(owner.inputs[0], source, cut))
    index = [slice(None)] * variable.type.ndim
    index[axis] = cut
    return variable[tuple(index)]


def _without_edge(W: Variable, axis: int, first: bool) -> Variable:
    """Return the matrix `W` without the row (axis 0) or column (axis 1) that meets the bias."""
    return _sliced(W, axis, slice(1, None) if first else slice(None, -1))


def _edge(W: Variable, axis: int, first: bool) -> Variable:
    """Return the row (axis 0) or column (axis 1) of the matrix `W` that meets the bias, as a vector."""
    owner = W.owner
    if owner is not None and isinstance(owner.op, DimShuffle) and tuple(owner.op.new_order) == (1, 0):
        W, axis = owner.inputs[0], 1 - axis
    position = 0 if first else -1
    return W[position] if axis == 0 else W[:, position]


def _stacked(rest: Variable, one: Variable, axis: int, first: bool) -> Variable:
    """Return the matrix `rest` with the vector `one` as one more row (axis 0) or column (1), no Join."""
    lengths = [rest.shape[i] if n is None else n for i, n in enumerate(rest.type.shape)]
    lengths[axis] = lengths[axis] + 1
    whole = pt.empty(tuple(lengths), dtype=rest.type.dtype)
    body, edge = (slice(1, None), 0) if first else (slice(None, -1), -1)
    where = (body, edge) if axis == 0 else ((slice(None), body), (slice(None), edge))
    return pt.set_subtensor(pt.set_subtensor(whole[where[0]], rest)[where[1]], one)


def _same_type(new: Variable, old: Variable) -> Variable:
    """Return `new` with the dtype and at least the static shape of `old`."""
    if new.type.dtype != old.type.dtype:
        new = new.astype(old.type.dtype)
    if not old.type.is_super(new.type):
        new = old.type.filter_variable(new, allow_convert=True)
    return new


def _traced(fgraph: FunctionGraph, new: Variable, old: Variable) -> Variable:
    """Return `new`; it and what was made for it remember where the user wrote `old`."""
    pending = [new]
    while pending:
        variable = pending.pop()
        if variable.owner is not None and variable.owner not in fgraph.apply_nodes:
            variable.tag.trace = getattr(old.tag, "trace", [])
            pending += variable.owner.inputs
    return new


def _augmented(variable: Variable) -> Augmented | None:
    """Return how `variable` is something with a constant row or column of ones beside it, or None."""
    owner = variable.owner
    if owner is None:
        return None
    if isinstance(owner.op, DimShuffle):
        inner = _augmented(owner.inputs[0])
        if inner is None or inner.axis not in owner.op.new_order:
            return None
        return Augmented(owner.op(inner.rest), inner.value, owner.op.new_order.index(inner.axis), inner.first)
    if isinstance(owner.op, Elemwise) and isinstance(owner.op.scalar_op, Cast):
        inner = _augmented(owner.inputs[0])
        if inner is None:
            return None
        dtype = variable.type.dtype
        return Augmented(inner.rest.astype(dtype), inner.value.astype(dtype), inner.axis, inner.first)
    if not isinstance(owner.op, Join) or len(owner.inputs) != 3 or not isinstance(owner.inputs[0], Constant):
        return None
    axis = int(owner.inputs[0].data) % variable.type.ndim
    parts = owner.inputs[1:]
    for first in (False, True):
        one, rest = (parts[0], parts[1]) if first else (parts[1], parts[0])
        value = _filled_with(one)
        if value is not None and _is_single(one, axis) and _filled_with(rest) is None:
            return Augmented(rest, pt.constant(np.asarray(value, dtype=variable.type.dtype)), axis, first)
    return None


def _is_single(variable: Variable, axis: int) -> bool:
    """Return whether `variable` is known to have length 1 along `axis`."""
    if isinstance(variable, Constant):
        return variable.data.shape[axis] == 1
    return variable.type.shape[axis] == 1


def _filled_with(variable: Variable) -> float | None:
    """Return the number every element of `variable` is known to have, or None."""
    if isinstance(variable, Constant):
        data = np.asarray(variable.data)
        return data.flat[0] if data.size and np.all(data == data.flat[0]) else None
    owner = variable.owner
    if owner is None:
        return None
    if isinstance(owner.op, DimShuffle):
        return _filled_with(owner.inputs[0])
    if isinstance(owner.op, Alloc):
        return _filled_with(owner.inputs[0])
    if isinstance(owner.op, Elemwise) and isinstance(owner.op.scalar_op, Second):
        return _filled_with(owner.inputs[1])
    if isinstance(owner.op, Elemwise) and isinstance(owner.op.scalar_op, Cast):
        return _filled_with(owner.inputs[0])
    return None


def _length_is_one(split: Apply, part: int, axis: int) -> bool:
    """Return whether part number `part` of a split is known to have length 1."""
    if split.outputs[part].type.shape[axis] == 1:
        return True
    sizes = split.inputs[2]
    if isinstance(sizes, Constant):
        return int(sizes.data[part]) == 1
    if sizes.owner is not None and isinstance(sizes.owner.op, MakeVector):
        value = _filled_with(sizes.owner.inputs[part])
        return value is not None and int(value) == 1
    return False
