"""Stop when the loss is NaN or infinite."""

from __future__ import annotations

import numpy as np

from graphopt.training.callbacks.base import Callback
from graphopt.training.progress import say


class TerminateOnNaN(Callback):
    """Stop after the epoch in which a batch had a NaN or infinite loss.

    Keras stops after the batch; here the epoch is one compiled call, whose mean loss shows it.
    """

    def on_epoch_end(self, epoch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss):
            say(f"Epoch {epoch + 1}: the loss is {loss}; training stops.")
            self.model.stop_training = True
