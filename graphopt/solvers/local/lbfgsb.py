"""L-BFGS-B: limited-memory quasi-Newton steps in a box.

Byrd, Lu, Nocedal and Zhu, "A limited memory algorithm for bound constrained optimization", SIAM J. Sci.
Comput. 16 (1995), in SciPy's implementation, driven point by point.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue
from graphopt.solvers.local import setulb as _core
from graphopt.solvers.local.solver import Run, Steps

FLOAT = np.dtype(np.float64)
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class LBFGSB:
    """The choices of an L-BFGS-B run.

    Parameters
    ----------
    gradient_tolerance : float
        Stop when no component of the projected gradient is larger.
    function_tolerance : float
        Stop when an iteration lowers the cost by less than this, relative to ``max(|f|, |f_new|, 1)``.
    max_iterations, max_evaluations : int
        Limits; the current iteration is finished first.
    memory : int
        How many past steps shape the next one.
    line_search_steps : int
        How many points one line search may try.

    Examples
    --------
    >>> LBFGSB(gradient_tolerance=1e-6).memory
    10
    """

    gradient_tolerance: float = 1e-8
    function_tolerance: float = 10 * EPSILON
    max_iterations: int = 15_000
    max_evaluations: int = 15_000
    memory: int = 10
    line_search_steps: int = 20

    def __post_init__(self) -> None:
        for name in ("gradient_tolerance", "function_tolerance"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float | np.number):
                raise InvalidType(f"LBFGSB: {name} came as {value!r}; expected a number.")
            if not 0 <= value < np.inf:
                raise InvalidValue(f"LBFGSB: {name} is {value}; expected a finite number, 0 or more.")
        for name in ("max_iterations", "max_evaluations", "memory", "line_search_steps"):
            whole(getattr(self, name), f"LBFGSB: {name}")

    def steps(self, x0: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Steps:
        """Return the generator of points to evaluate, each inside ``[lower, upper]`` exactly.

        A yielded array is the solver's own: read it before the next ``send`` and do not change it.
        """
        setulb = _core.core()
        x = np.minimum(np.maximum(np.array(x0, dtype=np.float64), lower), upper)
        if setulb is None:
            return _steps_of_scipy(self, x, lower, upper)
        return _steps(self, setulb, x, lower, upper)

    def describe(self) -> dict[str, Any]:
        """Return the choices, with the name of the solver."""
        return {"solver": type(self).__name__, **asdict(self)}


def whole(value: Any, name: str, least: int = 1) -> int:
    """Return `value` if it is a whole number of at least `least`, or raise for `name`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InvalidType(f"{name} came as {value!r}; expected a whole number.")
    if value < least:
        raise InvalidValue(f"{name} is {value}; expected at least {least}.")
    return int(value)


def _steps(options: LBFGSB, setulb: Any, x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Steps:
    """Drive SciPy's core; see `LBFGSB.steps`."""
    m = options.memory
    factor = options.function_tolerance / EPSILON
    low, high, codes = _core.bound_codes(lower, upper)
    work = _core.Workspace(x.size, m)
    task = work.task
    arguments = (
        factor,
        options.gradient_tolerance,
        work.wa,
        work.iwa,
        task,
        work.lsave,
        work.isave,
        work.dsave,
        options.line_search_steps,
        work.ln_task,
    )
    f, g = 0.0, np.zeros(x.size)
    best_x, best_f, best_g = x.copy(), np.inf, g  # the last point an iteration ended at
    iterations = evaluations = nonfinite = 0

    def run(stopped: str, message: str) -> Run:
        return Run(best_x, best_f, best_g, stopped, message, iterations, evaluations, nonfinite)

    while True:
        setulb(m, x, low, high, codes, f, g, *arguments)
        request = task[0]
        if request == _core.FG:
            np.maximum(x, lower, out=x)  # the core may overshoot a bound by a rounding error
            np.minimum(x, upper, out=x)
            f, g = yield x
            evaluations += 1
            with np.errstate(all="ignore"):
                square = g.dot(g)
            if not (isfinite(f) and isfinite(square)):  # it may overflow where g is finite: look closer
                if f == -np.inf:
                    best_x, best_f, best_g = x.copy(), f, g
                    return run("failed", "the objective is infinitely good here: it has no optimum")
                if not np.isfinite(f) or not np.isfinite(g).all():
                    nonfinite += 1
                    if evaluations == 1:
                        best_f, best_g = f, g
                        return run(
                            "failed", f"the objective or its gradient is not finite at the start (value {f})"
                        )
                    f, g = _repelled(x, best_x, best_f, best_g)
            if g is x or g.base is x or g.dtype != FLOAT or not g.flags.c_contiguous:
                g = np.array(g, dtype=np.float64)
            if evaluations == 1:
                best_f, best_g = f, g.copy()
        elif request == _core.NEW_X:
            iterations += 1
            np.copyto(best_x, x)
            np.copyto(best_g, g)
            best_f = f
            if iterations >= options.max_iterations:
                return run("limit", f"the limit of {options.max_iterations} iterations was reached")
            if evaluations > options.max_evaluations:
                return run("limit", f"the limit of {options.max_evaluations} evaluations was reached")
        elif request == _core.CONVERGENCE:
            np.copyto(best_x, x)
            best_f, best_g = f, g
            return run("converged", _core.MESSAGES.get(int(task[1]), "converged"))
        else:
            reason = _core.MESSAGES.get(int(task[1]), "no better point was found along the search direction")
            return run("failed", f"the line search failed: {reason}")


def _repelled(x: np.ndarray, x_ref: np.ndarray, f_ref: float, g_ref: np.ndarray) -> tuple[float, np.ndarray]:
    """Return a value and gradient for a point where there is none, such that the line search turns back.

    Along the step the value is as much above ``f_ref`` as the slope promised it would be below, and the slope
    is reversed: the next trial point of the interpolation is at about a fifth of the step.
    """
    with np.errstate(over="ignore"):
        promised = abs(float(g_ref.dot(x - x_ref)))
    return f_ref + (promised if np.isfinite(promised) and promised > 0 else 1.0 + abs(f_ref)), -g_ref


def _steps_of_scipy(options: LBFGSB, x0: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Steps:
    """Drive ``scipy.optimize.minimize`` in a thread of its own, handing its questions out one by one."""
    questions: list[Any] = [None]
    answers: list[Any] = [None]
    asked, answered = threading.Semaphore(0), threading.Semaphore(0)
    counts = {"evaluations": 0, "nonfinite": 0}
    abandoned = threading.Event()

    def cost(x: np.ndarray) -> tuple[float, np.ndarray]:
        questions[0] = np.minimum(np.maximum(x, lower), upper)
        asked.release()
        answered.acquire()
        if abandoned.is_set():
            raise _Abandoned
        return answers[0]

    def work() -> None:
        from scipy.optimize import Bounds, minimize

        try:
            questions[0] = minimize(
                cost,
                x0,
                jac=True,
                method="L-BFGS-B",
                bounds=Bounds(lower, upper),
                options={
                    "maxcor": options.memory,
                    "ftol": options.function_tolerance,
                    "gtol": options.gradient_tolerance,
                    "maxfun": options.max_evaluations,
                    "maxiter": options.max_iterations,
                    "maxls": options.line_search_steps,
                },
            )
        except _Abandoned:
            return
        except Exception as error:  # handed to the thread that asks
            questions[0] = error
        asked.release()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            asked.acquire()
            question = questions[0]
            if isinstance(question, Exception):
                raise question
            if not isinstance(question, np.ndarray):
                break
            f, g = yield question
            counts["evaluations"] += 1
            counts["nonfinite"] += not (np.isfinite(f) and np.isfinite(g).all())
            answers[0] = (float(f), np.array(g, dtype=np.float64))
            answered.release()
    finally:
        abandoned.set()
        answered.release()
    result = question
    x = np.minimum(np.maximum(result.x, lower), upper)
    finite = np.isfinite(result.fun) and np.isfinite(result.jac).all()
    stopped = "failed" if not finite else {0: "converged", 1: "limit"}.get(int(result.status), "failed")
    return Run(
        x, float(result.fun), np.asarray(result.jac), stopped, str(result.message), int(result.nit), **counts
    )


class _Abandoned(Exception):
    """The run is no longer wanted."""
