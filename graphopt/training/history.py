"""What came of each epoch."""

from __future__ import annotations

from graphopt.training.callbacks.base import Callback


class History(Callback):
    """The logs of every epoch.

    Attributes
    ----------
    history
        ``{"loss": [...], "val_loss": [...], ...}``, one number for each epoch.
    epoch
        The numbers of the epochs, from 0 on.
    params
        Epochs, steps an epoch, verbosity.
    seed
        What decided the order of the rows; the same seed gives the same bits.
    message
        What the solver said, when one trained the network.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self.seed: int | None = None
        self.message: str | None = None

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def extend(self, first: int, columns: dict[str, list[float]]) -> None:
        """Add several epochs at once, from number `first` on; `columns` holds a list for each log."""
        count = len(next(iter(columns.values())))
        self.epoch.extend(range(first, first + count))
        for name, values in columns.items():
            self.history.setdefault(name, []).extend(values)

    @property
    def last(self) -> dict[str, float]:
        """The logs of the last epoch."""
        return {name: values[-1] for name, values in self.history.items()}

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.history.items() if values)
        return f"<History of {len(self.epoch)} epochs{': ' + last if last else ''}>"
