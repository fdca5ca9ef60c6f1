"""What training makes small and reports: losses and metrics, one set for each output of a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorConstant, TensorVariable

from graphopt.errors import InvalidType, InvalidValue, unknown_name
from graphopt.nn import losses as nn_losses
from graphopt.nn import metrics as nn_metrics
from graphopt.nn.network import Network


@dataclass(frozen=True)
class Objective:
    """For each output its loss, the weight of that loss, and its metrics by name."""

    output_names: tuple[str, ...]
    losses: tuple[Callable, ...]
    weights: tuple[float, ...]
    metrics: tuple[tuple[tuple[str, Callable], ...], ...]

    @property
    def log_names(self) -> list[str]:
        """The names of the numbers that `expressions` returns, in its order; the total, ``loss``, first."""
        several = len(self.output_names) > 1
        names = ["loss", *(f"{output}_loss" for output in self.output_names if several)]
        for output, metrics in zip(self.output_names, self.metrics, strict=True):
            names += [f"{output}_{name}" if several else name for name, _ in metrics]
        return names

    @property
    def finished(self) -> dict[str, Callable]:
        """The metrics, by log name, whose mean over samples is not yet what a log shows."""
        several = len(self.output_names) > 1
        found: dict[str, Callable] = {}
        for output, metrics in zip(self.output_names, self.metrics, strict=True):
            for name, function in metrics:
                if isinstance(function, nn_metrics.Metric):
                    found[f"{output}_{name}" if several else name] = function
        return found

    def finish(self, name: str, mean: float) -> float:
        """Return what a log shows for the `mean` over samples of the number called `name`."""
        function = self.finished.get(name)
        return float(mean if function is None else nn_metrics.finish(function, mean))

    def expressions(
        self,
        targets: Sequence[TensorVariable],
        outputs: Sequence[Any],
        *,
        sample_weight: TensorVariable | None = None,
        penalty: TensorVariable | None = None,
    ) -> list[TensorVariable]:
        """Return one scalar for each of `log_names`: means over the samples of the batch.

        The losses are weighted by `sample_weight` (and still divided by the number of samples, as in Keras),
        the metrics are not.
        """
        per_sample = [loss(t, y) for loss, t, y in zip(self.losses, targets, outputs, strict=True)]
        if sample_weight is not None:
            per_sample = [one * sample_weight.astype(one.type.dtype) for one in per_sample]
        each = [pt.mean(one) for one in per_sample]
        parts = [
            one if weight == 1.0 else one * pt.constant(np.asarray(weight, dtype=one.type.dtype))
            for one, weight in zip(each, self.weights, strict=True)
        ]
        total = sum(parts[1:], parts[0])
        if penalty is not None and not _is_zero(penalty):
            total = total + penalty
        shown = [total, *(each if len(each) > 1 else ())]
        for t, y, metrics in zip(targets, outputs, self.metrics, strict=True):
            shown += [pt.mean(function(t, y)) for _, function in metrics]
        return shown


def resolve(network: Network, loss: Any, metrics: Any = None, loss_weights: Any = None) -> Objective:
    """Return the `Objective` that names, functions, lists or dicts by output name stand for.

    Raises
    ------
    UnknownName
        If a loss, a metric or an output name is not known.
    InvalidType, InvalidValue
        If there is no loss, or the number of losses does not match the outputs.
    """
    names = tuple(network.output_names)
    losses = tuple(nn_losses.get(one) for one in _each_output("loss", loss, names, shared=True))
    weights = tuple(_weight(w) for w in _each_output("loss_weights", loss_weights, names, missing=1.0))
    chosen = []
    for wanted in _metrics_of_outputs(metrics, names):
        found = {}
        for one in wanted:
            found[nn_metrics.name_of(one)] = nn_metrics.get(one)
        chosen.append(tuple(found.items()))
    return Objective(names, losses, weights, tuple(chosen))


def _each_output(
    what: str, value: Any, names: Sequence[str], *, shared: bool = False, missing: Any = None
) -> list[Any]:
    """Return one entry of `value` for each output."""
    if isinstance(value, Mapping) and "name" not in value:
        for key in value:
            if key not in names:
                raise unknown_name(f"output in {what}", key, names)
        absent = [name for name in names if name not in value]
        if absent and missing is None:
            raise InvalidValue(f"{what} lacks the outputs {', '.join(map(repr, absent))}.")
        return [value.get(name, missing) for name in names]
    if isinstance(value, list | tuple):
        if len(value) != len(names):
            raise InvalidValue(
                f"{what} has {len(value)} entries; the network has {len(names)} outputs: {', '.join(names)}."
            )
        return list(value)
    if value is None and missing is not None:
        return [missing] * len(names)
    if shared or len(names) == 1:
        return [value] * len(names)
    raise InvalidType(f"{what} is {value!r}; expected a list or a dict over the outputs {', '.join(names)}.")


def _metrics_of_outputs(metrics: Any, names: Sequence[str]) -> list[list[Any]]:
    """Return the list of metrics of each output."""
    if metrics is None:
        return [[] for _ in names]
    if isinstance(metrics, Mapping):
        for key in metrics:
            if key not in names:
                raise unknown_name("output in metrics", key, names)
        return [_as_list(metrics.get(name)) for name in names]
    if not isinstance(metrics, list | tuple):
        raise InvalidType(
            f"metrics is {metrics!r}; expected a list such as ['mae'], or a dict by output name."
        )
    if len(names) == 1:
        flat = metrics[0] if len(metrics) == 1 and isinstance(metrics[0], list | tuple) else metrics
        return [list(flat)]
    if len(metrics) != len(names):
        raise InvalidValue(
            f"metrics has {len(metrics)} entries; the network has {len(names)} outputs: {', '.join(names)}. "
            "Give a list for each output, or a dict by output name."
        )
    return [_as_list(one) for one in metrics]


def _as_list(value: Any) -> list[Any]:
    """Return `value` as a list: nothing for None, itself if it is one."""
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def _weight(value: Any) -> float:
    """Return `value` as a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
        raise InvalidType(f"loss_weights holds {value!r}; expected finite numbers.")
    return float(value)


def _is_zero(penalty: TensorVariable) -> bool:
    """Return whether `penalty` is the constant 0."""
    return isinstance(penalty, TensorConstant) and not np.any(penalty.data)
