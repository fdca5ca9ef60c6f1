"""The table that says how each PyTensor operation is written in NumPy.

`expression_of(op, node, arguments)` gives a Python expression over the argument names, or None when the operation
is not one of these and must be called as a function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import numpy as np
from pytensor import scalar as ps
from pytensor.compile.ops import DeepCopyOp, ViewOp
from pytensor.graph.basic import Apply, Constant
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor import basic as tb
from pytensor.tensor import math as tm
from pytensor.tensor import subtensor as ts
from pytensor.tensor.blas import BatchedDot
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.reshape import JoinDims, SplitDims
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape
from pytensor.tensor.special import LogSoftmax, Softmax

FRESH = (Elemwise, tb.Alloc, tb.AllocEmpty, ts.IncSubtensor, ts.AdvancedIncSubtensor, ts.AdvancedIncSubtensor1, tb.Join, tm.Dot)
VIEWS = (DimShuffle, ts.Subtensor, Reshape, JoinDims, SplitDims, tb.Split, SpecifyShape, ViewOp, CheckAndRaise,
         tb.ScalarFromTensor, tb.TensorFromScalar)


@dataclass(frozen=True)
class Expression:
    """A Python expression, the lines that must run before it, and the globals both need.

    `inplace` is the statement that leaves the result in operand ``{out}`` instead; `candidates` are the operands
    that may be overwritten so; `copies` says that the lines before only copy that operand.
    """

    text: str
    before: tuple[str, ...] = ()
    namespace: dict[str, Any] = field(default_factory=dict)
    inplace: str = ""
    candidates: tuple[int, ...] = ()
    copies: bool = False


@singledispatch
def expression_of(op: Any, node: Apply, args: tuple[str, ...]) -> Expression | None:
    """Return how `op` is written in NumPy over the names `args`, or None."""
    return None


# ---------------------------------------------------------------------------------------------- elementwise


def sigmoid(x):
    """Return 1 / (1 + exp(-x)); exp may overflow to inf, which gives the right 0."""
    return 1 / (1 + np.exp(-x))


def softplus(x):
    """Return log(1 + exp(x)) without overflow."""
    return np.logaddexp(x, x.dtype.type(0))


def log1mexp(x):
    """Return log(1 - exp(x)) for x < 0 without cancellation."""
    return np.where(x > -0.6931471805599453, np.log(-np.expm1(x)), np.log1p(-np.exp(x)))


def fill(like, value, dtype):
    """Return an array of the shape of `like` stretched against `value`, filled with `value`."""
    result = np.empty(np.broadcast_shapes(np.shape(like), np.shape(value)), dtype)
    result[...] = value
    return result


_INFIX = {
    ps.Add: "+",
    ps.Mul: "*",
    ps.Sub: "-",
    ps.TrueDiv: "/",
    ps.LT: "<",
    ps.GT: ">",
    ps.LE: "<=",
    ps.GE: ">=",
    ps.EQ: "==",
    ps.NEQ: "!=",
    ps.AND: "&",
    ps.OR: "|",
    ps.XOR: "^",
}
_FUNCTIONS: dict[str, Callable] = {
    "Sigmoid": sigmoid,
    "Softplus": softplus,
    "Log1mexp": log1mexp,
}
_COMPARISONS = {"<", ">", "<=", ">=", "==", "!="}
_IN_PLACE_INFIX = {"+": "add", "*": "multiply", "-": "subtract", "/": "divide"}


@expression_of.register(Elemwise)
def _elemwise(op: Elemwise, node: Apply, args: tuple[str, ...]) -> Expression | None:
    written = _scalar_expression(op.scalar_op, node, args)
    if written is None:
        return None
    checks = _broadcast_checks(node, args)
    if not checks:
        return written
    return Expression(
        written.text,
        checks,
        {**written.namespace, "mismatch": _mismatch},
        written.inplace,
        written.candidates,
    )


def _scalar_expression(scalar_op: ps.ScalarOp, node: Apply, args: tuple[str, ...]) -> Expression | None:
    """Return the expression of a scalar operation over arrays, in the dtype PyTensor promised."""
    dtype = np.dtype(node.outputs[0].type.dtype)
    dtypes = [np.dtype(i.type.dtype) for i in node.inputs]
    kind = type(scalar_op)
    if kind is ps.Cast:
        return Expression(f"{args[0]}.astype({dtype.name!r})")
    if kind is ps.Identity:
        return Expression(args[0])
    if kind is ps.Second:
        if node.outputs[0].type.ndim == 0:
            return _as_dtype(Expression(args[1]), dtypes[1], dtype)
        return Expression(f"fill({args[0]}, {args[1]}, {dtype.name!r})", namespace={"fill": fill})
    if kind is ps.Switch:
        return _as_dtype(Expression(f"np.where({', '.join(args)})"), np.result_type(*dtypes[1:]), dtype)
    if kind is ps.Clip:
        return Expression(f"np.minimum(np.maximum({args[0]}, {args[1]}), {args[2]})")
    if kind is ps.Sqr:
        return _as_dtype(Expression(f"{args[0]} * {args[0]}"), dtypes[0], dtype)
    if kind is ps.Neg:
        return Expression(f"-{args[0]}", inplace="np.negative({out}, {out})", candidates=(0,))
    if kind is ps.Reciprocal and dtypes[0].kind == "f":
        return Expression(f"1 / {args[0]}", inplace="np.divide(1, {out}, {out})", candidates=(0,))
    if kind in _INFIX and len(args) >= 2:
        symbol = _INFIX[kind]
        if symbol in "&|^" and any(d.kind == "b" for d in dtypes) and dtype.kind != "b":
            return None
        if symbol == "-" and dtypes[0].kind == "b":
            return None
        if symbol in _COMPARISONS:
            produced = np.dtype(bool)
        elif symbol == "/":
            produced = _produced(np.true_divide, dtypes)
        else:
            produced = np.result_type(*dtypes)
        inplace = ""
        candidates: tuple[int, ...] = ()
        if symbol in _IN_PLACE_INFIX and produced == dtype and all(d == dtype for d in dtypes):
            if len(args) == 2:
                inplace, candidates = f"np.{_IN_PLACE_INFIX[symbol]}({args[0]}, {args[1]}, {{out}})", (0, 1)
        if symbol in "+*" and len(args) > 2:  # widest first, or int8 * int8 overflows before the float comes
            args = tuple(a for _, a in sorted(zip(dtypes, args), key=lambda pair: pair[0] != produced))
        text = f" {symbol} ".join(args)
        return _as_dtype(Expression(text, inplace=inplace, candidates=candidates), produced, dtype)
    function = _FUNCTIONS.get(kind.__name__)
    if function is not None and all(d.kind == "f" for d in dtypes):
        return _as_dtype(
            Expression(f"{function.__name__}({', '.join(args)})", namespace={function.__name__: function}),
            dtypes[0],
            dtype,
        )
    spec = getattr(scalar_op, "nfunc_spec", None)
    if spec is not None and spec[2] == 1 and not spec[0].startswith("scipy"):
        ufunc = getattr(np, spec[0], None)
        if isinstance(ufunc, np.ufunc) and ufunc.nin == len(args):
            produced = _produced(ufunc, dtypes)
            if produced is not None:
                inplace, candidates = "", ()
                if produced == dtype and all(d == dtype for d in dtypes):
                    inplace, candidates = f"np.{spec[0]}({', '.join(args)}, out={{out}})", tuple(range(len(args)))
                return _as_dtype(
                    Expression(f"np.{spec[0]}({', '.join(args)})", inplace=inplace, candidates=candidates),
                    produced,
                    dtype,
                )
    if spec is not None and spec[0].startswith("scipy.special.") and spec[2] == 1:
        import scipy.special

        ufunc = getattr(scipy.special, spec[0].rpartition(".")[2], None)
        if isinstance(ufunc, np.ufunc):
            name = f"special_{ufunc.__name__}"
            produced = _produced(ufunc, dtypes)
            if produced is not None:
                return _as_dtype(Expression(f"{name}({', '.join(args)})", namespace={name: ufunc}), produced, dtype)
    return None


def _produced(ufunc: np.ufunc, dtypes: list[np.dtype]) -> np.dtype | None:
    """Return the dtype NumPy gives `ufunc` over arrays of `dtypes`, or None when it refuses."""
    try:
        return ufunc.resolve_dtypes((*dtypes, *(None,) * ufunc.nout))[-1]
    except TypeError:
        return None


def _as_dtype(written: Expression, produced: np.dtype, wanted: np.dtype) -> Expression:
    """Return `written`, cast when NumPy's result dtype is not the one PyTensor promised."""
    if np.dtype(produced) == wanted:
        return written
    return Expression(f"np.asarray({written.text}).astype({wanted.name!r})[()]", written.before, written.namespace)


def _broadcast_checks(node: Apply, args: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines that refuse to stretch an axis whose length 1 was not known when the graph was written.

    NumPy would stretch it silently; PyTensor and Theano raise, since gradients would be wrong.
    """
    ndim = node.outputs[0].type.ndim
    if ndim == 0 or len(args) < 2:
        return ()
    axes = []
    for axis in range(ndim):
        long = [
            (a, i.type.shape[axis]) for a, i in zip(args, node.inputs) if not i.type.broadcastable[axis]
        ]
        if len({a for a, _ in long}) > 1 and any(length is None for _, length in long):
            axes.append((axis, list(dict.fromkeys(a for a, _ in long))))
    if not axes:
        return ()
    if len(axes) == ndim and len({tuple(names) for _, names in axes}) == 1:
        names = axes[0][1]
        test = " or ".join(f"{names[0]}.shape != {other}.shape" for other in names[1:])
        return (f"if {test}: mismatch({', '.join(names)})",)
    tests = [
        f"{names[0]}.shape[{axis}] != {other}.shape[{axis}]" for axis, names in axes for other in names[1:]
    ]
    return (f"if {' or '.join(tests)}: mismatch({', '.join(dict.fromkeys(n for _, ns in axes for n in ns))})",)


def _mismatch(*arrays: np.ndarray) -> None:
    shapes = ", ".join(str(a.shape) for a in arrays)
    raise ValueError(
        f"Input dimension mismatch: an elementwise operation got shapes {shapes}; expected equal lengths. An axis of "
        "length 1 is stretched only when the graph says so: declare it with shape=(1, ...) or use dimshuffle."
    )


# ------------------------------------------------------------------------------------- shapes and reductions


@expression_of.register(DimShuffle)
def _dimshuffle(op: DimShuffle, node: Apply, args: tuple[str, ...]) -> Expression:
    (x,) = args
    ndim = node.inputs[0].type.ndim
    kept = [o for o in op.new_order if o != "x"]
    dropped = [axis for axis in range(ndim) if axis not in kept]
    text = x
    if ndim == 0:
        return Expression(f"np.reshape({x}, {(1,) * len(op.new_order)})")
    before: tuple[str, ...] = ()
    namespace: dict[str, Any] = {}
    if dropped:
        unknown = [axis for axis in dropped if node.inputs[0].type.shape[axis] != 1]
        if unknown:
            test = " or ".join(f"{x}.shape[{axis}] != 1" for axis in unknown)
            before, namespace = (f"if {test}: not_droppable({x}, {tuple(unknown)})",), {"not_droppable": _not_droppable}
        text += "[" + ", ".join("0" if axis in dropped else ":" for axis in range(ndim)) + "]"
    ranks = {axis: rank for rank, axis in enumerate(sorted(kept))}
    permutation = [ranks[axis] for axis in kept]
    if permutation != sorted(permutation):
        text += ".T" if permutation == sorted(permutation, reverse=True) else f".transpose({tuple(permutation)})"
    if "x" in op.new_order:
        text += "[" + ", ".join("None" if o == "x" else ":" for o in op.new_order) + "]"
    return Expression(text, before, namespace)


def _not_droppable(x: np.ndarray, axes: tuple[int, ...]) -> None:
    raise ValueError(f"Cannot drop axes {axes} of an array of shape {x.shape}: a dropped axis must have length 1.")


_REDUCTIONS = {
    ps.Add: "sum",
    ps.Mul: "prod",
    ps.Maximum: "max",
    ps.Minimum: "min",
    ps.AND: "all",
    ps.OR: "any",
    ps.ScalarMaximum: "max",
    ps.ScalarMinimum: "min",
}


@expression_of.register(CAReduce)
def _careduce(op: CAReduce, node: Apply, args: tuple[str, ...]) -> Expression | None:
    name = _REDUCTIONS.get(type(op.scalar_op))
    if name is None:
        return None
    source, result = node.inputs[0].type, node.outputs[0].type
    if name in ("all", "any") and source.dtype != "bool":
        return None
    axis = op.axis
    axes = tuple(range(source.ndim)) if axis is None else tuple(axis)
    if not axes:
        return Expression(f"{args[0]}.astype({result.dtype!r})")
    where = "" if len(axes) == source.ndim else f", axis={axes[0] if len(axes) == 1 else axes}"
    if name in ("sum", "prod"):
        dtype = getattr(op, "acc_dtype", None) or result.dtype
        text = f"np.{'add' if name == 'sum' else 'multiply'}.reduce({args[0]}{where or ', axis=None'}, dtype={dtype!r})"
        if dtype != result.dtype:
            text = f"np.asarray({text}).astype({result.dtype!r})[()]"
        return Expression(text)
    return Expression(f"{args[0]}.{name}({where[2:]})")


@expression_of.register(Reshape)
def _reshape(op: Reshape, node: Apply, args: tuple[str, ...]) -> Expression:
    x, shape = args
    target = node.inputs[1]
    if isinstance(target, Constant):
        lengths = tuple(int(n) for n in np.atleast_1d(target.data))
        return Expression(f"np.reshape({x}, {lengths})")
    return Expression(f"np.reshape({x}, tuple({shape}))")


@expression_of.register(JoinDims)
@expression_of.register(SplitDims)
def _join_or_split_axes(op: Any, node: Apply, args: tuple[str, ...]) -> Expression | None:
    shape = node.outputs[0].type.shape
    if sum(n is None for n in shape) > (0 if 0 in shape else 1):
        return None
    return Expression(f"np.reshape({args[0]}, {tuple(-1 if n is None else n for n in shape)})")


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
    if len(tests) != sum(not _is_none(i) for i in node.inputs[1:]):
        return None
    if not tests:
        return Expression(x)
    return Expression(x, (f"if {' or '.join(tests)}: wrong_shape({x}, {wanted})",), {"wrong_shape": _wrong_shape})


def _is_none(variable) -> bool:
    return isinstance(variable, Constant) and variable.data is None


def _wrong_shape(x: np.ndarray, wanted: tuple) -> None:
    raise ValueError(f"SpecifyShape: got shape {x.shape}, expected {wanted} (None: any length).")


# --------------------------------------------------------------------------------------------- making arrays


@expression_of.register(tb.MakeVector)
def _make_vector(op: tb.MakeVector, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"np.array([{', '.join(args)}], dtype={op.dtype!r})")


@expression_of.register(tb.Alloc)
def _alloc(op: tb.Alloc, node: Apply, args: tuple[str, ...]) -> Expression:
    value, *lengths = args
    shape = f"({', '.join(lengths)},)"
    dtype = node.outputs[0].type.dtype
    constant = node.inputs[0]
    if isinstance(constant, Constant) and np.all(np.asarray(constant.data) == 0) and not np.any(np.signbit(constant.data)):
        return Expression(f"np.zeros({shape}, {dtype!r})")
    if all(node.inputs[0].type.broadcastable):
        return Expression(f"np.full({shape}, np.reshape({value}, ()), {dtype!r})")
    return Expression(f"np.array(np.broadcast_to({value}, {shape}))")


@expression_of.register(tb.AllocEmpty)
def _alloc_empty(op: tb.AllocEmpty, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"np.empty(({', '.join(args)},), {op.dtype!r})")


@expression_of.register(tb.Join)
def _join(op: tb.Join, node: Apply, args: tuple[str, ...]) -> Expression | None:
    axis, *arrays = args
    if len({i.type.dtype for i in node.inputs[1:]}) > 1:
        return None
    return Expression(f"np.concatenate(({', '.join(arrays)},), axis={axis})")


@expression_of.register(tb.ScalarFromTensor)
@expression_of.register(tb.TensorFromScalar)
def _same_number(op: Any, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(args[0])


@expression_of.register(ViewOp)
@expression_of.register(CheckAndRaise)
def _view(op: Any, node: Apply, args: tuple[str, ...]) -> Expression | None:
    return Expression(args[0]) if isinstance(op, ViewOp) else None


@expression_of.register(DeepCopyOp)
def _copy(op: DeepCopyOp, node: Apply, args: tuple[str, ...]) -> Expression | None:
    return Expression(f"np.array({args[0]})") if hasattr(node.outputs[0].type, "ndim") else None


@expression_of.register(tb.ARange)
def _arange(op: tb.ARange, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"np.arange({', '.join(args)}, dtype={op.dtype!r})")


# -------------------------------------------------------------------------------------------------- indexing


def _index(idx_list: tuple, names: list[str], constants: list[Any]) -> str:
    """Return the text between the brackets for PyTensor's `idx_list` over the names of the index inputs."""

    def one(position: Any) -> str:
        if position is None:
            return ""
        if isinstance(constants[position], int):
            return str(constants[position])
        return names[position]

    parts = []
    for entry in idx_list:
        if isinstance(entry, slice):
            step = "" if entry.step is None else f":{one(entry.step)}"
            parts.append(f"{one(entry.start)}:{one(entry.stop)}{step}")
        else:
            parts.append(one(entry))
    return ", ".join(parts) if parts else "..."


def _index_constants(variables: list) -> list[Any]:
    """Return the whole numbers among the index variables, None for the others."""
    values = []
    for v in variables:
        whole = isinstance(v, Constant) and np.ndim(v.data) == 0 and np.asarray(v.data).dtype.kind in "iu"
        values.append(int(v.data) if whole else None)
    return values


@expression_of.register(ts.Subtensor)
@expression_of.register(ts.AdvancedSubtensor)
@expression_of.register(ts.AdvancedSubtensor1)
def _subtensor(op: Any, node: Apply, args: tuple[str, ...]) -> Expression:
    x, *names = args
    return Expression(f"{x}[{_index(op.idx_list, names, _index_constants(node.inputs[1:]))}]")


@expression_of.register(ts.IncSubtensor)
def _inc_subtensor(op: ts.IncSubtensor, node: Apply, args: tuple[str, ...]) -> Expression:
    return _write_into(op, node, args, "=" if op.set_instead_of_inc else "+=")


@expression_of.register(ts.AdvancedIncSubtensor)
@expression_of.register(ts.AdvancedIncSubtensor1)
def _advanced_inc_subtensor(op: Any, node: Apply, args: tuple[str, ...]) -> Expression:
    return _write_into(op, node, args, "=" if op.set_instead_of_inc else "add.at")


def _write_into(op: Any, node: Apply, args: tuple[str, ...], how: str) -> Expression:
    """Return the expression that copies an array and sets, adds to, or adds at an index of the copy."""
    x, y, *names = args
    index = _index(op.idx_list, names, _index_constants(node.inputs[2:]))
    local = f"w_{x}_{y}"
    if how == "add.at":
        index = ", ".join(
            f"slice({', '.join(p or 'None' for p in part.split(':'))})" if ":" in part else part
            for part in index.split(", ")
        )
        return Expression(
            local,
            (f"{local} = np.array({x})", f"np.add.at({local}, ({index},), {y})"),
            inplace=f"np.add.at({{out}}, ({index},), {y})",
            candidates=(0,),
            copies=True,
        )
    return Expression(
        local,
        (f"{local} = np.array({x})", f"{local}[{index}] {how} {y}"),
        inplace=f"{{out}}[{index}] {how} {y}",
        candidates=(0,),
        copies=True,
    )


# ------------------------------------------------------------------------------------------------------ algebra


@expression_of.register(tm.Dot)
def _dot(op: tm.Dot, node: Apply, args: tuple[str, ...]) -> Expression | None:
    (x, y), types = args, [i.type for i in node.inputs]
    if types[0].dtype != types[1].dtype:
        x, y = (f"{a}.astype({node.outputs[0].type.dtype!r})" for a in args)
    return Expression(f"{x}.dot({y})")


@expression_of.register(BatchedDot)
def _batched_dot(op: BatchedDot, node: Apply, args: tuple[str, ...]) -> Expression:
    return Expression(f"np.matmul({args[0]}, {args[1]})")


def softmax(x, axis):
    """Return exp(x) over its sum along `axis`."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    e /= e.sum(axis=axis, keepdims=True)
    return e


def log_softmax(x, axis):
    """Return the logarithm of `softmax`."""
    shifted = x - x.max(axis=axis, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return shifted


@expression_of.register(Softmax)
@expression_of.register(LogSoftmax)
def _softmax(op: Any, node: Apply, args: tuple[str, ...]) -> Expression:
    function = softmax if isinstance(op, Softmax) else log_softmax
    name = function.__name__
    return Expression(f"{name}({args[0]}, {op.axis!r})", namespace={name: function})
