"""The answer: a SciPy result that claims only what was checked."""

from __future__ import annotations

import json
import sys
from enum import Enum
from functools import cache
from typing import Any

import numpy as np


class Status(Enum):
    """What is known about an answer; each value is a sentence."""

    PROVED_OPTIMAL = "Proved optimal: no point in the box is better by more than the gap."
    LOCAL_OPTIMUM = "Local optimum: verified inside the bounds, with no direction that improves it."
    FEASIBLE = "Feasible: verified inside the bounds; that it is a local optimum could not be verified."
    INFEASIBLE = "Infeasible: proved that no point satisfies all bounds and constraints."
    LIMIT_REACHED = "Limit reached: the best point so far, inside the bounds, not yet an optimum."
    FAILED = "Failed: no trustworthy answer was found."

    def __str__(self) -> str:
        return self.value


LIVE = ("problem", "guard")  # fields that stay in this process


class Solution(dict):
    """The answer to a problem, with attribute access to its fields; a ``scipy.optimize.OptimizeResult``.

    ``isinstance(answer, scipy.optimize.OptimizeResult)`` holds, but SciPy's optimisers are not imported for
    it.

    Attributes
    ----------
    x : array, (n,)
        The decisions as one flat vector, in the order of the variables; inside the bounds exactly.
    fun : float
        The objective at `x`, in the sense asked (for a maximisation, the maximum), evaluated by the
        certificate.
    success : bool
        Whether the certificate verified an optimum. Never the solver's word.
    status : Status
        What is known; `message` says it with the reasons.
    nit, nfev, njev : int
        Iterations, and evaluations of value and gradient, over all starts.
    jac : array, (n,)
        Gradient of the objective at `x`, in the sense asked.
    maxcv : float
        Largest breach of a bound; 0.0 inside the box.
    x_named : dict of str to array
        The decisions by name, in their shapes.
    value : float
        The same as `fun`.
    outputs : dict of str to array
        Outputs of the network, or the problem's own, at `x`.
    active_bounds : dict of str to array of str
        By name and element: ``""``, ``"lower"``, ``"upper"`` or ``"fixed"``.
    multipliers : dict of str to dict
        By name, ``"lower"`` and ``"upper"``: how much the objective would gain per unit by which the bound is
        moved outwards (zero or more; zero where the bound is not active).
    constraints : dict of str to dict
        By name, for each element ``"value"``, ``"lower"``, ``"upper"``, and where they were fitted
        ``"lower_price"`` and ``"upper_price"``: the gain per unit by which that limit is moved outwards. Also
        ``"scale"``, what breaches count relative to, where it is not the larger of 1 and the limit.
    kkt_residual : float
        Largest component of the projected gradient; under constraints, of the Lagrangian's. Per unit of a
        decision: 1, but where its box is very narrow or wide in that unit.
    feasible : bool
        Whether every bound holds exactly, and every constraint to 1e-6 of its scale.
    starts : list of dict
        One row per start: its x, value, label of the distinct optimum, status, iterations, evaluations,
        message.
    n_distinct : int
        How many distinct verified optima the starts ended at.
    optima : list of dict
        These optima, best first: ``"x_named"``, ``"fun"``, and how many ``"starts"`` ended there.
    certificate : Certificate
        What was checked.
    worst_case : dict
        For the worst of scenarios only: its ``"value"``, the number of the ``"case"``, and the ``"weights"``
        of all cases: how much of a change that is the same in one case the worst value would follow.
    route : str
        The method and why.
    seed, versions, seconds : int, dict, dict
        What is needed to repeat it, and where the time went.
    problem : Problem
        What was asked; not kept when the answer is saved.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(f"The answer has no field {name!r}; it has: {', '.join(self)}.") from error

    __setattr__ = dict.__setitem__
    __delattr__ = dict.__delitem__

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        module = sys.modules.get("scipy.optimize")
        result = getattr(module, "OptimizeResult", None)
        return Solution if result is None else _as_scipy_result(result)

    def __reduce__(self) -> tuple:
        return (Solution, ({name: value for name, value in self.items() if name not in LIVE},))

    def __dir__(self) -> list[str]:
        return sorted({*dir(type(self)), *self})

    def __str__(self) -> str:
        from graphopt.reports.text import text

        return text(self)

    __repr__ = __str__

    def to_frame(self) -> Any:
        """Return a pandas table with one row per scalar decision; needs the extra ``data``."""
        from graphopt.reports.frame import frame

        return frame(self)

    def plot(self, axes: Any = None) -> Any:
        """Return a matplotlib figure of inputs and starts; needs the extra ``plot``."""
        from graphopt.reports.plot import plot

        return plot(self, axes)

    def report(self, path: Any) -> Any:
        """Write a report to `path` (``.html`` or ``.md``) and return the path."""
        from graphopt.reports.document import write

        return write(self, path)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain Python values: no arrays, and None for numbers that are not finite."""
        return plain({name: value for name, value in self.items() if name not in LIVE})

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the answer as strict JSON (RFC 8259): no NaN, no Infinity."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)


@cache
def _as_scipy_result(result: type) -> type:
    """Return the class that `Solution` presents itself as once SciPy's result class is there to compare
    with.
    """
    return type(
        "Solution", (Solution, result), {"__doc__": Solution.__doc__, "__module__": Solution.__module__}
    )


def plain(value: Any) -> Any:
    """Return `value` made of dicts, lists, strings, finite numbers, booleans and None only."""
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
