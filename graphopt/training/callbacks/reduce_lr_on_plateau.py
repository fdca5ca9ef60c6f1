"""Lower the learning rate when a watched number has not got better for some epochs."""

from __future__ import annotations

from graphopt.errors import InvalidValue
from graphopt.training.callbacks.monitor import MonitorCallback, check_whole
from graphopt.training.progress import say


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by `factor` after `patience` epochs without anything better.

    Parameters
    ----------
    monitor, mode, min_delta
        See `MonitorCallback`.
    factor
        Below 1.
    patience
        How many epochs in a row may bring nothing better.
    verbose
        1 says on stderr when it lowers the rate.
    cooldown
        How many epochs after a lowering do not count.
    min_lr
        The lowest rate.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        if not 0 <= factor < 1:
            raise InvalidValue(f"ReduceLROnPlateau: factor is {factor}; expected a number from 0 to below 1.")
        self.factor, self.min_lr, self.verbose = factor, min_lr, verbose
        self.patience = check_whole("ReduceLROnPlateau", "patience", patience)
        self.cooldown = check_whole("ReduceLROnPlateau", "cooldown", cooldown)
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.cooldown_counter = 0
        self.wait = 0

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        optimizer = self.model.optimizer
        logs["learning_rate"] = float(optimizer.learning_rate)
        value = self.watched(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(value, self.best):
            self.best = value
            self.wait = 0
        elif self.cooldown_counter == 0:
            self.wait += 1
            old = float(optimizer.learning_rate)
            if self.wait >= self.patience and old > self.min_lr:
                new = max(old * self.factor, self.min_lr)
                optimizer.learning_rate = new
                if self.verbose:
                    say(f"Epoch {epoch + 1}: learning rate lowered to {new:g}.")
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def get_state(self):
        return {name: getattr(self, name) for name in ("wait", "cooldown_counter", "best")}
