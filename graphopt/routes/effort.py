"""How far a proof should go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphopt.errors import InvalidValue


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How far a proof should go.

    Parameters
    ----------
    gap : float
        The gap that counts as closed, in units of the objective.
    max_seconds : float
        When to stop before that.
    """

    gap: float = 1e-6
    max_seconds: float = 60.0

    def __post_init__(self) -> None:
        for name in ("gap", "max_seconds"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not value >= 0:
                raise InvalidValue(f"{name} came as {value!r}; expected a number, 0 or more.")
