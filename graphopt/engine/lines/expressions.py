"""How an operation is said in NumPy: the record of it, and the table that knows it for each operation.

The rows of the table are in `elementwise`, `shapes`, `reductions`, `indexing`, `algebra` and `checks`.
An operation without a row is called as a function instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from pytensor.graph.basic import Apply


class Expression(NamedTuple):
    """A Python expression with what it needs around it.

    Attributes
    ----------
    text : str
        The expression, over the names of the arguments.
    before : tuple of str
        Lines that check the arguments; they run first.
    after : tuple of str
        Lines that complete the result, which they call ``{out}``.
    namespace : mapping
        The globals all these need, beside ``np``.
    inplace : str
        The statement that leaves the result in an operand instead, which it calls ``{out}``.
    candidates : tuple of int
        The operands that may be overwritten so.
    shares : tuple of int
        The operands whose memory the result may share; without any, the result is a new array.
    """

    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    namespace: Mapping[str, Any] = MappingProxyType({})
    inplace: str = ""
    candidates: tuple[int, ...] = ()
    shares: tuple[int, ...] = ()


@singledispatch
def expression_of(op: Any, node: Apply, args: tuple[str, ...]) -> Expression | None:
    """Return how `op` is written in NumPy over the names `args`, or None to have it called as a function."""
    return None


def as_dtype(text: str, produced: Any, wanted: Any) -> str:
    """Return `text`, cast when NumPy's result dtype is not the one PyTensor promised."""
    return text if np.dtype(produced) == np.dtype(wanted) else f"({text}).astype({np.dtype(wanted).name!r})"
