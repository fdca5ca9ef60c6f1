"""Constraints: limits on expressions of the graph, or on inputs and outputs by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import ref

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, unknown_name
from graphopt.problem.bounds import first_index, index_text
from graphopt.problem.units import limit_sizes

HOW_TO_WRITE = "Write it with leq, geq, eq or between, or by name with limit, rate, budget, hold or terminal."
COMPARISONS = {"LE": "leq", "LT": "leq", "GE": "geq", "GT": "geq", "EQ": "eq"}


@dataclass(frozen=True, eq=False)
class Constraint:
    """``lower <= expression <= upper``, element by element; an equality where the limits are equal.

    Parameters
    ----------
    expression : PyTensor expression, str or callable
        An expression of any shape and a float type; the name of an input or output; or a function that takes
        the inputs and outputs of the problem as a dict by name and returns an expression.
    lower, upper : float or array
        Limits, in the units of the expression; arrays broadcast to its shape.
    name : str, optional
        What reports call it.
    scale : float or array, optional
        Typical size of the expression; a breach counts relative to it. Left out, it follows from the limit
        and from the expression's values in the box: see `graphopt.problem.units.row_scales`.

    Raises
    ------
    InvalidType, InvalidValue, ShapeMismatch
        If the expression is none of these, a limit is not a number, or no value lies between the limits.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x", shape=(2,))
    >>> Constraint(pt.sum(x), upper=1.5, name="total").upper
    array(1.5)
    """

    expression: Any
    lower: Any = -np.inf
    upper: Any = np.inf
    name: str = ""
    scale: Any = field(default=None, kw_only=True)
    recipe: tuple | None = field(default=None, kw_only=True, repr=False)
    """How `resolved` made which expression (a reference) from a named input or output."""

    def __post_init__(self) -> None:
        expression = self.expression
        if not isinstance(self.name, str):
            raise InvalidType(f"The name of a constraint came as {self.name!r}; expected a string.")
        if isinstance(expression, TensorVariable):
            _check_expression(expression, self.name)
            name = self.name or expression.name or ""
        elif isinstance(expression, str):
            name = self.name or f"limit of {expression}"
        elif callable(expression):
            name = self.name or getattr(expression, "__name__", "").replace("<lambda>", "")
        else:
            raise InvalidType(
                f"A constraint came with {type(expression).__name__} ({expression!r}) as its expression; "
                f"expected a PyTensor expression, the name of an input or output, or a function of both."
            )
        lower, upper = limit_array(self.lower, name, "lower"), limit_array(self.upper, name, "upper")
        _check_limits(lower, upper, name)
        scale = None if self.scale is None else _scale(self.scale, name)
        for key, value in {"name": name, "lower": lower, "upper": upper, "scale": scale}.items():
            object.__setattr__(self, key, value)

    @property
    def identity(self) -> Any:
        """What tells its expression from others: equal ones stand for equal graphs over equal names."""
        if self.recipe is not None and self.recipe[0]() is self.expression:
            return self.recipe[1:]
        return ref(self.expression)

    def limits(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return lower and upper limits and scales as flat vectors, for an expression of this shape.

        Where no scale was given, it is the size of the largest finite limit, which may be zero.

        Raises
        ------
        ShapeMismatch
            If they do not broadcast to `shape`.
        """
        scale = limit_sizes(self.lower, self.upper) if self.scale is None else self.scale
        flat = []
        for side, array in (("lower limit", self.lower), ("upper limit", self.upper), ("scale", scale)):
            try:
                flat.append(np.broadcast_to(array, shape).ravel())
            except ValueError as error:
                raise ShapeMismatch(
                    f"{called(self.name)}: the {side} has shape {array.shape}; expected a number or an "
                    f"array that fits the expression's shape {shape}."
                ) from error
        return flat[0], flat[1], flat[2]


@dataclass(frozen=True, eq=False)
class NamedConstraint:
    """A constraint on an input or output that is made when the problem says what the name stands for.

    Attributes
    ----------
    subject : str
        The name of an input or output.
    name : str
        What reports call it.
    recipe : tuple
        What makes its expression from the subject's, as hashable values.
    on : callable
        ``(expression, shape) -> Constraint``; lengths that are not known are None in the shape.
    """

    subject: str
    name: str
    recipe: tuple
    on: Callable[[TensorVariable, tuple[int | None, ...]], Constraint] = field(repr=False)


def leq(a: Any, b: Any, *, name: str = "") -> Constraint:
    """Return the constraint ``a <= b``, element by element.

    Each side is a PyTensor expression, the name of an input or output, a function of both by name, or
    numbers; one side at least is not numbers.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x", shape=(2,))
    >>> leq(pt.sum(x), 1.5).upper
    array(1.5)
    """
    if _symbolic(a) and not _symbolic(b):
        return Constraint(a, upper=b, name=name)
    if _symbolic(b) and not _symbolic(a):
        return Constraint(b, lower=a, name=name)
    return Constraint(_difference(a, b, "leq"), upper=0.0, name=name)


def geq(a: Any, b: Any, *, name: str = "") -> Constraint:
    """Return the constraint ``a >= b``, element by element; the sides are those of `leq`."""
    if _symbolic(a) and _symbolic(b):
        return Constraint(_difference(a, b, "geq"), lower=0.0, name=name)
    return leq(b, a, name=name)


def eq(a: Any, b: Any, *, name: str = "") -> Constraint:
    """Return the constraint ``a == b``, element by element; the sides are those of `leq`."""
    if _symbolic(a) and not _symbolic(b):
        return Constraint(a, b, b, name)
    if _symbolic(b) and not _symbolic(a):
        return Constraint(b, a, a, name)
    return Constraint(_difference(a, b, "eq"), 0.0, 0.0, name)


def between(lower: Any, expression: Any, upper: Any, *, name: str = "") -> Constraint:
    """Return the constraint ``lower <= expression <= upper``, element by element; the limits are numbers."""
    return Constraint(expression, lower, upper, name)


def resolved(constraints: Any, names: Mapping[str, TensorVariable], shapes: Mapping[str, Any]) -> Any:
    """Return `constraints` as a tuple of `Constraint` over expressions, each with a name of its own.

    Parameters
    ----------
    constraints : constraint or sequence of constraints
        As the caller wrote them.
    names : mapping of str to expression
        What constraints may name: inputs and outputs.
    shapes : mapping of str to tuple
        The shapes of those that the type of the expression does not tell.

    Raises
    ------
    InvalidType, InvalidValue, UnknownName
        If one of them is no constraint, or names what is not there.
    """
    if isinstance(constraints, Constraint | NamedConstraint):
        constraints = (constraints,)
    if isinstance(constraints, str | Mapping | Variable) or not isinstance(constraints, Sequence):
        raise InvalidType(
            f"constraints came as {type(constraints).__name__}; expected a list of constraints. "
            f"{HOW_TO_WRITE}"
        )
    found: list[Constraint] = []
    taken: set[str] = set()
    for position, constraint in enumerate(constraints):
        one = _over_expression(constraint, position, names, shapes)
        name, count = one.name or f"constraint {position}", 1
        while name in taken:
            count += 1
            name = f"{one.name} ({count})"
        taken.add(name)
        found.append(replace(one, name=name))
    return tuple(found)


def _over_expression(
    constraint: Any, position: int, names: Mapping[str, TensorVariable], shapes: Mapping[str, Any]
) -> Constraint:
    """Return the constraint with what it names replaced by the expression."""
    if isinstance(constraint, NamedConstraint):
        subject = _subject(constraint.subject, constraint.name, names)
        shape = tuple(shapes.get(constraint.subject, subject.type.shape))
        made = constraint.on(subject, shape)
        recipe = (ref(made.expression), constraint.subject, *constraint.recipe)
        return replace(made, name=constraint.name, recipe=recipe)
    if not isinstance(constraint, Constraint):
        raise InvalidType(f"constraints[{position}] came as {_described(constraint)} {HOW_TO_WRITE}")
    if isinstance(constraint.expression, str):
        subject = _subject(constraint.expression, constraint.name, names)
        return replace(constraint, expression=subject, recipe=(ref(subject), constraint.expression, "limit"))
    if not isinstance(constraint.expression, Variable):
        made = constraint.expression(dict(names))
        if not isinstance(made, TensorVariable):
            raise InvalidType(
                f"constraints[{position}]: its function returned {type(made).__name__}; expected a PyTensor "
                f"expression built from the dict it was given ({', '.join(names)})."
            )
        return replace(constraint, expression=made)
    return constraint


def _subject(subject: str, name: str, names: Mapping[str, TensorVariable]) -> TensorVariable:
    """Return the expression that a constraint names."""
    if subject not in names:
        raise unknown_name(f"input or output in the constraint {name!r}:", subject, names)
    return names[subject]


def limit_array(value: Any, name: str, side: str) -> np.ndarray:
    """Return a limit as a float64 array; ``None`` is no limit."""
    if value is None:
        value = -np.inf if side == "lower" else np.inf
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidType(
            f"{called(name)}: the {side} limit {value!r} is not a number or an array of numbers."
        ) from error
    if np.isnan(array).any():
        raise InvalidValue(
            f"{called(name)}: the {side} limit is NaN at index {index_text(first_index(np.isnan(array)))}; "
            f"expected a number or inf."
        )
    array.flags.writeable = False
    return array


def called(name: str) -> str:
    """Return how messages call a constraint."""
    return f"Constraint {name!r}" if name else "A constraint"


def _check_limits(lower: np.ndarray, upper: np.ndarray, name: str) -> None:
    """Raise if no number lies between the limits, or every number does."""
    try:
        low, high = np.broadcast_arrays(lower, upper)
    except ValueError as error:
        raise ShapeMismatch(
            f"{called(name)}: the lower limit has shape {lower.shape}, the upper {upper.shape}; they do not "
            f"fit together."
        ) from error
    if np.any(low > high):
        i = first_index(low > high)
        raise InvalidValue(
            f"{called(name)}: the lower limit {low[i]:g} is above the upper limit {high[i]:g} at index "
            f"{index_text(i)}. Swap them."
        )
    for array, wrong, side in ((low, np.inf, "lower"), (high, -np.inf, "upper")):
        if np.any(array == wrong):
            raise InvalidValue(
                f"{called(name)}: the {side} limit is {wrong} at index "
                f"{index_text(first_index(array == wrong))}; no number satisfies it."
            )
    if low.size and not (np.isfinite(low) | np.isfinite(high)).any():
        raise InvalidValue(
            f"{called(name)} has neither a lower nor an upper limit, so that every value satisfies it. "
            f"Give one."
        )


def _check_expression(expression: TensorVariable, name: str) -> None:
    """Raise if `expression` is a comparison or has no gradient."""
    if isinstance(expression, Constant):
        raise InvalidType(
            f"{called(name)} came with a constant as its expression; expected one that depends on a decision."
        )
    if not expression.type.dtype.startswith("float"):
        verb = _comparison(expression)
        if verb:
            raise InvalidType(
                f"{called(name)} came as a comparison of PyTensor expressions, which is a graph of true and "
                f"false; write {verb}(a, b) instead."
            )
        raise InvalidType(
            f"{called(name)} has dtype {expression.type.dtype}; expected a float, because a gradient is "
            f"needed."
        )


def _comparison(expression: Any) -> str | None:
    """Return the function that says what a comparison of PyTensor expressions meant, or None."""
    node = getattr(expression, "owner", None)
    if node is None or not isinstance(node.op, Elemwise):
        return None
    return COMPARISONS.get(type(node.op.scalar_op).__name__)


def _described(constraint: Any) -> str:
    """Return what came in place of a constraint, and what was expected."""
    verb = _comparison(constraint)
    if verb:
        return (
            f"a comparison of PyTensor expressions, which is a graph of true and false; write {verb}(a, b)."
        )
    return f"{type(constraint).__name__}; expected a constraint."


def _symbolic(side: Any) -> bool:
    """Return whether one side of a comparison is an expression, a name or a function."""
    if isinstance(side, SharedVariable):
        return True
    return isinstance(side, Variable | str) or callable(side)


def _difference(a: Any, b: Any, verb: str) -> Any:
    """Return ``a - b`` of two symbolic sides."""
    if not _symbolic(a):
        raise InvalidType(
            f"{verb} came with numbers on both sides ({a!r} and {b!r}); expected a PyTensor expression or "
            f"a name on one."
        )
    if isinstance(a, TensorVariable) and isinstance(b, TensorVariable):
        return a - b

    def value(side: Any, names: Mapping[str, Any]) -> Any:
        if isinstance(side, str):
            return _subject(side, f"{verb}({side!r}, ...)", names)
        return side if isinstance(side, Variable) else side(names)

    return lambda names: value(a, names) - value(b, names)


def _scale(value: Any, name: str) -> np.ndarray:
    """Return the scale of a constraint as positive finite numbers."""
    try:
        scale = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidType(f"{called(name)}: scale {value!r} came; expected numbers.") from error
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise InvalidValue(f"{called(name)}: scale {value!r} came; expected positive finite numbers.")
    return scale
