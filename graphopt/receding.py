"""A plan made again at every step: the horizon moves on, and the last plan is where the next one starts."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import Any

import numpy as np

from graphopt.api import maximize, minimize
from graphopt.errors import InvalidType, InvalidValue, unknown_name
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

    Nothing is compiled again as long as shapes stay as they are; weights are those of the moment.

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
        self.what, self.sense, self.axis, self.question = what, sense, axis, question
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
