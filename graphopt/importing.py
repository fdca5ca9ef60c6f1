"""Importing PyTensor, and all that comes with it, in less time."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator

from graphopt.environment import collector_paused
from graphopt.stand_ins import stand_ins


@contextlib.contextmanager
def quick_imports() -> Iterator[None]:
    """Pause the collector and let stand-ins answer while PyTensor is imported.

    What was made then is old to the collector, as if it had gone through it twice and found nothing.
    """
    is_first = "pytensor" not in sys.modules
    with collector_paused():
        with stand_ins():
            yield
        if is_first and "pytensor" in sys.modules and not gc.get_freeze_count():
            gc.freeze()  # to the permanent generation, and from there to the oldest
            gc.unfreeze()
