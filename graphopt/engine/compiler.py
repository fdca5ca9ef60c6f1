"""The one door through which a graph becomes a function."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.tensor.type import DenseTensorType

from graphopt.engine.constant_signatures import compare_constants_quickly
from graphopt.engine.graphs import FlatGraph, Updates, flatten
from graphopt.engine.kernels import scan_kernel  # noqa: F401  (it registers the compiled Scan)
from graphopt.engine.lines import inner_graphs, scan_loop  # noqa: F401  (they register Scan and OpFromGraph)
from graphopt.engine.lines.linker import StraightLine, native_funcify
from graphopt.engine.rewrites.simplify import rewrite
from graphopt.engine.sparse_later import import_sparse_later
from graphopt.engine.stretching import check_lengths, equal_lengths
from graphopt.engine.tiers import TIERS, Tiers
from graphopt.environment import collector_paused
from graphopt.errors import InvalidType, ShapeMismatch, unknown_name
from graphopt.short_exit import shorten_exit

import_sparse_later()
compare_constants_quickly()
shorten_exit()


def compile(
    inputs: Sequence[Variable],
    outputs: Variable | Sequence[Variable],
    *,
    updates: Updates | None = None,
    givens: Updates | None = None,
    tier: str = "auto",
    name: str | None = None,
    simplify: bool = True,
) -> Compiled:
    """Return the function of `inputs` that computes `outputs` and then sets shared variables to their
    `updates`.

    Parameters
    ----------
    inputs : sequence of variables
        The function's positional arguments.
    outputs : variable or sequence of variables
        What it returns: one array, or a list of arrays.
    updates : dict or pairs, optional
        ``{shared: expression}``: the new values, all computed from the old ones.
    givens : dict or pairs, optional
        ``{variable: replacement}`` applied to the graph first.
    tier : {"auto", "now", "fast"}
        "now" compiles nothing; "fast" prepares native code at once; "auto" does so once the work is worth it.
    name : str, optional
        What errors and reports call the function.
    simplify : bool
        Whether the graph is rewritten first. Without, it runs as it was written: slower to run, sooner ready,
        and independent of every rewrite, which is what a check wants.

    Raises
    ------
    InvalidType, InvalidValue
        If the graph is not complete or a new value does not fit; see `graphopt.engine.graphs.flatten`.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.dvector("x")
    >>> square = compile([x], (x**2).sum())
    >>> float(square([1.0, 2.0]))
    5.0
    """
    if tier not in TIERS:
        raise unknown_name("tier", tier, TIERS)
    single = isinstance(outputs, Variable)
    wanted = [outputs] if isinstance(outputs, Variable) else list(outputs)
    with collector_paused():
        flat = flatten(list(inputs), wanted, updates=updates, givens=givens)
        return Compiled(flat, single=single, tier=tier, name=name or "graph", simplify=simplify)


class Compiled:
    """A callable made from a graph; safe to call from several threads.

    Calls that update shared variables run one after the other.
    """

    def __init__(
        self,
        flat: FlatGraph,
        *,
        single: bool,
        tier: str,
        name: str,
        simplify: bool = True,
        equal: tuple | None = None,
    ) -> None:
        started = time.perf_counter()
        self._equal = equal_lengths(flat.fgraph) if equal is None else equal  # of axes, before rewrites
        if simplify:
            rewrite(flat.fgraph)
        self.flat, self.name, self.tier = flat, name, tier
        self.numpy = StraightLine(flat.fgraph, name=name)
        self.tiers = Tiers(flat, tier)
        self._lines = self.numpy
        self.calls = 0
        self._single = single
        self._types = [variable.type for variable in flat.inputs]
        self._read = [shared.container.storage for shared in flat.shared]
        self._written = [shared.container.storage for shared in flat.updated]
        position = {shared: i for i, shared in enumerate(flat.shared)}
        self._places = [position[shared] for shared in flat.updated]
        self._lock = threading.RLock()
        self._seconds = time.perf_counter() - started

    def __call__(self, *arguments: Any) -> Any:
        """Return the output for these arguments: one array, or a list when a list was asked for."""
        if len(arguments) != len(self._types):
            names = ", ".join(str(v) for v in self.flat.inputs) or "none"
            raise InvalidType(
                f"{self.name}: got {len(arguments)} arguments, expected {len(self._types)} ({names})."
            )
        values = [self._checked(i, a) for i, a in enumerate(arguments)]
        results = self.trusted(*values)
        return results[0] if self._single else results

    def trusted(self, *values: np.ndarray) -> list[np.ndarray]:
        """Return the list of outputs for arrays known to have the right types; nothing is checked."""
        self.calls += 1
        if not self._written:
            return self._once(values)
        with self._lock:
            return self._once(values)

    def _once(self, values: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Run the function once, in the form that is best by now."""
        states = [cell[0] for cell in self._read]
        try:
            results = self._results(values, states)
        except AssertionError:  # rewrites may have left no more of a mismatch than an assertion
            self._check_lengths(values, states)
            raise
        self._check_lengths(values, states)
        n = self.flat.n_outputs
        for cell, value in zip(self._written, results[n:]):
            cell[0] = value
        return results[:n]

    def _results(self, values: Sequence[np.ndarray], states: list) -> list:
        """Return outputs and new states."""
        results = self.tiers.call(values, states, self.calls)
        if results is not None:
            return results
        self._choose_lines(self.calls)
        with np.errstate(all="ignore"):
            return [_array(r) for r in self._lines(*values, *states)]

    def _check_lengths(self, values: Sequence[np.ndarray], states: list) -> None:
        """Refuse values that stretch an axis that must not be, where no operation is left that would."""
        if self._equal:
            check_lengths(self._equal, [*values, *states], self.flat.fgraph.inputs)

    def run_rows(
        self,
        arrays: list[np.ndarray],
        batch_size: int | None,
        order: np.ndarray,
        epochs: int,
        planned_steps: int | None = None,
    ) -> list:
        """Run over the rows of `arrays`; return each output stacked over the steps (see `Loop`)."""
        per_step = batch_size or 1
        whole = len(order) // per_step * per_step
        self.calls += epochs * -(-len(order) // per_step)
        with self._lock:
            runner = None
            if whole:
                shapes = [a.shape[1:] if batch_size is None else (batch_size, *a.shape[1:]) for a in arrays]
                shapes += [np.shape(cell[0]) for cell in self._read]
                steps = planned_steps or epochs * (whole // per_step)
                runner = self.tiers.runner(shapes, batch_size, steps=steps)
            if runner is None:
                self._choose_lines(planned_steps or epochs * -(-len(order) // per_step))
                return self._steps(rows(arrays, batch_size, order, epochs))
            pieces = []
            for _ in range(1 if whole == len(order) else epochs):
                several = epochs if whole == len(order) else 1
                pieces.append(self._kernel_steps(runner, arrays, batch_size, order[:whole], several))
                if whole < len(order):
                    pieces.append(self._steps(rows(arrays, batch_size, order[whole:], 1)))
        return [np.concatenate(column) for column in zip(*pieces)]

    def _choose_lines(self, steps: int) -> None:
        """Let the lines call compiled twins of single operations where `steps` runs are worth it."""
        if self._lines is self.numpy and self.tiers.wants_twins(steps):
            self._lines = StraightLine(self.flat.fgraph, name=self.name, funcify=native_funcify)

    def _kernel_steps(self, runner, arrays, batch_size, order, epochs) -> list[np.ndarray]:
        """Run whole batches in a kernel, or in NumPy where the kernel meets what it cannot do."""
        outcome = runner(arrays, [cell[0] for cell in self._read], order, epochs)
        batches = rows(arrays, batch_size, order, epochs)
        if outcome is None:
            return self._steps(batches)
        outputs, states, done = outcome
        for place, cell in zip(self._places, self._written):
            cell[0] = states[place]
        steps = epochs * (len(order) // (batch_size or 1))
        if done < steps:  # NumPy says what is wrong with the next step, or does it
            rest = self._steps(itertools.islice(batches, done, None))
            outputs = [np.concatenate(pair) for pair in zip(outputs, rest)]
        return outputs

    def _steps(self, batches: Iterable[Sequence[np.ndarray]]) -> list[np.ndarray]:
        """Run the straight-line function over `batches`, the shared variables carried along."""
        n = self.flat.n_outputs
        collected: list[list] = [[] for _ in range(n)]
        lines, places = self._lines, self._places
        run = lines.run
        values = [cell[0] for cell in self._read]
        with np.errstate(all="ignore"):
            try:
                for batch in batches:
                    results = run(*batch, *values)
                    for place, value in zip(places, results[n:]):
                        values[place] = value
                    for column, value in zip(collected, results):
                        column.append(value)
            except Exception as error:
                lines.explain(error)
                raise
            finally:
                for place, cell in zip(places, self._written):
                    cell[0] = _array(values[place])
        empty = [
            np.empty((0, *(m or 0 for m in o.type.shape)), o.type.dtype) for o in self.flat.fgraph.outputs[:n]
        ]
        return [np.stack(column) if column else e for column, e in zip(collected, empty)]

    def _checked(self, position: int, argument: Any) -> Any:
        """Return `argument` as the type of the input, or say what came and what was expected."""
        kind = self._types[position]
        if not isinstance(kind, DenseTensorType):
            return kind.filter(argument)
        same = type(argument) is np.ndarray and argument.dtype == kind.numpy_dtype
        if (
            same
            and argument.ndim == kind.ndim
            and all(wanted in (None, got) for got, wanted in zip(argument.shape, kind.shape))
        ):
            return argument
        try:
            array = np.asarray(argument)
            if array.dtype != kind.numpy_dtype and not np.can_cast(
                array.dtype, kind.numpy_dtype, "same_kind"
            ):
                raise TypeError(f"{array.dtype} is not cast to {kind.dtype} silently.")
            return kind.filter(array.astype(kind.numpy_dtype, copy=False))
        except (TypeError, ValueError) as error:
            variable = self.flat.inputs[position]
            got = f"shape {np.shape(argument)}, dtype {getattr(argument, 'dtype', type(argument).__name__)}"
            wrong = ShapeMismatch if "shape" in str(error) or "dimensions" in str(error) else InvalidType
            raise wrong(
                f"{self.name}: input {position} ({variable}) came with {got}; expected {kind}. {error}"
            ) from error

    def report(self) -> dict[str, Any]:
        """Return what was done: the tier in use, nodes in the graph, calls, seconds spent preparing."""
        return {
            "name": self.name,
            "tier": self.tier,
            "runs_as": self.tiers.used,
            "nodes": len(self.flat.fgraph.apply_nodes),
            "calls": self.calls,
            "seconds_to_prepare": self._seconds + self.tiers.seconds,
            "notes": list(self.tiers.notes),
        }


def rows(arrays: Sequence[np.ndarray], batch_size: int | None, order: np.ndarray, epochs: int):
    """Yield the inputs of each step: rows of `arrays` in `order`, singly or in batches, `epochs` times."""
    straight = np.array_equal(order, np.arange(len(order)))
    for _ in range(epochs):
        if batch_size is None:
            yield from zip(*(a[: len(order)] if straight else a[order] for a in arrays))
            continue
        for start in range(0, len(order), batch_size):
            part = slice(start, min(start + batch_size, len(order)))
            yield [a[part] if straight else a[order[part]] for a in arrays]


def _array(value: Any) -> Any:
    """Return a NumPy scalar as the 0-d array it stands for; anything else as it is."""
    return np.asarray(value) if isinstance(value, np.generic) else value
