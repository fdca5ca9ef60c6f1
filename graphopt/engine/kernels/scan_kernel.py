"""A Scan as one kernel: the loop over its steps in native code, for the row shapes that it meets.

A step kernel runs a step over the rows of arrays with states carried along, which is what a Scan does:

=====================  ================================================================================
of the Scan            of the step kernel
=====================  ================================================================================
sequence               data: one row a step
mit-sot, sit-sot       a state for each age, the new row an output
mit-mot                a read that no step has written yet is a row of data; one that was written
                       some steps before is a state; what is written is an output
nit-sot                an output
non-sequence           a state that stays
=====================  ================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.scan.op import Scan

from graphopt.engine import native
from graphopt.engine.graphs import FlatGraph
from graphopt.engine.kernels.array_kernel import array_kernel
from graphopt.engine.kernels.scalar_kernel import scalar_kernel
from graphopt.engine.kernels.step_kernel import ARRAY_DTYPES, StepKernel
from graphopt.engine.lines.linker import native_funcify, numpy_funcify
from graphopt.engine.rewrites.simplify import rewrite
from graphopt.errors import CompileError
from graphopt.late_dataclass import late_dataclass

MOST_SHAPES = 8  # row shapes a Scan is compiled for; beyond, NumPy does it
ROWS_BEFORE_COMPILING = 1000  # steps over rows of a shape after the first that are done in NumPy
MOST_KEPT = 1 << 26  # bytes of a trace of which only the last rows were asked for


@native_funcify.register(Scan)
def scan_twin(op: Scan, node: Apply) -> Callable:
    """Return the function of a Scan that has its loop compiled, or runs in NumPy what cannot be."""
    in_numpy = numpy_funcify(op, node)
    try:
        twin = _Twin(op, node)
    except CompileError:
        return in_numpy

    def run(*inputs):
        results = twin(inputs)
        return in_numpy(*inputs) if results is None else results

    return run


@late_dataclass(frozen=True)
class _Rows:
    """Rows of outer input `position`, from row `start` on: one a step."""

    position: int
    start: int


@late_dataclass(frozen=True)
class _Buffer:
    """An output of the Scan, which outer input `position` makes: an array of first rows, or a length.

    The rows from `depth` on are output `number` of the kernel; in a mit-mot, the rows from `start` on are
    output `number` for each of `written`, the last one over the others.
    """

    position: int
    depth: int = 0
    number: int = -1
    written: tuple[tuple[int, int], ...] = ()


class _Twin:
    """A Scan laid out as a step: where each kernel argument comes from and where each result goes."""

    def __init__(self, op: Scan, node: Apply) -> None:
        info = op.info
        types = [v.type for v in (*op.fgraph.inputs, *op.fgraph.outputs)]
        watched = hasattr(op.mode, "lines_of")
        if (
            watched
            or info.as_while
            or info.n_untraced_sit_sot
            or not all(getattr(t, "dtype", None) for t in types)
        ):
            raise CompileError(f"{op} carries what is no array, stops early, or is watched.")
        self.op, self.node = op, node
        own = FunctionGraph(op.fgraph.inputs, op.fgraph.outputs, clone=True)
        rewrite(own)
        self.inner_inputs, self.inner_outputs = list(own.inputs), list(own.outputs)
        self.data: list[tuple[Variable, _Rows]] = []
        self.states: list[tuple[Variable, _Rows | int]] = []  # its first value: a row, or an outer input
        self.updates: list[tuple[Variable, Variable]] = []
        self.outputs: list[Variable] = []
        self.buffers: list[_Buffer] = []
        self._lay_out()
        variables = [v for v, _ in self.data] + [v for v, _ in self.states]
        fgraph = FunctionGraph(
            variables, [*self.outputs, *(new for _, new in self.updates)], clone=True, copy_inputs=True
        )
        self.flat = FlatGraph(
            fgraph,
            tuple(v for v, _ in self.data),
            tuple(v for v, _ in self.states),
            len(self.outputs),
            tuple(state for state, _ in self.updates),
        )
        self.kernels: dict[tuple, tuple[StepKernel, Callable] | None] = {}
        self.steps_done: dict[tuple, int] = {}

    def _lay_out(self) -> None:
        op, info = self.op, self.op.info
        places = list(range(len(self.node.inputs)))
        for variable, place in zip(op.inner_seqs(self.inner_inputs), op.outer_seqs(places)):
            self.data.append((variable, _Rows(place, 0)))
        self._mit_mots(places)
        for names, reads, taps, made in (
            (op.outer_mitsot(places), op.inner_mitsot(self.inner_inputs), info.mit_sot_in_slices,
             op.inner_mitsot_outs(self.inner_outputs)),
            (op.outer_sitsot(places), op.inner_sitsot(self.inner_inputs), info.sit_sot_in_slices,
             op.inner_sitsot_outs(self.inner_outputs)),
        ):  # fmt: skip
            reads = iter(reads)
            for place, ages, new in zip(names, taps, made):
                depth = -min(ages)
                read = {-tap: next(reads) for tap in ages}
                self._delayed(new, depth, read, _Rows(place, 0))
                self.buffers.append(_Buffer(place, depth, self._output(new)))
        for place, new in zip(op.outer_nitsot(places), op.inner_nitsot_outs(self.inner_outputs)):
            self.buffers.append(_Buffer(place, 0, self._output(new)))
        for variable, place in zip(op.inner_non_seqs(self.inner_inputs), op.outer_non_seqs(places)):
            self.states.append((variable, place))

    def _mit_mots(self, places: Sequence[int]) -> None:
        op, info = self.op, self.op.info
        inputs = op.inner_mitmot_grouped(self.inner_inputs)
        outputs = op.inner_mitmot_outs_grouped(self.inner_outputs)
        for place, variables, news, reads, writes in zip(
            op.outer_mitmot(places), inputs, outputs, info.mit_mot_in_slices, info.mit_mot_out_slices
        ):
            oldest = min(0, *reads)
            delayed: dict[Variable, dict[int, tuple[Variable, int]]] = {}
            for variable, tap in zip(variables, reads):
                lags = [(write - tap, new) for write, new in zip(writes, news) if write > tap]
                if lags:
                    lag, new = min(lags, key=lambda pair: pair[0])
                    delayed.setdefault(new, {})[lag] = variable, tap - oldest
                else:
                    self.data.append((variable, _Rows(place, tap - oldest)))
            for new, by_lag in delayed.items():
                depth = max(by_lag)
                start = min(row for _, row in by_lag.values())
                self._delayed(new, depth, {lag: v for lag, (v, _) in by_lag.items()}, _Rows(place, start))
            order = sorted(zip(writes, news), key=lambda pair: -pair[0])
            written = tuple((self._output(new), tap - oldest) for tap, new in order)
            self.buffers.append(_Buffer(place, written=written))

    def _delayed(self, new: Variable, depth: int, read: dict[int, Variable], first: _Rows) -> None:
        """Carry `new` for `depth` steps; it is read as ``read[age]`` and starts with the rows at `first`."""
        held = {age: read[age] if age in read else new.type() for age in range(1, depth + 1)}
        for age in range(depth, 0, -1):
            self.states.append((held[age], _Rows(first.position, first.start + depth - age)))
            self.updates.append((held[age], held[age - 1] if age > 1 else new))

    def _output(self, new: Variable) -> int:
        """Return the number of the kernel output that `new` becomes."""
        self.outputs.append(new)
        return len(self.outputs) - 1

    # ---- running

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """Return the outputs of the Scan for its outer inputs; None where NumPy is to do it."""
        n = int(inputs[0])
        if n < 1 or any(len(inputs[rows.position]) < rows.start + n for _, rows in self.data):
            return None
        data = [inputs[rows.position][rows.start : rows.start + n] for _, rows in self.data]
        states = [
            inputs[source] if isinstance(source, int) else inputs[source.position][source.start]
            for _, source in self.states
        ]
        shapes = tuple(np.shape(a)[1:] for a in data), tuple(np.shape(s) for s in states)
        found = self.kernels.get(shapes, False)
        if found is False:
            found = self._compiled(shapes, n)
        if found is None:
            return None
        return self._run(*found, n, inputs, data, states)

    def _compiled(self, shapes: tuple, n: int) -> tuple[StepKernel, Callable] | None:
        """Return the kernel for rows of these `shapes` when it is worth it, and its function."""
        done = self.steps_done[shapes] = self.steps_done.get(shapes, 0) + n
        if len(self.kernels) >= MOST_SHAPES or (self.kernels and done < ROWS_BEFORE_COMPILING):
            return None
        self.kernels[shapes] = None
        for make in (scalar_kernel, array_kernel):
            try:
                kernel = make(self.flat, [*shapes[0], *shapes[1]], None)
                self.kernels[shapes] = kernel, native.build(kernel.source, "run")
                break
            except CompileError:
                continue
        return self.kernels[shapes]

    def _run(self, kernel: StepKernel, function: Callable, n: int, inputs, data, states) -> Any:
        """Return the outputs of the Scan, or None where the kernel met what only NumPy can do."""
        made: list[Any] = [None] * len(self.outputs)
        results = []
        for buffer in self.buffers:
            if buffer.written:  # a mit-mot: its rows may meet, so they are put in place at the end
                results.append(np.array(inputs[buffer.position]))
                continue
            number, depth, outer = buffer.number, buffer.depth, inputs[buffer.position]
            shape, kind = kernel.output_shapes[number], ARRAY_DTYPES[kernel.output_kinds[number]]
            rows, length = depth + n, len(outer) if depth else int(outer)
            if rows > length and rows * int(np.prod(shape)) * np.dtype(kind).itemsize > MOST_KEPT:
                return None
            whole = np.empty((max(rows, length), *shape), kind)
            if depth:
                whole[:depth] = outer[:depth]
            whole[rows:] = 0  # beyond a full run: a truncated gradient leaves rows so
            made[number] = whole[depth:rows]
            whole = whole[len(whole) - length :]
            results.append(whole.astype(kernel.output_dtypes[number], copy=False))
        for number, trace in enumerate(made):
            if trace is None:
                kind = ARRAY_DTYPES[kernel.output_kinds[number]]
                made[number] = np.empty((n, *kernel.output_shapes[number]), kind)
        if not self._call(kernel, function, n, data, states, made):
            return None
        for buffer, result in zip(self.buffers, results):
            for number, start in buffer.written:
                result[start : start + n] = made[number]
        return results[0] if len(results) == 1 else tuple(results)

    def _call(self, kernel: StepKernel, function: Callable, n: int, data, states, made) -> bool:
        """Run the kernel over `n` rows of `data`, new rows into `made`; return whether it did them all."""
        kinds = [ARRAY_DTYPES[k] for k in (*kernel.input_kinds, *kernel.state_kinds)]
        rows = [np.ascontiguousarray(a, k) for a, k in zip(data, kinds)]
        held = [
            np.array(s, k, order="C") if i < len(self.updates) else np.ascontiguousarray(s, k)
            for i, (s, k) in enumerate(zip(states, kinds[len(data) :]))
        ]
        spare = [np.empty(size, ARRAY_DTYPES[kind]) for kind, size in kernel.workspace.items()]
        done = np.full(1, n, np.int64)
        buffers = [*rows, *held, *made, *kernel.constants, *spare, *([done] if kernel.stops else [])]
        function(n, 1, np.arange(n), *(b.reshape(-1) for b in buffers))
        return done[0] == n
