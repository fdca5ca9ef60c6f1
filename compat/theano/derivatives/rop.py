"""The R operator: how outputs move when inputs move."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import pytensor.gradient as ptg
from pytensor.gradient import (
    DisconnectedInputError,
    DisconnectedType,
    disconnected_type,
)
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.null_type import NullType
from pytensor.graph.op import Op as PyTensorOp
from pytensor.graph.replace import clone_replace

from ...adopt import adopt
from ..gof.op import Op
from ..gof.utils import get_variable_trace_string
from .arguments import like, listed


def Rop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    disconnected_outputs: str = "raise",
    return_disconnected: str = "zero",
) -> Any:
    """Return the Jacobian of `f` with respect to `wrt` times `eval_points`; a list or tuple as `f` is one.

    Parameters
    ----------
    f, wrt, eval_points : variable, or list or tuple of variables
        One evaluation point for each element of `wrt`, of as many dimensions.
    disconnected_outputs : {"raise", "warn", "ignore"}
        What to do when an element of `f` does not depend on `wrt`, or not differentiably.
    return_disconnected : {"zero", "None", "Disconnected"}
        What is returned for such an element.

    Raises
    ------
    ValueError
        If the dimensions of `wrt` and `eval_points` differ.
    DisconnectedInputError
        As asked for.
    """
    from ..tensor.basic import as_tensor_variable

    outputs, inputs, points = listed(f), listed(wrt), listed(eval_points)
    assert len(inputs) == len(points)
    inputs = [v if isinstance(v, Variable) else as_tensor_variable(v) for v in inputs]
    points = [v if isinstance(v, Variable) else as_tensor_variable(v) for v in points]
    for i, (variable, point) in enumerate(zip(inputs, points)):
        dimensions = getattr(variable.type, "ndim", None), getattr(point.type, "ndim", None)
        if None not in dimensions and dimensions[0] != dimensions[1]:
            raise ValueError(
                f"Element {i} of wrt/eval_point have mismatched dimensionality: "
                f"{dimensions[0]} versus {dimensions[1]}"
            )
    tangents = _Tangents(dict(zip(inputs, points)))
    results = []
    for output in outputs:
        tangent = tangents.of_output(output)
        if tangent is None:
            _complain_of_disconnected(output, disconnected_outputs)
            tangent = _stand_in(output, return_disconnected)
        results.append(tangent)
    return adopt(like(f, results))


class _Tangents:
    """How each variable moves when the inputs move along their evaluation points; None: nobody knows."""

    def __init__(self, points: dict[Variable, Variable]) -> None:
        self.points = points
        self.of_node: dict[Apply, Sequence] = {}

    def of_output(self, variable: Variable) -> Variable | None:
        """Return the tangent of an output, its node and all before it worked out."""
        if variable in self.points:
            return self.points[variable]
        if variable.owner is None:
            return None
        pending = [variable.owner]
        while pending:
            node = pending[-1]
            missing = [
                v.owner
                for v in node.inputs
                if v not in self.points and v.owner is not None and v.owner not in self.of_node
            ]
            if missing:
                pending += missing
                continue
            pending.pop()
            if node not in self.of_node:
                local = [_of_type_of(v, self.known(v)) for v in node.inputs]
                self.of_node[node] = _forward(node, local)
        return self.known(variable)

    def known(self, variable: Variable) -> Variable | None:
        """Return the tangent of a variable whose node has been worked out."""
        if variable in self.points:
            return self.points[variable]
        if variable.owner is not None:
            return self.of_node[variable.owner][variable.owner.outputs.index(variable)]
        try:
            return adopt(variable.zeros_like())
        except Exception:  # a random state, for one, has no zeros
            return None


def _of_type_of(variable: Variable, tangent: Variable | None) -> Variable | None:
    """Return `tangent` in the dtype of `variable`, as the R operators of Ops expect it."""
    if tangent is None or not hasattr(variable.type, "dtype"):
        return tangent
    if tangent.type.dtype != variable.type.dtype:
        tangent = tangent.astype(variable.type.dtype)
    return adopt(tangent)


def _forward(node: Apply, points: list[Variable | None]) -> Sequence[Variable | None]:
    """Return the tangents of the outputs of `node` when its inputs move along `points`."""
    if isinstance(node.op, Op):
        return node.op.R_op(list(node.inputs), points)
    tangents = [disconnected_type() if p is None else p for p in points]
    kind = type(node.op)
    if kind.pushforward is PyTensorOp.pushforward and kind.R_op is PyTensorOp.R_op:
        results = _forward_by_pulling_back_twice(node, points)
    else:
        try:
            results = node.op.pushforward(list(node.inputs), list(node.outputs), tangents)
        except NotImplementedError:
            results = _forward_by_pulling_back_twice(node, points)
    results = list(results) if isinstance(results, list | tuple) else [results]
    return [None if r is None or isinstance(r.type, DisconnectedType) else adopt(r) for r in results]


def _forward_by_pulling_back_twice(node: Apply, points: list) -> list[Variable | None]:
    """Return what `_forward` does, for an operation that knows only its gradient.

    The gradient is linear in what flows back, so its own gradient with respect to that is the wanted product
    (J. Towns, "A new trick for calculating Jacobian vector products", 2017).
    """
    moved = [i for i, p in enumerate(points) if p is not None]
    arriving = [o.type() for o in node.outputs]
    leaving = node.op.pullback(list(node.inputs), list(node.outputs), arriving)
    known = OrderedDict(
        (leaving[i], points[i])
        for i in moved
        if not isinstance(leaving[i].type, NullType | DisconnectedType) and leaving[i] not in arriving
    )
    if not known:
        return [None] * len(node.outputs)
    zeros = {v: o.zeros_like() for v, o in zip(arriving, node.outputs)}
    results = ptg.grad(
        None, arriving, known_grads=dict(known), disconnected_inputs="ignore", return_disconnected="none"
    )
    wanted = [r for r in results if r is not None]
    replaced = iter(clone_replace(wanted, zeros) if wanted else [])
    return [None if r is None else next(replaced) for r in results]


def _complain_of_disconnected(variable: Variable, wish: str) -> None:
    """Raise, warn or do nothing, as asked, about an output that does not depend on the inputs."""
    if wish == "raise":
        raise DisconnectedInputError(get_variable_trace_string(variable))
    if wish == "warn":
        warnings.warn(
            "Rop method was asked to compute the gradient with respect to a variable that is not part of the "
            "computational graph of variables in wrt, or is used only by a non-differentiable operator: "
            f"{variable}",
            stacklevel=3,
        )
    elif wish != "ignore":
        raise ValueError(
            "Invalid value for keyword 'disconnected_inputs', valid values are 'ignore', 'warn' and 'raise'."
        )


def _stand_in(variable: Variable, wish: str) -> Variable | None:
    """Return what stands for the derivative of a disconnected output."""
    made: dict[str, Callable] = {
        "zero": variable.zeros_like,
        "none": lambda: None,
        "disconnected": disconnected_type,
    }
    if wish.lower() not in made:
        raise ValueError(
            "Invalid value for keyword 'return_disconnected', valid values are 'zero', 'None' and "
            "'Disconnected'."
        )
    return made[wish.lower()]()
