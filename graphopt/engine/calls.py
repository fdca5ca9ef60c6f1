"""Single calls of a native function: arguments by address, no work but the kernel's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphopt.engine.native import Bound, Kernel
from graphopt.engine.step_kernel import ARRAY_DTYPES, StepKernel

COPIED = 2048  # elements up to which copying into place is sooner done than handing over an address


class NativeCall:
    """A step kernel of a graph without updates, as a function of arrays. Safe to call from several threads.

    Each thread that calls at the same moment gets memory of its own.
    """

    def __init__(self, kernel: StepKernel, function: Kernel, shapes: Sequence[tuple[int, ...]]) -> None:
        self._kernel, self._function, self._shapes = kernel, function, shapes
        self._idle: list[_Seat] = []

    def __call__(self, values: Sequence[np.ndarray], states: Sequence[np.ndarray]) -> list[np.ndarray] | None:
        """Return the outputs; None when a shared variable has another shape or the kernel could not do it."""
        try:
            seat = self._idle.pop()
        except IndexError:
            seat = _Seat(self._kernel, self._function, self._shapes)
        try:
            return seat.run(values, states)
        finally:
            self._idle.append(seat)


class _Seat:
    """Memory for one call at a time."""

    def __init__(self, kernel: StepKernel, function: Kernel, shapes: Sequence[tuple[int, ...]]) -> None:
        n_in = len(kernel.input_kinds)
        self.shapes = [tuple(s) for s in shapes]
        kinds = (*kernel.input_kinds, *kernel.state_kinds)
        self.dtypes = [ARRAY_DTYPES[k] for k in kinds]
        self.given = [np.zeros(s, d) for s, d in zip(self.shapes, self.dtypes)]
        self.results = [
            np.empty(s, ARRAY_DTYPES[k]) for s, k in zip(kernel.output_shapes, kernel.output_kinds)
        ]
        self.wanted = [np.dtype(d) for d in kernel.output_dtypes]
        spare = [np.empty(size, ARRAY_DTYPES[kind]) for kind, size in kernel.workspace.items()]
        progress = [np.ones(1, np.int64)] if kernel.stops else []
        buffers = [*self.given, *self.results, *kernel.constants, *spare, *progress]
        order = np.zeros(1, np.int64)
        self.bound: Bound = function.bind(1, 1, order, *(b.reshape(-1) for b in buffers))
        self.n_in = n_in
        self.first = 3
        self.first_result = 3 + len(self.given)
        self.small = [a.size <= COPIED for a in self.given]
        self.fresh = [i for i, r in enumerate(self.results) if r.size > COPIED]
        self.seen: list = [None] * (len(self.given) - n_in)

    def run(self, values: Sequence[np.ndarray], states: Sequence[np.ndarray]) -> list[np.ndarray] | None:
        for i, value in enumerate(values):
            if self.small[i]:
                self.given[i][...] = value
            else:
                self._point(i, value)
        for i, state in enumerate(states):
            if self.small[self.n_in + i]:
                if state.shape != self.shapes[self.n_in + i]:
                    return None
                self.given[self.n_in + i][...] = state
            elif self.seen[i] is not state:
                if state.shape != self.shapes[self.n_in + i]:
                    return None
                self._point(self.n_in + i, state)
                self.seen[i] = state
        for i in self.fresh:
            self.results[i] = np.empty(self.results[i].shape, self.results[i].dtype)
            self.bound.set(self.first_result + i, self.results[i])
        if self.bound.run() != 0:
            return None
        return [
            r.astype(w) if r.size <= COPIED or r.dtype != w else r for r, w in zip(self.results, self.wanted)
        ]

    def _point(self, position: int, array: np.ndarray) -> None:
        """Let the kernel read `array` where it lies."""
        self.bound.set(self.first + position, np.ascontiguousarray(array, self.dtypes[position]))
