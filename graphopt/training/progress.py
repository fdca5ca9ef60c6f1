"""How far a training is, on stderr: one line redrawn on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from graphopt.errors import InvalidValue
from graphopt.training.callbacks.base import Callback

SECONDS_BETWEEN = 0.1
"""How often the line is redrawn at most."""
SECONDS_BETWEEN_LINES = 2.0
"""How often a plain line is written at most when `verbose` is 1."""


def say(text: str) -> None:
    """Write `text` as a line on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def verbosity(verbose: Any) -> int:
    """Return 0 (silent), 1 (a progress line) or 2 (a line an epoch); ``"auto"``: 1 on a terminal."""
    if isinstance(verbose, str) and verbose == "auto":
        return 1 if _terminal() else 0
    if verbose in (0, 1, 2):
        return int(verbose)
    raise InvalidValue(f"verbose is {verbose!r}; expected 'auto', 0, 1 or 2.")


class Progress(Callback):
    """Shows epochs as they end; `verbose` as in Keras."""

    def __init__(self, verbose: int) -> None:
        super().__init__()
        self.verbose = verbose
        self._bar: Any = None
        self._redraw = verbose == 1 and _terminal() and "NO_COLOR" not in os.environ
        self._shown = 0.0
        self._width = 0
        self._seen = 0

    def on_train_begin(self, logs=None):
        self._began = self._shown = time.monotonic()
        if self._redraw:
            try:
                from tqdm import tqdm
            except ImportError:
                return
            self._bar = tqdm(
                total=self.params["epochs"], unit="epoch", file=sys.stderr, mininterval=SECONDS_BETWEEN
            )

    def on_epoch_end(self, epoch, logs=None):
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        if self._bar is not None:
            self._bar.n = epoch + 1
            self._bar.set_postfix_str(_numbers(logs), refresh=last)
            self._bar.update(0)
            return
        if self.verbose == 1 and not last:
            pause = SECONDS_BETWEEN if self._redraw else SECONDS_BETWEEN_LINES
            if time.monotonic() - self._shown < pause:
                return
        self._shown = time.monotonic()
        line = (
            f"Epoch {epoch + 1}/{self.params['epochs']}: {_numbers(logs)} ({self._shown - self._began:.1f} s)"
        )
        if self._redraw:
            sys.stderr.write("\r" + line.ljust(self._width) + ("\n" if last else ""))
            sys.stderr.flush()
            self._width = len(line)
        else:
            say(line)

    def show(self, history: Any) -> None:
        """Show the epochs that `history` has gained since the last call: all of them if `verbose` is 2."""
        before, self._seen = self._seen, len(history.epoch)
        for row in range(before if self.verbose == 2 else self._seen - 1, self._seen):
            logs = {name: values[row] for name, values in history.history.items()}
            self.on_epoch_end(history.epoch[row], logs)

    def on_train_end(self, logs=None):
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _numbers(logs: dict[str, float] | None) -> str:
    """Return the logs for people."""
    return ", ".join(f"{name} {value:.4g}" for name, value in (logs or {}).items())


def _terminal() -> bool:
    """Return whether stderr is a terminal."""
    return bool(getattr(sys.stderr, "isatty", lambda: False)())
