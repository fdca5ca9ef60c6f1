"""Operations that are a formula with a name: gradients see the name, what runs is the formula."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytensor
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.replace import graph_replace
from pytensor.graph.rewriting.basic import copy_stack_trace, node_rewriter
from pytensor.tensor.rewriting.basic import register_specialize

from graphopt import engine

from ....adopt import adopt
from ...gof.op import Op
from .. import basic as tensor

__all__ = ["LoweredOp", "local_lower"]


class LoweredOp(Op):
    """Base: a subclass defines `make_node` and `expression`."""

    def expression(self, *inputs: Variable) -> list[Variable]:
        """Return the outputs as expressions of the inputs."""
        raise NotImplementedError(f"{type(self).__name__} does not define expression(*inputs).")

    def outputs_of(self, node: Apply, inputs: Sequence[Variable]) -> list[Variable]:
        """Return `expression` of `inputs`, of the types the node promised."""
        values = adopt(self.expression(*inputs))
        return [
            tensor.patternbroadcast(tensor.cast(v, o.dtype), o.type.broadcastable)
            for v, o in zip(values, node.outputs)
        ]

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        run = node.tag.__dict__.get("_run")
        if run is None:
            dummies = [i.type() for i in node.inputs]
            run = node.tag._run = engine.compile(dummies, self.outputs_of(node, dummies), tier="now")
        for cell, value in zip(outputs, run(*inputs)):
            cell[0] = value

    def pulled_back(self, inputs: Any, grads: Any, n_differentiable: int) -> list[Variable]:
        """Return the gradients of `expression` with respect to the first inputs; others are disconnected."""
        dummies = [i.type() for i in inputs]  # for an input may be computed from another
        known = {
            o: g for o, g in zip(self.expression(*dummies), grads) if not isinstance(g.type, DisconnectedType)
        }
        found = pytensor.grad(
            None,
            dummies[:n_differentiable],
            known_grads=known,
            return_disconnected="disconnected",
            disconnected_inputs="ignore",
        )
        found = graph_replace(found, dict(zip(dummies, inputs)), strict=False)
        return [*found, *(DisconnectedType()() for _ in inputs[n_differentiable:])]


@register_specialize("fast_compile")
@node_rewriter([LoweredOp])
def local_lower(fgraph: Any, node: Apply) -> list[Variable]:
    """Replace the operation by its formula."""
    values = node.op.outputs_of(node, node.inputs)
    copy_stack_trace(node.outputs, values)
    return values
