"""A decision: a variable of the graph, the box it may move in, and how it is called in the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.problem.bounds import box


@dataclass(frozen=True, eq=False)
class Variable:
    """A decision variable and its box.

    Parameters
    ----------
    expression : PyTensor variable
        A symbolic variable such as ``pt.vector("x", shape=(10,))``, or a shared variable, whose present value
        is then the default start. Unknown lengths are taken from array bounds.
    lower, upper : float or array
        Bounds, in the units of the input; arrays broadcast to its shape. Equal bounds hold an element fixed.
    name : str, optional
        Name in the answer; the name of `expression` if left out.
    unit : str, optional
        Unit, for reports.
    scale : float or array, optional
        Typical size of the variable. The solver works with the variable divided by it; bounds, starts and
        answers stay in the units of the input.

    Raises
    ------
    InvalidType, InvalidValue, ShapeMismatch
        If the expression is not a float tensor, its shape cannot be known, or the bounds do not make a box.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> Variable(pt.vector("x", shape=(2,)), lower=0, upper=[1, 2]).upper
    array([1., 2.])
    """

    expression: TensorVariable
    lower: Any = -np.inf
    upper: Any = np.inf
    name: str = ""
    unit: str | None = field(default=None, kw_only=True)
    scale: Any = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        expression = self.expression
        if not isinstance(expression, TensorVariable | SharedVariable) or isinstance(expression, Constant):
            raise InvalidType(
                f"A decision came as {type(expression).__name__} ({expression!r}); expected a "
                f"symbolic or shared "
                "PyTensor tensor such as pt.vector('x', shape=(10,))."
            )
        name = self.name or expression.name or "x"
        if not isinstance(name, str):
            raise InvalidType(f"The name of a decision came as {name!r}; expected a string.")
        if not str(getattr(expression.type, "dtype", "")).startswith("float"):
            raise InvalidType(
                f"Input {name!r} has type {expression.type}; expected a floating-point tensor, "
                f"because a gradient is needed."
            )
        shape = known_shape(expression, (self.lower, self.upper), name)
        lower, upper = box(self.lower, self.upper, shape, name)
        scale = None if self.scale is None else _scale(self.scale, shape, name)
        for key, value in {"name": name, "lower": lower, "upper": upper, "scale": scale}.items():
            object.__setattr__(self, key, value)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the variable."""
        return self.lower.shape

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.lower.size


def known_shape(expression: TensorVariable, arrays: tuple[Any, ...], name: str) -> tuple[int, ...]:
    """Return the shape of `expression`: a shared variable's value's, the static one, or that of one of
    `arrays`.
    """
    if isinstance(expression, SharedVariable):
        return expression.get_value(borrow=True).shape
    static = expression.type.shape
    if None not in static:
        return static
    for array in arrays:
        shape = np.shape(array)
        if len(shape) == len(static):
            if any(s is not None and s != n for s, n in zip(static, shape, strict=True)):
                raise ShapeMismatch(f"Input {name!r}: bounds of shape {shape} do not fit {expression.type}.")
            return shape
    raise InvalidValue(
        f"Input {name!r}: its shape {static} is not known. Declare it, as in pt.tensor({name!r}, "
        f"shape=(10,)), "
        "or give bounds or x0 as arrays of the right shape."
    )


def _scale(value: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return `value` as positive finite numbers of `shape`."""
    try:
        scale = np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), shape))
    except (TypeError, ValueError) as error:
        raise ShapeMismatch(f"Input {name!r}: scale {value!r} does not fit its shape {shape}.") from error
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise InvalidValue(f"Input {name!r}: scale {value!r} came; expected positive finite numbers.")
    scale.flags.writeable = False
    return scale
