"""Single calls of a tiny graph as plain Python floats: sooner done than a handful of NumPy calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from graphopt.engine.kernels.scalar_kernel import bare_function
from graphopt.engine.kernels.step_kernel import ARRAY_DTYPES, StepKernel


class ScalarCall:
    """A scalar kernel as a function of arrays that runs one step; see `NativeCall` for what it returns."""

    def __init__(
        self, kernel: StepKernel, shapes: Sequence[tuple[int, ...]], written: Sequence[int] = ()
    ) -> None:
        n_in = len(kernel.input_kinds)
        self._run: Callable = bare_function(kernel)
        self._state_shapes = [tuple(s) for s in shapes[n_in:]]
        self._outputs = list(
            zip(kernel.output_shapes, map(prod, kernel.output_shapes), map(np.dtype, kernel.output_dtypes))
        )
        self._written = [
            (i, self._state_shapes[i], np.dtype(ARRAY_DTYPES[kernel.state_kinds[i]])) for i in written
        ]

    def __call__(self, values: Sequence[np.ndarray], states: Sequence[np.ndarray]) -> list[np.ndarray] | None:
        """Return the outputs, then the new values of the states that have one.

        None is returned when a state has another shape, or arithmetic met what only NumPy can do.
        """
        if not self.fits(states):
            return None
        given = [v.ravel().tolist() for v in values]
        held = [s.ravel().tolist() for s in states]
        results = [[0.0] * size for _, size, _ in self._outputs]
        try:
            self._run(1, 1, (0,), *given, *held, *results)
            made = [np.array(r, dtype).reshape(shape) for r, (shape, _, dtype) in zip(results, self._outputs)]
            return made + [np.array(held[i], dtype).reshape(shape) for i, shape, dtype in self._written]
        except (ArithmeticError, ValueError):
            return None

    def fits(self, states: Sequence[np.ndarray]) -> bool:
        """Return whether the states have the shapes this was made for."""
        return all(state.shape == shape for state, shape in zip(states, self._state_shapes))
