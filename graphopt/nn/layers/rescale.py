"""Layers that shift and scale by fixed numbers, given or measured on data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt

from graphopt.errors import InvalidType, InvalidValue, NotBuilt, ShapeMismatch
from graphopt.nn.checks import ArraySpec, check_array
from graphopt.nn.layers.base import Layer
from graphopt.nn.parameter import WHOLE, Weight, parameter


class Rescaling(Layer):
    """``x * scale + offset``; both are numbers, or arrays that broadcast against the last axes."""

    def __init__(
        self,
        scale: Any,
        offset: Any = 0.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.scale, self.offset = _numbers("scale", scale), _numbers("offset", offset)

    def compute_output_shape(self, input_shape):
        shape = tuple(1 if n is None else n for n in input_shape)
        factors = np.broadcast_shapes(np.shape(self.scale), np.shape(self.offset))
        try:
            result = np.broadcast_shapes(shape, factors)
        except ValueError as error:
            raise ShapeMismatch(f"Rescaling: factors of shape {factors} do not fit {input_shape}.") from error
        if len(result) != len(shape) or result[0] != shape[0]:
            raise ShapeMismatch(f"Rescaling: factors of shape {factors} do not fit {input_shape}.")
        return (
            input_shape[0],
            *(m if n is None and m == 1 else n for m, n in zip(result[1:], input_shape[1:])),
        )

    def call(self, x, context):
        y = x * pt.constant(np.asarray(self.scale, x.dtype))
        return (
            y if np.all(np.asarray(self.offset) == 0) else y + pt.constant(np.asarray(self.offset, x.dtype))
        )


class Normalization(Layer):
    """``(x - mean) / sqrt(variance)``, from given numbers or from data by `adapt`.

    Parameters
    ----------
    axis
        The axes (or one, or None) that each have a mean and variance of their own; the batch axis counts.
    mean, variance
        Numbers or arrays; both or none of them.
    invert
        Whether the reverse is computed: ``mean + x * sqrt(variance)``.
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        if (mean is None) != (variance is None):
            raise InvalidValue("Normalization: give mean and variance, or neither and call adapt(data).")
        self.axis = tuple(axis) if isinstance(axis, list | tuple) else axis
        self.mean = None if mean is None else _numbers("mean", mean)
        self.variance = None if variance is None else _numbers("variance", variance)
        if variance is not None and np.any(np.asarray(variance) < 0):
            raise InvalidValue(f"Normalization: variance is {variance}; expected numbers from 0 on.")
        self.invert = invert
        self._adapted: tuple[np.ndarray, np.ndarray] | None = None

    def _kept(self, ndim: int) -> tuple[int, ...]:
        """Return the axes with a mean of their own, counted from 0."""
        axes = () if self.axis is None else self.axis if isinstance(self.axis, tuple) else (self.axis,)
        kept = tuple(sorted(axis + ndim if axis < 0 else axis for axis in axes))
        if any(not 0 < axis < ndim for axis in kept):
            raise InvalidValue(
                f"Normalization: axis {self.axis} is not an axis of a sample with {ndim - 1} axes."
            )
        return kept

    def build(self, input_shape):
        kept = self._kept(len(input_shape))
        shape = tuple(input_shape[axis] for axis in kept)
        if None in shape:
            raise ShapeMismatch(f"Normalization: axis {self.axis} of {input_shape} must have a known length.")
        self._spread = tuple(input_shape[axis] if axis in kept else 1 for axis in range(len(input_shape)))
        if self.mean is not None:
            return
        mean = self.add_array("mean", np.zeros(shape, self.float_type), trainable=False)
        variance = self.add_array("variance", np.ones(shape, self.float_type), trainable=False)
        self._count = parameter(np.zeros((), "int32"), f"{self.name or 'normalization'}/count")
        self.weights_own.append(Weight("count", ((self._count, WHOLE),), False))
        if self._adapted is not None:
            mean.set_value(self._adapted[0].reshape(shape).astype(self.float_type))
            variance.set_value(self._adapted[1].reshape(shape).astype(self.float_type))

    def adapt(self, data: Any) -> None:
        """Measure mean and variance on `data` (n, ...), instead of what was there."""
        if self.mean is not None:
            raise InvalidValue(
                "Normalization: mean and variance were given; adapt is for a layer without them."
            )
        ndim = np.ndim(data)
        if ndim == 1:
            data, ndim = np.asarray(data)[:, None], 2
        array = check_array(data, ArraySpec("data", (None,) * ndim, "float64"))
        rest = tuple(k for k in range(ndim) if k not in self._kept(ndim))
        self._adapted = (array.mean(axis=rest), array.var(axis=rest))
        if self.built:
            mean, variance = self.parameters[:2]
            if mean.type.shape != self._adapted[0].shape:
                raise ShapeMismatch(
                    f"Normalization: data of shape {array.shape} do not fit a layer built for "
                    f"{mean.type.shape}."
                )
            mean.set_value(self._adapted[0].astype(self.float_type))
            variance.set_value(self._adapted[1].astype(self.float_type))

    def call(self, x, context):
        if not self.built:
            raise NotBuilt("Normalization has no mean yet.")
        if self.mean is not None:
            mean, variance = (
                pt.constant(np.broadcast_to(np.asarray(v, x.dtype), self._target(np.shape(v))))
                for v in (self.mean, self.variance)
            )
        else:
            mean, variance = (p.reshape(self._spread) for p in self.parameters[:2])
        spread = pt.maximum(pt.sqrt(variance), pt.constant(1e-7, dtype=x.dtype))
        return mean + x * spread if self.invert else (x - mean) / spread

    def _target(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape in which given numbers of `shape` meet the input."""
        return self._spread if shape else (1,) * len(self._spread)


def _numbers(name: str, value: Any) -> Any:
    """Return `value` as a number or nested lists of numbers."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise InvalidType(f"{name} is {value!r}; expected a number or an array of numbers.")
    if not np.isfinite(array).all():
        raise InvalidValue(f"{name} holds NaN or infinity: {value!r}.")
    return array.tolist()
