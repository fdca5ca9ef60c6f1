"""The solution of a problem as an expression in a PyTensor graph, with its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue
from graphopt.parametric import ParametricProblem, SolvedState, is_float
from graphopt.problem.problem import Problem
from graphopt.solvers.local.multistart import MultiStart
from graphopt.solving import checked_solver

__all__ = ["argmin"]


def argmin(
    problem: Problem, *, solver: Any = None, x0: Any = None
) -> TensorVariable | dict[str, TensorVariable]:
    """Return the solution of `problem` as an expression of its parameters.

    Parameters
    ----------
    problem : Problem
        Its parameters are the keys of ``fixed`` and the shared variables (weights) of its expressions; the
        values of ``fixed`` only tell their shapes.
    solver, x0
        As for `solve`, which runs whenever the expression is evaluated.

    Returns
    -------
    expression of the shape of the only variable, or a dict of these by name
        Differentiable by every parameter of a float type with `pytensor.grad`. The gradient is that of the
        local solution that is found; where it has none on both sides, `DegenerateArgmin` is warned of and
        that of one side returned.

    Raises
    ------
    NotSolved
        When the expression is evaluated and the problem has no solution there.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> from graphopt import Problem, Variable, engine
    >>> x, a = pt.vector("x", shape=(2,)), pt.vector("a", shape=(2,))
    >>> nearest = argmin(
    ...     Problem(minimize=pt.sum((x - a) ** 2), variables=[Variable(x, 0, 1)], fixed={a: [0, 0]})
    ... )
    >>> f = engine.compile([a], [nearest, pt.grad(pt.sum(nearest), a)], tier="now")
    >>> [v.round(6).tolist() for v in f([0.25, 2.0])]
    [[0.25, 1.0], [1.0, 0.0]]
    """
    if not isinstance(problem, Problem):
        raise InvalidType(f"argmin came with {type(problem).__name__}; expected graphopt.Problem.")
    if problem.discrete:
        kinds = ", ".join(
            f"{v.name!r} ({' and '.join(sorted({*np.ravel(v.kind)} - {'real'}))})"
            for v in problem.variables
            if v.discrete
        )
        raise InvalidValue(
            f"argmin: {kinds} came; expected real variables, because whole numbers and choices jump where "
            "parameters move and have no gradient. Hold them with fixed=, or leave kind= out."
        )
    if solver is not None and not isinstance(solver, MultiStart):
        checked_solver(solver)
    parametric = ParametricProblem(problem, solver, x0)
    outputs = ArgMin(parametric)(*parametric.given, return_list=True)[: len(problem.variables)]
    named = {v.name: x for v, x in zip(problem.variables, outputs, strict=True)}
    return outputs[0] if len(outputs) == 1 else named


class ArgMin(Op):
    """``parameters -> (x of each variable, free, multipliers, active)``; the last three for the gradient."""

    __props__ = ("parametric",)

    def __init__(self, parametric: ParametricProblem) -> None:
        self.parametric = parametric

    def make_node(self, *parameters: Any) -> Apply:
        own = self.parametric.inputs
        given = [inner.type.filter_variable(p) for inner, p in zip(own, parameters, strict=True)]
        x = [pt.tensor(v.name, shape=v.shape, dtype="float64") for v in self.parametric.problem.variables]
        n = self.parametric.lower.size
        state = [pt.tensor(shape=(n,), dtype="bool"), pt.vector(dtype="float64"), pt.vector(dtype="bool")]
        return Apply(self, given, [*x, *state])

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        found = self.parametric.solve(inputs)
        x = [np.array(part) for part in self.parametric.problem.named(found.x).values()]
        for storage, value in zip(output_storage, [*x, found.free, found.multipliers, found.active]):
            storage[0] = value

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list:
        count = len(self.parametric.problem.variables)
        x, cotangents = outputs[:count], cotangents[:count]
        flat = pt.concatenate(
            [
                pt.zeros((int(np.prod(v.type.shape)),)) if isinstance(c.type, DisconnectedType) else c.ravel()
                for v, c in zip(x, cotangents, strict=True)
            ]
        )
        at = pt.concatenate([v.ravel() for v in x])
        slopes = iter(ArgMinGradient(self.parametric)(flat, at, *outputs[count:], *inputs, return_list=True))
        return [pt.cast(next(slopes), i.type.dtype) if is_float(i) else DisconnectedType()() for i in inputs]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        count = len(self.parametric.problem.variables)
        return [[is_float(i)] * count + [False] * 3 for i in node.inputs]


class ArgMinGradient(Op):
    """``(cotangent, x, free, multipliers, active, *parameters) -> gradients`` by the float parameters."""

    __props__ = ("parametric",)

    def __init__(self, parametric: ParametricProblem) -> None:
        self.parametric = parametric

    def make_node(self, *inputs: Any) -> Apply:
        floats = [p for p in self.parametric.inputs if is_float(p)]
        return Apply(self, list(inputs), [pt.tensor(shape=p.type.shape, dtype="float64") for p in floats])

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        cotangent, x, free, multipliers, active, *values = inputs
        gradients = self.parametric.pullback(SolvedState(x, free, multipliers, active), values, cotangent)
        for storage, gradient in zip(output_storage, gradients, strict=True):
            storage[0] = np.asarray(gradient, dtype=np.float64)

    def infer_shape(self, fgraph: Any, node: Apply, shapes: Any) -> list:
        return [shape for shape, p in zip(shapes[5:], self.parametric.inputs, strict=True) if is_float(p)]
