"""A graph of known shapes as loops over buffers: the text of one kernel for the whole graph.

Elementwise operations are not computed until something needs them, and then in one loop with all that leads
to them. Products go to BLAS; views cost nothing; temporaries share one workspace. An operation of our own
joins in with ``@lower.register(OpClass)``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np
from pytensor import scalar as ps
from pytensor.compile.builders import OpFromGraph
from pytensor.compile.ops import DeepCopyOp, ViewOp
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor import basic as tb
from pytensor.tensor import math as tm
from pytensor.tensor import subtensor as ts
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.reshape import JoinDims, SplitDims
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape
from pytensor.tensor.subtensor import indices_from_subtensor

from graphopt.engine.blocks import (
    Block,
    Buffer,
    Expr,
    Literal,
    Statements,
    Value,
    broadcast,
    contiguous,
    count_operations,
    is_costly,
)
from graphopt.engine.scalar_text import CASTS, scalar_text
from graphopt.errors import CompileError

MOST_CALLS = 2000
MOST_OPERATIONS = 60


class Lowering:
    """The calls and loops written so far, and the buffers they use."""

    def __init__(self) -> None:
        self.functions: list[str] = []
        self.calls: list[str] = []
        self.uses: list[tuple[int, Buffer]] = []
        self.constants: list[np.ndarray] = []
        self.sources: dict[str, str] = {}
        self.clients: dict = {}
        self._shapes_of_loops: dict[str, str] = {}
        self._fresh: set[Buffer] = set()

    # ---- memory

    def new(self, dtype: str, shape: Sequence[int]) -> Block:
        """Return a fresh block of the workspace."""
        size = int(np.prod(shape, dtype=int))
        return contiguous(Buffer(_kind(dtype), max(size, 1)), dtype, tuple(shape))

    def constant(self, data: np.ndarray) -> Value:
        """Return a constant array: a number where all elements are equal, else a buffer of the kernel."""
        dtype = data.dtype.name
        if (
            data.size
            and (data == data.flat[0]).all()
            and not (data.dtype.kind == "f" and (data == 0).any() and np.signbit(data).any())
        ):
            return Literal(data.flat[0].item(), dtype, data.shape)
        buffer = Buffer(_kind(dtype), data.size, f"c{len(self.constants)}")
        self.constants.append(np.ascontiguousarray(data, _numpy_dtype(dtype)))
        return contiguous(buffer, dtype, data.shape)

    def block(self, value: Value) -> Block:
        """Return `value` computed, as a block in C order."""
        if isinstance(value, Block) and value.is_contiguous and value.dtype is not None:
            return value
        target = self.new(value.dtype, value.shape)
        self.store(target, value)
        return target

    def own(self, block: Block) -> Block:
        """Mark `block` as memory that the operation that reads it alone may write."""
        self._fresh.add(block.buffer)
        return block

    def may_overwrite(self, variable: Variable, value: Value) -> bool:
        """Return whether `value`, of `variable`, is a whole fresh buffer that one node alone reads."""
        return (
            isinstance(value, Block)
            and value.buffer in self._fresh
            and value.is_contiguous
            and value.size == value.buffer.size
            and len(self.clients.get(variable, ())) == 1
        )

    # ---- statements

    def include(self, source: str) -> str:
        """Add kernel text to the module, once; return the suffix that its functions have got there."""
        if source not in self.sources:
            suffix, text = f"_{len(self.sources)}", source
            for name in set(re.findall(r"^def (\w+)", source, re.MULTILINE)):
                text = re.sub(rf"\b{name}\b(?=\()", name + suffix, text)
            self.sources[source] = text
        return f"_{list(self.sources).index(source)}"

    def check(self, text: str, *blocks: Block) -> None:
        """Write a call that returns 0, or 1 where the step cannot be done: the loop then stops before it."""
        self.call(f"if {text} != 0:\n    progress[0] = n\n    return 1", *blocks)

    def call(self, text: str, *blocks: Block) -> None:
        """Write the call `text`, which uses `blocks`."""
        if len(self.calls) >= MOST_CALLS:
            raise CompileError(f"The graph needs more than {MOST_CALLS} loops.")
        for block in blocks:
            self.uses.append((len(self.calls), block.buffer))
        self.calls.append(text)

    def store(self, target: Block, value: Value) -> None:
        """Write the loop that computes `value` into `target`."""
        value = broadcast(value, target.shape)
        if target.size == 0 or value is target:
            return
        self._loop(target, value, (), None)

    def reduce(
        self, target: Block, value: Value, axes: Sequence[int], op: ps.ScalarOp, initial: float
    ) -> None:
        """Write the loop that reduces `value` over `axes` into `target`, which keeps them with length 1."""
        self._loop(target, value, tuple(axes), (op, initial))

    def _loop(self, target: Block, value: Value, axes: tuple[int, ...], reduction: tuple | None) -> None:
        leaves: list[Block] = []
        for leaf in value.leaves():
            if leaf not in leaves and leaf != target:
                leaves.append(leaf)
        target_strides = tuple(0 if a in axes else s for a, s in enumerate(target.strides))
        dims = _merged(
            [
                (length, a in axes, (target_strides[a], *(leaf.strides[a] for leaf in leaves)))
                for a, length in enumerate(value.shape)
                if length != 1
            ]
        )
        names = {leaf: f"a{n}" for n, leaf in enumerate(leaves)}
        clash = any(leaf.buffer is target.buffer for leaf in leaves)
        if clash:
            raise CompileError("A loop would read what it overwrites.")

        def index(position: int) -> str:
            parts = [
                f"i{n} * {strides[position]}" if strides[position] != 1 else f"i{n}"
                for n, (_, _, strides) in enumerate(dims)
                if strides[position]
            ]
            return " + ".join(parts) or "0"

        def leaf_text(block: Block) -> str:
            if block == target:
                return f"o[{index(0)}]"
            return f"{names[block]}[{index(1 + leaves.index(block))}]"

        element = Statements(leaf_text)
        text = element.text(value)
        body = self._body(dims, element.lines, text, index(0), target, value.dtype, reduction)
        parameters = [f"o: {_kind(target.dtype)}p"] + [f"{names[b]}: {_kind(b.dtype)}p" for b in leaves]
        head = f"({', '.join(parameters)}) -> None:\n" + "\n".join("    " + line for line in body) + "\n"
        name = self._shapes_of_loops.get(head)
        if name is None:
            name = self._shapes_of_loops[head] = f"loop{len(self.functions)}"
            self.functions.append(f"def {name}{head}")
        arguments = ", ".join([target.pointer, *(b.pointer for b in leaves)])
        self.call(f"{name}({arguments})", target, *leaves)

    def _body(
        self,
        dims,
        lines: list[str],
        text: str,
        where: str,
        target: Block,
        dtype: str,
        reduction: tuple | None,
    ) -> list[str]:
        if reduction is None:
            return _nest([(n, d[0]) for n, d in enumerate(dims)], [*lines, f"o[{where}] = {text}"])
        op, initial = reduction
        reduced = [(n, d[0]) for n, d in enumerate(dims) if d[1]]
        kept = [(n, d[0]) for n, d in enumerate(dims) if not d[1]]
        kind = _kind(dtype)
        join = {ps.Add: "{} + {}", ps.Mul: "{} * {}"}.get(type(op)) or (
            "maximum({}, {})" if isinstance(op, ps.Maximum) else "minimum({}, {})"
        )
        first = "(-inf)" if initial == float("-inf") else "inf" if initial == float("inf") else repr(initial)
        first = f"{kind}({first})" if kind != "i64" else str(int(initial))
        if reduced and kept and kept[-1][0] > reduced[-1][0]:  # the last axis is kept: add row to row
            clear = _nest(kept, [f"o[{where}] = {first}"])
            return clear + _nest(reduced + kept, [*lines, f"o[{where}] = {join.format(f'o[{where}]', text)}"])
        wide = kind == "f32" and isinstance(op, ps.Add)
        start = f"s = {'f64(0.0)' if wide else first}"
        step = (
            f"s += {f'f64({text})' if wide else text}"
            if isinstance(op, ps.Add)
            else f"s = {join.format('s', text)}"
        )
        end = f"o[{where}] = s"
        return _nest(kept, [start, *_nest(reduced, [*lines, step]), end])


def _nest(dims: Sequence[tuple[int, int]], body: list[str]) -> list[str]:
    """Return `body` inside loops over (number, length) pairs."""
    lines, indent = [], ""
    for number, length in dims:
        lines.append(f"{indent}for i{number} in range({length}):")
        indent += "    "
    return lines + [indent + line for line in body]


def _merged(dims: list[tuple[int, bool, tuple[int, ...]]]) -> list[tuple[int, bool, tuple[int, ...]]]:
    """Return the loops with neighbours that every operand passes through in one stride made one."""
    merged: list[tuple[int, bool, tuple[int, ...]]] = []
    for length, reduced, strides in dims:
        if merged:
            before, was_reduced, outer = merged[-1]
            if was_reduced == reduced and all(o == length * s for o, s in zip(outer, strides)):
                merged[-1] = (before * length, reduced, strides)
                continue
        merged.append((length, reduced, strides))
    return merged


def _kind(dtype: str) -> str:
    if dtype not in CASTS:
        raise CompileError(f"Kernels have no dtype {dtype}.")
    return CASTS[dtype]


def _numpy_dtype(dtype: str) -> type:
    return {"f64": np.float64, "f32": np.float32, "i64": np.int64}[_kind(dtype)]


class Known:
    """A small array of numbers known before the kernel runs, such as a shape."""

    def __init__(self, data: Any, dtype: str) -> None:
        self.data = np.asarray(data, dtype=dtype)
        self.dtype, self.shape = dtype, self.data.shape


def lower_graph(fgraph: FunctionGraph, inputs: Sequence[Value], lowering: Lowering) -> list[Value]:
    """Return the outputs of `fgraph` as values over `inputs`; write what has to be computed."""
    values: dict[Variable, Any] = dict(zip(fgraph.inputs, inputs))
    clients = lowering.clients = fgraph.clients
    for node in fgraph.toposort():
        arguments = [_argument(v, values, lowering) for v in node.inputs]
        if (
            node.outputs
            and all(isinstance(a, Known) or a is None for a in arguments)
            and not isinstance(node.op, tb.Alloc | tb.AllocEmpty)
        ):
            results = _known_results(node, arguments)
        else:
            results = lower(
                node.op,
                node,
                lowering,
                *[_plain(a, lowering) if not _wants_known(node, i) else a for i, a in enumerate(arguments)],
            )
        for variable, result in zip(node.outputs, results):
            if isinstance(result, Expr) and _worth_keeping(variable, result, clients):
                result = lowering.block(result)
            values[variable] = result
    return [_plain(_argument(v, values, lowering), lowering) for v in fgraph.outputs]


def _worth_keeping(variable: Variable, result: Expr, clients: dict) -> bool:
    """Return whether an elementwise result is computed now rather than inside each loop that reads it."""
    readers = clients.get(variable, ())
    if len(readers) > 1 or count_operations(result) > MOST_OPERATIONS:
        return True
    if not readers:
        return False
    node = readers[0][0]
    if isinstance(getattr(node, "op", None), Elemwise | DimShuffle) and is_costly(result):
        output = node.outputs[0].type
        grows = isinstance(node.op, Elemwise) and variable.type.broadcastable != output.broadcastable
        return grows or (isinstance(node.op, DimShuffle) and len(clients.get(node.outputs[0], ())) > 1)
    return False


def _argument(variable: Variable, values: dict, lowering: Lowering) -> Any:
    if variable not in values:
        data = variable.data if isinstance(variable, Constant) else None
        if not hasattr(variable.type, "dtype"):
            return data
        array = np.asarray(data)
        values[variable] = Known(array, array.dtype.name)
    return values[variable]


def _plain(value: Any, lowering: Lowering) -> Any:
    return lowering.constant(value.data) if isinstance(value, Known) else value


_KNOWN_FROM = {Reshape: 1, tb.Alloc: 1, tb.AllocEmpty: 0, ts.Subtensor: 1, ts.IncSubtensor: 2, tb.Split: 1,
               SpecifyShape: 1, CheckAndRaise: 1}  # fmt: skip


def _wants_known(node: Apply, position: int) -> bool:
    """Return whether the operation needs this input as a number, not as memory."""
    if isinstance(node.op, tb.Join):
        return position == 0
    for kind, start in _KNOWN_FROM.items():
        if isinstance(node.op, kind):
            return position >= start
    return False


def _known_results(node: Apply, arguments: list) -> list[Known]:
    """Return the outputs of a node all of whose inputs are known."""
    cells: list[list] = [[None] for _ in node.outputs]
    node.op.perform(node, [a.data if isinstance(a, Known) else a for a in arguments], cells)
    return [Known(cell[0], o.type.dtype) for cell, o in zip(cells, node.outputs)]


def _whole(value: Any, what: str) -> int:
    if isinstance(value, Known):
        return int(value.data)
    if isinstance(value, Literal):
        return int(value.value)
    raise CompileError(f"The {what} is only known when the function runs.")


def _wholes(value: Any, what: str) -> list[int]:
    if isinstance(value, Known):
        return [int(n) for n in np.atleast_1d(value.data)]
    if isinstance(value, Literal):
        return [int(value.value)] * max(1, int(np.prod(value.shape)))
    raise CompileError(f"The {what} is only known when the function runs.")


# ---------------------------------------------------------------------------------------------------
# operations


@singledispatch
def lower(op: Any, node: Apply, lowering: Lowering, *inputs: Any) -> list[Any]:
    """Return the outputs of `node` as values, writing what has to be computed."""
    raise CompileError(f"{op} has no kernel form.")


@lower.register(OpFromGraph)
def _inner_graph(op: OpFromGraph, node: Apply, lowering: Lowering, *inputs: Any) -> list[Any]:
    outer = lowering.clients
    results = lower_graph(op.fgraph, list(inputs), lowering)
    lowering.clients = outer
    return results


def _converted(value: Value, dtype: str) -> Value:
    """Return `value` as `dtype`."""
    if value.dtype == dtype:
        return value
    scalar_text(ps.Cast(ps.get_scalar_type(dtype)), ["x"], [value.dtype], dtype)  # refuse what has no word
    return Expr(ps.Cast(ps.get_scalar_type(dtype)), (value,), dtype, value.shape)


@lower.register(Elemwise)
def _elemwise(op: Elemwise, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    if len(node.outputs) != 1:
        raise CompileError(f"{op} has several outputs.")
    shape = tuple(np.broadcast_shapes(*(i.shape for i in inputs)))
    operands = tuple(broadcast(i, shape) for i in inputs)
    dtype = node.outputs[0].type.dtype
    if isinstance(op.scalar_op, ps.Second):
        return [_converted(operands[1], dtype)]
    if not isinstance(op.scalar_op, ps.Composite):
        scalar_text(
            op.scalar_op, ["x"] * len(inputs), [i.dtype for i in inputs], dtype
        )  # refuse now what has no word
    return [Expr(op.scalar_op, operands, dtype, shape)]


_REDUCED = {ps.Add: 0.0, ps.Mul: 1.0, ps.Maximum: float("-inf"), ps.Minimum: float("inf")}


@lower.register(CAReduce)
def _careduce(op: CAReduce, node: Apply, lowering: Lowering, x: Value) -> list[Value]:
    initial = _REDUCED.get(type(op.scalar_op))
    dtype = node.outputs[0].type.dtype
    if type(op.scalar_op).__name__ in ("ScalarMaximum", "ScalarMinimum"):
        initial = float("-inf") if "Max" in type(op.scalar_op).__name__ else float("inf")
    if initial is None or (abs(initial) == float("inf") and (_kind(dtype) == "i64" or 0 in x.shape)):
        raise CompileError(f"{op} has no kernel form.")
    axes = tuple(range(len(x.shape))) if op.axis is None else tuple(op.axis)
    x = _converted(x, dtype)
    kept = [n for a, n in enumerate(x.shape) if a not in axes]
    target = lowering.new(dtype, kept)
    whole = _with_axes(target, axes, len(x.shape))
    lowering.reduce(whole, x, axes, op.scalar_op, initial)
    return [target]


def _with_axes(block: Block, axes: Sequence[int], ndim: int) -> Block:
    """Return `block` with axes of length 1 put in at `axes`."""
    shape, strides = list(block.shape), list(block.strides)
    for axis in sorted(axes):
        shape.insert(axis, 1)
        strides.insert(axis, 0)
    assert len(shape) == ndim
    return replace(block, shape=tuple(shape), strides=tuple(strides))


@lower.register(tm.Dot)
def _dot(op: tm.Dot, node: Apply, lowering: Lowering, a: Value, b: Value) -> list[Value]:
    dtype = node.outputs[0].type.dtype
    if _kind(dtype) == "i64" or a.dtype != dtype or b.dtype != dtype:
        raise CompileError(f"A product of {a.dtype} and {b.dtype}.")
    (rows, inner), columns = a.shape, b.shape[1]
    target = lowering.new(dtype, (rows, columns))
    if rows * columns == 0:
        return [target]
    if inner == 0:
        return [Literal(0.0, dtype, (rows, columns))]
    if inner == 1:  # an outer product is elementwise
        shape = (rows, columns)
        return [Expr(ps.mul, (broadcast(a, shape), broadcast(b, shape)), dtype, shape)]
    (a, ta, lda), (b, tb_, ldb) = (_matrix(v, lowering) for v in (a, b))
    lowering.call(
        f"gemm_ld({ta}, {tb_}, {rows}, {columns}, {inner}, 1.0, {a.pointer}, {lda}, {b.pointer}, {ldb}, 0.0, "
        f"{target.pointer}, {columns})",
        a, b, target,
    )  # fmt: skip
    return [target]


def _matrix(value: Value, lowering: Lowering) -> tuple[Block, int, int]:
    """Return `value` as memory BLAS takes: the block, whether it is transposed, its leading stride."""
    if isinstance(value, Block):
        (rows, columns), (down, across) = value.shape, value.strides
        if (across == 1 or columns == 1) and (down >= max(columns, 1) or rows == 1):
            return value, 0, max(down if rows > 1 else columns, columns, 1)
        if (down == 1 or rows == 1) and (across >= max(rows, 1) or columns == 1):
            return value, 1, max(across if columns > 1 else rows, rows, 1)
    block = lowering.block(value)
    return block, 0, max(block.shape[1], 1)


@lower.register(DimShuffle)
def _dimshuffle(op: DimShuffle, node: Apply, lowering: Lowering, x: Value) -> list[Value]:
    dropped = [a for a in range(len(x.shape)) if a not in op.new_order]
    if any(x.shape[a] != 1 for a in dropped):
        raise CompileError(f"{op} drops an axis of {x.shape}.")

    def move(block: Block) -> Block:
        shape = tuple(1 if o == "x" else block.shape[o] for o in op.new_order)
        strides = tuple(0 if o == "x" else block.strides[o] for o in op.new_order)
        return replace(block, shape=shape, strides=strides)

    return [_moved(x, move)]


def _moved(value: Value, move) -> Value:
    """Return `value` seen through a change of axes or a slice."""
    return value.moved(move)


@lower.register(ViewOp)
@lower.register(DeepCopyOp)
@lower.register(tb.ScalarFromTensor)
@lower.register(tb.TensorFromScalar)
def _same(op: Any, node: Apply, lowering: Lowering, x: Value) -> list[Value]:
    return [x]


@lower.register(CheckAndRaise)
def _check(op: CheckAndRaise, node: Apply, lowering: Lowering, x: Value, *conditions: Any) -> list[Value]:
    if not all(_whole(c, "condition") for c in conditions):
        raise CompileError(f"{op} does not hold.")
    return [x]


@lower.register(SpecifyShape)
def _specify_shape(op: SpecifyShape, node: Apply, lowering: Lowering, x: Value, *lengths: Any) -> list[Value]:
    for got, wanted in zip(x.shape, lengths):
        if wanted is not None and _whole(wanted, "length") != got:
            raise CompileError(f"Shape {x.shape} is not the one specified.")
    return [x]


@lower.register(Shape)
def _shape(op: Shape, node: Apply, lowering: Lowering, x: Value) -> list[Known]:
    return [Known(x.shape, "int64")]


@lower.register(Shape_i)
def _shape_i(op: Shape_i, node: Apply, lowering: Lowering, x: Value) -> list[Known]:
    return [Known(x.shape[op.i], "int64")]


def _reshaped(value: Value, shape: Sequence[int], lowering: Lowering) -> Value:
    size = int(np.prod(value.shape))
    shape = list(shape)
    if -1 in shape:
        shape[shape.index(-1)] = size // max(1, -int(np.prod(shape)))
    if int(np.prod(shape)) != size:
        raise CompileError(f"Shape {value.shape} does not become {shape}.")
    if isinstance(value, Literal):
        return replace(value, shape=tuple(shape))
    block = lowering.block(value)
    return contiguous(block.buffer, block.dtype, tuple(shape), block.offset, block.base)


@lower.register(Reshape)
def _reshape(op: Reshape, node: Apply, lowering: Lowering, x: Value, shape: Any) -> list[Value]:
    if isinstance(shape, Known):
        return [_reshaped(x, _wholes(shape, "new shape") if op.ndim else [], lowering)]
    static = node.outputs[0].type.shape
    if sum(n is None for n in static) > 1:
        raise CompileError("The new shape is only known when the function runs.")
    return [_reshaped(x, [-1 if n is None else n for n in static], lowering)]


@lower.register(JoinDims)
@lower.register(SplitDims)
def _join_or_split_axes(op: Any, node: Apply, lowering: Lowering, x: Value, *rest: Any) -> list[Value]:
    if isinstance(op, JoinDims):
        start, count = op.start_axis, op.n_axes
        shape = [*x.shape[:start], int(np.prod(x.shape[start : start + count])), *x.shape[start + count :]]
        return [_reshaped(x, shape, lowering)]
    static = node.outputs[0].type.shape
    if sum(n is None for n in static) > 1:
        raise CompileError("The new shape is only known when the function runs.")
    return [_reshaped(x, [-1 if n is None else n for n in static], lowering)]


@lower.register(tb.MakeVector)
def _make_vector(op: tb.MakeVector, node: Apply, lowering: Lowering, *items: Value) -> list[Value]:
    target = lowering.new(node.outputs[0].type.dtype, (len(items),))
    for i, item in enumerate(items):
        lowering.store(replace(target, shape=(), strides=(), offset=target.offset + i), item)
    return [target]


@lower.register(tb.Alloc)
def _alloc(op: tb.Alloc, node: Apply, lowering: Lowering, value: Value, *lengths: Any) -> list[Value]:
    return [broadcast(value, tuple(_whole(n, "length") for n in lengths))]


@lower.register(tb.AllocEmpty)
def _alloc_empty(op: tb.AllocEmpty, node: Apply, lowering: Lowering, *lengths: Any) -> list[Value]:
    return [
        Literal(
            0.0 if op.dtype.startswith("float") else 0, op.dtype, tuple(_whole(n, "length") for n in lengths)
        )
    ]


@lower.register(tb.Join)
def _join(op: tb.Join, node: Apply, lowering: Lowering, axis: Any, *parts: Value) -> list[Value]:
    dtype = node.outputs[0].type.dtype
    parts = tuple(_converted(p, dtype) for p in parts)
    axis = _whole(axis, "axis") % len(parts[0].shape)
    shape = list(parts[0].shape)
    shape[axis] = sum(p.shape[axis] for p in parts)
    target, start = lowering.new(dtype, shape), 0
    for part in parts:
        window = replace(target, shape=part.shape, offset=target.offset + start * target.strides[axis])
        lowering.store(window, part)
        start += part.shape[axis]
    return [target]


@lower.register(tb.Split)
def _split(op: tb.Split, node: Apply, lowering: Lowering, x: Value, axis: Any, sizes: Any) -> list[Value]:
    axis, start, parts = _whole(axis, "axis") % len(x.shape), 0, []
    for size in _wholes(sizes, "sizes"):
        parts.append(_indexed(x, (*[slice(None)] * axis, slice(start, start + size)), lowering))
        start += size
    return parts


def _indexed(value: Value, index: Sequence[Any], lowering: Lowering) -> Value:
    """Return ``value[index]`` for an index of whole numbers and slices."""

    def move(block: Block) -> Block:
        shape, strides, offset = [], [], block.offset
        entries = [*index, *[slice(None)] * (len(block.shape) - len(index))]
        for entry, length, stride in zip(entries, block.shape, block.strides):
            if isinstance(entry, slice):
                start, stop, step = entry.indices(length)
                shape.append(len(range(start, stop, step)))
                strides.append(stride * step)
                offset += stride * start if shape[-1] else 0
            else:
                if not -length <= entry < length:
                    raise CompileError(f"Index {entry} is outside an axis of length {length}.")
                offset += stride * (entry % length)
        return replace(block, shape=tuple(shape), strides=tuple(strides), offset=offset)

    return value.moved(move)


def _index(op: Any, positions: Sequence[Any]) -> tuple:
    return indices_from_subtensor([None if p is None else _whole(p, "index") for p in positions], op.idx_list)


@lower.register(ts.Subtensor)
def _subtensor(op: ts.Subtensor, node: Apply, lowering: Lowering, x: Value, *positions: Any) -> list[Value]:
    return [_indexed(x, _index(op, positions), lowering)]


@lower.register(ts.IncSubtensor)
def _inc_subtensor(
    op: Any, node: Apply, lowering: Lowering, x: Value, y: Value, *positions: Any
) -> list[Value]:
    dtype, index = node.outputs[0].type.dtype, _index(op, positions)
    y = _converted(y, dtype)
    overwrite = lowering.may_overwrite(node.inputs[0], x) and all(
        leaf.buffer is not x.buffer for leaf in y.leaves()
    )
    target = x if overwrite else lowering.own(lowering.new(dtype, x.shape))
    window = _indexed(target, index, lowering)
    empty = node.inputs[0].owner is not None and isinstance(node.inputs[0].owner.op, tb.AllocEmpty)
    if not overwrite and not empty and not (op.set_instead_of_inc and window.shape == target.shape):
        lowering.store(target, x)
    if window.size:
        y = broadcast(y, window.shape)
        lowering.store(window, y if op.set_instead_of_inc else Expr(ps.add, (window, y), dtype, window.shape))
    return [target]
