"""Connectionist temporal classification: the loss of a sequence of scores against unaligned labels.

The loss is minus the log of the probability of all alignments, found by the forward-backward algorithm of
A. Graves et al., "Connectionist Temporal Classification", ICML 2006, here in logarithms. Theano called the
library warp-ctc for it; its conventions are kept: label 0 is the blank, the scores go through a softmax, and
a sequence too short for its labels costs 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.gradient import grad_undefined
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.rewriting.basic import register_canonicalize

from ...gof.op import OpenMPOp
from .. import basic as tensor

__all__ = [
    "ConnectionistTemporalClassification",
    "ctc",
    "ctc_available",
    "ctc_present",
    "local_ctc_no_grad",
]


def ctc_present() -> bool:
    """Return that the loss can be computed: nothing has to be installed."""
    return True


def ctc_available() -> bool:
    """Return that the loss can be computed: nothing has to be installed."""
    return True


for _function in (ctc_present, ctc_available):
    _function.msg = _function.path = None
ctc_present.avail = True


def losses(activations: np.ndarray, labels: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the loss of each sequence, and the gradient of each with respect to its scores.

    Parameters
    ----------
    activations : (time, batch, classes)
    labels : (batch, most labels) integers
        1 to classes - 1; negative ones are padding.
    lengths : (batch) integers
        How many time steps of each sequence count.
    """
    steps, batch, classes = activations.shape
    _check(labels, lengths, steps, batch, classes)
    logits = activations.astype("float64")
    logits = logits - logits.max(axis=2, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))

    n_labels = (labels >= 0).sum(axis=1)
    labels = np.take_along_axis(labels, np.argsort(labels < 0, axis=1, kind="stable"), axis=1)
    states = np.zeros((batch, 2 * labels.shape[1] + 1), "int64")  # blank, label, blank, label, ..., blank
    states[:, 1::2] = np.maximum(labels, 0)
    may_skip = np.zeros(states.shape, bool)
    may_skip[:, 2:] = (states[:, 2:] != 0) & (states[:, 2:] != states[:, :-2])
    emitted = np.take_along_axis(log_p, states[None], axis=2)

    every, ends = np.arange(batch), 2 * n_labels
    first = np.full(states.shape, -np.inf)
    first[:, 0] = 0
    first[n_labels > 0, 1] = 0
    last = np.full(states.shape, -np.inf)
    last[every, ends] = 0
    last[n_labels > 0, ends[n_labels > 0] - 1] = 0

    forward = np.empty(emitted.shape)  # of paths that end in a state, its own emission included
    backward = np.empty(emitted.shape)  # of paths that go on from a state, its own emission left out
    with np.errstate(invalid="ignore"):
        for t in range(steps):
            forward[t] = emitted[t] + (first if t == 0 else _step(forward[t - 1], may_skip))
        for t in reversed(range(steps)):
            going_on = last if t == steps - 1 else _step_back(backward[t + 1] + emitted[t + 1], may_skip)
            backward[t] = np.where((lengths == t + 1)[:, None], last, going_on)
        log_total = np.logaddexp.reduce(forward[lengths - 1, every] + last, axis=1)
        possible = np.isfinite(log_total)
        reached = np.exp(forward + backward - log_total[:, None])
    occupied = np.zeros(activations.shape)
    np.add.at(occupied, (np.arange(steps)[:, None, None], every[:, None], states), reached)
    gradient = np.exp(log_p) - occupied
    counts = possible & (np.arange(steps)[:, None] < lengths)
    gradient[~counts] = 0
    return np.where(possible, -log_total, 0).astype("float32"), gradient.astype("float32")


def _check(labels: np.ndarray, lengths: np.ndarray, steps: int, batch: int, classes: int) -> None:
    if labels.shape[0] != batch or lengths.shape[0] != batch:
        raise ValueError(
            f"ctc: {batch} sequences of activations came with {labels.shape[0]} rows of labels and "
            f"{lengths.shape[0]} input_lengths; expected as many of each."
        )
    if batch and (lengths.min() < 1 or lengths.max() > steps):
        raise ValueError(
            f"ctc: input_lengths from {lengths.min()} to {lengths.max()}; expected 1 to {steps}."
        )
    if labels.size and labels.max() >= classes:
        raise ValueError(f"ctc: label {labels.max()}; expected at most {classes - 1}, the classes less one.")


def _step(log_paths: np.ndarray, may_skip: np.ndarray) -> np.ndarray:
    """Return the paths into each state: from itself, the one before and, past a blank, the next before."""
    into = log_paths.copy()
    into[:, 1:] = np.logaddexp(into[:, 1:], log_paths[:, :-1])
    skipping = np.where(may_skip[:, 2:], log_paths[:, :-2], -np.inf)
    into[:, 2:] = np.logaddexp(into[:, 2:], skipping)
    return into


def _step_back(log_paths: np.ndarray, may_skip: np.ndarray) -> np.ndarray:
    """Return the paths out of each state: `_step` the other way."""
    out = log_paths.copy()
    out[:, :-1] = np.logaddexp(out[:, :-1], log_paths[:, 1:])
    skipping = np.where(may_skip[:, 2:], log_paths[:, 2:], -np.inf)
    out[:, :-2] = np.logaddexp(out[:, :-2], skipping)
    return out


class ConnectionistTemporalClassification(OpenMPOp):
    """``(activations, labels, input_lengths) -> (costs, their gradients)``; see `ctc`.

    Parameters
    ----------
    compute_grad : bool
        Whether the gradients are an output.
    """

    __props__ = ("compute_grad",)
    default_output = 0

    def __init__(self, compute_grad: bool = True, openmp: bool | None = None) -> None:
        super().__init__(openmp)
        self.compute_grad = compute_grad

    def make_node(self, activations: Any, labels: Any, input_lengths: Any) -> Apply:
        inputs = [tensor.as_tensor_variable(v) for v in (activations, labels, input_lengths)]
        rules = (("activations", "float32", 3), ("labels", "int32", 2), ("input_lengths", "int32", 1))
        for variable, (name, dtype, ndim) in zip(inputs, rules):
            if variable.type.dtype != dtype:
                raise TypeError(f"{name} must use the {dtype} type!")
            if variable.ndim != ndim:
                raise ValueError(f"{name} must have {ndim} dimension{'s' * (ndim > 1)}.")
        outputs = [tensor.fvector(name="ctc_cost")]
        if self.compute_grad:
            outputs.append(tensor.ftensor3(name="ctc_grad"))
        return Apply(self, inputs, outputs)

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        for cell, value in zip(outputs, losses(*inputs)):
            cell[0] = value

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [(shapes[0][1],), shapes[0]][: len(node.outputs)]

    def L_op(self, inputs: Any, outputs: Any, output_grads: Any) -> list:
        assert self.compute_grad
        each = output_grads[0].dimshuffle("x", 0, "x")
        return [each * outputs[1], grad_undefined(self, 1, inputs[1]), grad_undefined(self, 2, inputs[2])]


def ctc(activations: Any, labels: Any, input_lengths: Any) -> Variable:
    """Return the CTC loss of each sequence of a batch.

    Parameters
    ----------
    activations : (time, batch, classes) float32
        Scores before the softmax; class 0 is the blank.
    labels : (batch, most labels) int32
        The labels of each sequence in order; negative ones are padding.
    input_lengths : (batch) int32
        How many time steps of each sequence count.

    Returns
    -------
    (batch) float32
        It has a gradient with respect to `activations`.

    Raises
    ------
    ValueError
        When called with a label or a length out of range.
    """
    return ConnectionistTemporalClassification()(activations, labels, input_lengths)


@register_canonicalize("fast_compile")
@node_rewriter([ConnectionistTemporalClassification])
def local_ctc_no_grad(fgraph: Any, node: Apply) -> Any:
    """Leave the gradients out where nothing uses them."""
    if len(node.outputs) == 1 or fgraph.clients[node.outputs[1]]:
        return False
    costs = ConnectionistTemporalClassification(compute_grad=False)(*node.inputs)
    return {node.outputs[0]: costs}
