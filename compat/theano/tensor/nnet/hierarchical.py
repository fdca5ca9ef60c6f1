"""A softmax over many classes in two levels, and the matrix that counts confusions."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Variable

from ....adopt import adopted
from .. import basic as tensor
from .blocksparse import sparse_block_dot
from .softmaxes import softmax

__all__ = ["confusion_matrix", "h_softmax"]


@adopted
def h_softmax(
    x: Any,
    batch_size: Any,
    n_outputs: Any,
    n_classes: Any,
    n_outputs_per_class: Any,
    W1: Any,
    b1: Any,
    W2: Any,
    b2: Any,
    target: Any = None,
) -> Variable:
    """Return probabilities of outputs that are grouped into classes: P(class) * P(output | class).

    Parameters
    ----------
    x : (batch_size, n_features)
    batch_size, n_outputs, n_classes, n_outputs_per_class : int
    W1, b1 : (n_features, n_classes), (n_classes)
        Of the first softmax, over classes.
    W2, b2 : (n_classes, n_features, n_outputs_per_class), (n_classes, n_outputs_per_class)
        Of the second, over the outputs of a class.
    target : (batch_size) or (batch_size, 1) integers, optional
        The output of which the probability is wanted, one for each row; without, all are.

    Returns
    -------
    (batch_size, n_outputs), or (batch_size) with `target`
    """
    class_probs = softmax(tensor.dot(x, W1) + b1)
    if target is None:
        activations = tensor.tensordot(x, W2, (1, 1)) + b2
        within = softmax(activations.reshape((-1, n_outputs_per_class)))
        within = within.reshape((batch_size, n_classes, -1))
        every = class_probs.dimshuffle(0, 1, "x") * within
        return every.reshape((batch_size, -1))[:, :n_outputs]
    target = target.flatten()
    target_class, within_class = target // n_outputs_per_class, target % n_outputs_per_class
    activations = sparse_block_dot(
        W2.dimshuffle("x", 0, 1, 2),
        x.dimshuffle(0, "x", 1),
        tensor.zeros((batch_size, 1), dtype="int32"),
        b2,
        target_class.dimshuffle(0, "x"),
    )
    rows = tensor.arange(batch_size)
    within = softmax(activations.dimshuffle(0, 2))
    return class_probs[rows, target_class] * within[rows, within_class]


@adopted
def confusion_matrix(actual: Variable, pred: Variable) -> list[Variable]:
    """Return the matrix that counts how often each actual label was predicted as which, and the labels.

    Parameters
    ----------
    actual, pred : vectors of labels

    Raises
    ------
    ValueError
        If one of them is not a vector.
    """
    for name, labels in (("actual", actual), ("pred", pred)):
        if labels.ndim != 1:
            raise ValueError(f"{name} must be 1-d tensor variable")
    from ..extra_ops import Unique

    order = Unique(False, False, False)(tensor.concatenate([actual, pred]))
    is_actual, is_pred = (tensor.eq(v.dimshuffle(0, "x"), order).astype("int64") for v in (actual, pred))
    return [tensor.dot(is_actual.T, is_pred), order]
