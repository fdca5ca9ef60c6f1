"""Single calls of a native function: arguments by address, no work but the kernel's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphopt.engine.kernels.step_kernel import ARRAY_DTYPES, StepKernel
from graphopt.engine.native import Bound, Kernel

COPIED = 2048  # elements up to which copying into place is sooner done than handing over an address


class NativeCall:
    """A step kernel as a function of arrays that runs one step. Safe to call from several threads.

    Each thread that calls at the same moment gets memory of its own. Shared variables are read where they
    lie and never written: the new values of those at the places `written` come back behind the outputs.
    """

    def __init__(
        self,
        kernel: StepKernel,
        function: Kernel,
        shapes: Sequence[tuple[int, ...]],
        written: Sequence[int] = (),
    ) -> None:
        self._made_of = kernel, function, shapes, written
        self._idle: list[_Seat] = []

    def __call__(self, values: Sequence[np.ndarray], states: Sequence[np.ndarray]) -> list[np.ndarray] | None:
        """Return the outputs, then the new values of the states that have one.

        None is returned when a state has another shape, or the kernel could not do the step.
        """
        try:
            seat = self._idle.pop()
        except IndexError:
            seat = _Seat(*self._made_of)
        try:
            return seat.run(values, states)
        finally:
            self._idle.append(seat)


class _Seat:
    """Memory for one call at a time."""

    def __init__(
        self,
        kernel: StepKernel,
        function: Kernel,
        shapes: Sequence[tuple[int, ...]],
        written: Sequence[int],
    ) -> None:
        kinds = (*kernel.input_kinds, *kernel.state_kinds)
        self.n_in = len(kernel.input_kinds)
        self.written = list(written)
        self.shapes = [tuple(s) for s in shapes]
        self.dtypes = [ARRAY_DTYPES[k] for k in kinds]
        self.small = [int(np.prod(s)) <= COPIED for s in self.shapes]
        self.given = [np.zeros(s, d) for s, d in zip(self.shapes, self.dtypes)]
        self.results = [
            np.empty(s, ARRAY_DTYPES[k]) for s, k in zip(kernel.output_shapes, kernel.output_kinds)
        ]
        self.wanted = [np.dtype(d) for d in kernel.output_dtypes]
        self.fresh = [i for i, r in enumerate(self.results) if r.size > COPIED]
        self.seen: list = [None] * (len(self.given) - self.n_in)
        spare = [np.empty(size, ARRAY_DTYPES[kind]) for kind, size in kernel.workspace.items()]
        progress = [np.ones(1, np.int64)] if kernel.stops else []
        buffers = [*self.given, *self.results, *kernel.constants, *spare, *progress]
        self.first, self.first_result = 3, 3 + len(self.given)  # behind count, epochs and order
        self.bound: Bound = function.bind(1, 1, np.zeros(1, np.int64), *(b.reshape(-1) for b in buffers))

    def run(self, values: Sequence[np.ndarray], states: Sequence[np.ndarray]) -> list[np.ndarray] | None:
        """Return outputs and new states of one step, or None."""
        for i, value in enumerate(values):
            if self.small[i]:
                self.given[i][...] = value
            else:
                self._point(i, value)
        for i, state in enumerate(states, self.n_in):
            if state.shape != self.shapes[i]:
                return None
            if self.small[i]:
                self.given[i][...] = state
            elif self.seen[i - self.n_in] is not state:
                self._point(i, state)
                self.seen[i - self.n_in] = state if state.flags.c_contiguous else None
        for i in self.written:
            if not self.small[self.n_in + i]:
                self.given[self.n_in + i] = np.array(states[i], self.dtypes[self.n_in + i], order="C")
                self._point(self.n_in + i, self.given[self.n_in + i])
                self.seen[i] = None
        for i in self.fresh:
            self.results[i] = np.empty(self.results[i].shape, self.results[i].dtype)
            self.bound.set(self.first_result + i, self.results[i])
        if self.bound.run() != 0:
            return None
        outputs = [
            r.astype(w) if r.size <= COPIED or r.dtype != w else r for r, w in zip(self.results, self.wanted)
        ]
        places = [self.n_in + i for i in self.written]
        return outputs + [self.given[i].copy() if self.small[i] else self.given[i] for i in places]

    def _point(self, position: int, array: np.ndarray) -> None:
        """Let the kernel read `array` where it lies."""
        self.bound.set(self.first + position, np.ascontiguousarray(array, self.dtypes[position]))
