"""Gradients that are no numbers: nobody has written them, or there are none."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Variable
from pytensor.graph.null_type import NullType


def _null(op: Any, x_pos: int, x: Any, what: str, comment: str) -> Variable:
    return NullType(
        f"This variable is Null because the grad method for input {x_pos} ({x}) of the {op} op is {what}. "
        f"{comment}"
    )()


def grad_not_implemented(op: Any, x_pos: int, x: Any, comment: str = "") -> Variable:
    """Return the gradient that says: nobody has written it yet. Using it is an error."""
    return _null(op, x_pos, x, "not implemented", comment)


def grad_undefined(op: Any, x_pos: int, x: Any, comment: str = "") -> Variable:
    """Return the gradient that says: there is none. Using it is an error."""
    return _null(op, x_pos, x, "mathematically undefined", comment)
