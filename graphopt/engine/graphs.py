"""A graph made ready for compilation: copied, complete, its shared variables and updates in the open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import graph_inputs

from graphopt.errors import InvalidType, InvalidValue

Updates = Mapping[Variable, Variable] | Iterable[tuple[Variable, Variable]]


class FlatGraph(NamedTuple):
    """A function graph whose inputs are the caller's `inputs` followed by `shared`,
    and whose outputs are `n_outputs` results followed by one new value for each of `updated`."""

    fgraph: FunctionGraph
    inputs: tuple[Variable, ...]
    shared: tuple[SharedVariable, ...]
    n_outputs: int
    updated: tuple[SharedVariable, ...]


def flatten(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    *,
    updates: Updates | None = None,
    givens: Updates | None = None,
) -> FlatGraph:
    """Return the `FlatGraph` of `outputs` and `updates` over `inputs`, after replacing `givens`.

    Shared variables with a `default_update` (random streams) update themselves unless `updates` says
    otherwise.

    Raises
    ------
    InvalidType
        If an input is not a symbolic variable, or a new value does not fit its shared variable.
    InvalidValue
        If the outputs depend on a variable that is neither an input, a shared variable nor a constant.
    """
    for position, variable in enumerate(inputs):
        if not isinstance(variable, Variable) or isinstance(variable, Constant | SharedVariable):
            raise InvalidType(
                f"Input {position} is {variable!r}; expected a symbolic variable such as pt.vector('x'). "
                "A shared variable is set with set_value and needs no place among the inputs."
            )
    new_values = dict(pairs(updates))
    for shared, expression in new_values.items():
        if not isinstance(shared, SharedVariable):
            raise InvalidType(f"An update is given for {shared!r}; expected a shared variable.")
        new_values[shared] = _fitting(shared, expression)

    outputs = list(outputs)
    if givens:
        swaps = dict(pairs(givens))
        replaced = clone_replace(outputs + list(new_values.values()), replace=swaps, rebuild_strict=False)
        outputs, rest = replaced[: len(outputs)], replaced[len(outputs) :]
        new_values = dict(zip(new_values, rest, strict=True))

    shared: list[SharedVariable] = []
    pending = outputs + list(new_values.values())
    known = set(inputs)
    while pending:
        found = [v for v in graph_inputs(pending, blockers=inputs) if v not in known]
        pending = []
        for variable in found:
            known.add(variable)
            if isinstance(variable, SharedVariable):
                shared.append(variable)
                default = getattr(variable, "default_update", None)
                if default is not None and variable not in new_values:
                    new_values[variable] = default
                    pending.append(default)
            elif not isinstance(variable, Constant):
                names = ", ".join(str(i) for i in inputs) or "none"
                raise InvalidValue(
                    f"The outputs depend on {variable} ({variable.type}), which is not among the inputs "
                    f"({names}). Add it to the inputs, or give it a value with givens={{...}}."
                )
    shared.extend(variable for variable in new_values if variable not in known)
    fgraph = FunctionGraph(
        [*inputs, *shared], [*outputs, *new_values.values()], clone=True, copy_inputs=True, copy_orphans=True
    )
    return FlatGraph(fgraph, tuple(inputs), tuple(shared), len(outputs), tuple(new_values))


def pairs(mapping: Updates | None) -> list[tuple[Variable, Variable]]:
    """Return `mapping`, a dict or an iterable of pairs, as a list of pairs."""
    if mapping is None:
        return []
    return list(mapping.items()) if isinstance(mapping, Mapping) else list(mapping)


def _fitting(shared: SharedVariable, expression: Variable) -> Variable:
    """Return `expression` as the type of `shared`, or say why it does not fit."""
    if not isinstance(expression, Variable):
        expression = shared.type.constant_type(type=shared.type, data=shared.type.filter(expression))
    if shared.type.is_super(expression.type):
        return expression
    try:
        return shared.type.filter_variable(expression, allow_convert=True)
    except TypeError as error:
        raise InvalidType(
            f"The new value of {shared.name or shared} has type {expression.type}; "
            f"expected {shared.type}. Cast it, for example with expression.astype({shared.type.dtype!r})."
        ) from error
