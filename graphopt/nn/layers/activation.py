"""Layers that apply a function element by element, or the caller's own expression."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytensor.tensor as pt

from graphopt.errors import InvalidType, InvalidValue
from graphopt.nn import activations, registry
from graphopt.nn.layers.base import Layer


class Activation(Layer):
    """An activation as a layer: a name, or a function of one expression."""

    def __init__(
        self, activation: Any, *, name: str | None = None, trainable: bool = True, dtype: str | None = None
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.activation = activations.get(activation)

    def call(self, x, context):
        return self.activation(x)


class ReLU(Layer):
    """``max(x, 0)``, with a slope below `threshold` and a largest value; see `activations.relu`."""

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def call(self, x, context):
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(Layer):
    """``x`` where positive, ``negative_slope * x`` elsewhere."""

    def __init__(
        self,
        negative_slope: float = 0.3,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.negative_slope = negative_slope

    def call(self, x, context):
        return activations.leaky_relu(x, self.negative_slope)


class ELU(Layer):
    """``x`` where positive, ``alpha * (exp(x) - 1)`` elsewhere."""

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.alpha = alpha

    def call(self, x, context):
        return activations.elu(x, self.alpha)


class Softmax(Layer):
    """``exp(x) / sum(exp(x))`` along `axis`."""

    def __init__(
        self,
        axis: int = -1,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.axis = axis

    def call(self, x, context):
        return activations.softmax(x, self.axis)


class Lambda(Layer):
    """The caller's own expression over PyTensor: ``function(x)``, or ``function([x, y])`` for a list.

    Parameters
    ----------
    function
        A function of a PyTensor expression (or a list of them) that returns one. To save the network,
        register it: ``@graphopt.nn.register("mine/name")``.
    output_shape
        The shape of one sample of the output; by default read off the expression.
    """

    def __init__(
        self,
        function: Callable,
        output_shape: Sequence[int | None] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        if isinstance(function, str):
            function = registry.registered(function.removeprefix("registered:"))
        if not callable(function):
            raise InvalidType(f"Lambda takes a function of a PyTensor expression; got {function!r}.")
        self.function = function
        self.output_shape = None if output_shape is None else tuple(output_shape)

    def _check_inputs(self, shapes, several):
        """Take one input or a list, as the function does."""

    def compute_output_shape(self, input_shape):
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        if self.output_shape is not None:
            return (shapes[0][0], *self.output_shape)
        stand_ins = [pt.tensor(shape=shape, dtype=self.float_type) for shape in shapes]
        result = self._apply(stand_ins if isinstance(input_shape, list) else stand_ins[0])
        if result.ndim == 0:
            raise InvalidValue(
                "Lambda: the function returned a scalar; expected an expression with the batch axis."
            )
        return (shapes[0][0], *result.type.shape[1:])

    def call(self, x, context):
        return self._apply(x)

    def _apply(self, x):
        result = self.function(x)
        if not isinstance(result, pt.TensorVariable):
            raise InvalidType(
                f"Lambda: the function returned {type(result).__name__}; expected a PyTensor expression."
            )
        return result

    def get_config(self):
        """Return what a file keeps; raise InvalidValue if the function has no registered name."""
        return {
            "function": registry.saved_name(self.function, "function of the Lambda layer"),
            "output_shape": None if self.output_shape is None else list(self.output_shape),
            "name": self._given_name,
            "trainable": self.trainable,
            "dtype": self.dtype,
        }
