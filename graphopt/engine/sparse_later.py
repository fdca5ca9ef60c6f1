"""PyTensor's sparse package imported when something sparse is used, not for every graph.

PyTensor asks of constants whether a sparse operation made them, and for that imports its sparse package and
SciPy's: a tenth of the time to a first answer. Until it is used for real, a stand-in answers that question.
"""

from __future__ import annotations

import importlib.util
import sys

from graphopt.stand_ins import StandIn

NAME = "pytensor.sparse"


class _NoSparseOperation:
    """What no operation is an instance of."""


def _sparse_operation() -> type | None:
    """Return what constants may be asked about while no sparse operation can have made them."""
    return None if f"{NAME}.basic" in sys.modules else _NoSparseOperation


def import_sparse_later() -> None:
    """Let the stand-in answer for `pytensor.sparse`, unless the package is there already."""
    spec = importlib.util.find_spec(NAME) if NAME not in sys.modules else None
    if spec is not None:
        sys.modules[NAME] = StandIn(spec, {"CSM": _sparse_operation})
