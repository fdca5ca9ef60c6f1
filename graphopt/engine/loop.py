"""A compiled step run over the rows of its data: an epoch, many epochs, or a whole online run in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable

from graphopt.engine.compiler import Compiled, compile
from graphopt.engine.graphs import Updates
from graphopt.errors import InvalidType, InvalidValue, OutOfRange, ShapeMismatch


def compile_loop(
    inputs: Sequence[Variable],
    outputs: Variable | Sequence[Variable],
    *,
    updates: Updates,
    givens: Updates | None = None,
    tier: str = "auto",
    name: str | None = None,
) -> Loop:
    """Return the `Loop` that runs one update step over the rows of arrays.

    Parameters are those of `compile`; `outputs` of every step are collected.
    """
    outputs = [outputs] if isinstance(outputs, Variable) else list(outputs)
    return Loop(compile(inputs, outputs, updates=updates, givens=givens, tier=tier, name=name or "step"))


class Loop:
    """Runs `step` over the rows of data, the shared variables carried from step to step."""

    def __init__(self, step: Compiled) -> None:
        self.step = step

    def __call__(
        self,
        arrays: Sequence[np.ndarray],
        *,
        batch_size: int | None = None,
        order: np.ndarray | None = None,
        epochs: int = 1,
        planned_steps: int | None = None,
    ) -> list[np.ndarray]:
        """Run the step over the rows of `arrays`, `epochs` times; return each output stacked over all steps.

        Parameters
        ----------
        arrays : sequence of ndarray
            One for each input of the step, all with the same leading length n.
        batch_size : int, optional
            How many rows a step gets, with a leading batch axis; the last batch may be short. Without it a
            step gets one row and no batch axis.
        order : int ndarray, optional
            Which rows, in which order; all of them as they stand by default.
        epochs : int
            How many times the order is gone through.
        planned_steps : int, optional
            How many steps all calls together will have, when this is one of several. The form that runs is
            chosen by it, so that work cut into calls gives the bits and the speed of one call.
        """
        if batch_size is not None and batch_size < 1:
            raise InvalidValue(f"batch_size came as {batch_size}; expected 1 or more, or None.")
        if epochs < 0:
            raise InvalidValue(f"epochs came as {epochs}; expected 0 or more.")
        arrays = self._checked(arrays, batch_size)
        n = len(arrays[0]) if arrays else 0
        order = np.arange(n) if order is None else np.asarray(order)
        if order.dtype.kind not in "iu" or order.ndim != 1:
            raise InvalidType(
                f"order came with dtype {order.dtype} and {order.ndim} axes; expected row numbers."
            )
        if order.size and not 0 <= order.min() <= order.max() < n:
            raise OutOfRange(
                f"order holds rows from {order.min()} to {order.max()}; expected rows from 0 to {n - 1}."
            )
        return self.step.run_rows(arrays, batch_size, order, epochs, planned_steps)

    def _checked(self, arrays: Sequence[Any], batch_size: int | None) -> list[np.ndarray]:
        """Return `arrays` in the dtypes of the step's inputs, or say what does not fit."""
        types = [v.type for v in self.step.flat.inputs]
        if len(arrays) != len(types):
            raise InvalidType(f"{self.step.name}: got {len(arrays)} arrays, expected {len(types)}.")
        checked = []
        for position, (array, kind) in enumerate(zip(arrays, types)):
            array = np.asarray(array)
            if array.dtype != kind.numpy_dtype:
                if not np.can_cast(array.dtype, kind.numpy_dtype, "same_kind"):
                    raise InvalidType(
                        f"{self.step.name}: array {position} came with dtype {array.dtype}; "
                        f"expected {kind.dtype}."
                    )
                array = array.astype(kind.numpy_dtype)
            checked.append(array)
            row = kind.shape if batch_size is None else kind.shape[1:]
            axes = kind.ndim + (batch_size is None)
            if array.ndim != axes or any(w not in (None, g) for g, w in zip(array.shape[1:], row)):
                raise ShapeMismatch(
                    f"{self.step.name}: array {position} came with shape {array.shape}; "
                    f"expected rows of shape {row} (None: any length) "
                    f"for the input {self.step.flat.inputs[position]}."
                )
        if len({len(a) for a in checked if a.ndim}) > 1 or any(a.ndim == 0 for a in checked):
            shapes = ", ".join(str(a.shape) for a in checked)
            raise ShapeMismatch(
                f"{self.step.name}: arrays came with shapes {shapes}; expected one common first length."
            )
        return checked

    def report(self) -> dict[str, Any]:
        """Return what the step's `report` says."""
        return self.step.report()
