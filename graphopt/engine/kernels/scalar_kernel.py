"""An unrolled step with the loop around it: a kernel of scalar statements, also run as plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from graphopt.engine.graphs import FlatGraph
from graphopt.engine.kernels.scalar_math import NAMESPACE, ScalarTrouble
from graphopt.engine.kernels.scalar_text import CASTS
from graphopt.engine.kernels.step_kernel import StepKernel, kinds_of
from graphopt.engine.kernels.unroll import Unrolled, unroll


def scalar_kernel(flat: FlatGraph, shapes: Sequence[tuple[int, ...]], batch_size: int | None) -> StepKernel:
    """Return the kernel of a tiny `flat` graph whose inputs and shared variables have the given `shapes`.

    With a `batch_size` the first axis of every input is gathered row by row from the data.

    Raises
    ------
    CompileError
        If the graph cannot be written as scalar statements.
    """
    input_kinds, state_kinds = kinds_of(flat)
    unrolled = unroll(flat.fgraph, shapes)
    n_in, n_out = len(flat.inputs), flat.n_outputs
    output_kinds = [CASTS[d] for d in unrolled.dtypes[:n_out]]
    lines = _Lines(unrolled, n_in, batch_size)
    place = {shared: n_in + i for i, shared in enumerate(flat.shared)}
    lines.write(n_out, [place[s] for s in flat.updated], input_kinds + state_kinds, output_kinds)
    return StepKernel(
        source="\n".join(lines.text) + "\n",
        statements=len(unrolled.tape.lines),
        input_kinds=tuple(input_kinds),
        state_kinds=tuple(state_kinds),
        output_kinds=tuple(output_kinds),
        output_shapes=tuple(o.shape for o in unrolled.outputs[:n_out]),
        output_dtypes=tuple(unrolled.dtypes[:n_out]),
        batch_size=batch_size,
        form="scalar",
    )


class _Lines:
    """Writes the loop around the scalar statements."""

    def __init__(self, unrolled: Unrolled, n_in: int, batch_size: int | None) -> None:
        self.unrolled, self.n_in, self.batch_size = unrolled, n_in, batch_size
        self.text: list[str] = []

    def write(self, n_out: int, places: list[int], kinds: list[str], output_kinds: list[str]) -> None:
        u, text = self.unrolled, self.text
        parameters = ["count: i64", "epochs: i64", "order: i64p"]
        parameters += [f"d{i}: {k}p" for i, k in enumerate(kinds)]
        parameters += [f"y{i}: {k}p" for i, k in enumerate(output_kinds)]
        text.append(f"def run({', '.join(parameters)}) -> i64:")
        for i in range(self.n_in, len(kinds)):
            for j, symbol in enumerate(u.inputs[i].ravel()):
                text.append(f"    {symbol} = d{i}[{j}]")
        text += ["    n = 0", "    for epoch in range(epochs):", "        for k in range(count):"]
        body = self._loads() + u.tape.lines
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


def bare_function(kernel: StepKernel) -> Callable[..., Any]:
    """Return a scalar kernel as a Python function of lists of floats.

    It raises ArithmeticError or ValueError where Python's floats would not give what IEEE arithmetic gives (a
    division by zero, an overflow); nothing has been written to the states then.
    """
    namespace = dict(NAMESPACE)
    exec(compile(_plain(kernel.source), "<graphopt step>", "exec"), namespace)
    return namespace["run"]


def python_function(kernel: StepKernel) -> Callable[..., Any]:
    """Return a scalar kernel as a function of flat arrays; `ScalarTrouble` says that NumPy must do it."""
    bare = bare_function(kernel)

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
    names = [
        part.partition(":")[0].strip() for part in head[head.index("(") + 1 : head.rindex(")")].split(",")
    ]
    return f"def run({', '.join(names)}):{newline}{rest}"
