"""Which form of a function runs: NumPy lines, scalar Python, or native code.

Where shared variables are updated the choice depends on the graph, the amount of work and what the machine
has, never on a clock or on what is cached: training gives the same bits each time. A function without updates
may change over when its native code is ready or found in the cache; its results then move by rounding errors.

================  ==================================================  ================================
form              what it is                                          when
================  ==================================================  ================================
numpy             one NumPy call a node                               always there
scalar            plain Python floats, one line a scalar              tiny graphs, run more than once
native            the scalar lines, or loops over arrays, compiled    much work, or tier "fast"
native layers     NumPy lines that call compiled recurrent layers     as native, where an operation of
                                                                      the graph has no native form
================  ==================================================  ================================
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant
from pytensor.scan.op import Scan

from graphopt.engine import native
from graphopt.engine.graphs import FlatGraph
from graphopt.engine.kernels.array_kernel import array_kernel
from graphopt.engine.kernels.native_call import NativeCall
from graphopt.engine.kernels.scalar_call import ScalarCall
from graphopt.engine.kernels.scalar_kernel import python_function, scalar_kernel
from graphopt.engine.kernels.scalar_math import ScalarTrouble
from graphopt.engine.kernels.step_kernel import StepKernel
from graphopt.engine.lines.linker import has_native_twins
from graphopt.errors import CompileError

TIERS = ("auto", "now", "fast")
SECONDS_A_NODE = 0.9e-6
SECONDS_A_STATEMENT = 0.025e-6
SECONDS_A_SCALAR_CALL = 6e-6  # arrays into lists and back
CALLS_BEFORE_SCALAR = 32
USUAL_STEPS = 50  # of a Scan whose length is only known when it runs
WORTH_COMPILING = {"c": 0.5, "numba": 15.0}
WORTH_LOOKING = 0.003  # seconds of NumPy after which a look into the cache pays


def _seconds_in_numpy(node: Apply) -> float:
    """Return about how long a node takes in NumPy; operations that loop inside have `numpy_seconds`."""
    if isinstance(node.op, Scan):
        steps = node.inputs[0]
        n = int(steps.data) if isinstance(steps, Constant) else USUAL_STEPS
        return n * sum(map(_seconds_in_numpy, node.op.fgraph.apply_nodes))
    own = getattr(node.op, "numpy_seconds", None)
    return own(node) if own else SECONDS_A_NODE


class Tiers:
    """The forms a flat graph has been given so far, by the shapes of its inputs."""

    def __init__(self, flat: FlatGraph, tier: str) -> None:
        self.flat, self.tier = flat, tier
        self.used = "numpy"
        self.seconds = 0.0
        self.notes: list[str] = []
        self._kernels: dict[tuple, StepKernel | None] = {}
        self._functions: dict[tuple, Callable] = {}
        self._calls: dict[tuple, NativeCall] = {}
        self._scalar_calls: dict[tuple, ScalarCall | None] = {}
        self._futures: dict[tuple, Any] = {}
        self._refused: set[tuple] = set()
        position = {shared: i for i, shared in enumerate(flat.shared)}
        self._written = [position[shared] for shared in flat.updated]
        self._settled_on_numpy = tier == "now"
        self._seconds_a_call = sum(map(_seconds_in_numpy, flat.fgraph.apply_nodes))
        self._has_twins = tier != "now" and has_native_twins(flat.fgraph)
        self._lock = threading.Lock()

    def runner(
        self, shapes: Sequence[tuple[int, ...]], batch_size: int | None, *, steps: int
    ) -> Callable | None:
        """Return what runs `steps` steps over inputs of these shapes, or None where NumPy lines are best.

        It is called with (arrays, states, order, epochs) and returns (outputs, states, steps done), or None
        when scalar arithmetic met what only NumPy can do; nothing has changed then.
        """
        if steps < 2 and self.tier != "fast":
            return None
        with self._lock:
            kernel, function = self._choose((tuple(map(tuple, shapes)), batch_size), steps)
        if function is None:
            return None

        def run(arrays, states, order, epochs):
            try:
                return kernel.run(function, arrays, states, order, epochs)
            except ScalarTrouble:
                return None

        return run

    def call(self, values: Sequence, states: Sequence, calls: int) -> list | None:
        """Return outputs and new states of one call in scalar or native form; None where NumPy is to do it.

        In tier "auto" native code is used at once when it is cached; else it is prepared in the background
        after enough calls, and the first call after it is ready is the first that uses it. A function with
        updates changes over at a certain call, cached or not, so that training gives the same bits each time.
        """
        shapes = tuple([getattr(v, "shape", ()) for v in values])
        results = None
        if not self._settled_on_numpy:
            results = self._native_call(shapes, values, states, calls)
        if results is None and calls > CALLS_BEFORE_SCALAR and self.tier != "fast":
            results = self._scalar_call(shapes, values, states)
        return results

    def _native_call(self, shapes: tuple, values: Sequence, states: Sequence, calls: int) -> list | None:
        call = self._calls.get(shapes)
        if call is None:
            if shapes in self._refused or (self.tier == "auto" and not self._is_due(calls)):
                return None
            call = self._prepare(shapes, states, calls)
            if call is None:
                return None
        results = call(values, states)
        if results is None:  # a shared variable has another shape now, or NumPy must say what is wrong
            self._calls.pop(shapes, None)
        return results

    def _scalar_call(self, shapes: tuple, values: Sequence, states: Sequence) -> list | None:
        if shapes not in self._scalar_calls:
            with self._lock:
                everything = (*shapes, *(np.shape(s) for s in states))
                kernel = self._kernel((everything, None), "scalar")
                if (
                    kernel is None
                    or self._scalar_seconds(kernel) + SECONDS_A_SCALAR_CALL > self._seconds_a_call
                ):
                    self._scalar_calls[shapes] = None
                else:
                    self._scalar_calls[shapes] = ScalarCall(kernel, everything, self._written)
                    self.used = "scalar"
        call = self._scalar_calls[shapes]
        if call is None:
            return None
        if not call.fits(states):
            self._scalar_calls.pop(shapes, None)
            return None
        return call(values, states)

    @staticmethod
    def _scalar_seconds(kernel: StepKernel) -> float:
        """Return about how long a step takes in plain Python, whose floats are double."""
        return float("inf") if "f32" in kernel.source else SECONDS_A_STATEMENT * kernel.statements

    def wants_twins(self, steps: int) -> bool:
        """Return whether NumPy lines should call compiled twins of single operations for `steps` runs."""
        wanted = self._has_twins and self._compiles(steps * self._seconds_a_call)
        if wanted:
            self.used = "native layers"
        return wanted

    def _is_due(self, calls: int) -> bool:
        """Return whether this is a call at which to look for native code."""
        return calls & 15 == 0 and calls * self._seconds_a_call > WORTH_LOOKING

    def _prepare(self, shapes: tuple, states: Sequence, calls: int) -> NativeCall | None:
        with self._lock:
            if shapes in self._calls:
                return self._calls[shapes]
            everything = (*shapes, *(np.shape(s) for s in states))
            key = (everything, None)
            kernel = self._kernel(key, "scalar") or self._kernel(key, "array")
            backend = native.available()
            if kernel is None or backend == "off":
                self._refused.add(shapes)
                self._settled_on_numpy = kernel is None and all(
                    None not in v.type.shape for v in self.flat.inputs
                )
                return None
            worth = calls * self._seconds_a_call > WORTH_COMPILING[backend]
            if self.flat.updated:
                made = worth
            else:
                made = (*key, "native") in self._functions or native.is_cached(kernel.source, "run")
            if self.tier == "auto" and not made:
                if not worth or self.flat.updated:
                    return None
                future = self._futures.setdefault(shapes, None) or native.build_async(kernel.source, "run")
                self._futures[shapes] = future
                if not future.done():
                    return None
                if future.exception() is not None:
                    self.notes.append(f"no native code: {future.exception()}")
                    self._refused.add(shapes)
                    return None
            function = self._function(key, kernel, "native")
            self._calls[shapes] = NativeCall(kernel, function, everything, self._written)
            self.used = "native"
            return self._calls[shapes]

    def _choose(self, key: tuple, steps: int) -> tuple[StepKernel | None, Callable | None]:
        """Return the kernel and its function that do `steps` steps soonest; None for NumPy lines."""
        scalar = self._kernel(key, "scalar")
        costs = {"numpy": self._seconds_a_call}
        if scalar is not None:
            costs["scalar"] = self._scalar_seconds(scalar)
        best = min(costs, key=costs.__getitem__)
        if self._compiles(costs[best] * steps):
            kernel = scalar or self._kernel(key, "array")
            if kernel is not None:
                self.used = "native"
                return kernel, self._function(key, kernel, "native")
        self.used = best
        return (
            (scalar, self._function(key, scalar, "scalar")) if best == "scalar" and scalar else (None, None)
        )

    def _compiles(self, seconds: float) -> bool:
        """Return whether work that would take about `seconds` is given native code."""
        if self.tier == "now":
            return False
        backend = native.available()
        return backend != "off" and (self.tier == "fast" or seconds > WORTH_COMPILING[backend])

    def _kernel(self, key: tuple, form: str) -> StepKernel | None:
        if (*key, form) not in self._kernels:
            started = time.perf_counter()
            make = scalar_kernel if form == "scalar" else array_kernel
            try:
                self._kernels[*key, form] = make(self.flat, *key)
            except CompileError as error:
                self._kernels[*key, form] = None
                self.notes.append(f"no {form} kernel: {error}")
            self.seconds += time.perf_counter() - started
        return self._kernels[*key, form]

    def _function(self, key: tuple, kernel: StepKernel, form: str) -> Callable:
        if (*key, form) not in self._functions:
            started = time.perf_counter()
            made = native.build(kernel.source, "run") if form == "native" else python_function(kernel)
            self._functions[*key, form] = made
            self.seconds += time.perf_counter() - started
        return self._functions[*key, form]
