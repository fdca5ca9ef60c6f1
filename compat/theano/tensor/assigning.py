"""Arrays with some elements set or increased: `set_subtensor` and `inc_subtensor`."""

from __future__ import annotations

from typing import Any

import pytensor.tensor.subtensor as pts
from pytensor.graph.basic import Variable

from ...adopt import adopt
from .constants import as_tensor_variable
from .shaping import addbroadcast


def set_subtensor(x: Any, y: Any, inplace: bool = False, tolerate_inplace_aliasing: bool = False) -> Variable:
    """Return the tensor that `x`, the result of indexing, was taken from, with that part replaced by `y`."""
    return inc_subtensor(x, y, inplace, True, tolerate_inplace_aliasing)


def inc_subtensor(
    x: Any,
    y: Any,
    inplace: bool = False,
    set_instead_of_inc: bool = False,
    tolerate_inplace_aliasing: bool = False,
) -> Variable:
    """Return the tensor that `x`, the result of indexing, was taken from, with `y` added to that part.

    Raises
    ------
    TypeError
        If `x` does not come from indexing, or `y` has more dimensions or a wider dtype than it.
    """
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if y.ndim > x.ndim:
        raise TypeError(
            f"Trying to increment a {x.ndim}-dimensional subtensor with a {y.ndim}-dimensional value."
        )
    offset = x.ndim - y.ndim
    ones = [i for i in range(y.ndim) if x.broadcastable[i + offset] and not y.broadcastable[i]]
    if ones:  # it must have length 1 there when the function runs
        y = addbroadcast(y, *ones)
    if x.owner is None:
        raise TypeError("x must be the result of a subtensor operation")
    taken = _through_dimshuffles(x, y, set_instead_of_inc)
    if taken is not None:
        return taken
    if set_instead_of_inc:
        return adopt(pts.set_subtensor(x, y))
    return adopt(pts.inc_subtensor(x, y))


def _through_dimshuffles(x: Variable, y: Variable, setting: bool) -> Variable | None:
    """Return the increment of what a Rebroadcast of this package was put around, or None."""
    from .shaping import Rebroadcast

    if isinstance(x.owner.op, Rebroadcast):
        return inc_subtensor(x.owner.inputs[0], y, set_instead_of_inc=setting)
    return None
