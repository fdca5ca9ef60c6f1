"""Truth values that depend on the decisions, as the numbers 0 and 1: functions that jump."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from pytensor import scalar as ps

from graphopt.structure.forms import Form, added, scaled, shifted
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.elements import Elements, Value, form_of, is_form, value_of

PARTIAL = {"log", "log1p", "sqrt", "reciprocal", "power"}
"""Functions that are not defined everywhere."""


def step(build: Builder, x: Form, test: str) -> Form:
    """Return 1 where ``x > 0`` (or ``x >= 0``, as `test` says) and 0 elsewhere."""
    if test == ">":
        return build.apply("step", x)
    return shifted(scaled(build.apply("step", scaled(x, -1.0)), -1.0), 1.0)


def as_number(build: Builder, value: Value) -> Value:
    """Return `value` with truth values as 0 and 1."""
    if not is_form(value) or not value.test:
        return value
    return value_of(step(build, value.form, value.test), value.shape)


def equal(build: Builder, x: Form, y: Form) -> Form:
    """Return 1 where ``x == y`` and 0 elsewhere."""
    return shifted(scaled(unequal(build, x, y), -1.0), 1.0)


def unequal(build: Builder, x: Form, y: Form) -> Form:
    """Return 1 where ``x != y`` and 0 elsewhere."""
    difference = added(x, scaled(y, -1.0))
    return added(build.apply("step", difference), build.apply("step", scaled(difference, -1.0)))


def both(build: Builder, x: Form, y: Form) -> Form:
    """Return whether both of two numbers, 0 or 1, are 1."""
    return build.relu(shifted(added(x, y), -1.0))


def either(build: Builder, x: Form, y: Form) -> Form:
    """Return whether one of two numbers, 0 or 1, is 1."""
    return added(added(x, y), scaled(both(build, x, y), -1.0))


def one_of_two(build: Builder, x: Form, y: Form) -> Form:
    """Return whether just one of two numbers, 0 or 1, is 1."""
    return added(added(x, y), scaled(both(build, x, y), -2.0))


LOGICAL = {ps.AND: both, ps.OR: either, ps.XOR: one_of_two}
"""Operations on two truth values."""


def logical(build: Builder, op: ps.ScalarOp, inputs: Sequence[Form]) -> Form:
    """Return an operation on truth values that are 0 and 1."""
    return reduce(lambda x, y: LOGICAL[type(op)](build, x, y), inputs)


def floor(build: Builder, x: Form) -> Form:
    """Return the largest whole number that is not above `x`."""
    return build.apply("floor", x)


def ceiling(build: Builder, x: Form) -> Form:
    """Return the smallest whole number that is not below `x`."""
    return scaled(floor(build, scaled(x, -1.0)), -1.0)


def truncated(build: Builder, x: Form) -> Form:
    """Return `x` rounded towards 0."""
    positive, negative = build.relu(x), build.relu(scaled(x, -1.0))
    return added(floor(build, positive), scaled(floor(build, negative), -1.0))


def sign(build: Builder, x: Form) -> Form:
    """Return -1, 0 or 1."""
    return added(build.apply("step", x), scaled(build.apply("step", scaled(x, -1.0)), -1.0))


def defined_everywhere(build: Builder, *values: Value) -> bool:
    """Return whether nothing that `values` are made of has points where it is not defined."""
    waiting = [g for value in values for g in form_of(value).terms]
    seen: set[int] = set()
    while waiting:
        g = waiting.pop()
        if g in seen:
            continue
        seen.add(g)
        group = build.groups[g]
        steps = [s.function for s in group.parameter.steps] if group.function == "curve" else [group.function]
        if PARTIAL & set(steps):
            return False
        waiting += [h for a in group.arguments for h in a.terms]
    return True


def stepped(build: Builder, condition: Elements, one: Value, other: Value) -> Form | None:
    """Return ``switch(condition, one, other)``, None where one of them may not be defined where the other is
    taken.

    `condition` holds truth values, or numbers 0 and 1.
    """
    if not defined_everywhere(build, one, other):
        return None
    first, second = form_of(one), form_of(other)
    if not (np.isfinite(first.constant).all() and np.isfinite(second.constant).all()):
        return None
    taken = form_of(as_number(build, condition))
    return added(second, build.multiply(taken, added(first, scaled(second, -1.0))))
