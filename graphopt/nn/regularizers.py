"""Penalties on weights, under their Keras names: functions of one expression that return a scalar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytensor.tensor as pt

from graphopt.nn import choices

Regularizer = Callable[[pt.TensorVariable], pt.TensorVariable]


@dataclass(frozen=True)
class L1:
    """``l1 * sum(|w|)``."""

    l1: float = 0.01

    def __call__(self, w):
        return _scaled(self.l1, pt.sum(pt.abs(w)))


@dataclass(frozen=True)
class L2:
    """``l2 * sum(w^2)``."""

    l2: float = 0.01

    def __call__(self, w):
        return _scaled(self.l2, pt.sum(pt.sqr(w)))


@dataclass(frozen=True)
class L1L2:
    """``l1 * sum(|w|) + l2 * sum(w^2)``."""

    l1: float = 0.0
    l2: float = 0.0

    def __call__(self, w):
        return _scaled(self.l1, pt.sum(pt.abs(w))) + _scaled(self.l2, pt.sum(pt.sqr(w)))


def _scaled(factor, total):
    return pt.constant(factor, dtype=total.dtype) * total


TABLE = choices.name_table((L1, L2, L1L2), {"l1": L1, "l2": L2, "l1_l2": L1L2})
"""Every regulariser by its Keras names."""


def get(identifier: Any) -> Regularizer | None:
    """Return the regulariser called `identifier`; None stays None.

    Raises
    ------
    UnknownName
        If no regulariser has the name; the message gives the nearest one.
    """
    return None if identifier is None else choices.get(identifier, kind="regularizer", table=TABLE)


def saved(regularizer: Regularizer | None) -> str | dict[str, Any] | None:
    """Return the form of `regularizer` that a file keeps."""
    return choices.saved(regularizer, kind="regularizer", table=TABLE)
