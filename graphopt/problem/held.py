"""What of a function's graph does not depend on what moves: evaluated once for a question, then handed in."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from pytensor.graph.replace import clone_replace
from pytensor.tensor.type import TensorType

from graphopt import engine


class HeldParts:
    """The parts of `outputs` that none of the inputs that move, `moving`, reaches; the held inputs first."""

    def __init__(self, outputs: Sequence[Any], moving: Sequence[Any], held: Sequence[Any]) -> None:
        self._held, self._lock = list(held), threading.RLock()
        found = engine.hoist(list(outputs), list(moving))
        self.parts = [*self._held, *(v for v in found if isinstance(v.type, TensorType))]

    @cached_property
    def _evaluate(self) -> engine.Compiled:
        return engine.compile(self._held, self.parts, tier="now", name="held")

    def values(self, held: Iterable[np.ndarray]) -> list[np.ndarray]:
        """Return the parts for these values of the held inputs and today's weights."""
        with self._lock:
            return [np.ascontiguousarray(v).reshape(v.shape) for v in self._evaluate(*held)]

    def handed_in(self, outputs: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Return new inputs, one for each part, and `outputs` as functions of them."""
        slots = [part.type(name=part.name) for part in self.parts]
        swaps = dict(zip(self.parts, slots, strict=True))
        return slots, clone_replace(list(outputs), swaps, rebuild_strict=False)
