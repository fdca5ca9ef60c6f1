"""Operations that make, move and join axes, in NumPy: no arithmetic, only shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.compile.ops import DeepCopyOp, ViewOp
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.tensor import basic as tb
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.reshape import JoinDims, SplitDims
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape

from graphopt.engine.lines.expressions import Expression, expression_of


@expression_of.register(DimShuffle)
def _dimshuffle(op: DimShuffle, node: Apply, args: tuple[str, ...]) -> Expression:
    (x,) = args
    ndim = node.inputs[0].type.ndim
    if ndim == 0:
        return Expression(f"np.array({x}, ndmin={len(op.new_order)})")
    kept = [o for o in op.new_order if o != "x"]
    dropped = [axis for axis in range(ndim) if axis not in kept]
    ranks = {axis: rank for rank, axis in enumerate(sorted(kept))}
    permutation = [ranks[axis] for axis in kept]
    before, namespace = _droppable(node, x, dropped)
    text = x
    if permutation == sorted(permutation):  # nothing moves: one index drops and adds axes
        entries, old = [], 0
        for o in op.new_order:
            while o != "x" and old < o:
                entries.append("0")
                old += 1
            entries.append("None" if o == "x" else ":")
            old += o != "x"
        entries += ["0"] * (ndim - old)
        if any(entry != ":" for entry in entries):
            text += f"[{', '.join(entries)}]"
        return Expression(text, before, namespace=namespace, shares=(0,))
    if dropped:
        text += "[" + ", ".join("0" if axis in dropped else ":" for axis in range(ndim)) + "]"
    text += ".T" if permutation == sorted(permutation, reverse=True) else f".transpose({tuple(permutation)})"
    if "x" in op.new_order:
        text += "[" + ", ".join("None" if o == "x" else ":" for o in op.new_order) + "]"
    return Expression(text, before, namespace=namespace, shares=(0,))


def _droppable(node: Apply, x: str, dropped: list[int]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the line that refuses to drop an axis that turns out longer than 1."""
    unknown = [axis for axis in dropped if node.inputs[0].type.shape[axis] != 1]
    if not unknown:
        return (), {}
    test = " or ".join(f"{x}.shape[{axis}] != 1" for axis in unknown)
    return (f"if {test}: not_droppable({x}, {tuple(unknown)})",), {"not_droppable": _not_droppable}


def _not_droppable(x: np.ndarray, axes: tuple[int, ...]) -> None:
    raise ValueError(
        f"Cannot drop axes {axes} of an array of shape {x.shape}: a dropped axis must have length 1."
    )


@expression_of.register(Reshape)
def _reshape(op: Reshape, node: Apply, args: tuple[str, ...]) -> Expression:
    x, shape = args
    target = node.inputs[1]
    if isinstance(target, Constant):
        shape = str(tuple(int(n) for n in np.atleast_1d(target.data)))
    method = f"{x}.reshape({shape})" if node.inputs[0].type.ndim else f"np.reshape({x}, {shape})"
    if isinstance(target, Constant) or target.type.shape != (None,) or _is_written_out(target):
        return Expression(method, shares=(0,))
    line = f"if len({shape}) != {op.ndim}: wrong_number_of_lengths({shape}, {op.ndim})"
    return Expression(
        method, (line,), namespace={"wrong_number_of_lengths": _wrong_number_of_lengths}, shares=(0,)
    )


def _is_written_out(vector: Variable) -> bool:
    return vector.owner is not None and isinstance(vector.owner.op, tb.MakeVector)


def _wrong_number_of_lengths(shape: np.ndarray, ndim: int) -> None:
    raise ValueError(f"Reshape to {ndim} dimensions got {len(shape)} lengths: {shape.tolist()}.")


@expression_of.register(JoinDims)
@expression_of.register(SplitDims)
def _join_or_split_axes(op: Any, node: Apply, args: tuple[str, ...]) -> Expression | None:
    shape = node.outputs[0].type.shape
    if sum(n is None for n in shape) > (0 if 0 in shape else 1):
        return None
    return Expression(f"np.reshape({args[0]}, {tuple(-1 if n is None else n for n in shape)})", shares=(0,))


@expression_of.register(Shape)
def _shape(op: Shape, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"np.array(np.shape({args[0]}), dtype='int64')")


@expression_of.register(Shape_i)
def _shape_i(op: Shape_i, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"np.int64({args[0]}.shape[{op.i}])")


@expression_of.register(SpecifyShape)
def _specify_shape(op: SpecifyShape, node: Apply, args: tuple[str, ...]) -> Expression | None:
    wanted = node.outputs[0].type.shape
    x = args[0]
    tests = [f"{x}.shape[{axis}] != {n}" for axis, n in enumerate(wanted) if n is not None]
    given = [i for i in node.inputs[1:] if not (isinstance(i, Constant) and i.data is None)]
    if len(tests) != len(given):
        return None
    if not tests:
        return Expression(x, shares=(0,))
    line = f"if {' or '.join(tests)}: wrong_shape({x}, {wanted})"
    return Expression(x, (line,), namespace={"wrong_shape": _wrong_shape}, shares=(0,))


def _wrong_shape(x: np.ndarray, wanted: tuple) -> None:
    differ = [axis for axis, (got, n) in enumerate(zip(x.shape, wanted)) if n is not None and got != n]
    expected = ", ".join(f"length {wanted[axis]} along axis {axis}" for axis in differ)
    raise AssertionError(f"SpecifyShape: an array came with shape {x.shape}; expected {expected}.")


@expression_of.register(tb.MakeVector)
def _make_vector(op: tb.MakeVector, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"np.array([{', '.join(args)}], dtype={op.dtype!r})")


@expression_of.register(tb.Alloc)
def _alloc(op: tb.Alloc, node: Apply, args: tuple[str, ...]) -> Expression:
    value, *lengths = args
    shape = f"({', '.join(lengths)},)" if lengths else "()"
    kind, constant = node.inputs[0].type, node.inputs[0]
    if isinstance(constant, Constant):
        data = np.asarray(constant.data)
        if data.size and not np.any(data != 0) and not np.any(np.signbit(data.real)):
            return Expression(f"np.zeros({shape}, {kind.dtype!r})")
    if kind.ndim == 0:
        return Expression(f"np.full({shape}, {value}, {kind.dtype!r})")
    if all(kind.broadcastable):
        return Expression(f"np.full({shape}, {value}.item(), {kind.dtype!r})")
    skip = len(lengths) - kind.ndim
    tests = [
        f"{value}.shape[{axis}] != {lengths[skip + axis]}"
        for axis in range(kind.ndim)
        if kind.shape[axis] != 1
    ]
    line = f"if {' or '.join(tests)}: not_allocable({value}, {shape})"
    text = f"np.array(np.broadcast_to({value}, {shape}))"
    return Expression(text, (line,), namespace={"not_allocable": _not_allocable})


def _not_allocable(value: np.ndarray, shape: tuple) -> None:
    raise ValueError(
        f"Alloc: a value of shape {value.shape} came for the shape {tuple(int(n) for n in shape)}; expected "
        "equal lengths. An axis of length 1 is stretched only when the graph says so: declare it with "
        "shape=(1, ...) or use dimshuffle."
    )


@expression_of.register(tb.AllocEmpty)
def _alloc_empty(op: tb.AllocEmpty, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"np.empty(({', '.join(args)}{',' if args else ''}), {op.dtype!r})")


@expression_of.register(tb.ARange)
def _arange(op: tb.ARange, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"np.arange({', '.join(args)}, dtype={op.dtype!r})")


@expression_of.register(tb.Join)
def _join(op: tb.Join, node: Apply, args: tuple[str, ...]) -> Expression | None:
    axis, *arrays = args
    if len({i.type.dtype for i in node.inputs[1:]}) > 1:
        return None
    return Expression(f"np.concatenate(({', '.join(arrays)},), axis={axis})")


@expression_of.register(tb.ScalarFromTensor)
@expression_of.register(tb.TensorFromScalar)
@expression_of.register(ViewOp)
def _same(op: Any, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(args[0], shares=(0,))


@expression_of.register(DeepCopyOp)
def _copy(op: DeepCopyOp, node: Apply, args: tuple[str, ...]) -> Expression | None:
    return Expression(f"np.array({args[0]})") if hasattr(node.outputs[0].type, "ndim") else None
