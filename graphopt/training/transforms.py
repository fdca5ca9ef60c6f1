"""What may be done to gradients before a rule, and to updates after it: clipping, and weight decay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.variable import TensorVariable

Updates = dict[TensorSharedVariable, TensorVariable]


def clip_by_value(grads: Sequence[TensorVariable], limit: float) -> list[TensorVariable]:
    """Return each element of `grads` kept in [-limit, limit]."""
    return [pt.clip(g, _number(-limit, g), _number(limit, g)) for g in grads]


def clip_by_norm(grads: Sequence[TensorVariable], limit: float) -> list[TensorVariable]:
    """Return each of `grads` scaled down to Euclidean length `limit` if it is longer."""
    return [g * _factor(pt.sum(pt.sqr(g)), limit, g) for g in grads]


def clip_by_global_norm(grads: Sequence[TensorVariable], limit: float) -> list[TensorVariable]:
    """Return `grads` scaled down together, to Euclidean length `limit` of all their elements at most."""
    square = sum((pt.sum(pt.sqr(g)) for g in grads[1:]), pt.sum(pt.sqr(grads[0])))
    return [g * _factor(square, limit, g) for g in grads]


def decay_weights(
    updates: Updates,
    params: Sequence[TensorSharedVariable],
    rate: float,
    learning_rate: float | TensorVariable,
) -> Updates:
    """Return `updates` with each of `params` also shrunk by ``learning_rate * rate`` of its old value.

    The decay is decoupled from the gradient (Loshchilov and Hutter 2019), as in Keras' optimizers.
    """
    decayed = dict(updates)
    for p in params:
        factor = _number(rate, p)
        factor = factor * (
            learning_rate.astype(p.dtype)
            if isinstance(learning_rate, TensorVariable)
            else _number(learning_rate, p)
        )
        decayed[p] = updates[p] - factor * p
    return decayed


def _factor(square: TensorVariable, limit: float, like: TensorVariable) -> TensorVariable:
    """Return what brings a vector of squared length `square` to length `limit` at most."""
    bound = _number(limit, like)
    return bound / pt.maximum(pt.sqrt(square).astype(like.type.dtype), bound)


def _number(value: float, like: TensorVariable) -> TensorVariable:
    """Return `value` as a constant of the dtype of `like`."""
    return pt.constant(np.asarray(value, dtype=like.type.dtype))
