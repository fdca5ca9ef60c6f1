"""A tiny graph of known shapes, written out as scalar statements of the kernel language.

The graph is run once with arrays of symbols instead of numbers: moving axes, slicing and joining only move
symbols, and arithmetic writes one statement an element. Equal statements are written once; zeros, ones and
constants are folded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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

from graphopt.engine.kernels.expansion import expansion
from graphopt.engine.kernels.scalar_text import CASTS, refuse_undeclared_stretch, scalar_text
from graphopt.errors import CompileError

MOST_STATEMENTS = 2500
Number = (int, float, bool)


class Tape:
    """The statements written so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._known: dict[str, str] = {}
        self._products: set[str] = set()

    def number(self, value: Any, dtype: str) -> Any:
        """Return a literal of `dtype` as the plain number it is."""
        return int(value) if np.dtype(dtype).kind in "iub" else float(np.dtype(dtype).type(value))

    def text(self, term: Any, dtype: str) -> str:
        """Return the text of a symbol or number of `dtype`."""
        if not isinstance(term, Number):
            return term
        if np.dtype(dtype).kind in "iub":
            return str(int(term))
        if math.isnan(term):
            literal = "nan"
        elif math.isinf(term):
            literal = "inf" if term > 0 else "(-inf)"
        else:
            literal = repr(float(term))
        return f"f32({literal})" if dtype == "float32" else literal

    def write(self, expression: str) -> str:
        """Return the name that holds `expression`, writing a statement if there is none yet."""
        name = self._known.get(expression)
        if name is None:
            if len(self.lines) >= MOST_STATEMENTS:
                raise CompileError(f"The graph needs more than {MOST_STATEMENTS} scalar statements.")
            name = self._known[expression] = f"t{len(self.lines)}"
            self.lines.append(f"{name} = {expression}")
        return name

    def apply(self, op: ps.ScalarOp, terms: Sequence[Any], dtypes: Sequence[str], dtype: str) -> Any:
        """Return the symbol of a scalar operation over symbols and numbers."""
        if isinstance(op, ps.Composite):
            return self._composite(op, terms, dtypes)
        if all(isinstance(t, Number) for t in terms):
            return self._folded(op, terms, dtypes, dtype)
        if isinstance(op, ps.Add | ps.Mul) and len(set(dtypes)) == 1 and dtypes[0] == dtype:
            return self._chain(op, terms, dtype)
        texts = [self.text(t, d) for t, d in zip(terms, dtypes)]
        if isinstance(op, ps.Identity) or (
            isinstance(op, ps.Cast) and CASTS.get(dtypes[0]) == CASTS.get(dtype) and dtypes[0] == dtype
        ):
            return terms[0]
        if isinstance(op, ps.Second) and dtypes[1] == dtype:
            return terms[1]
        return self.write(scalar_text(op, texts, dtypes, dtype))

    def _folded(self, op: ps.ScalarOp, terms: Sequence[Any], dtypes: Sequence[str], dtype: str) -> Any:
        with np.errstate(all="ignore"):
            value = op.impl(*(np.dtype(d).type(t) for t, d in zip(terms, dtypes)))
        return self.number(np.dtype(dtype).type(value), dtype)

    def _chain(self, op: ps.ScalarOp, terms: Sequence[Any], dtype: str) -> Any:
        """Return a sum or product without its neutral terms, two terms a statement so that parts are shared.

        A sum begins with what is not a product: each product that follows is then one fused multiply-add.
        """
        neutral = 0 if isinstance(op, ps.Add) else 1
        left = [t for t in terms if not (isinstance(t, Number) and t == neutral)]
        if neutral == 0:
            left.sort(key=lambda term: term in self._products)
        if not left:
            return self.number(neutral, dtype)
        result = left[0]
        symbol = "+" if neutral == 0 else "*"
        for term in left[1:]:
            result = self.write(f"{self.text(result, dtype)} {symbol} {self.text(term, dtype)}")
            if symbol == "*":
                self._products.add(result)
        return result

    def _composite(self, op: ps.Composite, terms: Sequence[Any], dtypes: Sequence[str]) -> Any:
        values = dict(zip(op.fgraph.inputs, terms))
        for node in op.fgraph.toposort():
            inner = [values[i] if i in values else self.number(i.data, i.type.dtype) for i in node.inputs]
            values[node.outputs[0]] = self.apply(
                node.op, inner, [i.type.dtype for i in node.inputs], node.outputs[0].type.dtype
            )
        return values[op.fgraph.outputs[0]]


def unroll(fgraph: FunctionGraph, shapes: Sequence[tuple[int, ...]], prefix: str = "x") -> Unrolled:
    """Return `fgraph`, its inputs of the given `shapes`, as scalar statements.

    Raises
    ------
    CompileError
        If an operation cannot be written so, or there would be too many statements.
    """
    tape = Tape()
    symbols: dict[Variable, np.ndarray] = {}
    for number, (variable, shape) in enumerate(zip(fgraph.inputs, shapes)):
        dtype = getattr(variable.type, "dtype", None)
        if dtype not in CASTS:
            raise CompileError(
                f"The kernel language has no dtype for the input {variable} of type {variable.type}."
            )
        array = np.empty(shape, dtype=object)
        array.ravel()[...] = [f"{prefix}{number}_{i}" for i in range(array.size)]
        if array.ndim == 0:
            array[()] = f"{prefix}{number}_0"
        symbols[variable] = array
    run_symbols(fgraph, symbols, tape)
    outputs = [_symbols_of(v, symbols, tape) for v in fgraph.outputs]
    return Unrolled(
        tape, [symbols[v] for v in fgraph.inputs], outputs, [v.type.dtype for v in fgraph.outputs]
    )


def run_symbols(fgraph: FunctionGraph, symbols: dict[Variable, np.ndarray], tape: Tape) -> None:
    """Run `fgraph` over `symbols`, adding those of every variable in it."""
    for node in fgraph.toposort():
        inputs = [_symbols_of(v, symbols, tape) for v in node.inputs]
        symbols.update(zip(node.outputs, unroll_op(node.op, node, tape, *inputs)))


class Unrolled:
    """Scalar statements with the symbols of their inputs and outputs."""

    def __init__(
        self, tape: Tape, inputs: list[np.ndarray], outputs: list[np.ndarray], dtypes: list[str]
    ) -> None:
        self.tape, self.inputs, self.outputs, self.dtypes = tape, inputs, outputs, dtypes

    def output_text(self, number: int, flat_index: int) -> str:
        """Return the text of one element of an output."""
        return self.tape.text(self.outputs[number].ravel()[flat_index], self.dtypes[number])


def _symbols_of(variable: Variable, symbols: dict, tape: Tape) -> np.ndarray:
    if variable in symbols:
        return symbols[variable]
    if not isinstance(variable, Constant) or not hasattr(variable.type, "dtype"):
        return variable.data if isinstance(variable, Constant) else None  # type: ignore[return-value]
    if not isinstance(variable.data, np.ndarray | np.generic | int | float | complex):
        raise CompileError(f"The constant {variable} ({variable.type}) is no array.")
    data = np.asarray(variable.data)
    array = np.empty(data.shape, dtype=object)
    flat = [tape.number(v, data.dtype.name) for v in data.ravel()]
    array.ravel()[...] = flat
    if array.ndim == 0:
        array[()] = flat[0]
    symbols[variable] = array
    return array


def _whole(array: Any, what: str) -> int:
    """Return the whole number a 0-d array of symbols holds, or say that it is not known."""
    value = array[()] if isinstance(array, np.ndarray) else array
    if not isinstance(value, Number):
        raise CompileError(f"The {what} is only known when the function runs.")
    return int(value)


@singledispatch
def unroll_op(op: Any, node: Apply, tape: Tape, *inputs: np.ndarray) -> list[np.ndarray]:
    """Return the symbols of the node's outputs."""
    return _inner(expansion(op, node, "cannot be written as scalar statements"), tape, inputs)


def _elementwise(
    op: ps.ScalarOp, tape: Tape, inputs: Sequence[np.ndarray], dtypes: list[str], dtype: str
) -> np.ndarray:
    if not inputs:
        raise CompileError(f"{op} has no inputs.")
    arrays = np.broadcast_arrays(*inputs)
    result = np.empty(arrays[0].shape, dtype=object)
    for index in np.ndindex(result.shape):
        result[index] = tape.apply(op, [a[index] for a in arrays], dtypes, dtype)
    return result


@unroll_op.register(Elemwise)
def _elemwise(op: Elemwise, node: Apply, tape: Tape, *inputs: np.ndarray) -> list[np.ndarray]:
    if len(node.outputs) != 1:
        raise CompileError(f"{op} has several outputs.")
    refuse_undeclared_stretch(node, [np.shape(i) for i in inputs])
    return [
        _elementwise(
            op.scalar_op, tape, inputs, [i.type.dtype for i in node.inputs], node.outputs[0].type.dtype
        )
    ]


@unroll_op.register(CAReduce)
def _careduce(op: CAReduce, node: Apply, tape: Tape, x: np.ndarray) -> list[np.ndarray]:
    source, dtype = node.inputs[0].type.dtype, node.outputs[0].type.dtype
    if source != dtype:
        raise CompileError(f"{op} changes {source} to {dtype}.")
    axes = tuple(range(x.ndim)) if op.axis is None else tuple(op.axis)
    kept = [a for a in range(x.ndim) if a not in axes]
    rows = np.transpose(x, [*kept, *axes]).reshape(*(x.shape[a] for a in kept), -1)
    result = np.empty(rows.shape[:-1], dtype=object)
    for index in np.ndindex(result.shape):
        terms = list(rows[index])
        if isinstance(op.scalar_op, ps.Add | ps.Mul):
            result[index] = (
                tape.apply(op.scalar_op, terms, [dtype] * len(terms), dtype)
                if terms
                else tape.number(op.scalar_op.identity, dtype)
            )
        else:
            if not terms:
                raise CompileError(f"{op} of no elements.")
            value = terms[0]
            for term in terms[1:]:
                value = tape.apply(op.scalar_op, [value, term], [dtype, dtype], dtype)
            result[index] = value
    return [result]


@unroll_op.register(tm.Dot)
def _dot(op: tm.Dot, node: Apply, tape: Tape, a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    dtype = node.outputs[0].type.dtype
    if any(i.type.dtype != dtype for i in node.inputs):
        raise CompileError(f"A product of {[i.type.dtype for i in node.inputs]}.")
    result = np.empty((a.shape[0], b.shape[1]), dtype=object)
    for i, j in np.ndindex(result.shape):
        terms = [
            tape.number(0, dtype)
            if (isinstance(p, Number) and p == 0) or (isinstance(q, Number) and q == 0)
            else tape.apply(ps.mul, [p, q], [dtype, dtype], dtype)
            for p, q in zip(a[i], b[:, j])
        ]
        result[i, j] = (
            tape.apply(ps.add, terms, [dtype] * len(terms), dtype) if terms else tape.number(0, dtype)
        )
    return [result]


@unroll_op.register(DimShuffle)
def _dimshuffle(op: DimShuffle, node: Apply, tape: Tape, x: np.ndarray) -> list[np.ndarray]:
    kept = [o for o in op.new_order if o != "x"]
    dropped = [a for a in range(x.ndim) if a not in kept]
    if any(x.shape[a] != 1 for a in dropped):
        raise CompileError(f"{op} drops an axis of {x.shape}.")
    moved = np.transpose(x, [*kept, *dropped]).reshape([x.shape[a] for a in kept])
    return [moved.reshape([1 if o == "x" else x.shape[o] for o in op.new_order])]


@unroll_op.register(ViewOp)
@unroll_op.register(DeepCopyOp)
@unroll_op.register(tb.ScalarFromTensor)
@unroll_op.register(tb.TensorFromScalar)
def _same(op: Any, node: Apply, tape: Tape, x: np.ndarray) -> list[np.ndarray]:
    return [x]


@unroll_op.register(CheckAndRaise)
def _check(
    op: CheckAndRaise, node: Apply, tape: Tape, x: np.ndarray, *conditions: np.ndarray
) -> list[np.ndarray]:
    if not all(_whole(c, "condition") for c in conditions):
        raise CompileError(f"{op} does not hold.")
    return [x]


@unroll_op.register(OpFromGraph)
def _inner_graph(op: OpFromGraph, node: Apply, tape: Tape, *inputs: np.ndarray) -> list[np.ndarray]:
    return _inner(op.fgraph, tape, inputs)


def _inner(fgraph: FunctionGraph, tape: Tape, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the symbols of the outputs of a graph inside an operation."""
    symbols: dict[Variable, np.ndarray] = dict(zip(fgraph.inputs, inputs))
    run_symbols(fgraph, symbols, tape)
    return [_symbols_of(v, symbols, tape) for v in fgraph.outputs]


@unroll_op.register(SpecifyShape)
def _specify_shape(
    op: SpecifyShape, node: Apply, tape: Tape, x: np.ndarray, *lengths: Any
) -> list[np.ndarray]:
    for got, wanted in zip(x.shape, lengths):
        if wanted is not None and _whole(wanted, "length") != got:
            raise CompileError(f"Shape {x.shape} is not the one specified.")
    return [x]


@unroll_op.register(Shape)
def _shape(op: Shape, node: Apply, tape: Tape, x: np.ndarray) -> list[np.ndarray]:
    return [np.array(x.shape, dtype=object)]


@unroll_op.register(Shape_i)
def _shape_i(op: Shape_i, node: Apply, tape: Tape, x: np.ndarray) -> list[np.ndarray]:
    return [np.array(x.shape[op.i], dtype=object)]


@unroll_op.register(Reshape)
def _reshape(op: Reshape, node: Apply, tape: Tape, x: np.ndarray, shape: np.ndarray) -> list[np.ndarray]:
    return [x.reshape([_whole(n, "new shape") for n in np.atleast_1d(shape)])]


@unroll_op.register(JoinDims)
@unroll_op.register(SplitDims)
def _join_or_split_axes(op: Any, node: Apply, tape: Tape, x: np.ndarray, *rest: Any) -> list[np.ndarray]:
    shape = node.outputs[0].type.shape
    if sum(n is None for n in shape) > 1:
        raise CompileError(f"{op} has an unknown result shape {shape}.")
    return [x.reshape([-1 if n is None else n for n in shape])]


@unroll_op.register(tb.MakeVector)
def _make_vector(op: tb.MakeVector, node: Apply, tape: Tape, *items: np.ndarray) -> list[np.ndarray]:
    result = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        result[i] = item[()]
    return [result]


@unroll_op.register(tb.Alloc)
def _alloc(
    op: tb.Alloc, node: Apply, tape: Tape, value: np.ndarray, *lengths: np.ndarray
) -> list[np.ndarray]:
    return [np.broadcast_to(value, [_whole(n, "length") for n in lengths]).copy()]


@unroll_op.register(tb.AllocEmpty)
def _alloc_empty(op: tb.AllocEmpty, node: Apply, tape: Tape, *lengths: np.ndarray) -> list[np.ndarray]:
    return [np.full([_whole(n, "length") for n in lengths], tape.number(0, op.dtype), dtype=object)]


@unroll_op.register(tb.Join)
def _join(op: tb.Join, node: Apply, tape: Tape, axis: np.ndarray, *arrays: np.ndarray) -> list[np.ndarray]:
    if len({i.type.dtype for i in node.inputs[1:]}) > 1:
        raise CompileError("Arrays of several dtypes are joined.")
    return [np.concatenate(arrays, axis=_whole(axis, "axis"))]


@unroll_op.register(tb.Split)
def _split(
    op: tb.Split, node: Apply, tape: Tape, x: np.ndarray, axis: np.ndarray, sizes: np.ndarray
) -> list[np.ndarray]:
    ends = np.cumsum([_whole(n, "size") for n in sizes])
    return list(np.split(x, ends[:-1], axis=_whole(axis, "axis")))


def _index(node: Apply, op: Any, positions: Sequence[np.ndarray]) -> tuple:
    """Return the index of a subtensor when it is known before the function runs."""
    known = []
    for position in positions:
        if position is None:
            known.append(None)
        elif np.ndim(position) == 0:
            known.append(_whole(position, "index"))
        else:
            known.append(
                np.array([_whole(p, "index") for p in np.ravel(position)]).reshape(np.shape(position))
            )
    return indices_from_subtensor(known, op.idx_list)


@unroll_op.register(ts.Subtensor)
@unroll_op.register(ts.AdvancedSubtensor)
@unroll_op.register(ts.AdvancedSubtensor1)
def _subtensor(op: Any, node: Apply, tape: Tape, x: np.ndarray, *positions: np.ndarray) -> list[np.ndarray]:
    try:
        taken = x[_index(node, op, positions)]
    except IndexError as error:
        raise CompileError(str(error)) from error
    if not isinstance(taken, np.ndarray):
        result = np.empty((), dtype=object)
        result[()] = taken
        return [result]
    return [taken]


@unroll_op.register(ts.IncSubtensor)
def _inc_subtensor(
    op: Any, node: Apply, tape: Tape, x: np.ndarray, y: np.ndarray, *positions: Any
) -> list[np.ndarray]:
    index, result = _index(node, op, positions), x.copy()
    dtype = node.outputs[0].type.dtype
    if node.inputs[1].type.dtype != dtype:
        raise CompileError(f"{node.inputs[1].type.dtype} is written into {dtype}.")
    try:
        if op.set_instead_of_inc:
            result[index] = y if y.ndim else y[()]
        else:
            old = np.asarray(result[index], dtype=object)
            added = _elementwise(ps.add, tape, [old, np.broadcast_to(y, old.shape)], [dtype, dtype], dtype)
            result[index] = added if added.ndim else added[()]
    except (IndexError, ValueError) as error:
        raise CompileError(str(error)) from error
    return [result]
