"""Elementwise operations as forms: one row of a table for each scalar operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply
from pytensor.scalar import math as psm
from pytensor.tensor.elemwise import Elemwise

from graphopt.structure.forms import Form, added, constant_form, scaled, shifted
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.curve_recognition import with_curves
from graphopt.structure.lowering.elements import (
    Elements,
    Value,
    broadcast,
    form_of,
    shape_of,
    stretched,
    value_of,
)
from graphopt.structure.lowering.graph import TAKES_TRUTH, Lowering, lower_op, not_lowered
from graphopt.structure.lowering.jumps import (
    LOGICAL,
    as_number,
    ceiling,
    equal,
    floor,
    logical,
    sign,
    truncated,
    unequal,
)
from graphopt.structure.lowering.quotients import divided, logarithm
from graphopt.structure.lowering.rows import moving_rows
from graphopt.structure.lowering.switches import AWARE_OF_TESTS, lower_aware


def _negative(x: Form) -> Form:
    return scaled(x, -1.0)


def _one(function: str) -> Callable[[Builder, Form], Form]:
    """Return the rule of an operation that is a function of the program."""
    return lambda build, x: build.apply(function, x)


def _cosh(build: Builder, x: Form) -> Form:
    return scaled(added(build.apply("exp", x), build.apply("exp", _negative(x))), 0.5)


def _sinh(build: Builder, x: Form) -> Form:
    return scaled(added(build.apply("exp", x), _negative(build.apply("exp", _negative(x)))), 0.5)


def _reciprocal(build: Builder, x: Form) -> Form:
    return divided(build, constant_form(np.ones(x.size)), x)


def _tan(build: Builder, x: Form) -> Form:
    return divided(build, build.apply("sin", x), build.apply("cos", x))


def _add(build: Builder, *terms: Form) -> Form:
    return build.unmirrored(reduce(added, terms))


def _multiply(build: Builder, *factors: Form) -> Form:
    """Return the product, constants first."""
    order = sorted(factors, key=lambda f: bool(moving_rows(f).any()))
    return reduce(build.multiply, order)


def _remainder(build: Builder, x: Form, y: Form) -> Form:
    """Return what is left of x, of the sign of y, when whole multiples of y are taken off."""
    return _add(build, x, _negative(build.multiply(y, floor(build, divided(build, x, y)))))


RULES: dict[type, Callable[..., Form]] = {
    ps.Add: _add,
    ps.Sub: lambda build, x, y: _add(build, x, _negative(y)),
    ps.Neg: lambda build, x: _negative(x),
    ps.Mul: _multiply,
    ps.TrueDiv: divided,
    ps.Reciprocal: _reciprocal,
    ps.Identity: lambda build, x: x,
    ps.Abs: Builder.absolute,
    ps.Maximum: Builder.maximum,
    ps.Minimum: Builder.minimum,
    ps.Clip: lambda build, x, low, high: build.minimum(build.maximum(x, low), high),
    ps.Exp: _one("exp"),
    ps.Exp2: lambda build, x: build.apply("exp", scaled(x, np.log(2.0))),
    ps.Expm1: lambda build, x: shifted(build.apply("exp", x), -1.0),
    ps.Log: logarithm,
    ps.Log1p: lambda build, x: logarithm(build, shifted(x, 1.0)),
    ps.Log2: lambda build, x: scaled(logarithm(build, x), 1 / np.log(2.0)),
    ps.Log10: lambda build, x: scaled(logarithm(build, x), 1 / np.log(10.0)),
    ps.Sqr: Builder.square,
    ps.Sqrt: _one("sqrt"),
    ps.Sin: _one("sin"),
    ps.Cos: _one("cos"),
    ps.Tan: _tan,
    ps.ArcTan: _one("arctan"),
    ps.Tanh: _one("tanh"),
    ps.Cosh: _cosh,
    ps.Sinh: _sinh,
    ps.Deg2Rad: lambda build, x: scaled(x, np.pi / 180),
    ps.Rad2Deg: lambda build, x: scaled(x, 180 / np.pi),
    ps.Floor: floor,
    ps.Ceil: ceiling,
    ps.Trunc: truncated,
    ps.RoundHalfToEven: _one("round"),
    ps.RoundHalfAwayFromZero: lambda build, x: build.apply("round", x, parameter=1.0),
    ps.Sign: sign,
    ps.IntDiv: lambda build, x, y: floor(build, divided(build, x, y)),
    ps.Mod: _remainder,
    ps.EQ: equal,
    ps.NEQ: unequal,
    psm.Sigmoid: _one("sigmoid"),
    psm.Softplus: _one("softplus"),
    psm.Erf: _one("erf"),
    psm.Erfc: lambda build, x: shifted(_negative(build.apply("erf", x)), 1.0),
}
"""``(builder, *forms of one size) -> form``."""


TAKES_TRUTH.update((Elemwise, ps.ScalarOp))


@lower_op.register(Elemwise)
def _elemwise(op: Elemwise, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    return [with_curves(node, lowering, elementwise(op.scalar_op, node, lowering, inputs)[0])]


@lower_op.register(ps.ScalarOp)
def _scalar(op: ps.ScalarOp, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    return [with_curves(node, lowering, elementwise(op, node, lowering, inputs)[0])]


def elementwise(op: ps.ScalarOp, node: Apply, lowering: Lowering, inputs: Sequence[Value]) -> list[Value]:
    """Return the outputs of a scalar operation over arrays of forms."""
    if isinstance(op, ps.Composite):
        inputs = broadcast(inputs)[0]
        return lowering.inside(op.fgraph.inputs, inputs, op.fgraph.outputs)
    if isinstance(op, ps.Second):
        return [stretched(inputs[1], np.broadcast_shapes(*(shape_of(v) for v in inputs)))]
    if isinstance(op, AWARE_OF_TESTS):
        found = lower_aware(op, node, lowering, inputs)
        if found is not None:
            return [found]
    inputs, shape = broadcast([as_number(lowering.builder, v) for v in inputs])
    if type(op) in LOGICAL:
        if node.outputs[0].type.dtype != "bool":
            raise not_lowered(node, "it counts with bits")
        return [value_of(logical(lowering.builder, op, list(map(form_of, inputs))), shape)]
    if isinstance(op, ps.Pow):
        return [value_of(_power(node, lowering.builder, *inputs), shape)]
    if type(op) not in RULES:
        raise not_lowered(node, "it is neither affine nor made of the functions that bounds are known for")
    return [value_of(RULES[type(op)](lowering.builder, *map(form_of, inputs)), shape)]


def _power(node: Apply, build: Builder, base: Value, exponent: Value) -> Form:
    """Return ``base ** exponent``, one of them constant."""
    if isinstance(exponent, Elements):
        if not isinstance(base, Elements) and np.all(base > 0):
            return build.apply("exp", scaled(exponent.form, np.log(np.ravel(base).astype(np.float64))))
        raise not_lowered(node, "its exponent depends on the decisions")
    exponents = np.unique(exponent)
    if len(exponents) > 1:
        raise not_lowered(node, f"it has several exponents, {exponents}")
    return raised(build, base.form, float(exponents[0]))


def raised(build: Builder, x: Form, exponent: float) -> Form:
    """Return ``x ** exponent``: squares of squares, roots and reciprocals where these do."""
    if exponent == 0:
        return constant_form(np.ones(x.size))
    if exponent < 0:
        return _reciprocal(build, raised(build, x, -exponent))
    if exponent == 1:
        return x
    if exponent == 0.5:
        return build.apply("sqrt", x)
    if exponent % 2 == 0:
        return build.square(raised(build, x, exponent / 2))
    return build.apply("power", x, parameter=exponent)
