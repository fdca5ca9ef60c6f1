"""Choices between two forms where they meet: the kinks of relu, leaky relu, elu and their kin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.traversal import ancestors

from graphopt.structure.builder import Builder
from graphopt.structure.elements import Elements, Value, broadcast, form_of, stretched, value_of
from graphopt.structure.forms import Form, added, constant_form, scaled, shifted
from graphopt.structure.lowering import Lowering, NotLowered, not_lowered
from graphopt.structure.rows import moving_rows, ratio

AWARE_OF_TESTS = (ps.GT, ps.GE, ps.LT, ps.LE, ps.Invert, ps.Switch, ps.Cast, ps.Mul)
"""Scalar operations that make or take truth values."""

OPPOSITE = {">": ">=", ">=": ">"}


def lower_aware(op: ps.ScalarOp, node: Apply, lowering: Lowering, inputs: Sequence[Value]) -> Value | None:
    """Return the value of an operation that makes or takes truth values, None if it does neither here."""
    if isinstance(op, ps.Switch):
        return _switch(node, lowering, *inputs)
    tests = [isinstance(v, Elements) and bool(v.test) for v in inputs]
    if isinstance(op, ps.Cast):
        if not tests[0] and node.outputs[0].type.dtype.startswith(("int", "uint", "bool")):
            raise not_lowered(node, "it rounds")
        return inputs[0]
    if isinstance(op, ps.Mul):
        return _gated(node, lowering, inputs, tests) if any(tests) else None
    if any(tests) and not isinstance(op, ps.Invert):
        raise not_lowered(node, "it compares truth values")
    if isinstance(op, ps.Invert):
        if not tests[0]:
            raise not_lowered(node, "it turns bits")
        (test,) = inputs
        return Elements(scaled(test.form, -1.0), test.shape, OPPOSITE[test.test])
    (first, second), shape = broadcast(inputs)
    if isinstance(op, ps.LT | ps.LE):
        first, second = second, first
    difference = added(form_of(first), scaled(form_of(second), -1.0))
    return value_of(difference, shape, ">" if isinstance(op, ps.GT | ps.LT) else ">=")


def _gated(node: Apply, lowering: Lowering, inputs: Sequence[Value], tests: list[bool]) -> Value:
    """Return ``(c > 0) * x``, which is a choice between x and 0."""
    if sum(tests) > 1:
        raise not_lowered(node, "it multiplies truth values")
    values, shape = broadcast(inputs)
    build = lowering.builder
    factors = [form_of(v) for v, test in zip(values, tests) if not test]
    product = constant_form(np.ones(factors[0].size)) if factors else None
    for factor in factors:
        product = build.multiply(product, factor)
    test = values[tests.index(True)]
    found = chosen(build, test.form, product, constant_form(np.zeros(product.size)))
    if found is None:
        raise not_lowered(node, "it jumps where the comparison changes")
    return value_of(found, shape)


def _switch(node: Apply, lowering: Lowering, condition: Value, one: Value, other: Value) -> Value:
    """Return ``switch(condition, one, other)``."""
    (condition, one, other), shape = broadcast([condition, one, other])
    if not isinstance(condition, Elements):
        where = np.asarray(condition, dtype=bool).ravel()
        first, second = scaled(form_of(one), where * 1.0), scaled(form_of(other), ~where * 1.0)
        return value_of(added(first, second), shape)
    if not condition.test:
        raise not_lowered(node, "its condition is a number that depends on the decisions")
    found = chosen(lowering.builder, condition.form, form_of(one), form_of(other))
    if found is None:
        found = _cut(node, lowering, shape)
    if found is None:
        raise not_lowered(
            node, "its two branches do not meet where the condition changes, or are no function of it alone"
        )
    return value_of(found, shape)


def chosen(build: Builder, test: Form, one: Form, other: Form) -> Form | None:
    """Return `one` where ``test > 0`` and `other` elsewhere if their difference is a multiple of `test`."""
    difference = added(one, scaled(other, -1.0))
    moves = moving_rows(difference)
    factor = ratio(difference, test)
    factor[~moves & (difference.constant == 0)] = 0.0
    if not np.isfinite(factor).all():
        return None
    return build.unmirrored(added(other, scaled(build.relu(test), factor)))


def _cut(node: Apply, lowering: Lowering, shape: tuple[int, ...]) -> Form | None:
    """Return a choice between two functions of one variable: each on its own side of the threshold.

    ``switch(x > t, a(x), b(x))`` is ``a(max(x, t)) + b(min(x, t)) - a(t)`` if a and b meet at t.
    """
    found = _threshold(node.inputs[0], lowering)
    if found is None:
        return None
    variable, threshold, above = found
    x = lowering[variable]
    limit = stretched(np.asarray(threshold, dtype=np.float64), x.shape)
    build = lowering.builder
    branches = node.inputs[1:] if above else node.inputs[:0:-1]
    upper = value_of(build.maximum(x.form, constant_form(limit)), x.shape)
    lower = value_of(build.minimum(x.form, constant_form(limit)), x.shape)
    blocked = {variable}
    for branch in branches:
        if any(_free(v, lowering, blocked) for v in ancestors([branch], blockers=[variable])):
            return None
    try:
        meets = [lowering.again({variable: limit}, branch) for branch in branches]
        first = lowering.again({variable: upper}, branches[0])
        second = lowering.again({variable: lower}, branches[1])
    except NotLowered:
        return None
    one, other = (np.broadcast_to(m, shape).astype(np.float64).ravel() for m in meets)
    if not np.allclose(one, other, rtol=1e-12, atol=1e-12):
        return None
    first, second = stretched(first, shape), stretched(second, shape)
    return added(form_of(first), shifted(form_of(second), -one))


def _threshold(condition: Variable, lowering: Lowering) -> tuple[Variable, np.ndarray, bool] | None:
    """Return x, t and True of a condition ``x > t``, or with False of ``x < t``; None for others."""
    node = condition.owner
    scalar_op = getattr(node.op, "scalar_op", node.op) if node is not None else None
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


def _free(variable: Variable, lowering: Lowering, blocked: set[Variable]) -> bool:
    """Return whether a root of a branch depends on the decisions other than through what is blocked."""
    if variable in blocked or variable.owner is not None or isinstance(variable, Constant):
        return False
    return isinstance(lowering[variable], Elements)
