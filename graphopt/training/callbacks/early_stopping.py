"""Stop when a watched number has not got better for some epochs."""

from __future__ import annotations

from typing import Any

from graphopt.training.callbacks.monitor import MonitorCallback, check_whole
from graphopt.training.progress import say


class EarlyStopping(MonitorCallback):
    """Stop after `patience` epochs in which ``logs[monitor]`` was not better than the best before.

    Parameters
    ----------
    monitor, min_delta, mode
        See `MonitorCallback`.
    patience
        How many epochs in a row may bring nothing better.
    verbose
        1 says on stderr when it stops.
    baseline
        A value that must be beaten for patience to begin anew.
    restore_best_weights
        Whether the weights of the best epoch are put back at the end.
    start_from_epoch
        The first epoch, from 0 on, that counts.

    Attributes
    ----------
    stopped_epoch
        The epoch, from 0 on, that it stopped after; 0 if it did not.
    best, best_epoch
        The best value and its epoch.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        self.patience = check_whole("EarlyStopping", "patience", patience)
        self.start_from_epoch = check_whole("EarlyStopping", "start_from_epoch", start_from_epoch)
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self._begin()

    def _begin(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._begin()

    def on_epoch_end(self, epoch, logs=None):
        value = self.watched(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self.is_better(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self.is_better(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose:
            say(
                f"Stopped after epoch {self.stopped_epoch + 1}: {self.monitor} was best in epoch "
                f"{self.best_epoch + 1}."
            )
        if self.restore_best_weights and self.best_weights is not None:
            self.model.set_weights(self.best_weights)

    def get_state(self):
        names = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")
        return {name: getattr(self, name) for name in names}
