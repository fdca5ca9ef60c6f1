"""Elementwise parts of a graph that are a function of one number each, read as curves.

``x * sigmoid(x)``, ``x * (1 + erf(x))``, ``where(x > 0, x, exp(x) - 1)`` and any other expression whose
elements depend on one element of one variable each: bounds of the whole are much tighter than those of its
steps, which forget that they move together.
"""

from __future__ import annotations

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.elemwise import Elemwise

from graphopt.structure.curve import Curve, curve_of
from graphopt.structure.forms import Form, added, constant_form, group_form, placed, scaled, shifted, taken
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.composition import MOST_CURVES, MOST_STEPS
from graphopt.structure.lowering.elements import Elements, Value, form_of, is_form, shape_of, value_of
from graphopt.structure.lowering.graph import Lowering, NotLowered
from graphopt.structure.lowering.simplification import simplified
from graphopt.structure.program import Program

MOST_NODES = 60
"""Operations that a curve is read from."""


def dominator(node: Apply, lowering: Lowering) -> Variable | None:
    """Return the variable nearest to `node` that all its inputs are elementwise functions of, if there is."""
    if not isinstance(node.op, Elemwise | ps.ScalarOp) or len(node.outputs) > 1:
        return None
    moving = list(dict.fromkeys(i for i in node.inputs if is_form(lowering[i])))
    if len({shape_of(lowering[i]) for i in moving}) != 1:
        return None
    paths = [_up(i, lowering) for i in moving]
    common = set(paths[0]).intersection(*paths[1:])
    return next((v for v in paths[0] if v in common), None)


def _up(variable: Variable, lowering: Lowering) -> list[Variable]:
    """Return a variable, its dominator, the dominator of that and so on."""
    path = [variable]
    while path[-1] in lowering.dominators and len(path) <= MOST_NODES:
        path.append(lowering.dominators[path[-1]])
    return path


def with_curves(node: Apply, lowering: Lowering, found: Value) -> Value:
    """Return the output of an elementwise `node`, lowered to `found`, as a curve if it is one."""
    source = dominator(node, lowering)
    if source is None or not is_form(found) or found.shape != shape_of(lowering[source]):
        return found
    lowering.dominators[node.outputs[0]] = source
    inputs = [i for i in node.inputs if is_form(lowering[i])]
    if inputs == [source]:
        if source not in lowering.curved:
            return found
        if set(found.form.terms) <= set(lowering[source].form.terms):  # affine in a curve
            lowering.curved.add(node.outputs[0])
            return found
        while source in lowering.curved:  # the whole may be simpler than its parts
            source = lowering.dominators[source]
    if not lowering.curves or found.test or lowering[source].test or not found.size:
        return found
    curve = _as_curve(node.outputs[0], source, lowering)
    if curve is None:
        return found
    lowering.curved.add(node.outputs[0])
    return value_of(curve, found.shape)


def _as_curve(output: Variable, source: Variable, lowering: Lowering) -> Form | None:
    """Return `output` as a curve of `source`, None where it is none or piecewise linear."""
    numbers = _numbers(output, source, lowering)
    if numbers is None:
        return None
    x, size = lowering[source].form, lowering[source].size
    columns = [np.broadcast_to(lowering[v], lowering[source].shape).ravel() for v in numbers]
    table, kind = np.zeros((0, 1)), np.zeros(size, dtype=int)
    if columns:
        table, kind = np.unique(np.stack(columns).astype(np.float64), axis=1, return_inverse=True)
    if table.shape[1] > MOST_CURVES:
        return None
    result = constant_form(np.zeros(size))
    for k, row in enumerate(table.T):
        curve = _curve(output, source, dict(zip(numbers, row, strict=True)), lowering)
        if curve is None:
            return None
        here = np.flatnonzero(np.ravel(kind) == k)
        result = added(result, placed(applied(lowering.builder, curve, taken(x, here)), here, size))
    return result


def _numbers(output: Variable, source: Variable, lowering: Lowering) -> list[Variable] | None:
    """Return the variables between `source` and `output` that do not depend on the decisions, None where
    there is too much in between."""
    numbers: list[Variable] = []
    waiting, seen = [output], {source}
    while waiting:
        variable = waiting.pop()
        if variable in seen:
            continue
        seen.add(variable)
        if variable is output or is_form(lowering[variable]):
            waiting += variable.owner.inputs
            if len(seen) > MOST_NODES:
                return None
        else:
            numbers.append(variable)
    return numbers


def _curve(
    output: Variable, source: Variable, numbers: dict[Variable, float], lowering: Lowering
) -> Curve | None:
    """Return `output` as a function of one element of `source`, None if piecewise linear or too long."""
    builder = Builder(1)
    values: dict[Variable, Value] = {
        source: Elements(group_form(0, 1), (1,) * len(shape_of(lowering[source])))
    }
    for variable, number in numbers.items():
        array = np.asarray(lowering[variable])
        values[variable] = np.full((1,) * array.ndim, number, dtype=array.dtype)
    try:
        (found,) = Lowering(builder, values, curves=False).values_of([output])
    except NotLowered:
        return None
    if not is_form(found):
        return None
    program = simplified(Program(tuple(builder.groups), (form_of(found),)))
    functions = {group.function for group in program.groups[1:]}
    if functions <= {"relu"} or sum(g.size for g in program.groups[1:]) > MOST_STEPS:
        return None
    return curve_of(program)


def applied(build: Builder, curve: Curve, x: Form) -> Form:
    """Return the curve of `x`, as a function of the program if it is made of one."""
    if len(curve.steps) > 1:
        return build.apply("curve", x, parameter=curve)
    (step,) = curve.steps
    weights = dict(curve.output.terms)
    inside = [shifted(scaled(x, dict(a.terms).get(0, 0.0)), a.constant) for a in step.arguments]
    value = build.apply(step.function, *inside, parameter=step.parameter)
    result = added(scaled(x, weights.get(0, 0.0)), scaled(value, weights.get(1, 0.0)))
    return shifted(result, curve.output.constant)
