"""Products of matrices in NumPy."""

from __future__ import annotations

from pytensor.graph.basic import Apply
from pytensor.tensor import math as tm
from pytensor.tensor.blas import BatchedDot
from pytensor.tensor.blockwise import Blockwise

from graphopt.engine.lines.expressions import Expression, as_dtype, expression_of


@expression_of.register(tm.Dot)
def _dot(op: tm.Dot, node: Apply, args: tuple[str, ...]) -> Expression:
    dtype = node.outputs[0].type.dtype
    x, y = (as_dtype(a, i.type.dtype, dtype) for a, i in zip(args, node.inputs))
    return Expression(f"{x}.dot({y})")


@expression_of.register(BatchedDot)
def _batched_dot(op: BatchedDot, node: Apply, args: tuple[str, ...]) -> Expression:
    x, y = args
    if all(i.type.broadcastable[0] == node.inputs[0].type.broadcastable[0] for i in node.inputs):
        line = f"if {x}.shape[0] != {y}.shape[0]: different_batches({x}, {y})"
        return Expression(
            f"np.matmul({x}, {y})", (line,), namespace={"different_batches": _different_batches}
        )
    return Expression(f"np.matmul({x}, {y})")


def _different_batches(x, y) -> None:
    raise ValueError(
        f"A batched product got shapes {x.shape} and {y.shape}; expected as many matrices in each."
    )


@expression_of.register(Blockwise)
def _blockwise(op: Blockwise, node: Apply, args: tuple[str, ...]) -> Expression | None:
    """Write batches of matrix products as one call; other blockwise operations are called."""
    x, y = (i.type for i in node.inputs[:2]) if len(node.inputs) == 2 else (None, None)
    if not isinstance(op.core_op, tm.Dot) or x.dtype != y.dtype or x.ndim != y.ndim:
        return None
    if any(a != b for a, b in zip(x.broadcastable[:-2], y.broadcastable[:-2])):
        return Expression(f"np.matmul({', '.join(args)})") if _known_batches(x, y) else None
    line = f"if {args[0]}.shape[:-2] != {args[1]}.shape[:-2]: different_batches({', '.join(args)})"
    return Expression(
        f"np.matmul({', '.join(args)})", (line,), namespace={"different_batches": _different_batches}
    )


def _known_batches(x, y) -> bool:
    """Return whether each batch axis is declared of length 1 in one of the operands."""
    return all(a or b for a, b in zip(x.broadcastable[:-2], y.broadcastable[:-2]))
