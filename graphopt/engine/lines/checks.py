"""Assertions in the middle of a graph, as ``if`` lines."""

from __future__ import annotations

from pytensor.graph.basic import Apply
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor.type import TensorType

from graphopt.engine.lines.expressions import Expression, expression_of


@expression_of.register(CheckAndRaise)
def _check(op: CheckAndRaise, node: Apply, args: tuple[str, ...]) -> Expression | None:
    """Hand the value on when every condition holds; raise the operation's own error when one does not."""
    if any(isinstance(i.type, TensorType) and i.type.ndim for i in node.inputs[1:]):
        return None
    value, *conditions = args
    refuse = f"refuse_{'_'.join(args)}"

    def refuse_value() -> None:
        raise op.exc_type(op.msg)

    line = f"if not ({' and '.join(conditions) or True}): {refuse}()"
    return Expression(value, (line,), namespace={refuse: refuse_value}, shares=(0,))
