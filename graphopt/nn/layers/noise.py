"""Layers that add noise in training, and pass their input on at inference."""

from __future__ import annotations

from collections.abc import Sequence

import pytensor.tensor as pt

from graphopt.errors import InvalidType, InvalidValue
from graphopt.nn.layers.affine import full_shape
from graphopt.nn.layers.arguments import check_rate
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.context import Context


def _draw(layer: Layer, context: Context, distribution: str, *arguments, size, dtype: str):
    """Return numbers from the stream of `layer`, and move the stream on in the updates of `context`."""
    stream = layer.stream()
    current = context.updates.get(stream, stream)
    size = pt.stack([pt.as_tensor_variable(n, dtype="int64") for n in size])
    draw = getattr(pt.random, distribution)  # the method of the stream warns when a second graph uses it
    moved, numbers = draw(*arguments, size=size, rng=current, return_next_rng=True)
    context.updates[stream] = moved
    return numbers.astype(dtype)


def keep_mask(layer: Layer, context: Context, shape: Sequence, drop: float, dtype: str):
    """Return an array of zeros, with probability `drop`, and ``1 / (1 - drop)`` else."""
    if drop >= 1.0:
        return pt.zeros(tuple(shape), dtype=dtype)
    uniform = _draw(layer, context, "uniform", size=shape, dtype=dtype)
    kept = pt.ge(uniform, pt.constant(drop, dtype=dtype)).astype(dtype)
    return kept * pt.constant(1.0 / (1.0 - drop), dtype=dtype)


class Dropout(Layer):
    """In training, each number is zero with probability `rate`; those kept are divided by ``1 - rate``.

    Parameters
    ----------
    rate
        From 0 to 1.
    noise_shape
        The shape of the mask, None where it is that of the input; lengths 1 are broadcast.
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.rate = check_rate("Dropout", "rate", rate)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def call(self, x, context):
        if not context.training or self.rate == 0.0:
            return x
        known = x.type.shape if self.noise_shape is None else self.noise_shape
        mask = keep_mask(self, context, full_shape(x, known), self.rate, x.dtype)
        if self.noise_shape is not None:
            mask = pt.specify_broadcastable(mask, *(k for k, n in enumerate(self.noise_shape) if n == 1))
        return x * mask


class GaussianNoise(Layer):
    """In training, adds normal noise of mean 0 and standard deviation `stddev`."""

    def __init__(
        self, stddev: float, *, name: str | None = None, trainable: bool = True, dtype: str | None = None
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        if isinstance(stddev, bool) or not isinstance(stddev, int | float):
            raise InvalidType(f"GaussianNoise: stddev is {stddev!r}; expected a number from 0 on.")
        if not stddev >= 0:
            raise InvalidValue(f"GaussianNoise: stddev is {stddev}; expected a number from 0 on.")
        self.stddev = float(stddev)

    def call(self, x, context):
        if not context.training or self.stddev == 0.0:
            return x
        size = full_shape(x, x.type.shape)
        return x + _draw(self, context, "normal", 0.0, self.stddev, size=size, dtype=x.dtype)
