"""Losses under their Keras names: ``loss(y_true, y_pred)`` is a vector, one number for each sample.

Keras averages over the last axis, then over all samples and places; here the places of a sample are averaged
at once, so the mean of the vector is Keras' loss.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt

from graphopt import ops
from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.nn import choices

EPSILON = 1e-7
"""What Keras keeps probabilities away from 0 and 1 by."""

LossFunction = Callable[[pt.TensorVariable, pt.TensorVariable], pt.TensorVariable]


@dataclass(frozen=True)
class Loss:
    """The base of the losses: lines the arguments up, and averages what `places` returns over samples."""

    sparse = False
    """Whether the targets are class labels, one for each last axis of the outputs."""

    def __call__(self, y_true, y_pred):
        y_pred = pt.as_tensor_variable(y_pred)
        y_true = matched(pt.as_tensor_variable(y_true), y_pred)
        return sample_means(self.places(y_true.astype(y_pred.dtype), y_pred))

    def places(self, t, y):
        """Return the loss of each last axis of targets `t` and outputs `y` of the same shape."""
        raise NotImplementedError(f"{type(self).__name__} has no places(t, y).")


class MeanSquaredError(Loss):
    """``mean((t - y)^2)``."""

    def places(self, t, y):
        return pt.mean(pt.sqr(t - y), axis=-1)


class MeanAbsoluteError(Loss):
    """``mean(|t - y|)``."""

    def places(self, t, y):
        return pt.mean(pt.abs(t - y), axis=-1)


class MeanAbsolutePercentageError(Loss):
    """``100 mean(|t - y| / max(|t|, 1e-7))``."""

    def places(self, t, y):
        return _c(100.0, y) * pt.mean(pt.abs(t - y) / pt.maximum(pt.abs(t), _c(EPSILON, y)), axis=-1)


class MeanSquaredLogarithmicError(Loss):
    """``mean((log(1 + t) - log(1 + y))^2)``, both at least 1e-7."""

    def places(self, t, y):
        low = _c(EPSILON, y)
        return pt.mean(pt.sqr(pt.log1p(pt.maximum(y, low)) - pt.log1p(pt.maximum(t, low))), axis=-1)


@dataclass(frozen=True)
class Huber(Loss):
    """``mean(h(y - t))``, h half the square up to `delta` and linear beyond (Huber 1964)."""

    delta: float = 1.0

    def places(self, t, y):
        error, delta, half = y - t, _c(self.delta, y), _c(0.5, y)
        size = pt.abs(error)
        return pt.mean(
            pt.switch(pt.le(size, delta), half * pt.sqr(error), delta * size - half * pt.sqr(delta)), axis=-1
        )


class LogCosh(Loss):
    """``mean(log(cosh(y - t)))``, computed without overflow."""

    def places(self, t, y):
        error = y - t
        return pt.mean(error + pt.softplus(_c(-2.0, y) * error) - _c(np.log(2.0), y), axis=-1)


class CosineSimilarity(Loss):
    """Minus the cosine of the angle between `t` and `y`."""

    def places(self, t, y):
        return -pt.sum(_unit(t) * _unit(y), axis=-1)


class Hinge(Loss):
    """``mean(max(1 - t y, 0))`` with labels -1 and 1 (0 and 1 are turned into these)."""

    def places(self, t, y):
        return pt.mean(pt.maximum(_c(1.0, y) - _signed(t) * y, _c(0.0, y)), axis=-1)


class SquaredHinge(Loss):
    """``mean(max(1 - t y, 0)^2)`` with labels -1 and 1 (0 and 1 are turned into these)."""

    def places(self, t, y):
        return pt.mean(pt.sqr(pt.maximum(_c(1.0, y) - _signed(t) * y, _c(0.0, y))), axis=-1)


class CategoricalHinge(Loss):
    """``max(1 + max((1 - t) y) - sum(t y), 0)`` with one-hot targets."""

    def places(self, t, y):
        one, zero = _c(1.0, y), _c(0.0, y)
        return pt.maximum(pt.max((one - t) * y, axis=-1) - pt.sum(t * y, axis=-1) + one, zero)


class KLDivergence(Loss):
    """``sum(t log(t / y))``, both kept in [1e-7, 1]."""

    def places(self, t, y):
        t, y = (pt.clip(p, _c(EPSILON, y), _c(1.0, y)) for p in (t, y))
        return pt.sum(t * pt.log(t / y), axis=-1)


class Poisson(Loss):
    """``mean(y - t log(y + 1e-7))``."""

    def places(self, t, y):
        return pt.mean(y - t * pt.log(y + _c(EPSILON, y)), axis=-1)


@dataclass(frozen=True)
class BinaryCrossentropy(Loss):
    """``-mean(t log(y) + (1 - t) log(1 - y))``.

    Parameters
    ----------
    from_logits
        Whether the outputs are before the sigmoid.
    label_smoothing
        How far the targets are drawn from 0 and 1 towards 1/2, in [0, 1].
    """

    from_logits: bool = False
    label_smoothing: float = 0.0

    def places(self, t, y):
        if self.label_smoothing:
            t = t * _c(1.0 - self.label_smoothing, y) + _c(0.5 * self.label_smoothing, y)
        if self.from_logits:
            return pt.mean(pt.softplus(y) - t * y, axis=-1)
        one = _c(1.0, y)
        p = pt.clip(y, _c(EPSILON, y), _c(1.0 - EPSILON, y))
        return -pt.mean(t * pt.log(p) + (one - t) * pt.log(one - p), axis=-1)


@dataclass(frozen=True)
class CategoricalCrossentropy(Loss):
    """``-sum(t log(y))`` with one-hot targets; `from_logits`: outputs are before the softmax."""

    from_logits: bool = False
    label_smoothing: float = 0.0

    def places(self, t, y):
        if self.label_smoothing:
            classes = y.shape[-1].astype(y.dtype)
            t = t * _c(1.0 - self.label_smoothing, y) + _c(self.label_smoothing, y) / classes
        return -pt.sum(t * _log_probabilities(y, self.from_logits), axis=-1)


@dataclass(frozen=True)
class SparseCategoricalCrossentropy(Loss):
    """``-log(y[label])`` with labels from 0 on; `from_logits`: outputs are before the softmax.

    A label outside the classes raises `OutOfRange` when the compiled function runs.
    """

    from_logits: bool = False

    sparse = True

    def __call__(self, y_true, y_pred):
        y_pred = pt.as_tensor_variable(y_pred)
        labels = class_labels(pt.as_tensor_variable(y_true), y_pred)
        return sample_means(-ops.pick_labels(_log_probabilities(y_pred, self.from_logits), labels))


def _log_probabilities(y, from_logits: bool):
    """Return the logarithm of the class probabilities, normalised as Keras does."""
    if from_logits:
        return pt.special.log_softmax(y, axis=-1)
    p = y / pt.sum(y, axis=-1, keepdims=True)
    return pt.log(pt.clip(p, _c(EPSILON, y), _c(1.0 - EPSILON, y)))


def matched(t: pt.TensorVariable, y: pt.TensorVariable) -> pt.TensorVariable:
    """Return the targets `t` with the number of axes of the outputs `y`.

    Raises
    ------
    ShapeMismatch
        If the shapes cannot be the same: targets never broadcast against outputs.
    """
    if t.ndim == y.ndim - 1 and y.type.shape[-1] == 1:
        t = t[..., None]
    elif t.ndim == y.ndim + 1 and t.type.shape[-1] == 1:
        t = t[..., 0]
    fits = t.ndim == y.ndim and all(None in (a, b) or a == b for a, b in zip(t.type.shape, y.type.shape))
    if not fits:
        raise ShapeMismatch(
            f"Targets of shape {t.type.shape} do not fit outputs of shape {y.type.shape}; "
            "expected the same shape (class labels go with 'sparse_categorical_crossentropy')."
        )
    return t


def class_labels(t: pt.TensorVariable, y: pt.TensorVariable) -> pt.TensorVariable:
    """Return the labels `t` as integers with one axis less than the outputs `y`."""
    if t.ndim == y.ndim and t.type.shape[-1] in (1, None):
        t = t.reshape(y.shape[:-1]) if t.type.shape[-1] is None else t[..., 0]
    if t.ndim != y.ndim - 1:
        raise ShapeMismatch(
            f"Labels of shape {t.type.shape} do not fit outputs of shape {y.type.shape}; expected one "
            f"label for "
            "each row of class probabilities (one-hot targets go with 'categorical_crossentropy')."
        )
    return t if t.type.dtype.startswith(("int", "uint")) else t.astype("int64")


def sample_means(places: pt.TensorVariable) -> pt.TensorVariable:
    """Return the mean over all axes but the first."""
    return pt.mean(places, axis=tuple(range(1, places.ndim))) if places.ndim > 1 else places


def _c(number, y):
    """Return `number` as a constant of the dtype of `y`."""
    return pt.constant(np.asarray(number, dtype=y.dtype))


def _unit(v):
    """Return `v` with length 1 along the last axis."""
    square = pt.sum(pt.sqr(v), axis=-1, keepdims=True)
    return v / pt.sqrt(pt.maximum(square, _c(1e-12, v)))


def _signed(t):
    """Return labels 0 and 1 as -1 and 1; others unchanged."""
    binary = pt.all(pt.or_(pt.eq(t, _c(0.0, t)), pt.eq(t, _c(1.0, t))))
    return pt.switch(binary, _c(2.0, t) * t - _c(1.0, t), t)


_CLASSES = (
    MeanSquaredError, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredLogarithmicError, Huber,
    LogCosh,
    CosineSimilarity, Hinge, SquaredHinge, CategoricalHinge, KLDivergence, Poisson, BinaryCrossentropy,
    CategoricalCrossentropy, SparseCategoricalCrossentropy,
)  # fmt: skip

TABLE = choices.name_table(
    _CLASSES,
    {
        "mse": MeanSquaredError, "MSE": MeanSquaredError,
        "mae": MeanAbsoluteError, "MAE": MeanAbsoluteError,
        "mape": MeanAbsolutePercentageError, "MAPE": MeanAbsolutePercentageError,
        "msle": MeanSquaredLogarithmicError, "MSLE": MeanSquaredLogarithmicError,
        "bce": BinaryCrossentropy, "BCE": BinaryCrossentropy,
        "kld": KLDivergence, "KLD": KLDivergence, "kl_divergence": KLDivergence,
        "logcosh": LogCosh, "huber_loss": Huber,
    },
)  # fmt: skip
"""Every loss by its Keras names."""


def get(identifier: Any) -> LossFunction:
    """Return the loss called `identifier`, as a function of targets and outputs giving one number a sample.

    A function of the caller's may return a vector of one number a sample, more axes (they are averaged), or a
    scalar (every sample gets it).

    Raises
    ------
    UnknownName
        If no loss has the name; the message gives the nearest one.
    InvalidType
        If `identifier` is neither a name, a loss nor a function.
    """
    if identifier is None:
        raise InvalidValue("There is no loss. Give one, for example loss='mse'.")
    loss = choices.get(identifier, kind="loss", table=TABLE)
    return loss if isinstance(loss, Loss | OwnLoss) else OwnLoss(loss)


@dataclass(frozen=True)
class OwnLoss:
    """A caller's function of targets and outputs, made to give one number a sample."""

    function: Callable

    sparse = False

    def __call__(self, y_true, y_pred):
        result = self.function(y_true, y_pred)
        if not isinstance(result, pt.TensorVariable):
            raise InvalidType(
                f"The loss {getattr(self.function, '__name__', self.function)!r} returned "
                f"{type(result).__name__}; expected a PyTensor expression of y_true and y_pred."
            )
        if result.ndim == 0:
            return pt.alloc(result, y_pred.shape[0])
        return sample_means(result)


def function_of(cls: type) -> LossFunction:
    """Return the loss class `cls` as a function of targets, outputs and its options."""

    @functools.wraps(cls, updated=())
    def loss(y_true, y_pred, **options):
        return cls(**options)(y_true, y_pred)

    loss.__name__ = loss.__qualname__ = choices.snake_case(cls.__name__)
    loss.__doc__ = f"Return the loss of each sample: {cls.__doc__}"
    return loss


mean_squared_error = function_of(MeanSquaredError)
mean_absolute_error = function_of(MeanAbsoluteError)
mean_absolute_percentage_error = function_of(MeanAbsolutePercentageError)
mean_squared_logarithmic_error = function_of(MeanSquaredLogarithmicError)
huber = function_of(Huber)
log_cosh = function_of(LogCosh)
cosine_similarity = function_of(CosineSimilarity)
hinge = function_of(Hinge)
squared_hinge = function_of(SquaredHinge)
categorical_hinge = function_of(CategoricalHinge)
kl_divergence = function_of(KLDivergence)
poisson = function_of(Poisson)
binary_crossentropy = function_of(BinaryCrossentropy)
categorical_crossentropy = function_of(CategoricalCrossentropy)
sparse_categorical_crossentropy = function_of(SparseCategoricalCrossentropy)
