"""Save the state of a training after epochs, and go on from it when the training is started again."""

from __future__ import annotations

import os
from pathlib import Path

from graphopt.errors import InvalidType, InvalidValue
from graphopt.training import checkpoint
from graphopt.training.callbacks.base import Callback


class BackupAndRestore(Callback):
    """Save weights, optimizer, random streams, callbacks and history; a `fit` that finds them goes on.

    The training that went on has the same bits as one that was never broken off.

    Parameters
    ----------
    backup_dir
        The folder for the file; made if it is not there.
    save_freq
        After how many epochs to save, or ``"epoch"`` for every one.
    delete_checkpoint
        Whether the file is taken away when the training ends.
    """

    FILE = "training.checkpoint"

    def __init__(
        self, backup_dir: str | os.PathLike, save_freq: str | int = "epoch", delete_checkpoint: bool = True
    ) -> None:
        super().__init__()
        every = 1 if save_freq == "epoch" else save_freq
        if isinstance(every, bool) or not isinstance(every, int):
            raise InvalidType(
                f"BackupAndRestore: save_freq is {save_freq!r}; expected 'epoch' or a number of epochs."
            )
        if every <= 0:
            raise InvalidValue(f"BackupAndRestore: save_freq is {save_freq}; expected a number above 0.")
        self.path = Path(backup_dir) / self.FILE
        self.every = every
        self.delete_checkpoint = delete_checkpoint
        self.run: checkpoint.Run | None = None

    def restore(self, run: checkpoint.Run) -> int | None:
        """Put the file's state into `run`; return how many epochs it has done, None without a file."""
        self.run = run
        if not self.path.exists():
            return None
        return checkpoint.restore(run, checkpoint.load(self.path))

    def on_epoch_end(self, epoch, logs=None):
        self._due = (epoch + 1) % self.every == 0
        self._epochs_done = epoch + 1

    def save(self) -> None:
        """Save now, after all callbacks have seen the epoch, if it is due."""
        if self.run is not None and self._due:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            checkpoint.save(self.path, checkpoint.capture(self.run, self._epochs_done))

    def on_train_end(self, logs=None):
        if self.delete_checkpoint:
            self.path.unlink(missing_ok=True)
