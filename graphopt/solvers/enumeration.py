"""Every point of a finite box looked at: exact where decisions are whole numbers or choices."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphopt.errors import InvalidValue
from graphopt.solvers.limits import Limits
from graphopt.solvers.proof import Proof
from graphopt.structure.forms import Form, dense, times
from graphopt.structure.functions import FUNCTIONS
from graphopt.structure.program import Program

MAX_POINTS = 2**22
LARGEST_ARRAY = 1 << 16  # numbers of the widest group in one block: blocks stay in the cache
CLOSE = 1e-10  # relative distance from the best within which points are evaluated once more, by the program
KEPT = 1 << 14  # of them at most


def enumerate_points(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    integer: np.ndarray | None = None,
    choices: Mapping[int, np.ndarray] | None = None,
    limits: Sequence[tuple[Any, Any]] = (),
    max_points: int = MAX_POINTS,
    max_seconds: float = math.inf,
) -> Proof:
    """Return the best of all points of a box of whole numbers, choices and held decisions.

    Of points that cost the same the first counts, the last decision changing fastest and from its least value
    on. The part of every affine form that depends on the decisions is the sum of two entries of tables, one
    of the slow decisions and one of the fast ones; the rest is computed for blocks of points.

    Parameters
    ----------
    integer : bool array, (n,), optional
        Which decisions are whole numbers; the others have choices or equal bounds.
    choices : mapping from place to array, optional
        The sorted values of decisions that take one of a list.
    limits : sequence of (lower, upper)
        For each of ``program.outputs[1:]``; see `graphopt.solvers.limits.Limits`.
    max_points, max_seconds
        How many points are too many; when to stop.

    Raises
    ------
    InvalidValue
        If a decision may take any real number, or there are more than `max_points` points.
    """
    started = time.perf_counter()
    points = count_points(lower, upper, integer, choices)
    if not np.isfinite(points):
        place = int(np.flatnonzero(~np.isfinite(_counts(lower, upper, integer, choices)))[0])
        raise InvalidValue(
            f"Decision {place} may take any of infinitely many values between {lower[place]:g} and "
            f"{upper[place]:g}. Make it an integer with finite bounds or a choice, or use branch_and_bound."
        )
    if points > max_points:
        raise InvalidValue(
            f"The box has {points:.0f} points; enumeration looks at {max_points} at most. Use "
            "branch_and_bound, or raise max_points."
        )
    axes = _axes(lower, upper, integer, choices)
    best = _Best(limits=Limits.of(program, limits), started=started)
    stopped = "gap"
    if points:
        for start, outputs in _blocks(program, axes):
            best.look(start, outputs)
            if time.perf_counter() - started > max_seconds:
                stopped = "time"
                break
    x, value = best.chosen(program, axes)
    if stopped == "gap" and x is None:
        stopped = "failed" if best.undefined else "infeasible"
    bound = -np.inf if stopped in ("time", "failed") else value
    return Proof(
        x=x,
        value=value,
        lower_bound=bound,
        method="enumeration",
        stopped=stopped,
        nodes=best.seen,
        seconds=time.perf_counter() - started,
        history=(*best.history, (time.perf_counter() - started, bound, value)),
    )


def count_points(
    lower: np.ndarray,
    upper: np.ndarray,
    integer: np.ndarray | None = None,
    choices: Mapping[int, np.ndarray] | None = None,
) -> float:
    """Return how many points a box has; inf where a decision may be any real number."""
    counts = _counts(lower, upper, integer, choices)
    return 0.0 if (counts == 0).any() else math.prod(counts.tolist())


def _counts(
    lower: np.ndarray, upper: np.ndarray, integer: np.ndarray | None, choices: Mapping[int, np.ndarray] | None
) -> np.ndarray:
    """Return how many values each decision may take: (n,)."""
    lower, upper = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    whole = np.zeros(lower.size, dtype=bool) if integer is None else np.asarray(integer, dtype=bool)
    counts = np.where(whole, np.maximum(np.floor(upper) - np.ceil(lower) + 1.0, 0.0), np.inf)
    counts[~whole & (lower == upper)] = 1.0
    for place, values in (choices or {}).items():
        values = np.unique(values)
        counts[place] = np.count_nonzero((values >= lower[place]) & (values <= upper[place]))
    return counts


def _axes(
    lower: np.ndarray, upper: np.ndarray, integer: np.ndarray | None, choices: Mapping[int, np.ndarray] | None
) -> list[np.ndarray]:
    """Return the sorted values of each decision."""
    axes = []
    for place, (low, high) in enumerate(zip(lower, upper, strict=True)):
        if choices is not None and place in choices:
            values = np.unique(np.asarray(choices[place], dtype=np.float64))
            axes.append(values[(values >= low) & (values <= high)])
        elif integer is not None and integer[place]:
            axes.append(np.arange(math.ceil(low), math.floor(high) + 1, dtype=np.float64))
        else:
            axes.append(np.array([low], dtype=np.float64))
    return axes


@dataclass(eq=False)
class _Best:
    """The points found to cost least so far, all that are close to the best."""

    limits: Limits
    started: float
    value: float = np.inf
    seen: int = 0
    undefined: bool = False
    indices: list[np.ndarray] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)
    history: list[tuple[float, float, float]] = field(default_factory=list)

    def look(self, start: int, outputs: list[np.ndarray]) -> None:
        """Take in the outputs of the points from number `start` on."""
        cost = outputs[0][:, 0]
        self.seen += cost.size
        if len(self.limits):
            cost = np.where(self.limits.kept(np.concatenate(outputs[1:], axis=1)), cost, np.inf)
        least = cost.min()
        if np.isnan(least):
            self.undefined = True
            cost = np.where(np.isnan(cost), np.inf, cost)
            least = cost.min()
        if least < self.value:
            self.value = float(least)
            self.history.append((time.perf_counter() - self.started, -np.inf, self.value))
        if not least < np.inf or least > self._greatest:
            return
        close = np.flatnonzero(cost <= self._greatest)
        self.indices.append(start + close)
        self.values.append(cost[close])
        if sum(i.size for i in self.indices) > KEPT:
            self._compress()

    @property
    def _greatest(self) -> float:
        return self.value + CLOSE * max(1.0, abs(self.value)) if np.isfinite(self.value) else self.value

    def _compress(self) -> None:
        """Drop the points that are no longer close, and the last ones if there are too many."""
        indices, values = np.concatenate(self.indices), np.concatenate(self.values)
        close = values <= self._greatest
        self.indices, self.values = [indices[close][:KEPT]], [values[close][:KEPT]]

    def chosen(self, program: Program, axes: list[np.ndarray]) -> tuple[np.ndarray | None, float]:
        """Return the first of the best points and its cost, as the program computes them."""
        if not self.indices:
            return None, np.inf
        self._compress()
        places = np.unravel_index(np.sort(self.indices[0]), [axis.size for axis in axes])
        x = np.stack([axis[place] for axis, place in zip(axes, places, strict=True)], axis=1)
        with np.errstate(all="ignore"):
            outputs = program(x)
        cost = outputs[0][:, 0]
        if len(self.limits):
            cost = np.where(self.limits.kept(np.concatenate(outputs[1:], axis=1)), cost, np.inf)
        first = int(np.argmin(cost))
        return x[first], float(cost[first])


def _blocks(program: Program, axes: list[np.ndarray]) -> Iterator[tuple[int, list[np.ndarray]]]:
    """Yield (number of the first point, outputs) for blocks of all points, in order."""
    widest = max([g.size for g in program.groups] + [f.size for f in program.outputs])
    largest = max(1, LARGEST_ARRAY // widest)
    cut, inner = len(axes), 1
    while cut > 0 and inner * axes[cut - 1].size <= largest:
        cut -= 1
        inner *= axes[cut].size
    if cut == len(axes):  # one decision alone has more values than a block
        cut -= 1
        inner = axes[cut].size
    slow, fast = _Grid(axes[:cut], 0), _Grid(axes[cut:], cut)
    places = range(0, inner, largest)
    tables = [_Tables(program, fast, start, min(start + largest, inner)) for start in places]
    with np.errstate(all="ignore"):
        for begin in range(0, slow.size, largest):
            outer = _Tables(program, slow, begin, min(begin + largest, slow.size))
            for row in range(outer.rows):
                for start, table in zip(places, tables, strict=True):
                    yield (begin + row) * inner + start, table.outputs(outer, row)


@dataclass(eq=False)
class _Grid:
    """All combinations of the values of some neighbouring decisions, `first` being the place of the first."""

    axes: list[np.ndarray]
    first: int

    @property
    def size(self) -> int:
        """How many there are."""
        return math.prod(axis.size for axis in self.axes)

    def points(self, start: int, stop: int) -> np.ndarray:
        """Return those numbered from `start` to before `stop`, (stop - start, number of axes)."""
        numbers = np.arange(start, stop)
        found = np.empty((stop - start, len(self.axes)))
        for k in reversed(range(len(self.axes))):
            numbers, place = np.divmod(numbers, self.axes[k].size)
            found[:, k] = self.axes[k][place]
        return found


class _Tables:
    """What the decisions of some points of a grid add to each affine form of a program."""

    def __init__(self, program: Program, grid: _Grid, start: int, stop: int) -> None:
        self.program, self.rows = program, stop - start
        points = grid.points(start, stop)
        columns = slice(grid.first, grid.first + points.shape[1])
        forms = [*(a for group in program.groups for a in group.arguments), *program.outputs]
        self.entries = {
            id(form): points @ dense(form.terms[0])[:, columns].T for form in forms if 0 in form.terms
        }

    def outputs(self, outer: _Tables, row: int) -> list[np.ndarray]:
        """Return the outputs at the points of this table with those of `row` of the `outer` one."""
        values: list[np.ndarray] = [np.empty(0)]

        def total(form: Form) -> np.ndarray:
            if id(form) in self.entries:
                found = self.entries[id(form)] + (outer.entries[id(form)][row] + form.constant)
            else:
                found = np.repeat(form.constant[None], self.rows, axis=0)
            for group, matrix in form.terms.items():
                if group:
                    found += times(values[group], matrix.T)
            return found

        for group in self.program.groups[1:]:
            value = FUNCTIONS[group.function].value
            values.append(value(*(total(a) for a in group.arguments), group.parameter))
        return [total(form) for form in self.program.outputs]
