"""The entry of each row that a class label points at, the heart of sparse cross-entropy."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.engine.lines.linker import numpy_funcify
from graphopt.errors import ShapeMismatch
from graphopt.ops.indexing import check_range, index_variable


def pick_labels(p, labels):
    """Return ``p[..., label]`` for the label of each row, and raise for a label outside the classes.

    Parameters
    ----------
    p : (..., K)
        One row of K numbers (probabilities, log-probabilities) per sample.
    labels : (...) integers
        0 to K - 1, one for each row.

    Returns
    -------
    (...)

    Raises
    ------
    OutOfRange
        When called with a label outside 0 to K - 1.
    ShapeMismatch
        When `labels` do not have one axis less than `p`, or other sizes than the rows.
    InvalidType
        When `labels` are not integers.
    """
    return PickLabels()(p, labels)


def pick(p, labels):
    """Return the picked entries as an array of the labels' shape."""
    check_range("Labels", labels, p.shape[-1])
    if labels.shape != p.shape[:-1]:
        raise ShapeMismatch(f"pick_labels: got labels of shape {labels.shape} for rows {p.shape[:-1]}.")
    flat = p.reshape(-1, p.shape[-1])
    return flat[np.arange(labels.size), labels.ravel()].reshape(labels.shape)


def place(values, labels, classes):
    """Return the (..., K) array that is zero but for `values` at their labels."""
    classes = int(classes)
    check_range("Labels", labels, classes)
    p = np.zeros((*labels.shape, classes), values.dtype)
    p.reshape(-1, classes)[np.arange(labels.size), labels.ravel()] = values.ravel()
    return p


class PickLabels(Op):
    """``(p, labels) -> picked``."""

    __props__ = ()

    def make_node(self, p, labels):
        p, labels = pt.as_tensor_variable(p), index_variable("Labels", labels)
        if p.ndim != labels.ndim + 1:
            raise ShapeMismatch(
                f"pick_labels: got {labels.ndim} axes of labels for {p.ndim} axes of values, "
                f"expected {max(p.ndim - 1, 0)}: one label for each row."
            )
        for axis, (rows, count) in enumerate(zip(p.type.shape, labels.type.shape)):
            if None not in (rows, count) and rows != count:
                raise ShapeMismatch(f"pick_labels: {count} labels for {rows} rows along axis {axis}.")
        shape = tuple(a if b is None else b for a, b in zip(p.type.shape, labels.type.shape))
        return Apply(self, [p, labels], [pt.tensor(dtype=p.dtype, shape=shape)])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = pick(*inputs)

    def infer_shape(self, fgraph, node, shapes):
        return [shapes[1]]

    def connection_pattern(self, node):
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        p, labels = inputs
        (d_picked,) = cotangents
        if isinstance(d_picked.type, DisconnectedType):
            return [DisconnectedType()(), DisconnectedType()()]
        return [PlaceLabels()(d_picked, labels, p.shape[-1]), DisconnectedType()()]


class PlaceLabels(Op):
    """``(values, labels, K) -> (..., K)`` array, the gradient of ``PickLabels``."""

    __props__ = ()

    def make_node(self, values, labels, classes):
        values, labels, classes = (pt.as_tensor_variable(v) for v in (values, labels, classes))
        width = int(classes.data) if isinstance(classes, pt.TensorConstant) else None
        shape = (*values.type.shape, width)
        return Apply(self, [values, labels, classes], [pt.tensor(dtype=values.dtype, shape=shape)])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = place(*inputs)

    def infer_shape(self, fgraph, node, shapes):
        return [(*shapes[0], node.inputs[2])]

    def connection_pattern(self, node):
        return [[True], [False], [False]]

    def pullback(self, inputs, outputs, cotangents):
        _, labels, _ = inputs
        (d_p,) = cotangents
        nothing = DisconnectedType()
        if isinstance(d_p.type, DisconnectedType):
            return [nothing(), nothing(), nothing()]
        return [PickLabels()(d_p, labels), nothing(), nothing()]


@numpy_funcify.register(PickLabels)
def _pick_labels_kernel(op, node):
    return pick


@numpy_funcify.register(PlaceLabels)
def _place_labels_kernel(op, node):
    return place
