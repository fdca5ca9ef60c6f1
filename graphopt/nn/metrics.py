"""Metrics under their Keras names: ``metric(y_true, y_pred)`` is a vector, one number for each sample.

What a report shows is the mean over the samples, passed through `finish` if the metric has one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytensor.tensor as pt

from graphopt.errors import InvalidType
from graphopt.nn import choices, losses


@dataclass(frozen=True)
class Metric:
    """The base of the metrics that are no losses."""

    sparse: ClassVar[bool | None] = False

    def __call__(self, y_true: pt.TensorVariable, y_pred: pt.TensorVariable) -> pt.TensorVariable:
        """Return one number for each sample."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(y_true, y_pred).")

    def finish(self, mean: float) -> float:
        """Return what a report shows for the `mean` over the samples."""
        return mean


class RootMeanSquaredError(Metric):
    """``sqrt(mean((t - y)^2))`` over all samples."""

    def __call__(self, y_true, y_pred):
        return losses.MeanSquaredError()(y_true, y_pred)

    def finish(self, mean):
        return float(np.sqrt(mean))


class CosineSimilarity(Metric):
    """The cosine of the angle between targets and outputs (the loss of this name is minus it)."""

    def __call__(self, y_true, y_pred):
        return -losses.CosineSimilarity()(y_true, y_pred)


@dataclass(frozen=True)
class BinaryAccuracy(Metric):
    """The share of outputs on the right side of `threshold`."""

    threshold: float = 0.5

    def __call__(self, y_true, y_pred):
        t = losses.matched(y_true, y_pred)
        hit = pt.eq(
            t.astype(y_pred.dtype), pt.gt(y_pred, losses._c(self.threshold, y_pred)).astype(y_pred.dtype)
        )
        return losses.sample_means(pt.mean(hit.astype(y_pred.dtype), axis=-1))


class CategoricalAccuracy(Metric):
    """Whether the largest output is at the place of the largest target."""

    def __call__(self, y_true, y_pred):
        t = losses.matched(y_true, y_pred)
        return _hits(pt.argmax(t, axis=-1), y_pred)


class SparseCategoricalAccuracy(Metric):
    """Whether the largest output is at the place of the label."""

    sparse = True

    def __call__(self, y_true, y_pred):
        return _hits(losses.class_labels(y_true, y_pred), y_pred)


@dataclass(frozen=True)
class TopKCategoricalAccuracy(Metric):
    """Whether the place of the largest target is among the `k` largest outputs."""

    k: int = 5

    def __call__(self, y_true, y_pred):
        return _among_top(pt.argmax(losses.matched(y_true, y_pred), axis=-1), y_pred, self.k)


@dataclass(frozen=True)
class SparseTopKCategoricalAccuracy(Metric):
    """Whether the label is among the `k` largest outputs."""

    k: int = 5

    sparse = True

    def __call__(self, y_true, y_pred):
        return _among_top(losses.class_labels(y_true, y_pred), y_pred, self.k)


class Accuracy(Metric):
    """Binary, categorical or sparse categorical accuracy, as the shapes of targets and outputs ask."""

    sparse = None
    """Either: it follows the targets."""

    def __call__(self, y_true, y_pred):
        if y_pred.type.shape[-1] == 1:
            return BinaryAccuracy()(y_true, y_pred)
        if y_true.ndim == y_pred.ndim and y_true.type.shape[-1] != 1:
            return CategoricalAccuracy()(y_true, y_pred)
        return SparseCategoricalAccuracy()(y_true, y_pred)


def _hits(labels, y):
    """Return 1 for each sample whose largest output is at its label."""
    return losses.sample_means(pt.eq(labels, pt.argmax(y, axis=-1)).astype(y.dtype))


def _among_top(labels, y, k: int):
    """Return 1 for each sample with fewer than `k` outputs above the one at its label."""
    chosen = losses.ops.pick_labels(y, labels)
    above = pt.sum(pt.gt(y, chosen[..., None]), axis=-1)
    return losses.sample_means(pt.lt(above, k).astype(y.dtype))


_CLASSES = (
    RootMeanSquaredError, CosineSimilarity, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy,
    TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy, Accuracy,
)  # fmt: skip

TABLE = {**losses.TABLE, **choices.name_table(_CLASSES, {"acc": Accuracy, "rmse": RootMeanSquaredError})}
TABLE["log_cosh_error"] = TABLE["LogCoshError"] = losses.LogCosh
"""Every metric by its Keras names: the losses, and those that are only metrics."""


def get(identifier: Any) -> Callable[[pt.TensorVariable, pt.TensorVariable], pt.TensorVariable]:
    """Return the metric called `identifier`, as a function of targets and outputs giving one number a sample.

    Raises
    ------
    UnknownName
        If no metric has the name; the message gives the nearest one.
    """
    metric = choices.get(identifier, kind="metric", table=TABLE)
    return metric if isinstance(metric, Metric | losses.Loss | losses.OwnLoss) else losses.OwnLoss(metric)


def name_of(identifier: Any) -> str:
    """Return the name that logs use for `identifier`, made from the function or class if it is no name."""
    if isinstance(identifier, str):
        return identifier
    if isinstance(identifier, losses.OwnLoss):
        identifier = identifier.function
    cls = identifier if isinstance(identifier, type) else type(identifier)
    if issubclass(cls, Metric | losses.Loss):
        return choices.snake_case(cls.__name__)
    name = getattr(identifier, "__name__", None)
    if name is None:
        raise InvalidType(f"A metric is {identifier!r}; expected a name, a metric or a function with a name.")
    return name


def finish(metric: Any, mean: float) -> float:
    """Return what a report shows for the `mean` of `metric` over the samples."""
    return metric.finish(mean) if isinstance(metric, Metric) else mean
