"""Learning rates that follow the step count: Keras' schedules as expressions, or numbers.

A schedule called on a step, a number or an integer expression, returns the learning rate of that update; the
first update has step 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue

ONE = np.float64(1.0)
"""Numbers are written as NumPy's: a bare Python number in an expression may become a float32 constant."""


class Schedule:
    """The base of the schedules; one of your own is a subclass with ``rate(self, step, like)``."""

    def __call__(self, step: int | float | TensorVariable) -> Any:
        """Return the learning rate at `step`: an expression for an expression, a float for a number."""
        if isinstance(step, TensorVariable):
            return self.rate(step.astype("float64"), pt)
        return float(self.rate(np.float64(step), np))

    def rate(self, step: Any, like: Any) -> Any:
        """Return the rate at `step` with the functions of the module `like` (numpy or pytensor.tensor)."""
        raise NotImplementedError(f"{type(self).__name__} has no rate(step, like).")


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``, the exponent
    rounded down with `staircase`.
    """

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool = False

    def __post_init__(self):
        _positive(self, "decay_steps", self.decay_steps)

    def rate(self, step, like):
        power = step / np.float64(self.decay_steps)
        power = like.floor(power) if self.staircase else power
        return np.float64(self.initial_learning_rate) * np.float64(self.decay_rate) ** power


@dataclass(frozen=True)
class InverseTimeDecay(Schedule):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    With `staircase` the quotient of steps is rounded down.
    """

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool = False

    def __post_init__(self):
        _positive(self, "decay_steps", self.decay_steps)

    def rate(self, step, like):
        time = step / np.float64(self.decay_steps)
        time = like.floor(time) if self.staircase else time
        return np.float64(self.initial_learning_rate) / (ONE + np.float64(self.decay_rate) * time)


@dataclass(frozen=True)
class PolynomialDecay(Schedule):
    """From `initial_learning_rate` to `end_learning_rate` in `decay_steps`, as
    ``(1 - step / decay_steps) ** power``.

    With `cycle`, whenever the end is reached the decay goes on over the next multiple of `decay_steps`.
    """

    initial_learning_rate: float
    decay_steps: float
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False

    def __post_init__(self):
        _positive(self, "decay_steps", self.decay_steps)

    def rate(self, step, like):
        length: Any = np.float64(self.decay_steps)
        if self.cycle:
            length = length * like.maximum(ONE, like.ceil(step / length))
        else:
            step = like.minimum(step, length)
        span = np.float64(self.initial_learning_rate - self.end_learning_rate)
        return span * (ONE - step / length) ** np.float64(self.power) + np.float64(self.end_learning_rate)


@dataclass(frozen=True)
class CosineDecay(Schedule):
    """Half a cosine from `initial_learning_rate` down to `alpha` times it (Loshchilov and Hutter 2017).

    With `warmup_target` the rate first rises in a line from `initial_learning_rate` to the target in
    `warmup_steps`, then decays from there.
    """

    initial_learning_rate: float
    decay_steps: float
    alpha: float = 0.0
    warmup_target: float | None = None
    warmup_steps: float = 0

    def __post_init__(self):
        _positive(self, "decay_steps", self.decay_steps)
        if self.warmup_target is not None:
            _positive(self, "warmup_steps", self.warmup_steps)

    def rate(self, step, like):
        if self.warmup_target is None:
            return self._decay(step, self.initial_learning_rate, like)
        warmup, begin = np.float64(self.warmup_steps), np.float64(self.initial_learning_rate)
        rise = np.float64(self.warmup_target - self.initial_learning_rate) * step / warmup + begin
        fall = self._decay(like.maximum(step - warmup, np.float64(0.0)), self.warmup_target, like)
        choose = pt.switch if like is pt else np.where
        return choose(step < warmup, rise, fall)

    def _decay(self, step, top, like):
        share = like.minimum(step / np.float64(self.decay_steps), ONE)
        cosine = np.float64(0.5) * (ONE + like.cos(np.float64(math.pi) * share))
        return np.float64(top) * (np.float64(1.0 - self.alpha) * cosine + np.float64(self.alpha))


@dataclass(frozen=True)
class PiecewiseConstantDecay(Schedule):
    """``values[0]`` up to step ``boundaries[0]``, ``values[1]`` up to ``boundaries[1]``, ..., then the last.

    A boundary itself belongs to the value before it.
    """

    boundaries: Sequence[float]
    values: Sequence[float]

    def __post_init__(self):
        object.__setattr__(self, "boundaries", tuple(self.boundaries))
        object.__setattr__(self, "values", tuple(self.values))
        if len(self.values) != len(self.boundaries) + 1:
            raise InvalidValue(
                f"PiecewiseConstantDecay got {len(self.boundaries)} boundaries and {len(self.values)} "
                "values; expected one value more than boundaries."
            )
        if list(self.boundaries) != sorted(self.boundaries):
            raise InvalidValue(
                f"PiecewiseConstantDecay: boundaries are {self.boundaries}; expected rising numbers."
            )

    def rate(self, step, like):
        choose = pt.switch if like is pt else np.where
        result = np.float64(self.values[-1])
        for boundary, value in zip(reversed(self.boundaries), reversed(self.values[:-1]), strict=True):
            result = choose(step <= np.float64(boundary), np.float64(value), result)
        return like.as_tensor(result) if like is pt else result


def _positive(schedule: Schedule, name: str, value: Any) -> None:
    """Refuse a `value` that is no number above 0."""
    owner = type(schedule).__name__
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise InvalidType(f"{owner}: {name} is {value!r}; expected a number above 0.")
    if not value > 0:
        raise InvalidValue(f"{owner}: {name} is {value}; expected a number above 0.")
