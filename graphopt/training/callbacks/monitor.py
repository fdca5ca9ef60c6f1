"""What the callbacks share that watch a number: which way it is better, and whether it got better."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, unknown_name
from graphopt.training.callbacks.base import Callback, Logs

MODES = ("auto", "max", "min")
LARGE_IS_GOOD = ("acc", "auc", "precision", "recall", "f1", "r2", "similarity", "iou")
SMALL_IS_GOOD = (
    "loss", "error", "mse", "mae", "mape", "msle", "rmse", "crossentropy", "hinge", "huber", "cosh",
    "poisson", "divergence", "kld", "bce",
)  # fmt: skip


class MonitorCallback(Callback):
    """A callback that watches ``logs[monitor]``.

    Parameters
    ----------
    monitor
        The name of the number: ``"loss"``, ``"val_loss"``, ``"val_mae"``, ...
    mode
        ``"min"`` or ``"max"``: which is better. ``"auto"`` goes by the name.
    min_delta
        By how much it must change to count as better.
    """

    def __init__(self, monitor: str = "val_loss", mode: str = "auto", min_delta: float = 0.0) -> None:
        super().__init__()
        owner = type(self).__name__
        if not isinstance(monitor, str):
            raise InvalidType(f"{owner}: monitor is {monitor!r}; expected a name such as 'val_loss'.")
        if mode not in MODES:
            raise unknown_name(f"mode of {owner}", mode, MODES)
        if isinstance(min_delta, bool) or not isinstance(min_delta, int | float | np.number):
            raise InvalidType(f"{owner}: min_delta is {min_delta!r}; expected a number.")
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.best: float | None = None

    @property
    def sign(self) -> float:
        """1 if a smaller number is better, -1 if a larger one is."""
        if self.mode != "auto":
            return 1.0 if self.mode == "min" else -1.0
        name = self.monitor.removeprefix("val_").lower()
        for words, sign in ((LARGE_IS_GOOD, -1.0), (SMALL_IS_GOOD, 1.0)):
            if any(word in name for word in words):
                return sign
        raise InvalidValue(
            f"{type(self).__name__}: whether a larger {self.monitor!r} is better does not show in its name. "
            "Give mode='max' or mode='min'."
        )

    def on_train_begin(self, logs: Logs | None = None) -> None:
        _ = self.sign
        self.best = None

    def watched(self, logs: Logs | None) -> float | None:
        """Return the number watched, or None with a warning if it is not in `logs`."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            known = ", ".join(logs or {}) or "none"
            warnings.warn(
                f"{type(self).__name__} watches {self.monitor!r}, which is not among the logs: {known}. "
                "A val_ number needs validation_data or validation_split.",
                stacklevel=3,
            )
        return value

    def is_better(self, value: float, than: float | None) -> bool:
        """Return whether `value` beats `than` by more than `min_delta`; anything beats None."""
        return than is None or self.sign * value < self.sign * than - self.min_delta


def check_whole(owner: str, name: str, value: Any) -> int:
    """Return `value` if it is a whole number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InvalidType(
            f"{owner}: {name} is {value!r} ({type(value).__name__}); expected a whole number from 0 on."
        )
    if value < 0:
        raise InvalidValue(f"{owner}: {name} is {value}; expected a whole number from 0 on.")
    return int(value)
