"""A Scan as a Python loop around the straight-line function of its inner graph.

The loop is written for each Scan. What a step reads of earlier steps is kept in local names and what it makes
is written into buffers made beforehand. A buffer shorter than the trace is circular: it holds the last rows
and is turned at the end so that the oldest comes first.

The order of inputs and outputs, inner and outer, is the one of `pytensor.scan.op.Scan`:

=====================  ======================================  ===========================================
kind                   the step reads                          the step makes
=====================  ======================================  ===========================================
sequence               row i                                   nothing
mit-mot                any rows of the buffer around row i     any of these rows, written over
mit-sot, sit-sot       its own results of earlier steps        the next row
nit-sot                nothing                                 the next row
untraced sit-sot       its own last result (any type)          the next one; only the last is kept
non-sequence           the same value each step                nothing
=====================  ======================================  ===========================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, count, cycle, islice
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.scan.op import Scan
from pytensor.tensor.type import TensorType

from graphopt.engine.lines.inner_graphs import inner_function
from graphopt.engine.lines.linker import numpy_funcify

_numbers = count()


@numpy_funcify.register(Scan)
def scan_function(op: Scan, node: Apply) -> Callable:
    """Return the loop of a Scan as a function of its outer inputs.

    A mode with a method ``lines_of(fgraph)`` makes the function of a step, which has `run` and `explain`.
    """
    step = inner_function(op.fgraph, name=op.name or "scan", make=getattr(op.mode, "lines_of", None))
    loop = _Loop(op, node)
    namespace = {"np": np, "step": step.run, **_HELPERS}
    exec(compile(loop.source, f"<graphopt loop of {op.name} {next(_numbers)}>", "exec"), namespace)
    bare, single = namespace["loop"], len(node.outputs) == 1

    def run(*inputs):
        try:
            results = bare(*inputs)
        except Exception as error:
            step.explain(error)
            raise
        return results[0] if single else results

    return run


class _Loop:
    """Writes the text of the loop; `source` is the result."""

    def __init__(self, op: Scan, node: Apply) -> None:
        self.op, self.node, info = op, node, op.info
        self.names = ["steps", *(f"x{k}" for k in range(1, len(node.inputs)))]
        self.step_outputs = [f"o{k}" for k in range(len(op.fgraph.outputs))]
        self.before: list[str] = []  # lines ahead of the loop
        self.rows = {"i": "range(n)"}  # what the loop goes through: {name: iterable}
        self.reads: list[str] = []  # arguments of the step
        self.blanks: list[str] = []  # the same, of a step that is only asked for its shapes
        self.writes: list[str] = []  # lines after the step
        self.shifts: list[str] = []  # lines that make this step's results the earlier ones
        self.results: list[str] = []
        self.without_steps: list[str] = []  # lines that make the traces of a loop of no steps

        for k, name in enumerate(op.outer_seqs(self.names)):
            self.before.append(f"check_length({name}, n, {k})")
            self.rows[f"r{k}"] = name
            self.reads.append(f"r{k}")
            self.blanks.append(f"blank({name})")
        self._mit_mots()
        self._states(
            op.outer_mitsot(self.names), info.mit_sot_in_slices, op.inner_mitsot_outs(self.step_outputs), "m"
        )
        self._states(
            op.outer_sitsot(self.names), info.sit_sot_in_slices, op.inner_sitsot_outs(self.step_outputs), "s"
        )
        self._traces()
        self._carried()
        self.reads += op.outer_non_seqs(self.names)
        self.source = self._text()

    def _mit_mots(self) -> None:
        """Read and write rows around row i, which may meet in the buffer."""
        op, info = self.op, self.op.info
        outputs = op.inner_mitmot_outs_grouped(self.step_outputs)
        buffers = op.outer_mitmot(self.names)
        for k, (name, reads, writes) in enumerate(
            zip(buffers, info.mit_mot_in_slices, info.mit_mot_out_slices)
        ):
            oldest = min(0, *reads)
            self.before.append(f"b{k} = np.array({name})")
            self.reads += [f"b{k}[{_plus('i', tap - oldest)}]" for tap in reads]
            self.blanks += [f"blank({name})"] * len(reads)
            self.writes += [f"b{k}[{_plus('i', tap - oldest)}] = {o}" for tap, o in zip(writes, outputs[k])]
            self.results.append(f"b{k}")

    def _states(self, names: list[str], taps: Iterable, outputs: list[str], letter: str) -> None:
        """Keep the last results of each state in names: ``s0_1`` is the last, ``s0_2`` the one before."""
        for k, (name, reads, made) in enumerate(zip(names, taps, outputs)):
            depth, state = -min(reads), f"{letter}{k}"
            held = [f"{state}_{age}" for age in range(depth, 0, -1)]
            self.before.append(f"{state} = buffer({name}, {depth}, n)")
            self.before += [f"{kept} = {name}[{row}]" for row, kept in enumerate(held)]
            self.rows[f"{state}_row"] = f"places({depth}, len({state}), n)"
            self.reads += [f"{state}_{-tap}" for tap in reads]
            self.writes.append(f"{state}[{state}_row] = {made}")
            self.shifts += [f"{older} = {newer}" for older, newer in zip(held, [*held[1:], made])]
            self.results.append(f"finished({state}, {depth}, done, n)")

    def _traces(self) -> None:
        """Make the buffer of each nit-sot when its first row, and with it the shape, is known."""
        op = self.op
        lengths, rows = op.outer_nitsot(self.names), op.inner_nitsot_outs(self.step_outputs)
        for k, (length, row, output) in enumerate(
            zip(lengths, rows, op.outer_nitsot_outs(self.node.outputs))
        ):
            made = f"y{k} = np.empty((y{k}_length, *np.shape({row})), {output.type.dtype!r})"
            self.before.append(f"y{k}_length = int({length})")
            self.without_steps.append(f"y{k} = np.empty((0, *np.shape({row})), {output.type.dtype!r})")
            self.rows[f"y{k}_row"] = f"places(0, y{k}_length, n)"
            self.writes.insert(0, f"if i == 0: {made}")
            self.writes.append(f"y{k}[y{k}_row] = {row}")
            self.results.append(f"finished(y{k}, 0, done, n)")

    def _carried(self) -> None:
        """Hand each untraced state from step to step."""
        op = self.op
        for k, (name, made) in enumerate(
            zip(op.outer_untraced_sit_sot(self.names), op.inner_untraced_sit_sot_outs(self.step_outputs))
        ):
            is_array = isinstance(op.outer_untraced_sit_sot_outs(self.node.outputs)[k].type, TensorType)
            self.before.append(f"u{k} = np.array({name})" if is_array else f"u{k} = {name}")
            self.reads.append(f"u{k}")
            self.shifts.append(f"u{k} = {made}")
            self.results.append(f"u{k}")

    def _text(self) -> str:
        rows = ", ".join(self.rows)
        through = f"zip({', '.join(self.rows.values())})" if len(self.rows) > 1 else self.rows["i"]
        made = "".join(f"{name}, " for name in self.step_outputs)
        blanks = ", ".join(self.blanks + self.reads[len(self.blanks) :])
        lines = [f"def loop({', '.join(self.names)}):", "    n = done = number_of_steps(steps)"]
        lines += ["    " + line for line in self.before]
        if self.without_steps:
            lines += ["    if n == 0:", f"        {made}= step({blanks})"]
            lines += ["        " + line for line in self.without_steps]
        lines += [f"    for {rows} in {through}:", f"        {made}= step({', '.join(self.reads)})"]
        lines += ["        " + line for line in self.writes + self.shifts]
        if self.op.info.as_while:
            lines += [
                f"        if {self.step_outputs[-1]} != 0:",
                "            done = i + 1",
                "            break",
            ]
        lines += [f"    return {''.join(f'{result}, ' for result in self.results)}"]
        return "\n".join(lines) + "\n"


def _plus(name: str, offset: int) -> str:
    return f"{name} + {offset}" if offset else name


# ------------------------------------------------------------------- what the text of a loop calls


def _number_of_steps(steps: Any) -> int:
    """Return the number of steps, 0 or more."""
    n = int(steps)
    if n < 0:
        raise IndexError(f"Scan was asked to run for {n} steps; expected 0 or more.")
    return n


def _check_length(sequence: np.ndarray, n: int, position: int) -> None:
    """Refuse a sequence that is shorter than the loop."""
    if len(sequence) < n:
        raise ValueError(
            f"Sequence {position} of the scan has shape {sequence.shape}; expected {n} rows or more."
        )


def _blank(rows: np.ndarray) -> np.ndarray:
    """Return a row of zeros like those of `rows`, of which there may be none."""
    return np.zeros(rows.shape[1:], rows.dtype)


def _buffer(initial: np.ndarray, depth: int, n: int) -> np.ndarray:
    """Return a buffer like `initial` that holds its first `depth` rows."""
    if len(initial) <= depth:
        return np.array(initial)
    buffer = np.empty(initial.shape, initial.dtype)
    buffer[:depth] = initial[:depth]
    return buffer


def _places(depth: int, length: int, n: int) -> Iterable[int]:
    """Return the row of a buffer of `length` rows each of `n` steps writes, after `depth` initial rows."""
    if depth + n <= length:
        return range(depth, depth + n)
    first = depth % length
    return islice(cycle(chain(range(first, length), range(first))), n)


def _finished(buffer: np.ndarray, depth: int, done: int, n: int) -> np.ndarray:
    """Return the buffer after `done` of at most `n` steps: the oldest row first, no row that was not made.

    Rows beyond a full run are 0: a truncated gradient leaves them so.
    """
    used, length = depth + done, len(buffer)
    if used > length:
        return np.roll(buffer, -(used % length), axis=0) if used % length else buffer
    if used < length and done < n:
        return buffer[:used]
    buffer[used:] = 0
    return buffer


_HELPERS = {
    "number_of_steps": _number_of_steps,
    "check_length": _check_length,
    "blank": _blank,
    "buffer": _buffer,
    "places": _places,
    "finished": _finished,
}
