"""Write the logs of every epoch into a CSV file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from graphopt.training.callbacks.base import Callback


class CSVLogger(Callback):
    """Write one line for each epoch: its number, then its logs in alphabetical order.

    Parameters
    ----------
    filename
        The file.
    separator
        What stands between values.
    append
        Whether lines go behind those already there.
    """

    def __init__(self, filename: str | os.PathLike, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename = Path(filename)
        self.separator = separator
        self.append = append
        self.keys: list[str] | None = None
        self._file: TextIO | None = None
        self._writer: Any = None

    def on_train_begin(self, logs=None):
        header = not (self.append and self.filename.exists() and self.filename.stat().st_size > 0)
        self._header_wanted = header
        self._file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")  # noqa: SIM115
        self._writer = None
        self.keys = None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
        if self._writer is None:
            fields = ["epoch", *self.keys]
            self._writer = csv.DictWriter(
                self._file, fieldnames=fields, delimiter=self.separator, extrasaction="ignore"
            )
            if self._header_wanted:
                self._writer.writeheader()
        self._writer.writerow({"epoch": epoch, **{key: _text(logs.get(key, "NA")) for key in self.keys}})
        self._file.flush()

    def on_train_end(self, logs=None):
        if self._file is not None:
            self._file.close()
            self._file = None


def _text(value: Any) -> Any:
    """Return `value` as one cell."""
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"' if isinstance(value, Iterable) else value
