"""Activation functions under their Keras names, over PyTensor expressions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytensor.tensor as pt

from graphopt.errors import InvalidType, unknown_name
from graphopt.nn import registry

Activation = Callable[[pt.TensorVariable], pt.TensorVariable]

_SELU_ALPHA = 1.6732632423543772848170429916717  # Klambauer et al. 2017, "Self-normalizing neural networks"
_SELU_SCALE = 1.0507009873554804934193349852946


def linear(x):
    """Return `x`."""
    return x


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """Return ``x`` above `threshold` and ``negative_slope * (x - threshold)`` below, at most `max_value`."""
    if threshold == 0.0 and negative_slope == 0.0:
        y = pt.maximum(x, _like(0.0, x))
    else:
        limit = _like(threshold, x)
        y = pt.switch(pt.gt(x, limit), x, _like(negative_slope, x) * (x - limit))
    return y if max_value is None else pt.minimum(y, _like(max_value, x))


def leaky_relu(x, negative_slope=0.2):
    """Return ``x`` where positive, ``negative_slope * x`` elsewhere."""
    return pt.switch(pt.gt(x, _like(0.0, x)), x, _like(negative_slope, x) * x)


def relu6(x):
    """Return ``min(max(x, 0), 6)``."""
    return pt.clip(x, _like(0.0, x), _like(6.0, x))


def elu(x, alpha=1.0):
    """Return ``x`` where positive, ``alpha * (exp(x) - 1)`` elsewhere."""
    zero = _like(0.0, x)
    return pt.switch(pt.gt(x, zero), x, _like(alpha, x) * pt.expm1(pt.minimum(x, zero)))


def selu(x):
    """Return ``scale * elu(x, alpha)`` with the constants of self-normalising networks."""
    return _like(_SELU_SCALE, x) * elu(x, _SELU_ALPHA)


def celu(x, alpha=1.0):
    """Return ``max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))``."""
    zero = _like(0.0, x)
    return pt.maximum(x, zero) + _like(alpha, x) * pt.expm1(pt.minimum(x, zero) / _like(alpha, x))


def softmax(x, axis=-1):
    """Return ``exp(x) / sum(exp(x), axis)``, computed without overflow."""
    return pt.special.softmax(x, axis=axis)


def log_softmax(x, axis=-1):
    """Return ``log(softmax(x, axis))``, computed without overflow."""
    return pt.special.log_softmax(x, axis=axis)


def sigmoid(x):
    """Return ``1 / (1 + exp(-x))``."""
    return pt.sigmoid(x)


def log_sigmoid(x):
    """Return ``log(sigmoid(x))``, computed without overflow."""
    return -pt.softplus(-x)


def hard_sigmoid(x):
    """Return ``clip(x / 6 + 1 / 2, 0, 1)``."""
    return pt.clip(x / _like(6.0, x) + _like(0.5, x), _like(0.0, x), _like(1.0, x))


def tanh(x):
    """Return the hyperbolic tangent of `x`."""
    return pt.tanh(x)


def hard_tanh(x):
    """Return ``clip(x, -1, 1)``."""
    return pt.clip(x, _like(-1.0, x), _like(1.0, x))


def tanh_shrink(x):
    """Return ``x - tanh(x)``."""
    return x - pt.tanh(x)


def softplus(x):
    """Return ``log(1 + exp(x))``, computed without overflow."""
    return pt.softplus(x)


def softsign(x):
    """Return ``x / (1 + |x|)``."""
    return x / (_like(1.0, x) + pt.abs(x))


def silu(x):
    """Return ``x * sigmoid(x)`` (also called swish)."""
    return x * pt.sigmoid(x)


def hard_silu(x):
    """Return ``x * hard_sigmoid(x)`` (also called hard swish)."""
    return x * hard_sigmoid(x)


def gelu(x, approximate=False):
    """Return ``x * Phi(x)``, Phi the normal distribution function, or its tanh approximation."""
    if approximate:
        inner = _like(np.sqrt(2.0 / np.pi), x) * (x + _like(0.044715, x) * x**3)
        return _like(0.5, x) * x * (_like(1.0, x) + pt.tanh(inner))
    return _like(0.5, x) * x * pt.erfc(-x * _like(np.sqrt(0.5), x))


def mish(x):
    """Return ``x * tanh(softplus(x))``."""
    return x * pt.tanh(pt.softplus(x))


def squareplus(x, b=4):
    """Return ``(x + sqrt(x^2 + b)) / 2``."""
    return (x + pt.sqrt(x**2 + _like(b, x))) / _like(2.0, x)


def exponential(x):
    """Return ``exp(x)``."""
    return pt.exp(x)


def soft_shrink(x, threshold=0.5):
    """Return `x` moved towards 0 by `threshold`, and 0 within it."""
    zero, limit = _like(0.0, x), _like(threshold, x)
    return pt.maximum(x - limit, zero) + pt.minimum(x + limit, zero)


def hard_shrink(x, threshold=0.5):
    """Return `x` where ``|x| > threshold``, 0 elsewhere."""
    return pt.switch(pt.gt(pt.abs(x), _like(threshold, x)), x, _like(0.0, x))


def _like(number, x):
    """Return `number` as a constant of the dtype of `x`, so that float32 stays float32."""
    return pt.constant(np.asarray(number, dtype=x.dtype))


_FUNCTIONS = (
    celu, elu, exponential, gelu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh, leaky_relu, linear,
    log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu, soft_shrink, softmax, softplus,
    softsign, squareplus, tanh, tanh_shrink,
)  # fmt: skip

TABLE: dict[str, Activation] = {function.__name__: function for function in _FUNCTIONS}
"""Every activation by its Keras name."""

ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}


def get(identifier: str | Activation | None) -> Activation:
    """Return the activation called `identifier`; None is linear, a function is itself.

    Raises
    ------
    UnknownName
        If no activation has the name; the message gives the nearest one.
    InvalidType
        If `identifier` is neither a name, a function nor None.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        name = ALIASES.get(identifier, identifier)
        if name in TABLE:
            return TABLE[name]
        if name.startswith("registered:"):
            return registry.registered(name.removeprefix("registered:"))
        raise unknown_name("activation", identifier, [*TABLE, *ALIASES])
    if callable(identifier) and not isinstance(identifier, type):
        return identifier
    raise InvalidType(
        f"An activation is {identifier!r}; expected a name such as 'relu', "
        "a function of one PyTensor expression, or None for linear."
    )


def name_of(activation: Activation) -> str:
    """Return the name that `get` turns back into `activation`.

    Raises
    ------
    InvalidValue
        If it is the user's own function and was not registered.
    """
    for name, function in TABLE.items():
        if function is activation:
            return name
    return registry.saved_name(activation, "activation")
