"""Orders of numbers: sorting as a network of pairs, the place of the largest as a sum of steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.tensor.math import Argmax
from pytensor.tensor.sort import SortOp

from graphopt.structure.forms import Form, added, constant_form, joined, scaled, taken
from graphopt.structure.lowering.elements import Elements, Value, is_form, numbered, value_of
from graphopt.structure.lowering.graph import Lowering, lower_op, not_lowered

MOST = 64
"""Numbers that are ordered among each other."""


@lower_op.register(SortOp)
def _sort(op: SortOp, node: Apply, lowering: Lowering, x: Value, axis: Value) -> list[Value]:
    if is_form(axis):
        raise not_lowered(node, "the axis it sorts along depends on the decisions")
    places = np.moveaxis(numbered([x])[0], int(axis), -1)
    length = places.shape[-1]
    if length > MOST:
        raise not_lowered(node, f"it sorts {length} numbers, more than {MOST}")
    columns = [taken(x.form, column) for column in places.reshape(-1, length).T]
    for i, j in comparisons(length):
        larger = lowering.builder.maximum(columns[i], columns[j])
        columns[i] = added(added(columns[i], columns[j]), scaled(larger, -1.0))
        columns[j] = larger
    order = np.arange(places.size).reshape(length, -1).T.reshape(places.shape)
    order = np.moveaxis(order, -1, int(axis))
    return [value_of(taken(joined(columns), order), x.shape)]


def comparisons(length: int) -> Iterator[tuple[int, int]]:
    """Yield the pairs (i, j), i < j, that sort any numbers: the smaller of each goes to i, the larger to j.

    K. E. Batcher, "Sorting networks and their applications", 1968: merging odd and even places.
    """
    p = 1
    while p < length:
        k = p
        while k:
            for start in range(k % p, length - k, 2 * k):
                for i in range(start, min(start + k, length - k)):
                    if i // (2 * p) == (i + k) // (2 * p):
                        yield i, i + k
            k //= 2
        p *= 2


@lower_op.register(Argmax)
def _argmax(op: Argmax, node: Apply, lowering: Lowering, x: Elements) -> list[Value]:
    """The sum over k of whether the largest of those from k on is larger than all before."""
    axes = tuple(range(len(x.shape))) if op.axis is None else tuple(a % len(x.shape) for a in op.axis)
    kept = [a for a in range(len(x.shape)) if a not in axes]
    shape = [x.shape[a] for a in kept]
    rows = np.transpose(numbered([x])[0], [*kept, *axes]).reshape(int(np.prod(shape)), -1)
    length = rows.shape[1]
    if length > MOST:
        raise not_lowered(node, f"it compares {length} numbers, more than {MOST}")
    build, columns = lowering.builder, [taken(x.form, column) for column in rows.T]
    before, after = columns[:1], columns[-1:]
    for k in range(1, length - 1):
        before.append(build.maximum(before[-1], columns[k]))
        after.append(build.maximum(after[-1], columns[-1 - k]))
    total: Form = constant_form(np.zeros(rows.shape[0]))
    for largest, later in zip(before, reversed(after)):
        if length > 1:
            total = added(total, build.apply("step", added(later, scaled(largest, -1.0))))
    return [value_of(total, shape)]
