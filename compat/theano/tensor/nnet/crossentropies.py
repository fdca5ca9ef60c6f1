"""Cross-entropies: between distributions, against labels, of a softmax and of a sigmoid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.builders import OpFromGraph
from pytensor.gradient import DisconnectedType, grad_not_implemented
from pytensor.graph.basic import Apply, Variable

from graphopt.engine.kernels.lowering import CompileError, lower
from graphopt.ops.labels import PlaceLabels, pick_labels

from ....adopt import adopted
from ...gof.op import Op
from .. import basic as tensor
from .sigm import sigmoid, softplus
from .softmaxes import softmax_with_bias

__all__ = [
    "CrossentropyCategorical1Hot",
    "CrossentropyCategorical1HotGrad",
    "CrossentropySoftmax1HotWithBiasDx",
    "CrossentropySoftmaxArgmax1HotWithBias",
    "binary_crossentropy",
    "categorical_crossentropy",
    "crossentropy_categorical_1hot",
    "crossentropy_categorical_1hot_grad",
    "crossentropy_softmax_1hot",
    "crossentropy_softmax_1hot_with_bias",
    "crossentropy_softmax_1hot_with_bias_dx",
    "crossentropy_softmax_argmax_1hot_with_bias",
    "crossentropy_softmax_max_and_argmax_1hot",
    "crossentropy_softmax_max_and_argmax_1hot_with_bias",
    "sigmoid_binary_crossentropy",
]


# ---------------------------------------------------------------------------- a softmax and labels in one


def _check_labels(labels: np.ndarray, rows: int, classes: int) -> None:
    """Raise unless there is a label for each of the rows, each from 0 to classes - 1."""
    if labels.shape[0] != rows:
        raise ValueError(f"y_idx must have same number of rows as x; got {labels.shape[0]} for {rows}")
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        wrong = np.flatnonzero((labels < 0) | (labels >= classes))[0]
        raise ValueError(
            f"y_i value out of bounds: label {labels[wrong]} at {wrong}, expected 0 to {classes - 1}"
        )


def _label_vector(y_idx: Any) -> Variable:
    y_idx = tensor.as_tensor_variable(y_idx)
    if y_idx.type.ndim != 1 or y_idx.type.dtype not in tensor.discrete_dtypes:
        raise ValueError("y_idx must be 1-d tensor of [u]ints", y_idx.type)
    return y_idx


class CrossentropySoftmaxArgmax1HotWithBias(Op):
    """``(x, b, y_idx) -> (-log(softmax(x + b)[i, y_idx[i]]), softmax(x + b), argmax of each row)``.

    Raises
    ------
    ValueError
        When called with a label outside the classes.
    """

    nin = nout = 3
    __props__ = ()

    def make_node(self, x: Any, b: Any, y_idx: Any) -> Apply:
        x, b, y_idx = tensor.as_tensor_variable(x), tensor.as_tensor_variable(b), _label_vector(y_idx)
        if x.type.ndim != 2 or x.type.dtype not in tensor.float_dtypes:
            raise ValueError("x must be 2-d tensor of floats", x.type)
        if b.type.ndim != 1 or x.type.dtype not in tensor.float_dtypes:
            raise ValueError("b must be 1-d tensor of floats", b.type)
        nll = tensor.TensorType(x.type.dtype, y_idx.type.broadcastable)
        return Apply(self, [x, b, y_idx], [nll(), x.type(), y_idx.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, b, y_idx = inputs
        if b.shape[0] != x.shape[1]:
            raise ValueError(
                f"b must have same number of columns as x; got {b.shape[0]} for x of shape {x.shape}"
            )
        _check_labels(y_idx, *x.shape)
        row, every = x + b, np.arange(x.shape[0])
        largest = row.argmax(axis=1)
        row -= row[every, largest][:, None]
        sm = np.exp(row)
        total = sm.sum(axis=1)
        sm /= total[:, None]
        nll = np.log(total) - row[every, y_idx]
        for cell, value, variable in zip(outputs, (nll, sm, largest), node.outputs):
            cell[0] = value.astype(variable.dtype, copy=False)

    def expanded(self, inputs: Any) -> list:
        x, b, y_idx = inputs
        log_p = pt.special.log_softmax(x + b, axis=1)
        return [-pick_labels(log_p, y_idx), pt.exp(log_p)]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        x, _, labels = shapes
        return [(x[0],), x, labels]

    def connection_pattern(self, node: Apply) -> list:
        return [[True, True, True], [True, True, True], [False, False, True]]

    def grad(self, inputs: Any, grads: Any) -> list:
        x, b, y_idx = inputs
        g_nll, g_sm, g_am = (None if isinstance(g.type, DisconnectedType) else g for g in grads)
        dx, d_idx = [], []
        if g_nll is not None:
            _, sm = crossentropy_softmax_1hot_with_bias(x, b, y_idx)
            dx.append(crossentropy_softmax_1hot_with_bias_dx(g_nll, sm, y_idx))
        if g_sm is not None:
            dx.append(softmax_with_bias.L_op((x, b), [softmax_with_bias(x, b)], (g_sm,))[0])
        if g_am is not None:
            dx.append(x.zeros_like())
            d_idx.append(y_idx.zeros_like())
        db = [tensor.sum(d, axis=0) for d in dx]
        return [tensor.add(*terms) if terms else DisconnectedType()() for terms in (dx, db, d_idx)]


class CrossentropySoftmax1HotWithBiasDx(Op):
    """``(dy, sm, y_idx) -> dy[i] * (sm[i] - onehot(y_idx[i]))``: the gradient of a softmax's cross-entropy.

    `dy` may be a number, or a vector of one number, for all rows.
    """

    nin, nout = 3, 1
    __props__ = ()

    def make_node(self, dy: Any, sm: Any, y_idx: Any, **kwargs: Any) -> Apply:
        dy, sm, y_idx = tensor.as_tensor_variable(dy), tensor.as_tensor_variable(sm), _label_vector(y_idx)
        if dy.type.ndim > 1 or dy.type.dtype not in tensor.float_dtypes:
            raise ValueError("dy must be {0,1}-d tensor of floats", dy.type)
        if sm.type.ndim != 2 or sm.type.dtype not in tensor.float_dtypes:
            raise ValueError("sm must be 2-d tensor of floats", sm.type)
        return Apply(self, [dy, sm, y_idx], [sm.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        dy, sm, y_idx = inputs
        _check_labels(y_idx, *sm.shape)
        if dy.ndim and dy.shape[0] not in (1, sm.shape[0]):
            raise ValueError(
                f"dy must have one number, or one for each of {sm.shape[0]} rows; got {dy.shape[0]}"
            )
        dx = (dy[:, None] if dy.ndim else dy) * sm
        dx[np.arange(sm.shape[0]), y_idx] -= dy
        outputs[0][0] = dx.astype(sm.dtype, copy=False)

    def expanded(self, inputs: Any) -> list:
        dy, sm, y_idx = inputs
        dy = dy * pt.ones_like(y_idx, dtype=dy.dtype)
        return [dy[:, None] * sm - PlaceLabels()(dy, y_idx, sm.shape[1])]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[1]]

    def grad(self, inputs: Any, grads: Any) -> list:
        (dy, sm, y_idx), (g,) = inputs, grads
        at_labels = g[tensor.arange(y_idx.shape[0]), y_idx]
        g_dy = tensor.sum(g * sm, axis=1) - at_labels
        if dy.ndim == 0 or dy.broadcastable[0]:
            g_dy = tensor.sum(g_dy, keepdims=bool(dy.ndim))
        g_sm = g * (dy.dimshuffle(0, "x") if dy.ndim else dy)
        return [g_dy, g_sm, grad_not_implemented(self, 2, y_idx)]


@lower.register(CrossentropySoftmaxArgmax1HotWithBias)
def _without_argmax(op: Op, node: Apply, lowering: Any, *inputs: Any) -> list:
    """Return the outputs in a kernel, which has no form for the third: seldom does anything use it."""
    if lowering.clients[node.outputs[2]]:
        raise CompileError(f"{op} has no kernel form when its argmax is used.")
    return [*lower.dispatch(object)(op, node, lowering, *inputs), None]


crossentropy_softmax_argmax_1hot_with_bias = CrossentropySoftmaxArgmax1HotWithBias()
crossentropy_softmax_1hot_with_bias_dx = CrossentropySoftmax1HotWithBiasDx()


def crossentropy_softmax_1hot_with_bias(x: Any, b: Any, y_idx: Any, **kwargs: Any) -> list[Variable]:
    """Return the cross-entropy of softmax(x + b) with the labels `y_idx`, and the softmax."""
    return crossentropy_softmax_argmax_1hot_with_bias(x, b, y_idx, **kwargs)[0:2]


def crossentropy_softmax_1hot(x: Any, y_idx: Any, **kwargs: Any) -> list[Variable]:
    """Return the cross-entropy of softmax(x) with the labels `y_idx`, and the softmax."""
    return crossentropy_softmax_1hot_with_bias(x, tensor.zeros_like(x[0, :]), y_idx, **kwargs)


def crossentropy_softmax_max_and_argmax_1hot_with_bias(x: Any, b: Any, y_idx: Any, **kwargs: Any) -> tuple:
    """Return cross-entropy, softmax, and each row's largest probability and its place."""
    xent, sm = crossentropy_softmax_1hot_with_bias(x, b, y_idx, **kwargs)
    return (xent, sm, *tensor.max_and_argmax(sm, axis=-1))


def crossentropy_softmax_max_and_argmax_1hot(x: Any, y_idx: Any, **kwargs: Any) -> tuple:
    """Return cross-entropy, softmax, and each row's largest probability and its place."""
    return crossentropy_softmax_max_and_argmax_1hot_with_bias(x, tensor.zeros_like(x[0, :]), y_idx, **kwargs)


# --------------------------------------------------------------------------------- probabilities and labels


class CrossentropyCategorical1Hot(Op):
    """``(p, labels) -> -log(p[i, labels[i]])``; a negative label counts from the end, as an index does."""

    __props__ = ()

    def make_node(self, coding_dist: Any, true_one_of_n: Any) -> Apply:
        p, labels = tensor.as_tensor_variable(coding_dist), tensor.as_tensor_variable(true_one_of_n)
        if p.type.ndim != 2:
            raise TypeError("matrix required for argument: coding_dist")
        if labels.type not in (tensor.lvector, tensor.ivector):
            raise TypeError(
                "integer vector required for argument: true_one_of_n"
                f"(got type: {labels.type} instead of: {tensor.lvector})"
            )
        return Apply(self, [p, labels], [tensor.TensorType(p.dtype, [False])()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        p, labels = inputs
        outputs[0][0] = -np.log(p[np.arange(p.shape[0]), labels])

    def expanded(self, inputs: Any) -> list:
        return [-pt.log(pick_labels(*inputs))]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [(shapes[0][0],)]

    def grad(self, inputs: Any, grads: Any) -> list:
        (p, labels), (g,) = inputs, grads
        return [crossentropy_categorical_1hot_grad(g, p, labels), grad_not_implemented(self, 1, labels)]


class CrossentropyCategorical1HotGrad(Op):
    """The gradient of `CrossentropyCategorical1Hot` with respect to the probabilities."""

    __props__ = ()

    def make_node(self, g_y: Any, coding_dist: Any, true_one_of_n: Any) -> Apply:
        return Apply(self, [g_y, coding_dist, true_one_of_n], [coding_dist.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        g, p, labels = inputs
        where = np.arange(len(g)), labels
        result = np.zeros_like(p)
        result[where] = -g / p[where]
        outputs[0][0] = result

    def expanded(self, inputs: Any) -> list:
        g, p, labels = inputs
        return [-PlaceLabels()(g / pick_labels(p, labels), labels, p.shape[1])]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[1]]


crossentropy_categorical_1hot = CrossentropyCategorical1Hot()
crossentropy_categorical_1hot_grad = CrossentropyCategorical1HotGrad()


def categorical_crossentropy(coding_dist: Variable, true_dist: Variable) -> Variable:
    """Return the cross-entropy of each row of `coding_dist`.

    Parameters
    ----------
    coding_dist : (n, k)
        Distributions.
    true_dist : (n, k) floats, or (n) integers
        The true distributions, or labels.

    Raises
    ------
    TypeError
        If the labels have neither as many axes as the distributions nor one less.
    """
    if true_dist.ndim == coding_dist.ndim:
        return -tensor.sum(true_dist * tensor.log(coding_dist), axis=coding_dist.ndim - 1)
    if true_dist.ndim == coding_dist.ndim - 1:
        return crossentropy_categorical_1hot(coding_dist, true_dist)
    raise TypeError("rank mismatch between coding and true distributions")


# ---------------------------------------------------------------------------------------------- two classes


@adopted
def binary_crossentropy(output: Any, target: Any) -> Variable:
    """Return ``-(target * log(output) + (1 - target) * log(1 - output))``, element by element."""
    return -(target * tensor.log(output) + (1.0 - target) * tensor.log(1.0 - output))


@adopted
def sigmoid_binary_crossentropy(output: Any, target: Any) -> Variable:
    """Return ``binary_crossentropy(sigmoid(output), target)`` without overflow, element by element."""

    def gradient(inputs: Any, outputs: Any, grads: Any) -> list[Variable]:
        (output, target), (g,) = inputs, grads
        return [g * (sigmoid(output) - target), g * -output]

    output, target = tensor.as_tensor_variable(output), tensor.as_tensor_variable(target)
    x, t = output.type(), target.type()
    loss = softplus(-tensor.abs_(x)) + x * ((x > 0) - t)
    name = "sigmoid_binary_crossentropy"
    return OpFromGraph([x, t], [loss], pullback=gradient, inline=True, name=name)(output, target)
