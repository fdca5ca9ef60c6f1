"""A plan made again at every step: the horizon moves on, and the last plan is where the next one starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from inspect import signature
from typing import Any

import numpy as np

from graphopt.api import maximize, minimize
from graphopt.errors import InvalidType, InvalidValue, unknown_name
from graphopt.problem.constraints import Constraint
from graphopt.solvers.solution import Solution

__all__ = ["RecedingHorizon"]

SENSES = {"minimize": minimize, "maximize": maximize}
MOVING = ("bounds", "constraints")


class RecedingHorizon:
    """The same question at every step, with new held inputs and a warm start.

    Parameters
    ----------
    what : Network or PyTensor expression
        As for `minimize`.
    sense : str
        ``"minimize"`` or ``"maximize"``.
    axis : int
        The time axis of the inputs that move.
    question
        Everything else that `minimize` takes, except ``fixed`` and ``x0``. ``bounds`` and ``constraints`` may
        be functions of the last answer (None at the first step): the rate from the value just applied.

    Nothing is compiled again as long as shapes, and the number of scenarios, stay as they are: held inputs,
    scenarios, limits and bounds are replaced. Weights are those of the moment. Functions as ``objective`` or
    within ``constraints`` are called once; constraints that a function of the last answer makes are known
    again if they are made by name, or over the same expressions.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> plan, level = pt.vector("plan", shape=(3,)), pt.scalar("level", dtype="float64")
    >>> cost = pt.sum((level + pt.cumsum(plan)) ** 2)
    >>> horizon = RecedingHorizon(cost, over={plan: (-1, 1)})
    >>> [float(horizon.step({level: value}).x[0].round(6)) for value in (2.5, 1.5, 0.5)]
    [-1.0, -1.0, -0.5]
    """

    def __init__(self, what: Any, sense: str = "minimize", *, axis: int = 0, **question: Any) -> None:
        if sense not in SENSES:
            raise unknown_name("sense", sense, SENSES)
        known = [name for name in signature(minimize).parameters if name not in ("what", "fixed", "x0")]
        for name in ("fixed", "x0"):
            if name in question:
                raise InvalidValue(f"RecedingHorizon: {name}= changes from step to step; give it to step().")
        for name in question:
            if name not in known:
                raise unknown_name("argument of RecedingHorizon", name, known)
        if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
            raise InvalidType(f"RecedingHorizon: axis came as {axis!r}; expected a whole number.")
        self.what, self.sense, self.axis = what, sense, axis
        self.question = {name: _called_once(value, name) for name, value in question.items()}
        self.last: Solution | None = None

    def step(self, fixed: Mapping[Any, Any] | None = None, *, shift: int = 1, x0: Any = None) -> Solution:
        """Return the plan from now on.

        Parameters
        ----------
        fixed : dict, optional
            The held inputs as they are now.
        shift : int
            How many steps have passed: the last plan moves forward by as many, its last step repeated.
        x0 : array or dict, optional
            A start in place of the last plan.
        """
        if isinstance(shift, bool) or not isinstance(shift, int | np.integer) or shift < 0:
            raise InvalidType(
                f"RecedingHorizon: shift came as {shift!r}; expected a whole number, 0 or more."
            )
        asked = {
            name: value(self.last) if name in MOVING and callable(value) else value
            for name, value in self.question.items()
        }
        start = self._shifted(shift) if x0 is None and self.last is not None else x0
        self.last = SENSES[self.sense](self.what, **asked, fixed=fixed, x0=start)
        return self.last

    def _shifted(self, shift: int) -> dict[str, np.ndarray]:
        """Return the last plan moved forward, inside its bounds."""
        assert self.last is not None
        found = {}
        for variable in self.last.problem.decisions:
            plan = self.last.x_named[variable.name]
            if plan.ndim > self.axis:
                steps = plan.shape[self.axis]
                plan = np.take(plan, np.minimum(np.arange(steps) + shift, steps - 1), axis=self.axis)
            found[variable.name] = np.clip(plan, variable.lower, variable.upper)
        return found


def _called_once(value: Any, name: str) -> Any:
    """Return what was asked under `name`, its functions of expressions giving the same expression again."""
    if name == "objective" and callable(value):
        return _remembering(value)
    if name != "constraints" or callable(value):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_called_once(one, name) for one in value]
    if isinstance(value, Constraint) and callable(value.expression):
        return replace(value, expression=_remembering(value.expression))
    return value


def _remembering(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return `function`, of an expression or a dict of them, with a memory of its last result."""
    last: dict[str, Any] = {}

    @wraps(function)
    def remembering(asked: Any) -> Any:
        parts = list(asked.values()) if isinstance(asked, Mapping) else [asked]
        known = last.get("parts", ())
        if len(known) != len(parts) or any(a is not b for a, b in zip(known, parts, strict=True)):
            last.update(parts=parts, result=function(asked))
        return last["result"]

    return remembering
