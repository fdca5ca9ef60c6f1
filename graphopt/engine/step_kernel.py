"""An unrolled step with the loop around it: text of the kernel language, run as Python or as native code.

One call goes through all rows of the data; the shared variables live in local scalars from step to step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphopt.engine.graphs import FlatGraph
from graphopt.engine.scalar_math import NAMESPACE, ScalarTrouble
from graphopt.engine.scalar_text import CASTS
from graphopt.engine.unroll import Unrolled, unroll
from graphopt.errors import CompileError

BUFFERS = {"f64": "f64p", "f32": "f32p", "i64": "i64p"}
ARRAY_DTYPES = {"f64": np.float64, "f32": np.float32, "i64": np.int64}


@dataclass(frozen=True)
class StepKernel:
    """A step over inputs of fixed shapes as kernel source, with what is needed to call it."""

    source: str
    statements: int
    input_kinds: tuple[str, ...]
    state_kinds: tuple[str, ...]
    output_kinds: tuple[str, ...]
    output_shapes: tuple[tuple[int, ...], ...]
    output_dtypes: tuple[str, ...]
    floats: str
    batch_size: int | None

    def run(self, function: Callable, arrays, states, order, epochs: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Run `function`, made from `source`; return the stacked outputs and the new states."""
        count = len(order) if self.batch_size is None else len(order) // self.batch_size
        steps = count * epochs
        data = [np.ascontiguousarray(a, ARRAY_DTYPES[k]).ravel() for a, k in zip(arrays, self.input_kinds)]
        held = [np.array(s, ARRAY_DTYPES[k], order="C") for s, k in zip(states, self.state_kinds)]
        results = [
            np.empty((steps, *shape), ARRAY_DTYPES[kind]) for shape, kind in zip(self.output_shapes, self.output_kinds)
        ]
        function(
            count,
            epochs,
            np.ascontiguousarray(order, np.int64),
            *data,
            *(h.ravel() for h in held),
            *(r.ravel() for r in results),
        )
        outputs = [r.astype(d, copy=False) for r, d in zip(results, self.output_dtypes)]
        return outputs, held


def step_kernel(flat: FlatGraph, shapes: Sequence[tuple[int, ...]], batch_size: int | None) -> StepKernel:
    """Return the kernel of `flat` when its inputs and shared variables have the given `shapes`.

    With a `batch_size` the first axis of every input is gathered row by row from the data.

    Raises
    ------
    CompileError
        If the graph cannot be written as scalar statements.
    """
    unrolled = unroll(flat.fgraph, shapes)
    variables = flat.fgraph.inputs
    kinds = [CASTS[v.type.dtype] for v in variables]
    for variable, kind in zip(variables[len(flat.inputs) :], kinds[len(flat.inputs) :]):
        if np.dtype(variable.type.dtype) != ARRAY_DTYPES[kind]:
            raise CompileError(f"A shared variable of dtype {variable.type.dtype} stays outside of kernels.")
    output_kinds = [CASTS[d] for d in unrolled.dtypes]
    n_in, n_out = len(flat.inputs), flat.n_outputs
    lines = _Lines(unrolled, shapes, n_in, batch_size)
    place = {shared: n_in + i for i, shared in enumerate(flat.shared)}
    lines.write(n_out, [place[s] for s in flat.updated], kinds, output_kinds)
    floats = "f32" if "f32" in kinds + output_kinds and "f64" not in kinds + output_kinds else "f64"
    return StepKernel(
        "\n".join(lines.text) + "\n",
        len(unrolled.tape.lines),
        tuple(kinds[:n_in]),
        tuple(kinds[n_in:]),
        tuple(output_kinds[:n_out]),
        tuple(o.shape for o in unrolled.outputs[:n_out]),
        tuple(unrolled.dtypes[:n_out]),
        floats,
        batch_size,
    )


class _Lines:
    """Writes the loop around the statements."""

    def __init__(self, unrolled: Unrolled, shapes, n_in: int, batch_size: int | None) -> None:
        self.unrolled, self.shapes, self.n_in, self.batch_size = unrolled, shapes, n_in, batch_size
        self.text: list[str] = []

    def write(self, n_out: int, places: list[int], kinds: list[str], output_kinds: list[str]) -> None:
        u, text = self.unrolled, self.text
        parameters = ["count: i64", "epochs: i64", "order: i64p"]
        parameters += [f"d{i}: {BUFFERS[k]}" for i, k in enumerate(kinds)]
        parameters += [f"y{i}: {BUFFERS[k]}" for i, k in enumerate(output_kinds[:n_out])]
        text.append(f"def run({', '.join(parameters)}) -> i64:")
        for i in range(self.n_in, len(kinds)):
            for j, symbol in enumerate(u.inputs[i].ravel()):
                text.append(f"    {symbol} = d{i}[{j}]")
        text += ["    n = 0", "    for epoch in range(epochs):", "        for k in range(count):"]
        body = self._loads()
        body += u.tape.lines
        for i in range(n_out):
            size = u.outputs[i].size
            body += [f"y{i}[n * {size} + {j}] = {u.output_text(i, j)}" for j in range(size)]
        body += self._carry(n_out, places)
        body.append("n = n + 1")
        text += ["            " + line for line in body]
        for i in sorted(set(places)):
            for j, symbol in enumerate(u.inputs[i].ravel()):
                text.append(f"    d{i}[{j}] = {symbol}")
        text.append("    return 0")

    def _loads(self) -> list[str]:
        """Return the statements that read one step's inputs from the data."""
        lines = []
        batch = self.batch_size
        if batch is None:
            lines.append("r0 = order[k]")
        else:
            lines += [f"r{i} = order[k * {batch} + {i}]" for i in range(batch)]
        for i in range(self.n_in):
            symbols = self.unrolled.inputs[i]
            rows = [symbols] if batch is None else list(symbols)
            for r, row in enumerate(rows):
                flat = np.ravel(np.asarray(row, dtype=object))
                lines += [f"{symbol} = d{i}[r{r} * {flat.size} + {j}]" for j, symbol in enumerate(flat)]
        return lines

    def _carry(self, n_out: int, places: list[int]) -> list[str]:
        """Return the statements that make new values the old ones, all at once."""
        states = {s for i in places for s in self.unrolled.inputs[i].ravel()}
        first, then = [], []
        for number, place in enumerate(places):
            for j, symbol in enumerate(self.unrolled.inputs[place].ravel()):
                new = self.unrolled.output_text(n_out + number, j)
                if new == symbol:
                    continue
                if new in states:
                    first.append(f"q{place}_{j} = {new}")
                    new = f"q{place}_{j}"
                then.append(f"{symbol} = {new}")
        return first + then


def python_function(kernel: StepKernel) -> Callable[..., Any]:
    """Return the kernel as a Python function of flat arrays; it works on plain floats.

    It raises `ScalarTrouble` where Python's floats would not give what IEEE arithmetic gives (a division by zero, an
    overflow); nothing has been written to the states then.
    """
    namespace = dict(NAMESPACE)
    exec(compile(_plain(kernel.source), "<graphopt step>", "exec"), namespace)
    bare = namespace["run"]

    def run(count, epochs, order, *buffers):
        lists = [b.tolist() for b in buffers]
        try:
            bare(count, epochs, order.tolist(), *lists)
        except (ArithmeticError, ValueError) as error:
            raise ScalarTrouble from error
        for buffer, values in zip(buffers, lists):
            buffer[...] = values

    return run


def _plain(source: str) -> str:
    """Return `source` without the types of the kernel language."""
    head, newline, rest = source.partition("\n")
    names = [part.partition(":")[0].strip() for part in head[head.index("(") + 1 : head.rindex(")")].split(",")]
    return f"def run({', '.join(names)}):{newline}{rest}"
