"""A step with the loop around it as one kernel: all rows of the data in one call.

`StepKernel` is the text and how it is called. `scalar_kernel` writes it for tiny graphs (every element a
local scalar), `array_kernel` for larger ones (loops over buffers).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from graphopt.engine.graphs import FlatGraph
from graphopt.engine.kernels.scalar_text import CASTS
from graphopt.errors import CompileError

ARRAY_DTYPES = {"f64": np.float64, "f32": np.float32, "i64": np.int64}


class StepKernel(NamedTuple):
    """A step over inputs of fixed shapes as kernel source, with what is needed to call it.

    The entry ``run`` takes the number of steps, of epochs, the order of the rows, then flat buffers: data of
    each input, each shared variable, each output, the `constants`, and a workspace of each kind in
    `workspace`; where `stops`, last a buffer that receives the number of steps done when a step could not be.
    """

    source: str
    statements: int
    input_kinds: tuple[str, ...]
    state_kinds: tuple[str, ...]
    output_kinds: tuple[str, ...]
    output_shapes: tuple[tuple[int, ...], ...]
    output_dtypes: tuple[str, ...]
    batch_size: int | None
    form: str
    constants: tuple[np.ndarray, ...] = ()
    workspace: Mapping[str, int] = MappingProxyType({})
    stops: bool = False

    def run(
        self, function: Callable, arrays, states, order, epochs: int
    ) -> tuple[list[np.ndarray], list[np.ndarray], int]:
        """Run `function`, made from `source`; return stacked outputs, new states and the steps done."""
        count = len(order) if self.batch_size is None else len(order) // self.batch_size
        steps = count * epochs
        data = [np.ascontiguousarray(a, ARRAY_DTYPES[k]) for a, k in zip(arrays, self.input_kinds)]
        held = [np.array(s, ARRAY_DTYPES[k], order="C") for s, k in zip(states, self.state_kinds)]
        results = [
            np.empty((steps, *shape), ARRAY_DTYPES[kind])
            for shape, kind in zip(self.output_shapes, self.output_kinds)
        ]
        spare = [np.empty(size, ARRAY_DTYPES[kind]) for kind, size in self.workspace.items()]
        progress = np.full(1, steps, np.int64)
        buffers = [*data, *held, *results, *self.constants, *spare, *([progress] if self.stops else [])]
        function(count, epochs, np.ascontiguousarray(order, np.int64), *(b.reshape(-1) for b in buffers))
        done = int(progress[0])
        return [r[:done].astype(d, copy=False) for r, d in zip(results, self.output_dtypes)], held, done


def kinds_of(flat: FlatGraph) -> tuple[list[str], list[str]]:
    """Return the kinds of a flat graph's inputs and of its shared variables.

    Raises
    ------
    CompileError
        If one has no kind in the kernel language.
    """
    for variable in flat.fgraph.inputs:
        if getattr(variable.type, "dtype", None) not in CASTS:
            raise CompileError(f"The kernel language has no dtype for {variable} of type {variable.type}.")
    kinds = [CASTS[v.type.dtype] for v in flat.fgraph.inputs]
    n_in = len(flat.inputs)
    for variable, kind in zip(flat.fgraph.inputs[n_in:], kinds[n_in:]):
        if np.dtype(variable.type.dtype) != ARRAY_DTYPES[kind]:
            raise CompileError(f"A shared variable of dtype {variable.type.dtype} stays outside of kernels.")
    return kinds[:n_in], kinds[n_in:]
