"""Choices between two forms where they meet: the kinks of relu, leaky relu, elu and their kin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.traversal import ancestors

from graphopt.structure.forms import Form, added, constant_form, scaled, shifted
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.elements import (
    Elements,
    Value,
    broadcast,
    form_of,
    numbered,
    picked,
    stretched,
    value_of,
)
from graphopt.structure.lowering.graph import Lowering, NotLowered, not_lowered
from graphopt.structure.lowering.jumps import as_number, stepped, truncated, unequal
from graphopt.structure.lowering.rows import moving_rows, ratio

AWARE_OF_TESTS = (ps.GT, ps.GE, ps.LT, ps.LE, ps.Invert, ps.Switch, ps.Cast, ps.Mul)
"""Scalar operations that make or take truth values."""

OPPOSITE = {">": ">=", ">=": ">"}


def lower_aware(op: ps.ScalarOp, node: Apply, lowering: Lowering, inputs: Sequence[Value]) -> Value | None:
    """Return the value of an operation that makes or takes truth values, None if it does neither here."""
    if isinstance(op, ps.Switch):
        return _switch(node, lowering, *inputs)
    tests = [isinstance(v, Elements) and bool(v.test) for v in inputs]
    if isinstance(op, ps.Cast):
        before, after = node.inputs[0].type.dtype, node.outputs[0].type.dtype
        if tests[0] or not after.startswith(("int", "uint", "bool")):
            return inputs[0]
        return _whole(lowering.builder, before, after, inputs[0])
    if isinstance(op, ps.Mul):
        return _gated(node, lowering, inputs, tests) if any(tests) else None
    if isinstance(op, ps.Invert):
        if not tests[0]:
            if node.inputs[0].type.dtype != "bool":
                raise not_lowered(node, "it turns bits")
            return value_of(shifted(scaled(inputs[0].form, -1.0), 1.0), inputs[0].shape)
        (test,) = inputs
        return Elements(scaled(test.form, -1.0), test.shape, OPPOSITE[test.test])
    (first, second), shape = broadcast([as_number(lowering.builder, value) for value in inputs])
    if isinstance(op, ps.LT | ps.LE):
        first, second = second, first
    difference = added(form_of(first), scaled(form_of(second), -1.0))
    return value_of(difference, shape, ">" if isinstance(op, ps.GT | ps.LT) else ">=")


def _whole(build: Builder, before: str, after: str, value: Elements) -> Value:
    """Return numbers as whole ones: rounded towards 0, or whether they are not 0."""
    if after == "bool" and before != "bool":
        zero = constant_form(np.zeros(value.size))
        return value_of(unequal(build, value.form, zero), value.shape)
    if before.startswith("float"):
        return value_of(truncated(build, value.form), value.shape)
    return value


def _gated(node: Apply, lowering: Lowering, inputs: Sequence[Value], tests: list[bool]) -> Value:
    """Return ``(c > 0) * x``, which is a choice between x and 0."""
    values, shape = broadcast(inputs)
    build, place = lowering.builder, tests.index(True)
    if sum(tests) > 1:
        values = [v if k == place else as_number(build, v) for k, v in enumerate(values)]
    factors = [form_of(v) for k, v in enumerate(values) if k != place]
    product = reduce(build.multiply, factors)
    found = chosen(build, values[place].form, product, constant_form(np.zeros(product.size)))
    if found is None and len(inputs) == 2:
        found = _cut(node.inputs[place], (node.inputs[1 - place], None), lowering, shape)
    if found is None:
        found = build.multiply(form_of(as_number(build, values[place])), product)
    return value_of(found, shape)


def _switch(node: Apply, lowering: Lowering, condition: Value, one: Value, other: Value) -> Value:
    """Return ``switch(condition, one, other)``."""
    (condition, one, other), shape = broadcast([condition, one, other])
    if not isinstance(condition, Elements):
        where = np.asarray(condition, dtype=bool).ravel()
        if where.all() or not where.any():
            return one if where.all() else other
        first, second = numbered([one, other])
        return picked([one, other], np.where(where.reshape(shape), first, second))
    build, found = lowering.builder, None
    if not condition.test:
        condition = _whole(build, node.inputs[0].type.dtype, "bool", condition)
    one, other = as_number(build, one), as_number(build, other)
    if condition.test:
        found = chosen(build, condition.form, form_of(one), form_of(other))
        if found is None:
            found = _cut(node.inputs[0], node.inputs[1:], lowering, shape)
    if found is None:
        found = stepped(build, condition, one, other)
    if found is None:
        raise not_lowered(
            node, "its branches do not meet where the condition changes, and one is not defined everywhere"
        )
    return value_of(found, shape)


def chosen(build: Builder, test: Form, one: Form, other: Form) -> Form | None:
    """Return `one` where ``test > 0`` and `other` elsewhere if their difference is a multiple of `test`."""
    difference = added(one, scaled(other, -1.0))
    factor = ratio(difference, test)
    factor[~moving_rows(difference) & (difference.constant == 0)] = 0.0
    if not np.isfinite(factor).all():
        return None
    return build.unmirrored(added(other, scaled(build.relu(test), factor)))


def _cut(
    condition: Variable, branches: Sequence[Variable | None], lowering: Lowering, shape: tuple[int, ...]
) -> Form | None:
    """Return a choice between two functions of one variable, None being 0: each on its side of a threshold.

    ``switch(x > t, a(x), b(x))`` is ``a(max(x, t)) + b(min(x, t)) - a(t)`` if a and b meet at t.
    """
    found = _threshold(condition, lowering)
    if found is None:
        return None
    variable, threshold, above = found
    beneath = ancestors([b for b in branches if b is not None], blockers=[variable, *lowering.given])
    if any(_moves(v, lowering) for v in beneath if v is not variable):
        return None
    x, build = lowering[variable], lowering.builder
    limit = np.broadcast_to(np.asarray(threshold, dtype=np.float64), x.shape)
    fixed = constant_form(limit)
    upper = value_of(build.maximum(x.form, fixed), x.shape)
    lower = value_of(build.minimum(x.form, fixed), x.shape)

    def at(value: Value, branch: Variable | None) -> Value:
        found = np.zeros(()) if branch is None else lowering.again({variable: value}, branch)
        found = as_number(build, found)
        return stretched(found, shape)

    one, other = branches if above else branches[::-1]
    try:
        first, second = (np.asarray(at(limit, branch), dtype=np.float64).ravel() for branch in (one, other))
        if not np.allclose(first, second, rtol=1e-12, atol=1e-12):
            return None
        return shifted(added(form_of(at(upper, one)), form_of(at(lower, other))), -first)
    except NotLowered:
        return None


def _threshold(condition: Variable, lowering: Lowering) -> tuple[Variable, np.ndarray, bool] | None:
    """Return x, t and True of a condition ``x > t``, or with False of ``x < t``; None for others."""
    node = condition.owner
    scalar_op = getattr(node.op, "scalar_op", node.op) if node is not None else None
    if isinstance(scalar_op, ps.Cast):
        return _threshold(node.inputs[0], lowering)
    if not isinstance(scalar_op, ps.GT | ps.GE | ps.LT | ps.LE):
        return None
    first, second = node.inputs
    above = isinstance(scalar_op, ps.GT | ps.GE)
    for x, t, x_first in ((first, second, True), (second, first, False)):
        threshold = lowering[t]
        if isinstance(lowering[x], Elements) and not isinstance(threshold, Elements):
            shape = lowering[x].shape
            if np.broadcast_shapes(shape, np.shape(threshold)) == shape:
                return x, threshold, above == x_first
    return None


def _moves(variable: Variable, lowering: Lowering) -> bool:
    """Return whether `variable` is a root of the graph, or given as one, that depends on the decisions."""
    if isinstance(variable, Constant) or (variable.owner is not None and variable not in lowering.given):
        return False
    return isinstance(lowering[variable], Elements)
