"""SciPy's compiled L-BFGS-B iteration by itself, found without importing the rest of scipy.optimize.

The core asks for values instead of calling a function ("reverse communication"). It is private to SciPy, so
it is tried on a problem with a known answer before it is trusted; where it is missing or has changed, `core`
returns None and SciPy's public ``minimize`` does the work. Importing it alone also saves the quarter second
scipy.optimize takes.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from types import ModuleType

import numpy as np

SIGNATURE = "setulb(m,x,l,u,nbd,f,g,factr,pgtol,wa,iwa,task,lsave,isave,dsave,maxls,ln_task)"
NEW_X, FG, CONVERGENCE, STOP, WARNING, ERROR, ABNORMAL = 1, 3, 4, 5, 6, 7, 8
MESSAGES = {
    401: "the projected gradient is below its tolerance",
    402: "the objective no longer decreases by more than its tolerance",
    601: "rounding errors prevent progress",
    602: "the line search took its longest step",
    603: "the line search took its shortest step",
    604: "the line search interval shrank to nothing",
}


@cache
def core() -> Callable[..., None] | None:
    """Return SciPy's ``setulb`` if it is the one this package knows and it solves a problem with a known
    answer.
    """
    try:
        module = sys.modules.get("scipy.optimize._lbfgsb") or _load_alone() or _load_with_scipy()
        setulb = getattr(module, "setulb", None)
        if setulb is None or (setulb.__doc__ or "").strip().splitlines()[0].replace(" ", "") != SIGNATURE:
            return None
        return setulb if _solves_a_parabola(setulb) else None
    except Exception:  # a private function may fail in any way; the public one is then used
        return None


class Workspace:
    """The arrays ``setulb`` keeps its state in, for `n` variables and `m` remembered steps."""

    def __init__(self, n: int, m: int) -> None:
        self.wa = np.zeros(2 * m * n + 5 * n + 11 * m * m + 8 * m)
        self.iwa = np.zeros(3 * n, dtype=np.int32)
        self.task = np.zeros(2, dtype=np.int32)
        self.lsave = np.zeros(4, dtype=np.int32)
        self.isave = np.zeros(44, dtype=np.int32)
        self.dsave = np.zeros(29)
        self.ln_task = np.zeros(2, dtype=np.int32)


def bound_codes(lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(l, u, nbd)`` as setulb takes them; nbd: 0 free, 1 lower only, 2 both, 3 upper only."""
    below, above = lower > -np.inf, upper < np.inf
    if below.all() and above.all():
        return lower, upper, np.full(lower.size, 2, dtype=np.int32)
    codes = np.array([0, 1, 3, 2], dtype=np.int32)[below + 2 * above]
    return np.where(below, lower, 0.0), np.where(above, upper, 0.0), codes


def _load_alone() -> ModuleType | None:
    """Return the extension module loaded from its file, without running ``scipy/optimize/__init__.py``."""
    spec = importlib.util.find_spec("scipy")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for suffix in EXTENSION_SUFFIXES:
            path = os.path.join(folder, "optimize", "_lbfgsb" + suffix)
            if os.path.exists(path):
                found = importlib.util.spec_from_file_location("graphopt.solvers._lbfgsb", path)
                if found is None or found.loader is None:
                    return None
                module = importlib.util.module_from_spec(found)
                try:
                    found.loader.exec_module(module)
                except ImportError:
                    return None
                return module
    return None


def _load_with_scipy() -> ModuleType | None:
    """Return the extension module imported the ordinary way."""
    try:
        return importlib.import_module("scipy.optimize._lbfgsb")
    except ImportError:
        return None


def _solves_a_parabola(setulb: Callable[..., None]) -> bool:
    """Return whether setulb finds (1, 0.5), the minimum of (a - 2)^2 + (b - 0.5)^2 over the unit square."""
    target, lower, upper = np.array([2.0, 0.5]), np.zeros(2), np.ones(2)
    x, f, g = np.full(2, 0.25), 0.0, np.zeros(2)
    low, high, codes = bound_codes(lower, upper)
    work = Workspace(2, 3)
    for _ in range(50):
        setulb(
            3,
            x,
            low,
            high,
            codes,
            f,
            g,
            0.0,
            1e-10,
            work.wa,
            work.iwa,
            work.task,
            work.lsave,
            work.isave,
            work.dsave,
            20,
            work.ln_task,
        )
        if work.task[0] == FG:
            f, g = float(np.sum((x - target) ** 2)), 2 * (x - target)
        elif work.task[0] != NEW_X:
            break
    return work.task[0] == CONVERGENCE and bool(np.allclose(x, [1.0, 0.5], rtol=0, atol=1e-9))
