"""From a graph to a program: each variable becomes an array of forms, or the array that it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from math import prod
from sysconfig import get_path
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.traversal import io_toposort
from pytensor.ifelse import IfElse

from graphopt.engine.lines.linker import LIBRARIES, numpy_funcify
from graphopt.errors import InvalidValue
from graphopt.structure.forms import group_form, taken
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.composition import composed
from graphopt.structure.lowering.elements import MixedTruth, Value, form_of, is_form, shape_of, value_of
from graphopt.structure.lowering.jumps import as_number
from graphopt.structure.lowering.norms import with_norms
from graphopt.structure.lowering.simplification import simplified
from graphopt.structure.program import Program


class NotLowered(InvalidValue):
    """A graph with an operation that has no form: nothing can be proved about it."""


def lower(
    expressions: Sequence[Variable],
    decisions: Sequence[Variable],
    held: Mapping[Variable, np.ndarray] | None = None,
) -> Program:
    """Return the program of `expressions` over `decisions`.

    It is what the graph computes in exact arithmetic: steps in single precision are not rounded.

    Parameters
    ----------
    expressions : sequence of tensor variables
        Of any shape, in float64; an output of the program holds the elements of one in C order.
    decisions : sequence of tensor variables
        Of known shapes. Raveled and joined they are group 0.
    held : mapping from variable to array, optional
        The values of the other inputs. Shared variables have the values they hold now.

    Raises
    ------
    NotLowered
        If an operation on the way from the decisions to an expression is neither affine nor made of the
        functions that a program may use.
    InvalidValue
        If a decision has an unknown shape, or an input has no value.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x", shape=(2,))
    >>> program = lower([pt.maximum(x, 0).sum()], [x])
    >>> str(program.structure)
    'affine pieces joined by relu'
    >>> float(program(np.array([[1.5, -2.0]]))[0][0, 0])
    1.5
    """
    return lowered(expressions, decisions, held)[0]


def lowered(
    expressions: Sequence[Variable],
    decisions: Sequence[Variable],
    held: Mapping[Variable, np.ndarray] | None = None,
) -> tuple[Program, list[tuple[int, ...]]]:
    """Return what `lower` does, and the shapes of the expressions."""
    shapes = [_known_shape(decision) for decision in decisions]
    sizes = [prod(shape) for shape in shapes]
    builder = Builder(sum(sizes))
    whole, start = group_form(0, sum(sizes)), 0
    values: dict[Variable, Value] = {v: np.asarray(a) for v, a in (held or {}).items()}
    for decision, shape, size in zip(decisions, shapes, sizes):
        values[decision] = value_of(taken(whole, np.arange(start, start + size)), shape)
        start += size
    found = [as_number(builder, value) for value in Lowering(builder, values).values_of(expressions)]
    program = Program(tuple(builder.groups), tuple(form_of(value) for value in found))
    return composed(with_norms(simplified(program))), [shape_of(value) for value in found]


def _known_shape(decision: Variable) -> tuple[int, ...]:
    """Return the shape of a decision."""
    if isinstance(decision, SharedVariable):
        return decision.get_value(borrow=True).shape
    if None in decision.type.shape:
        raise InvalidValue(
            f"The decision {decision} has the shape {decision.type.shape}; expected known lengths, as in "
            "pt.tensor('x', shape=(10,))."
        )
    return decision.type.shape


TAKES_TRUTH: set[type] = {IfElse}
"""Operations that may be given truth values which depend on the decisions."""


class Lowering:
    """The values of variables, found as they are asked for.

    Attributes
    ----------
    builder : Builder
    dominators : dict of Variable to Variable
        Of what is elementwise: the nearest variable that it is an elementwise function of, nothing else
        that moves coming in between.
    given : set of Variable
        Whose values were there from the start: the graph below them does not count.
    curves : bool
        Whether functions of one number made of several become one.
    curved : set of Variable
        Those that did.
    """

    def __init__(
        self,
        builder: Builder,
        values: Mapping[Variable, Value],
        outer: Lowering | None = None,
        *,
        curves: bool = True,
    ) -> None:
        self.builder, self.curves = builder, curves
        self.dominators: dict[Variable, Variable] = {}
        self.curved: set[Variable] = set()
        self._values = dict(values)
        self.given = set(values) | (outer.given if outer is not None else set())
        self._outer = outer

    def __getitem__(self, variable: Variable) -> Value:
        """Return the value of a variable that is known."""
        if variable in self._values:
            return self._values[variable]
        if isinstance(variable, Constant):
            return variable.data
        if isinstance(variable, SharedVariable):
            return variable.get_value(borrow=True)
        if self._outer is not None:
            return self._outer[variable]
        raise InvalidValue(
            f"The expression depends on {variable} ({variable.type}), which is neither a decision nor held. "
            f"Give it a value with held={{{variable}: value}}."
        )

    def __contains__(self, variable: Variable) -> bool:
        return variable in self._values or (self._outer is not None and variable in self._outer)

    def values_of(self, variables: Sequence[Variable], nodes: Sequence[Apply] | None = None) -> list[Value]:
        """Return the values of `variables`, running all operations on the way that are not known yet.

        Raises
        ------
        NotLowered
            If one of `variables` has no form. What is on the way to them only, in a branch that is not
            taken, may have none.
        """
        for node in io_toposort(list(self._values), list(variables)) if nodes is None else nodes:
            if not all(output in self for output in node.outputs):
                try:
                    found = self.run(node)
                except NotLowered as error:
                    found = [error] * len(node.outputs)
                self._values.update(zip(node.outputs, found))
        values = [self[variable] for variable in variables]
        for value in values:
            if isinstance(value, NotLowered):
                raise value
        return values

    def inside(
        self,
        inputs: Sequence[Variable],
        values: Sequence[Value],
        outputs: Sequence[Variable],
        nodes: Sequence[Apply] | None = None,
    ) -> list[Value]:
        """Return the values of `outputs` of a graph within an operation, its `inputs` having `values`.

        `nodes` are its operations in order, where they are known.
        """
        inner = Lowering(self.builder, dict(zip(inputs, values)), curves=self.curves)
        return inner.values_of(outputs, nodes)

    def again(self, changes: Mapping[Variable, Value], output: Variable) -> Value:
        """Return the value that `output` would have if variables had other values."""
        inner, moving = Lowering(self.builder, changes, self, curves=self.curves), set(changes)
        for node in io_toposort(list(changes), [output]):
            if any(i in moving for i in node.inputs):
                moving.update(node.outputs)
                inner._values.update(zip(node.outputs, inner.run(node)))
        return inner[output]

    def run(self, node: Apply) -> list[Value]:
        """Return the values of the node's outputs."""
        inputs = [self[variable] for variable in node.inputs]
        if not isinstance(node.op, IfElse):
            for value in inputs:
                if isinstance(value, NotLowered):
                    raise value
        refuse_chance(node)
        self.builder.name = str(node.outputs[0])
        if not any(is_form(value) for value in inputs):
            return run_numbers(node, inputs)
        if not isinstance(node.op, tuple(TAKES_TRUTH)):
            inputs = self._numbers(inputs)
        try:
            return lower_op(node.op, node, self, *inputs)
        except MixedTruth:
            return lower_op(node.op, node, self, *self._numbers(inputs))

    def _numbers(self, values: Sequence[Value]) -> list[Value]:
        """Return `values` with truth values as 0 and 1."""
        return [as_number(self.builder, value) for value in values]


def run_numbers(node: Apply, inputs: Sequence[Any]) -> list[Any]:
    """Return the outputs of a node whose inputs do not depend on the decisions."""
    with np.errstate(all="ignore"):
        found = numpy_funcify(node.op, node)(*inputs)
    return list(found) if len(node.outputs) > 1 else [found]


def refuse_chance(node: Apply) -> None:
    """Raise for an operation whose value differs from call to call: it draws, or reads what calls update."""
    if any(getattr(variable, "default_update", None) is not None for variable in node.inputs):
        raise not_lowered(node, "it reads a shared variable that every call updates")
    if hasattr(node.op, "rng_param") or type(node.op).__name__.endswith("RandomVariable"):
        raise not_lowered(node, "it draws random numbers")


@singledispatch
def lower_op(op: Any, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    """Return the values of the node's outputs; at least one of `inputs` depends on the decisions.

    An operation that says what it computes, ``op.expanded(inputs) -> outputs``, needs no rule of its own.
    """
    if hasattr(op, "expanded"):
        variables = [variable.type() for variable in node.inputs]
        return lowering.inside(variables, inputs, op.expanded(variables))
    raise not_lowered(node, "it is neither affine nor made of the functions that bounds are known for")


def not_lowered(node: Apply, why: str) -> NotLowered:
    """Return the error for an operation that has no form."""
    return NotLowered(
        f"The operation {node.op} has no form: {why}. It makes {node.outputs[0]} "
        f"({node.outputs[0].type}){_written(node)}. Only local search is possible: solve without a proof, or "
        f"write this part with sums, products, relu, maximum, abs, sigmoid, tanh, exp or log."
    )


def _written(node: Apply) -> str:
    """Return where the user wrote the node, as far as it is known."""
    for stack in getattr(node.outputs[0].tag, "trace", ()):
        for frame in reversed(stack):
            if not frame[0].startswith((*LIBRARIES, get_path("stdlib"))):
                return f', written in {frame[0]}, line {frame[1]}: "{frame[3]}"'
    return ""
