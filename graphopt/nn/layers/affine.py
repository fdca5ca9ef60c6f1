"""The affine map of layers, its bias the row that a concatenated 1 meets."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

from graphopt.nn.layers.symbol import Shape


def append_one(x: pt.TensorVariable) -> pt.TensorVariable:
    """Return `x` with a 1 appended on its last axis: the input that meets the bias row."""
    return pt.concatenate([x, pt.ones_like(x[..., :1])], axis=-1)


def full_shape(x: pt.TensorVariable, known: Shape) -> tuple:
    """Return the shape of `x`: the lengths in `known`, the symbolic ones where it says None."""
    return tuple(x.shape[axis] if length is None else length for axis, length in enumerate(known))


def affine(x: pt.TensorVariable, W: SharedVariable, *, use_bias: bool) -> pt.TensorVariable:
    """Return ``[x, 1] @ W`` over the last axis of `x` of any rank, or ``x @ W`` without a bias."""
    if x.ndim <= 2:
        return pt.dot(append_one(x) if use_bias else x, W)
    lead = full_shape(x, x.type.shape)[:-1]
    flat = x.reshape((-1, x.type.shape[-1]))
    z = pt.dot(append_one(flat) if use_bias else flat, W)
    known = [length for length in x.type.shape[:-1] if length is not None]
    if len(known) == len(lead) - 1:
        lead = tuple(-1 if length is None else length for length in x.type.shape[:-1])
    return z.reshape((*lead, W.type.shape[-1]))
