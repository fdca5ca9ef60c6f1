"""Importing PyTensor, and all that comes with it, in less time."""

from __future__ import annotations

import contextlib
import gc
import sys

from graphopt.environment import collector_paused
from graphopt.short_exit import old_objects_are_harmless, something_to_finish
from graphopt.stand_ins import stand_ins


class QuickImports:
    """A context in which PyTensor is imported: the collector pauses, stand-ins answer.

    What was made then is old to the collector, as if it had gone through it twice and found nothing.
    """

    def __enter__(self) -> None:
        self._is_first = "pytensor" not in sys.modules and not gc.get_freeze_count()
        self._was_harmless = self._is_first and not something_to_finish()
        self._contexts = contextlib.ExitStack()
        self._contexts.enter_context(collector_paused())
        self._contexts.enter_context(stand_ins())

    def __exit__(self, *exception: object) -> None:
        if self._is_first and "pytensor" in sys.modules:
            gc.freeze()  # to the permanent generation, and from there to the oldest
            gc.unfreeze()
            if self._was_harmless:  # no module we import makes what has something to do at its end
                old_objects_are_harmless()
        self._contexts.close()
