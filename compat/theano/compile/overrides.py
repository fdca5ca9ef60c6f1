"""What an override of the L or R operator of an `OpFromGraph` gives: for each way in which one is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytensor.compile.builders import OpFromGraph as PyTensorOpFromGraph
from pytensor.graph.basic import Variable
from pytensor.graph.null_type import NullType

from ..gof.op import Op


def lop_override(how: Any, arguments: list[list], inputs: list) -> Any:
    """Return the gradients with respect to `inputs` that `how` gives; one by itself, several in a list.

    Parameters
    ----------
    how : OpFromGraph, callable, variable or None
        None means zeros; a variable says by its type that there is no gradient.
    arguments : list of lists of variables
        What it is called with: a callable takes the lists, an Op the variables in them.
    """
    from ..gradient import DisconnectedType

    def zeros() -> list:
        return [i.zeros_like() if hasattr(i, "zeros_like") else DisconnectedType()() for i in inputs]

    expected = (
        "lop_override should be either of an OpFromGraph, a callable or a Variable of DisconnectedType or "
    )
    return _overridden(how, arguments, zeros, f"{expected}NullType; got a variable of type")


def rop_override(how: Any, arguments: list[list], types: list) -> Any:
    """Return how outputs of these `types` move as `how` says; see `lop_override`."""

    def zeros() -> list:
        from ..tensor.basic import constant

        return [constant(0, dtype=t.dtype).dimshuffle(*["x"] * t.ndim) for t in types]

    refusal = "rop_overrides: a variable must be of DisconnectedType or NullType; got"
    return _overridden(how, arguments, zeros, refusal)


def _overridden(how: Any, arguments: list[list], zeros: Callable[[], list], refusal: str) -> Any:
    from ..gradient import DisconnectedType

    if how is None:
        found = zeros()
        return found if len(found) != 1 else found[0]
    if isinstance(how, Variable):
        if isinstance(how.type, DisconnectedType | NullType):
            return how
        raise ValueError(f"{refusal} {how.type}")
    if isinstance(how, Op) or isinstance(how, PyTensorOpFromGraph):
        return how(*[v for part in arguments for v in part])
    if callable(how):
        return how(*arguments)
    raise TypeError(
        f"An override must be an OpFromGraph, a callable, a Variable, None or 'default'; got {type(how)}"
    )
