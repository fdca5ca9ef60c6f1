"""Layers that normalise by statistics of the batch or of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt

from graphopt.errors import InvalidValue, ShapeMismatch
from graphopt.nn import initializers, regularizers
from graphopt.nn.layers.arguments import check_rate, known_axis
from graphopt.nn.layers.base import Layer


class BatchNormalization(Layer):
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta`` along `axis` (Ioffe and Szegedy 2015).

    In training mean and variance are the batch's and move the running ones by ``1 - momentum``; at
    inference, or when not trainable, they are the running ones.
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        *,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.axis = axis
        self.momentum = check_rate("BatchNormalization", "momentum", momentum)
        self.epsilon = float(epsilon)
        self.center, self.scale = center, scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)

    def build(self, input_shape):
        n = known_axis("BatchNormalization", input_shape, self.axis)
        self._axis = self.axis % len(input_shape)
        if self._axis == 0:
            raise InvalidValue("BatchNormalization: axis 0 is the batch axis.")
        self.gamma = self.add_weight("gamma", (n,), self.gamma_initializer) if self.scale else None
        self.beta = self.add_weight("beta", (n,), self.beta_initializer) if self.center else None
        self.moving_mean = self.add_weight("moving_mean", (n,), self.moving_mean_initializer, trainable=False)
        self.moving_variance = self.add_weight(
            "moving_variance", (n,), self.moving_variance_initializer, trainable=False
        )

    def call(self, x, context):
        mean, variance = self.moving_mean, self.moving_variance
        if context.training and self.trainable:
            rest = tuple(k for k in range(x.ndim) if k != self._axis)
            mean = pt.mean(x, axis=rest)
            variance = pt.mean(pt.sqr(x - self._along(mean, x)), axis=rest)
            for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
                held = context.updates.get(moving, moving)
                kept = pt.constant(self.momentum, dtype=moving.dtype)
                rest_share = pt.constant(1.0 - self.momentum, dtype=moving.dtype)
                context.updates[moving] = kept * held + rest_share * batch
        factor = pt.reciprocal(pt.sqrt(variance + pt.constant(self.epsilon, dtype=x.dtype)))
        if self.gamma is not None:
            factor = factor * self.gamma
        y = (x - self._along(mean, x)) * self._along(factor, x)
        return y if self.beta is None else y + self._along(self.beta, x)

    def _along(self, vector, x):
        """Return `vector` laid along the axis of `x` that it belongs to."""
        return vector.dimshuffle(*(0 if k == self._axis else "x" for k in range(x.ndim)))


class LayerNormalization(Layer):
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, mean and variance over `axis` of each sample
    (Ba et al. 2016)."""

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        *,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.axis = tuple(axis) if isinstance(axis, list | tuple) else axis
        self.epsilon = float(epsilon)
        self.center, self.scale = center, scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)

    def build(self, input_shape):
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        self._axes = tuple(sorted(axis % len(input_shape) for axis in axes))
        if 0 in self._axes:
            raise ShapeMismatch("LayerNormalization: axis 0 is the batch axis.")
        shape = tuple(known_axis("LayerNormalization", input_shape, axis) for axis in self._axes)
        self.gamma = self.add_weight("gamma", shape, self.gamma_initializer) if self.scale else None
        self.beta = self.add_weight("beta", shape, self.beta_initializer) if self.center else None

    def call(self, x, context):
        mean = pt.mean(x, axis=self._axes, keepdims=True)
        centred = x - mean
        variance = pt.mean(pt.sqr(centred), axis=self._axes, keepdims=True)
        y = centred * pt.reciprocal(pt.sqrt(variance + pt.constant(self.epsilon, dtype=x.dtype)))
        pattern = [self._axes.index(k) if k in self._axes else "x" for k in range(x.ndim)]
        if self.gamma is not None:
            y = y * self.gamma.dimshuffle(*pattern)
        return y if self.beta is None else y + self.beta.dimshuffle(*pattern)
