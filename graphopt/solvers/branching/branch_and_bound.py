"""Branch and bound over boxes of inputs: the best point of a box, and a proof of how good it is.

A. H. Land and A. G. Doig, "An automatic method of solving discrete programming problems", Econometrica 28
(1960); R. E. Moore, "On computing the range of a rational function of n variables over a bounded region",
Computing 16 (1976). Boxes are bounded many at a time by linear bounds of the program (H. Zhang et al.,
"Efficient neural network robustness certification with general activation functions", NeurIPS 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graphopt.errors import InvalidValue, ShapeMismatch
from graphopt.solvers.branching.search import Search
from graphopt.solvers.limits import Limits
from graphopt.solvers.proof import Proof
from graphopt.structure.program import Program


@dataclass(frozen=True, kw_only=True)
class BranchAndBound:
    """The choices of a search.

    Parameters
    ----------
    gap : float
        Stop when no point can be better than the one found by more than this, in units of the cost.
    max_seconds : float
        Stop after this time.
    max_nodes : int
        Stop after this many boxes.
    max_memory : int
        Stop when the open boxes need more bytes than this.
    batch : int
        How many boxes are bounded at once.
    """

    gap: float = 1e-6
    max_seconds: float = 60.0
    max_nodes: int = 10_000_000
    max_memory: int = 1 << 30
    batch: int = 512

    def __post_init__(self) -> None:
        for name in ("gap", "max_seconds", "max_nodes", "max_memory"):
            if not getattr(self, name) >= 0:
                raise InvalidValue(f"BranchAndBound: {name} is {getattr(self, name)!r}; expected 0 or more.")
        if not self.batch >= 2:
            raise InvalidValue(f"BranchAndBound: batch is {self.batch!r}; expected 2 or more.")


def branch_and_bound(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    options: BranchAndBound | None = None,
    integer: np.ndarray | None = None,
    limits: Sequence[tuple[np.ndarray, np.ndarray]] = (),
    incumbent: np.ndarray | None = None,
    threshold: float | None = None,
    progress: Callable[[Proof], None] | None = None,
) -> Proof:
    """Return the least cost of `program` over a box, as far as the limits of the search let it be proved.

    Parameters
    ----------
    program : Program
        ``outputs[0]``, of size 1, is the cost; the other outputs are constraints.
    lower, upper : array, (n,)
        The box, finite.
    options : BranchAndBound, optional
        When to stop.
    integer : array of bool, (n,), optional
        Which decisions take whole numbers only.
    limits : sequence of (lower, upper)
        For each constraint the bounds of its elements, infinite where there is none. A point counts only if
        it keeps them; see `graphopt.solvers.limits.Limits` for the tolerance.
    incumbent : array, (n,), optional
        A point known before.
    threshold : float, optional
        Stop as soon as it is known whether some cost lies below this.
    progress : callable, optional
        Called with a `Proof` of what is known so far, its `stopped` ``"running"``, after every batch.

    Returns
    -------
    Proof
        ``stopped`` is ``"gap"``, ``"infeasible"``, ``"threshold"`` (the question of `threshold` is decided),
        ``"time"``, ``"nodes"``, ``"memory"``, ``"interrupted"`` (Ctrl-C) or ``"failed"`` (boxes too small to
        be cut are not closed). The bound is right whatever it was.

    Raises
    ------
    InvalidValue, ShapeMismatch
        If the cost is not one number, the box is not finite or empty, or the limits do not fit.
    """
    options = BranchAndBound() if options is None else options
    box = _checked(program, lower, upper, integer)
    search = Search(
        program,
        *box,
        Limits.of(program, limits),
        gap=options.gap,
        threshold=threshold,
        progress=progress,
    )
    try:
        stopped = _run(search, options, incumbent)
    except KeyboardInterrupt:
        stopped = "interrupted"
    return search.proof(stopped)


def _run(search: Search, options: BranchAndBound, incumbent: np.ndarray | None) -> str:
    """Search until the question is settled or a limit comes first, and return why it stopped."""
    search.begin(incumbent)
    while True:
        stopped = search.decided()
        if stopped is not None:
            return stopped
        if search.nodes >= options.max_nodes:
            return "nodes"
        if search.seconds >= options.max_seconds:
            return "time"
        if search.frontier.bytes > options.max_memory:
            return "memory"
        search.advance(_count(search, options))


def _count(search: Search, options: BranchAndBound) -> int:
    """Return how many boxes to cut next: no more than the limits have room for, two new boxes each."""
    in_time = (options.max_seconds - search.seconds) * search.nodes / search.seconds
    return max(1, int(min(options.batch, options.max_nodes - search.nodes, in_time)) // 2)


def _checked(
    program: Program, lower: np.ndarray, upper: np.ndarray, integer: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the box with whole bounds for whole numbers, and the mask of these."""
    n = program.size
    if program.outputs[0].size != 1:
        raise ShapeMismatch(f"The cost has {program.outputs[0].size} elements; expected one number.")
    lower, upper = (np.array(side, dtype=np.float64) for side in (lower, upper))
    mask = np.zeros(n, dtype=bool) if integer is None else np.asarray(integer, dtype=bool)
    for name, array in (("lower", lower), ("upper", upper), ("integer", mask)):
        if array.shape != (n,):
            raise ShapeMismatch(f"{name} has shape {array.shape}; expected ({n},), one for each decision.")
    lower, upper = np.where(mask, np.ceil(lower), lower), np.where(mask, np.floor(upper), upper)
    for i in np.flatnonzero(~np.isfinite(lower) | ~np.isfinite(upper)):
        raise InvalidValue(
            f"Decision {i} may lie between {lower[i]:g} and {upper[i]:g}; expected finite bounds."
        )
    return lower, upper, mask
