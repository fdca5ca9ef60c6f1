"""Which form of a function runs: NumPy lines, scalar Python, or native code.

The choice depends only on the graph, the amount of work and what the machine has, never on a clock or on what is
cached: the same program gives the same bits each time.

==========  ====================================================  ==============================
form        what it is                                            when
==========  ====================================================  ==============================
numpy       one NumPy call a node                                 always there
scalar      plain Python floats, one line a scalar                tiny graphs
native      the same scalar lines, compiled (gcc, else numba)     much work over a tiny graph
==========  ====================================================  ==============================
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from graphopt.engine.graphs import FlatGraph
from graphopt.engine.scalar_math import ScalarTrouble
from graphopt.engine.step_kernel import StepKernel, python_function, step_kernel
from graphopt.errors import CompileError

TIERS = ("auto", "now", "fast")
SECONDS_A_NODE = 0.9e-6
SECONDS_A_STATEMENT = 0.025e-6
WORTH_COMPILING = {"c": 0.5, "numba": 15.0}


class Tiers:
    """The forms a flat graph has been given so far, by the shapes of its inputs."""

    def __init__(self, flat: FlatGraph, tier: str) -> None:
        self.flat, self.tier = flat, tier
        self.used = "numpy"
        self.seconds = 0.0
        self.notes: list[str] = []
        self._kernels: dict[tuple, StepKernel | None] = {}
        self._functions: dict[tuple, Callable] = {}
        self._lock = threading.Lock()

    def runner(self, shapes: Sequence[tuple[int, ...]], batch_size: int | None, *, steps: int) -> Callable | None:
        """Return what runs `steps` steps over inputs of these shapes, or None where NumPy lines are best.

        It is called with (arrays, states, order, epochs) and returns (outputs, states), or None when scalar arithmetic
        met what only NumPy can do; nothing has changed then.
        """
        if steps < 2 and self.tier != "fast":
            return None
        with self._lock:
            key = (tuple(map(tuple, shapes)), batch_size)
            if key not in self._kernels:
                self._kernels[key] = self._kernel(*key)
            kernel = self._kernels[key]
            if kernel is None:
                self.used = "numpy"
                return None
            form = self._form(kernel, steps)
            self.used = form
            if form == "numpy":
                return None
            function = self._function(key, kernel, form)

        def run(arrays, states, order, epochs):
            try:
                return kernel.run(function, arrays, states, order, epochs)
            except ScalarTrouble:
                return None

        return run

    def _form(self, kernel: StepKernel, steps: int) -> str:
        """Return the form that does `steps` steps soonest."""
        from graphopt.engine import native

        numpy = SECONDS_A_NODE * len(self.flat.fgraph.apply_nodes)
        scalar = SECONDS_A_STATEMENT * kernel.statements if kernel.floats == "f64" else float("inf")
        best = min(numpy, scalar)
        if self.tier != "now":
            backend = getattr(native, "available", lambda: None)()
            if backend is not None and (self.tier == "fast" or best * steps > WORTH_COMPILING[backend]):
                return "native"
        return "scalar" if scalar <= numpy else "numpy"

    def _kernel(self, shapes: tuple, batch_size: int | None) -> StepKernel | None:
        started = time.perf_counter()
        try:
            return step_kernel(self.flat, shapes, batch_size)
        except CompileError as error:
            self.notes.append(f"not unrolled: {error}")
            return None
        finally:
            self.seconds += time.perf_counter() - started

    def _function(self, key: tuple, kernel: StepKernel, form: str) -> Callable:
        if (key, form) not in self._functions:
            started = time.perf_counter()
            if form == "native":
                from graphopt.engine import native

                self._functions[key, form] = native.build(kernel.source, "run")
            else:
                self._functions[key, form] = python_function(kernel)
            self.seconds += time.perf_counter() - started
        return self._functions[key, form]
