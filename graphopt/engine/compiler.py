"""The one door through which a graph becomes a function."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable

from graphopt.engine.graphs import FlatGraph, Updates, flatten
from graphopt.engine.numpy_linker import StraightLine
from graphopt.engine.rewriting import rewrite
from graphopt.errors import InvalidType, InvalidValue, unknown_name

TIERS = ("now", "fast", "auto")


def compile(
    inputs: Sequence[Variable],
    outputs: Variable | Sequence[Variable],
    *,
    updates: Updates | None = None,
    givens: Updates | None = None,
    tier: str = "auto",
    name: str | None = None,
) -> Compiled:
    if tier not in TIERS:
        raise unknown_name("tier", tier, TIERS)
    single = isinstance(outputs, Variable)
    flat = flatten(list(inputs), [outputs] if single else list(outputs), updates=updates, givens=givens)
    return Compiled(flat, single=single, tier=tier, name=name or "graph")


class Compiled:
    def __init__(self, flat: FlatGraph, *, single: bool, tier: str, name: str) -> None:
        started = time.perf_counter()
        self.flat, self.name, self.tier = flat, name, tier
        self._single = single
        rewrite(flat.fgraph)
        self._now = StraightLine(flat.fgraph, name=name)
        self._cells = [shared.container.storage for shared in flat.shared]
        self._written = [shared.container.storage for shared in flat.updated]
        self._lock = threading.Lock()
        self._types = [variable.type for variable in flat.inputs]
        self.calls = 0
        self.seconds_to_prepare = time.perf_counter() - started

    def __call__(self, *arguments: Any):
        if len(arguments) != len(self._types):
            names = ", ".join(str(v) for v in self.flat.inputs)
            raise InvalidType(f"{self.name}: got {len(arguments)} arguments, expected {len(self._types)} ({names}).")
        values = [self._checked(i, a) for i, a in enumerate(arguments)]
        with np.errstate(all="ignore"):
            results = self._run(values)
        if self._single:
            return results[0]
        return results

    def _run(self, values: list) -> list:
        n = self.flat.n_outputs
        if not self._written:
            results = self._now(*values, *(cell[0] for cell in self._cells))
        else:
            with self._lock:
                results = self._now(*values, *(cell[0] for cell in self._cells))
                for cell, value in zip(self._written, results[n:]):
                    cell[0] = np.asarray(value) if isinstance(value, np.generic) else value
        self.calls += 1
        return [np.asarray(r) if isinstance(r, np.generic) else r for r in results[:n]]

    def _checked(self, position: int, argument: Any):
        kind = self._types[position]
        if type(argument) is np.ndarray and argument.dtype == getattr(kind, "numpy_dtype", None) and argument.ndim == kind.ndim:
            for got, wanted in zip(argument.shape, kind.shape):
                if wanted is not None and got != wanted:
                    break
            else:
                return argument
        try:
            return kind.filter(argument, strict=False, allow_downcast=None)
        except (TypeError, ValueError) as error:
            variable = self.flat.inputs[position]
            got = f"shape {np.shape(argument)}, dtype {getattr(argument, 'dtype', type(argument).__name__)}"
            cls = InvalidType if isinstance(error, TypeError) else InvalidValue
            raise cls(f"{self.name}: input {position} ({variable}) came with {got}; expected {kind}. {error}") from error

    def report(self) -> dict[str, Any]:
        return {"name": self.name, "tier": "now", "nodes": len(self.flat.fgraph.apply_nodes), "calls": self.calls,
                "seconds_to_prepare": self.seconds_to_prepare}
