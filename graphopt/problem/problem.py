"""A question: an objective, the variables that may move, and what is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import ancestors, graph_inputs
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.problem.bounds import first_index, index_text
from graphopt.problem.constraints import Constraint, resolved
from graphopt.problem.variables import Variable, WorstCase


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """Minimise or maximise an expression over variables in a box, under constraints.

    Parameters
    ----------
    minimize, maximize : scalar PyTensor expression
        The objective: exactly one of the two.
    variables : sequence of Variable
        What may move.
    fixed : mapping from PyTensor variable to array, optional
        Values of the other inputs of the graph, held during the solve.
    outputs : mapping from name to PyTensor expression, optional
        Further expressions whose values at the answer are wanted.
    constraints : sequence of constraints, optional
        What must hold besides the bounds: made with `leq`, `geq`, `eq`, `between`, or, for a variable, a held
        input or an output by its name, with `limit`, `rate`, `budget`, `hold`, `terminal`. Kept as
        `Constraint` over expressions, each with a name of its own.

    Raises
    ------
    InvalidType, InvalidValue
        If the objective is not one scalar of a float type, a variable is part of neither the objective nor a
        constraint, an input of the graph has neither bounds nor a value, or a constraint is wrong.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x", shape=(2,))
    >>> Problem(minimize=pt.sum(x**2), variables=[Variable(x, -1, 1)]).sense
    'minimize'
    """

    minimize: TensorVariable | None = None
    maximize: TensorVariable | None = None
    variables: Sequence[Variable] = ()
    fixed: Mapping[TensorVariable, Any] = field(default_factory=dict)
    outputs: Mapping[str, TensorVariable] = field(default_factory=dict)
    constraints: Sequence[Any] = ()

    def __post_init__(self) -> None:
        if (self.minimize is None) == (self.maximize is None):
            came = "neither" if self.minimize is None else "both"
            raise InvalidValue(
                f"A problem has one objective; {came} of minimize= and maximize= came. Give exactly one."
            )
        objective = scalar(self.minimize if self.maximize is None else self.maximize)
        object.__setattr__(self, self.sense, objective)
        object.__setattr__(self, "variables", _decisions(self.variables))
        object.__setattr__(self, "fixed", MappingProxyType(_held(self.fixed)))
        object.__setattr__(self, "outputs", MappingProxyType(dict(self.outputs)))
        object.__setattr__(self, "constraints", self._resolved())
        self._check_inputs()

    @property
    def sense(self) -> str:
        """``"minimize"`` or ``"maximize"``."""
        return "minimize" if self.maximize is None else "maximize"

    @property
    def objective(self) -> TensorVariable:
        """The expression that is minimised or maximised."""
        objective = self.minimize if self.maximize is None else self.maximize
        assert objective is not None
        return objective

    @property
    def decisions(self) -> tuple[Variable, ...]:
        """The variables of the caller: all but the last where scenarios have added one."""
        return tuple(v for v in self.variables if not isinstance(v, WorstCase))

    @property
    def size(self) -> int:
        """The number of scalar decisions."""
        return sum(variable.size for variable in self.variables)

    @property
    def integer(self) -> np.ndarray:
        """Which scalar decisions are whole numbers, (n,): those of the kinds integer and binary."""
        return np.concatenate([v.whole.ravel() for v in self.variables])

    @property
    def choices(self) -> dict[int, np.ndarray]:
        """The sorted values of each scalar decision of the kind choice, by its place in the flat vector."""
        starts = np.cumsum([0, *(v.size for v in self.variables)])
        return {
            int(start) + k: values
            for start, v in zip(starts, self.variables)
            for k, values in enumerate(v.choices or ())
            if values is not None
        }

    @property
    def discrete(self) -> bool:
        """Whether some decision takes certain values only."""
        return any(v.discrete for v in self.variables)

    def flat(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return the arrays in `values`, by variable name, as one flat vector in the order of `variables`."""
        return np.concatenate([np.asarray(values[v.name], dtype=np.float64).ravel() for v in self.variables])

    def named(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """Return the flat vector `x` as arrays by variable name: the inverse of `flat`."""
        cuts = np.cumsum([v.size for v in self.variables])[:-1]
        return {
            v.name: part.reshape(v.shape) for v, part in zip(self.variables, np.split(x, cuts), strict=True)
        }

    def _resolved(self) -> tuple[Constraint, ...]:
        """Return the constraints over expressions instead of names."""
        names, shapes = dict(self.outputs), {}
        for variable, value in self.fixed.items():
            names[str(variable)], shapes[str(variable)] = variable, value.shape
        for decision in self.variables:
            names[decision.name], shapes[decision.name] = decision.expression, decision.shape
        return resolved(self.constraints, names, shapes)

    def _check_inputs(self) -> None:
        """Raise if a decision is not in the graph or an input of the graph has no value."""
        moving = [v.expression for v in self.variables]
        asked = [self.objective, *(constraint.expression for constraint in self.constraints)]
        reached = set(ancestors(asked, blockers=moving))
        for variable in self.variables:
            if variable.expression not in reached:
                raise InvalidValue(
                    f"The objective does not depend on {variable.name!r}"
                    f"{', nor does any constraint' if self.constraints else ''}: no change of it can help. "
                    f"Leave it out, "
                    "or check that the expression was built from this very variable."
                )
            if variable.expression in self.fixed:
                raise InvalidValue(
                    f"Input {variable.name!r} has bounds and a fixed value. Keep one of the two."
                )
        blockers = [*moving, *self.fixed]
        for root in graph_inputs([*asked, *self.outputs.values()], blockers=blockers):
            if root in blockers or isinstance(root, Constant | SharedVariable):
                continue
            raise InvalidValue(
                f"The expression depends on {root} ({root.type}), which has neither bounds nor a value. "
                f"Let it move with over={{{root}: (lower, upper)}}, or hold it with fixed={{{root}: value}}."
            )


def scalar(objective: Any) -> TensorVariable:
    """Return `objective` as a scalar expression.

    Raises
    ------
    InvalidType
        If it is not a PyTensor expression of a float type.
    InvalidValue
        If it has more than one element.
    """
    if not isinstance(objective, TensorVariable):
        raise InvalidType(
            f"The objective came as {type(objective).__name__}; expected a scalar PyTensor expression "
            f"or a network."
        )
    if not objective.type.dtype.startswith("float"):
        raise InvalidType(
            f"The objective has dtype {objective.type.dtype}; expected a float, because a gradient is needed."
        )
    if objective.type.ndim == 0:
        return objective
    if all(n == 1 for n in objective.type.shape):
        return objective.reshape(())
    raise InvalidValue(
        f"The objective has shape {objective.type.shape}; expected a single number. "
        "Choose one, for example with objective='sum', objective='mean', or an index."
    )


def _decisions(variables: Any) -> tuple[Variable, ...]:
    """Return `variables` as a tuple, checked to be variables with different names and expressions."""
    if isinstance(variables, Variable):
        variables = (variables,)
    variables = tuple(variables)
    if not variables:
        raise InvalidValue(
            "A problem needs at least one variable that may move; none came. Add "
            "variables=[Variable(x, lower, upper)]."
        )
    seen: dict[Any, int] = {}
    for position, variable in enumerate(variables):
        if not isinstance(variable, Variable):
            raise InvalidType(
                f"variables[{position}] came as {type(variable).__name__}; expected graphopt.Variable."
            )
        for key in (variable.name, variable.expression):
            if key in seen:
                raise InvalidValue(
                    f"variables[{position}] ({variable.name!r}) has the same name or expression as "
                    f"variables[{seen[key]}]. "
                    "Give each its own name with Variable(x, name=...)."
                )
            seen[key] = position
    return variables


def _held(fixed: Any) -> dict[TensorVariable, np.ndarray]:
    """Return the held values as arrays of the types of their variables."""
    if not isinstance(fixed, Mapping):
        raise InvalidType(f"fixed came as {type(fixed).__name__}; expected a dict from input to value.")
    held = {}
    for variable, value in fixed.items():
        if not isinstance(variable, TensorVariable) or isinstance(variable, Constant):
            raise InvalidType(f"fixed holds the key {variable!r}; expected a symbolic variable of the graph.")
        held[variable] = held_value(value, str(variable), variable.type.dtype, variable.type.shape)
    return held


def held_value(value: Any, name: str, dtype: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """Return `value` as an array for the held input `name`: finite, and fitting `shape` (``None``: any
    length).
    """
    try:
        array = np.asarray(value)
        array = array.astype(np.float64 if dtype.startswith("float") else dtype)
    except (TypeError, ValueError) as error:
        raise InvalidType(
            f"Input {name!r}: the fixed value {value!r} is not numeric; expected {dtype}."
        ) from error
    if len(array.shape) != len(shape) or any(s is not None and s != n for s, n in zip(shape, array.shape)):
        raise ShapeMismatch(
            f"Input {name!r}: the fixed value has shape {array.shape}; expected {shape} (None: any length)."
        )
    if not np.isfinite(array).all():
        i = first_index(~np.isfinite(array))
        raise InvalidValue(
            f"Input {name!r}: the fixed value is {array[i]} at index {index_text(i)}; expected finite "
            f"numbers."
        )
    return array
