"""Set the learning rate of each epoch by a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np

from graphopt.errors import InvalidType
from graphopt.training.callbacks.base import Callback
from graphopt.training.progress import say


class LearningRateScheduler(Callback):
    """Set the learning rate to ``schedule(epoch, learning_rate)`` (or ``schedule(epoch)``) each epoch."""

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise InvalidType(
                f"LearningRateScheduler: schedule is {schedule!r}; expected a function of the epoch."
            )
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        optimizer = self.model.optimizer
        rate = self.schedule(*(epoch, float(optimizer.learning_rate))[: _positional(self.schedule)])
        if isinstance(rate, bool) or not isinstance(rate, int | float | np.number | np.ndarray):
            raise InvalidType(
                f"LearningRateScheduler: the schedule returned {rate!r} for epoch {epoch}; expected a number."
            )
        optimizer.learning_rate = float(rate)
        if self.verbose:
            say(f"Epoch {epoch + 1}: learning rate {float(rate):g}.")

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def _positional(function: Callable) -> int:
    """Return 2 if `function` takes two positional arguments, else 1."""
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return 1
    except ValueError:
        return 2
    return 2
