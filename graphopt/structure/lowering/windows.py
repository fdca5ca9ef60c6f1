"""Sliding windows: convolution, pooling and neighbourhoods."""

from __future__ import annotations

import numpy as np
from pytensor.graph.basic import Apply

from graphopt.ops import pooling as kernels
from graphopt.ops.conv import Correlate
from graphopt.ops.neighbours import Neighbourhoods
from graphopt.ops.pool import Pool
from graphopt.structure.forms import taken
from graphopt.structure.lowering.elements import Elements, Value, linear, numbered, picked, value_of
from graphopt.structure.lowering.graph import Lowering, lower_op, not_lowered, run_numbers
from graphopt.structure.lowering.linear import in_pairs


@lower_op.register(Correlate)
def _correlate(op: Correlate, node: Apply, lowering: Lowering, x: Value, w: Value) -> list[Value]:
    if isinstance(w, Elements):
        if isinstance(x, Elements):
            raise not_lowered(node, "images and kernels both depend on the decisions")
        return [linear(w, lambda rows: np.stack([op.kernel(x, row) for row in rows]))]

    def together(rows: np.ndarray) -> np.ndarray:
        """Return the correlations of (k, images, channels, *image): all images in one call."""
        made = op.kernel(rows.reshape(-1, *rows.shape[2:]), w)
        return made.reshape(*rows.shape[:2], *made.shape[1:])

    return [linear(x, together)]


@lower_op.register(Pool)
def _pool(op: Pool, node: Apply, lowering: Lowering, x: Elements) -> list[Value]:
    if op.mode != "max":
        return [linear(x, lambda rows: run_numbers(node, [rows])[0])]
    axes = len(op.pooling.window)
    front, image = x.shape[:-axes], x.shape[-axes:]
    size = int(np.prod(image))
    # row by place, column by element: whether the window there sees it
    seen = kernels.sum_pool(np.eye(size).reshape(size, *image), op.pooling)
    places, seen = seen.shape[1:], seen.reshape(size, -1).T > 0
    numbers = numbered([x])[0].reshape(-1, size)
    # windows that see fewer elements than others see their last one again
    members = [
        np.array([np.flatnonzero(row)[min(k, row.sum() - 1)] for row in seen])
        for k in range(int(seen.sum(axis=1).max()))
    ]
    forms = [taken(x.form, numbers[:, one]) for one in members]
    return [value_of(in_pairs(lowering.builder.maximum, forms), (*front, *places))]


@lower_op.register(Neighbourhoods)
def _neighbourhoods(op: Neighbourhoods, node: Apply, lowering: Lowering, images: Elements) -> list[Value]:
    """Places outside of the images hold 0: element 0 of what is picked from."""
    (where,) = run_numbers(node, [numbered([images])[0] + 1])
    return [picked([np.zeros(1), images], where)]
