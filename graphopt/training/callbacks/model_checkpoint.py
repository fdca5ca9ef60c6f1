"""Save the network after epochs, or only when a watched number got better."""

from __future__ import annotations

import os
from typing import Any

from graphopt.errors import InvalidType, InvalidValue
from graphopt.training.callbacks.monitor import MonitorCallback
from graphopt.training.progress import say


class ModelCheckpoint(MonitorCallback):
    """Save the network to `filepath`; a file is whole or not there.

    Parameters
    ----------
    filepath
        A path, which may name the epoch (from 1 on) and the logs: ``"net-{epoch:03d}-{val_loss:.3f}.npz"``.
    monitor, mode
        See `MonitorCallback`.
    verbose
        1 says on stderr when it saves.
    save_best_only
        Whether to save only when the watched number is the best so far.
    save_weights_only
        Taken for Keras' sake: a file always holds layers and weights.
    save_freq
        ``"epoch"``, or after how many batches.
    initial_value_threshold
        With `save_best_only`, the value that the first saving must beat.
    """

    def __init__(
        self,
        filepath: str | os.PathLike,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.initial_value_threshold = initial_value_threshold
        self.best = initial_value_threshold
        self._batches = 0
        self._epoch = 0
        if save_freq != "epoch":
            if isinstance(save_freq, bool) or not isinstance(save_freq, int):
                raise InvalidType(
                    f"ModelCheckpoint: save_freq is {save_freq!r}; expected 'epoch' or a number of batches."
                )
            if save_freq <= 0:
                raise InvalidValue(f"ModelCheckpoint: save_freq is {save_freq}; expected a number above 0.")
            self.on_train_batch_end = self._after_batch  # type: ignore[method-assign]

    def on_train_begin(self, logs=None):
        if self.save_best_only:
            _ = self.sign

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save(epoch, logs)

    def _after_batch(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._batches += 1
        if self._batches % int(self.save_freq) == 0:
            self._save(self._epoch, {**(logs or {}), "batch": batch + 1})

    def _save(self, epoch: int, logs: dict[str, Any] | None) -> None:
        if self.save_best_only:
            value = self.watched(logs)
            if value is None or not self.is_better(value, self.best):
                return
            self.best = value
        try:
            path = self.filepath.format(epoch=epoch + 1, **(logs or {}))
        except KeyError as error:
            known = ", ".join(["epoch", *(logs or {})])
            raise InvalidValue(
                f"ModelCheckpoint: filepath {self.filepath!r} names {error}, which is not among: {known}."
            ) from error
        self.model.save(path)
        if self.verbose:
            say(f"Epoch {epoch + 1}: saved {path}.")

    def get_state(self):
        return {"best": self.best}
