"""The arrays that training runs on: checked, cast once to the network's dtypes, weighted, split."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.nn import losses as nn_losses
from graphopt.nn.checks import ArraySpec, check_array, check_arrays, match_names
from graphopt.nn.network import Network
from graphopt.training.objective import Objective


@dataclass(frozen=True)
class Data:
    """Inputs, targets and perhaps sample weights, all with the same number of rows."""

    inputs: tuple[np.ndarray, ...]
    targets: tuple[np.ndarray, ...]
    weight: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.inputs[0])

    @property
    def arrays(self) -> list[np.ndarray]:
        """All arrays, in the order of the compiled step's inputs."""
        return [*self.inputs, *self.targets, *([] if self.weight is None else [self.weight])]

    def rows(self, chosen: slice) -> Data:
        """Return the part of the data in the rows `chosen`."""
        weight = None if self.weight is None else self.weight[chosen]
        return Data(tuple(a[chosen] for a in self.inputs), tuple(a[chosen] for a in self.targets), weight)


def check_data(
    network: Network,
    objective: Objective,
    x: Any,
    y: Any,
    *,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
    what: tuple[str, str] = ("x", "y"),
) -> Data:
    """Return `x` and `y` as `Data` that fits `network` and `objective`.

    Raises
    ------
    InvalidType, InvalidValue, ShapeMismatch, UnknownName
        If an array does not fit; the message names it, says what came and what was expected.
    """
    specs = [ArraySpec(spec.name, (None, *spec.shape[1:]), spec.dtype) for spec in network.input_specs]
    inputs = check_arrays(x, specs, what=what[0])
    items = match_names(y, network.output_names, what=what[1])
    targets = []
    for item, name, shape, loss in zip(
        items, network.output_names, network.output_shapes, objective.losses, strict=True
    ):
        label = what[1] if len(items) == 1 else f"{what[1]}[{name!r}]"
        targets.append(_target(item, label, (None, *shape[1:]), loss, network.float_type))
    for position, target in enumerate(targets):
        if len(target) != len(inputs[0]):
            label = what[1] if len(targets) == 1 else f"{what[1]}[{network.output_names[position]!r}]"
            raise ShapeMismatch(
                f"{label} has {len(target)} samples, {what[0]} has {len(inputs[0])}; expected as many."
            )
    weight = _weights(sample_weight, class_weight, inputs[0], targets, network.float_type)
    return Data(tuple(inputs), tuple(targets), weight)


def split(data: Data, fraction: float) -> tuple[Data, Data]:
    """Return the data without its last `fraction`, and that last part (before any shuffling, as in Keras)."""
    n = len(data)
    at = math.floor(n * (1.0 - fraction))
    if at == 0 or at == n:
        raise InvalidValue(
            f"validation_split {fraction} of {n} samples leaves {at} for training and {n - at} for "
            "validation; expected at least one for each."
        )
    return data.rows(slice(0, at)), data.rows(slice(at, n))


def _target(value: Any, label: str, shape: tuple, loss: Any, dtype: str) -> np.ndarray:
    """Return one target array that fits an output of `shape` under `loss`."""
    if getattr(loss, "sparse", False):
        got = np.shape(value)
        places = shape[:-1]
        full = len(got) == len(shape) and got[-1:] == (1,)
        wanted = (*places, 1) if full else places
        labels = check_array(value, ArraySpec(label, wanted, "int64"), expand_last=False)
        labels = labels[..., 0] if full else labels
        outside = (labels < 0) | (labels >= shape[-1])
        if outside.any():
            where = tuple(int(i) for i in np.argwhere(outside)[0])
            raise InvalidValue(
                f"{label} holds the label {labels[where]} at index {where}; expected 0 to {shape[-1] - 1}, "
                f"for an output of {shape[-1]} classes."
            )
        return labels
    if isinstance(loss, nn_losses.OwnLoss):  # the caller's own function may want targets of any shape
        got = np.shape(value)
        fits = len(got) >= len(shape) - 1 and len(got) != len(shape) - 1
        return check_array(value, ArraySpec(label, (None, *got[1:]) if fits else tuple(shape), dtype))
    return check_array(value, ArraySpec(label, tuple(shape), dtype))


def _weights(sample_weight, class_weight, first, targets, dtype) -> np.ndarray | None:
    """Return one weight for each sample, or None."""
    n = len(first)
    if sample_weight is not None and class_weight is not None:
        raise InvalidValue("sample_weight and class_weight are both given; expected one of them.")
    if sample_weight is not None:
        weight = check_array(sample_weight, ArraySpec("sample_weight", (None,), dtype))
        if len(weight) != n:
            raise ShapeMismatch(
                f"sample_weight has {len(weight)} numbers, x has {n} samples; expected the same number."
            )
        if weight.min() < 0:
            where = int(np.argmin(weight))
            raise InvalidValue(
                f"sample_weight is {weight[where]} at index {where}; expected numbers from 0 on."
            )
        return weight
    if class_weight is None:
        return None
    if not isinstance(class_weight, Mapping):
        raise InvalidType(
            f"class_weight is {type(class_weight).__name__}; expected a dict from class to weight."
        )
    if len(targets) != 1:
        raise InvalidValue(
            f"class_weight goes with one output; the network has {len(targets)}. Use sample_weight."
        )
    classes = _classes(targets[0])
    weight = np.ones(n, dtype=dtype)
    for label, value in class_weight.items():
        if isinstance(label, bool) or not isinstance(label, int | np.integer):
            raise InvalidType(f"class_weight has the class {label!r}; expected whole numbers from 0 on.")
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise InvalidType(f"class_weight[{label}] is {value!r}; expected a number from 0 on.")
        if not (np.isfinite(value) and value >= 0):
            raise InvalidValue(f"class_weight[{label}] is {value}; expected a number from 0 on.")
        weight[classes == label] = value
    return weight


def _classes(target: np.ndarray) -> np.ndarray:
    """Return the class of each sample: its label, or the place of the largest of a one-hot target."""
    if target.ndim == 1:
        labels = target
    elif target.ndim == 2:
        labels = target[:, 0] if target.shape[1] == 1 else np.argmax(target, axis=1)
    else:
        raise ShapeMismatch(
            f"class_weight goes with one label a sample; y has shape {target.shape}. Use sample_weight."
        )
    if np.any(labels != np.floor(labels)):
        raise InvalidValue("class_weight goes with class labels; y holds fractions. Use sample_weight.")
    return labels.astype("int64")
