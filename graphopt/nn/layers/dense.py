"""Dense: an affine map with the bias as a row of the matrix, then an activation."""

from __future__ import annotations

from typing import Any

from graphopt.nn import activations, initializers, regularizers
from graphopt.nn.layers.affine import affine
from graphopt.nn.layers.arguments import known_axis, positive_int
from graphopt.nn.layers.base import Layer
from graphopt.nn.parameter import BIAS, KERNEL, WHOLE, Weight, with_bias_row


class Dense(Layer):
    """``activation([x, 1] @ W)`` over the last axis: (..., n) -> (..., units).

    `W` has shape (n + 1, units); its last row is the bias. `get_weights` gives Keras' kernel (n, units) and
    bias (units,).

    Parameters
    ----------
    units
        The length of the last axis of the output.
    activation
        A name, a function of one expression, or None for linear.
    use_bias
        Whether there is a bias row.
    kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer
        As in Keras.
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        *,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.units = positive_int("Dense", "units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def compute_output_shape(self, input_shape):
        known_axis("Dense", input_shape)
        return (*input_shape[:-1], self.units)

    def build(self, input_shape):
        kernel = self.kernel_initializer(
            (known_axis("Dense", input_shape), self.units), self.rng, self.float_type
        )
        bias = self.bias_initializer((self.units,), self.rng, self.float_type) if self.use_bias else None
        self.W = self.add_parameter("kernel", with_bias_row(kernel, bias))
        if self.use_bias:
            self.weights_own = [Weight("kernel", ((self.W, KERNEL),)), Weight("bias", ((self.W, BIAS),))]
        else:
            self.weights_own = [Weight("kernel", ((self.W, WHOLE),))]

    def call(self, x, context):
        return self.activation(affine(x, self.W, use_bias=self.use_bias))
