"""HiGHS through highspy, for what SciPy's door to it lacks: a start, a bound whenever it stops, an interrupt.

Q. Huangfu and J. A. J. Hall, "Parallelizing the dual revised simplex method", Mathematical Programming
Computation 10 (2018); https://highs.dev.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from graphopt.errors import missing_extra
from graphopt.solvers.linear.model import LinearModel

POLL = 0.05  # seconds between two looks at a search that runs
LEAST_GAP = 1e-6  # HiGHS's own


class HighsRun(NamedTuple):
    """What a search found, in the units of its model and without the model's constant.

    Attributes
    ----------
    status : str
        ``"optimal"``, ``"infeasible"``, ``"unbounded"``, ``"time"``, ``"interrupted"`` or ``"failed"``.
    x : array, (n,), or None
        As HiGHS gave it.
    bound : float
        As HiGHS gave it: its tolerances are not taken off.
    nodes : int
        Of its search tree.
    """

    status: str
    x: np.ndarray | None
    bound: float
    nodes: int


def installed() -> bool:
    """Return whether highspy can be imported."""
    return importlib.util.find_spec("highspy") is not None


def search(
    model: LinearModel,
    integer: np.ndarray,
    *,
    max_seconds: float,
    relative_gap: float = 0.0,
    gap: float = LEAST_GAP,
    start: np.ndarray | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> HighsRun:
    """Return the best point of `model` with whole numbers where `integer`, by branch and cut.

    Parameters
    ----------
    start : array, (n,), optional
        A point known before.
    progress : callable, optional
        Called every moment with the bound so far and the number of nodes. What it raises stops the search:
        KeyboardInterrupt, which Ctrl-C raises too, makes the status ``"interrupted"``.

    Raises
    ------
    MissingExtra
        Without highspy.
    """
    try:
        import highspy
    except ImportError as error:
        raise missing_extra("highspy", "milp") from error

    highs = highspy.Highs()
    options = {
        "output_flag": False,
        "threads": 1,
        "time_limit": max(max_seconds, 0.01),
        "mip_rel_gap": relative_gap,
        "mip_abs_gap": max(gap, LEAST_GAP),
    }
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(_as_highs(highspy, model, integer))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = np.asarray(start, dtype=np.float64)
        highs.setSolution(solution)
    interrupted = _run(highspy, highs, progress)
    kinds = highspy.HighsModelStatus
    statuses = {
        kinds.kOptimal: "optimal",
        kinds.kInfeasible: "infeasible",
        kinds.kUnbounded: "unbounded",
        kinds.kTimeLimit: "time",
        kinds.kInterrupt: "interrupted",
    }
    status = "interrupted" if interrupted else statuses.get(highs.getModelStatus(), "failed")
    info = highs.getInfo()
    feasible = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    x = np.array(highs.getSolution().col_value) if feasible else None
    return HighsRun(status, x, float(info.mip_dual_bound), max(int(info.mip_node_count), 0))


def _as_highs(highspy: Any, model: LinearModel, integer: np.ndarray) -> Any:
    """Return `model` as HiGHS takes it."""
    lp, matrix = highspy.HighsLp(), model.matrix.tocsc()
    lp.num_col_, lp.num_row_ = model.cost.size, model.row_lower.size
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    kinds = highspy.HighsVarType
    lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in integer]
    return lp


def _run(highspy: Any, highs: Any, progress: Callable[[float, int], None] | None) -> bool:
    """Let HiGHS run in a thread of its own, watched from this one, and return whether it was interrupted.

    An exception must not pass through HiGHS: Ctrl-C reaches this thread, which asks HiGHS to stop.
    """
    stop, done, known = threading.Event(), threading.Event(), [-np.inf, 0]
    kinds = highspy.cb.HighsCallbackType

    def look(kind: Any, message: str, told: Any, answer: Any, data: Any) -> None:
        if kind == kinds.kCallbackMipInterrupt:
            known[:] = told.mip_dual_bound, told.mip_node_count
        if stop.is_set():
            answer.user_interrupt = True

    def work() -> None:
        try:
            highs.run()
        finally:
            done.set()

    highs.setCallback(look, None)
    for kind in (kinds.kCallbackMipInterrupt, kinds.kCallbackSimplexInterrupt):
        highs.startCallback(kind)
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    interrupted = False
    try:
        while not done.wait(POLL):
            if progress is not None:
                progress(float(known[0]), int(known[1]))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        stop.set()
        done.wait()
        thread.join()
    return interrupted
