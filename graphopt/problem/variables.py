"""A decision: a variable of the graph, the values it may take, and how it is called in the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.problem.bounds import box
from graphopt.problem.kinds import choice_lists, element_kinds, whole_box


@dataclass(frozen=True, eq=False)
class Variable:
    """A decision variable and the values it may take.

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
    kind : str or array of str
        ``"real"``; ``"integer"``, whose bounds are rounded inwards; ``"binary"``, 0 or 1 within the bounds;
        or ``"choice"``, which `choices` implies. An array has one kind for each element.
    choices : sequence of float, or one such sequence or None per element, optional
        The only values that an element may take, those outside the bounds left out. Afterwards one sorted
        array or None per element, in C order.

    Raises
    ------
    InvalidType, InvalidValue, ShapeMismatch
        If the expression is not a float tensor, its shape cannot be known, the bounds do not make a box, or
        no integer or choice lies within them.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> Variable(pt.vector("x", shape=(2,)), lower=0, upper=[1, 2]).upper
    array([1., 2.])
    >>> Variable(pt.vector("n", shape=(2,)), lower=-0.5, upper=2.5, kind=["integer", "real"]).upper
    array([2. , 2.5])
    """

    expression: TensorVariable
    lower: Any = -np.inf
    upper: Any = np.inf
    name: str = ""
    unit: str | None = field(default=None, kw_only=True)
    scale: Any = field(default=None, kw_only=True)
    kind: Any = field(default="real", kw_only=True)
    choices: Any = field(default=None, kw_only=True)

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
        kinds, choices = element_kinds(self.kind, self.choices, shape, name), None
        lower, upper = whole_box(lower, upper, name, kinds)
        if self.choices is not None:
            choices = choice_lists(self.choices, lower, upper, name)
            low = [end if one is None else one[0] for one, end in zip(choices, lower.flat, strict=True)]
            high = [end if one is None else one[-1] for one, end in zip(choices, upper.flat, strict=True)]
            lower, upper = box(np.reshape(low, shape), np.reshape(high, shape), shape, name)
        kinds.flags.writeable = False
        kind = kinds.flat[0] if len(set(kinds.flat)) == 1 else kinds
        found = {"name": name, "lower": lower, "upper": upper, "scale": scale}
        for key, value in {**found, "kind": kind, "choices": choices}.items():
            object.__setattr__(self, key, value)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the variable."""
        return self.lower.shape

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.lower.size

    @property
    def whole(self) -> np.ndarray:
        """Which elements are whole numbers: those of the kinds integer and binary."""
        kinds = np.broadcast_to(np.asarray(self.kind, dtype=object), self.shape)
        return np.asarray((kinds == "integer") | (kinds == "binary"))

    @property
    def discrete(self) -> bool:
        """Whether an element takes certain values only."""
        return self.choices is not None or bool(self.whole.any())


@dataclass(frozen=True, eq=False)
class WorstCase(Variable):
    """The variable that bounds the objectives of all scenarios: no decision of the caller's, so that answers
    leave it out.
    """


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
