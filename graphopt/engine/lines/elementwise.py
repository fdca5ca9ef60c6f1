"""Elementwise operations in NumPy: the dtype PyTensor promised, and no silent stretching of unknown axes."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply
from pytensor.scalar import math as psm
from pytensor.tensor.elemwise import Elemwise

from graphopt.engine.lines.expressions import Expression, as_dtype, expression_of

INFIX = {
    ps.Add: ("+", np.add),
    ps.Mul: ("*", np.multiply),
    ps.Sub: ("-", np.subtract),
    ps.TrueDiv: ("/", np.true_divide),
    ps.LT: ("<", np.less),
    ps.GT: (">", np.greater),
    ps.LE: ("<=", np.less_equal),
    ps.GE: (">=", np.greater_equal),
    ps.EQ: ("==", np.equal),
    ps.NEQ: ("!=", np.not_equal),
    ps.AND: ("&", np.bitwise_and),
    ps.OR: ("|", np.bitwise_or),
    ps.XOR: ("^", np.bitwise_xor),
}


def sigmoid(x):
    """Return 1 / (1 + exp(-x)); exp may overflow to inf, which gives the right 0."""
    return 1 / (1 + np.exp(-x))


def softplus(x):
    """Return log(1 + exp(x)) without overflow."""
    return np.logaddexp(x, x.dtype.type(0))


def log1mexp(x):
    """Return log(1 - exp(x)) for x < 0 without cancellation."""
    return np.where(x > -0.6931471805599453, np.log(-np.expm1(x)), np.log1p(-np.exp(x)))


def floor_divide(x, y):
    """Return ``x // y`` of whole numbers; raise ZeroDivisionError where NumPy would give 0."""
    if not np.all(y):
        raise ZeroDivisionError("integer division by zero")
    return x // y


def remainder(x, y):
    """Return ``x % y`` of whole numbers; raise ZeroDivisionError where NumPy would give 0."""
    if not np.all(y):
        raise ZeroDivisionError("integer modulo by zero")
    return x % y


def fill(like, value, dtype):
    """Return an array of the shape of `like` stretched against `value`, filled with `value`."""
    result = np.empty(np.broadcast_shapes(np.shape(like), np.shape(value)), dtype)
    result[...] = value
    return result


FLOAT_FUNCTIONS = {psm.Sigmoid: sigmoid, psm.Softplus: softplus, psm.Log1mexp: log1mexp}
WHOLE_NUMBER_FUNCTIONS = {ps.IntDiv: floor_divide, ps.Mod: remainder}


@expression_of.register(Elemwise)
def _elemwise(op: Elemwise, node: Apply, args: tuple[str, ...]) -> Expression | None:
    if len(node.outputs) != 1:
        return None
    written = _scalar_expression(op.scalar_op, node, args)
    checks = _broadcast_checks(node, args) if written is not None else ()
    if not checks:
        return written
    return written._replace(before=checks, namespace={**written.namespace, "mismatch": _mismatch})


def _scalar_expression(op: ps.ScalarOp, node: Apply, args: tuple[str, ...]) -> Expression | None:
    """Return the expression of a scalar operation over arrays, or None for those that are called."""
    dtype = np.dtype(node.outputs[0].type.dtype)
    dtypes = [np.dtype(i.type.dtype) for i in node.inputs]
    kind = type(op)
    if kind in _SPECIAL:
        return _SPECIAL[kind](node, args, dtypes, dtype)
    if kind in INFIX and len(args) >= 2:
        return _infix(*INFIX[kind], args, dtypes, dtype)
    if kind in FLOAT_FUNCTIONS and dtype.kind == "f":
        function = FLOAT_FUNCTIONS[kind]
        x = as_dtype(args[0], dtypes[0], dtype)
        return Expression(f"{function.__name__}({x})", namespace={function.__name__: function})
    if kind in WHOLE_NUMBER_FUNCTIONS and dtype.kind in "iu":
        function = WHOLE_NUMBER_FUNCTIONS[kind]
        text = f"{function.__name__}({', '.join(args)})"
        produced = np.result_type(*dtypes)
        return Expression(as_dtype(text, produced, dtype), namespace={function.__name__: function})
    spec = getattr(op, "nfunc_spec", None)
    if spec is None or spec[1:] != (len(args), 1):
        return None
    return _ufunc(spec[0], args, dtypes, dtype)


def _infix(
    symbol: str, ufunc: np.ufunc, args: tuple[str, ...], dtypes: list, dtype: np.dtype
) -> Expression | None:
    """Return ``a + b + ...``; the last sum may be written into one of two operands."""
    produced = np.result_type(*dtypes) if len(args) > 2 else _produced(ufunc, dtypes)
    if produced is None or (symbol in "&|^" and produced != dtype):
        return None
    args = _widened(args, dtypes, produced, dtype)
    text = as_dtype(f" {symbol} ".join(args), _at_least(produced, dtype), dtype)
    if len(args) == 2 and produced == dtype and all(d == dtype for d in dtypes):
        return Expression(
            text, inplace=f"np.{ufunc.__name__}({args[0]}, {args[1]}, {{out}})", candidates=(0, 1)
        )
    return Expression(text)


def _ufunc(name: str, args: tuple[str, ...], dtypes: list, dtype: np.dtype) -> Expression | None:
    """Return the call of the ufunc PyTensor names for the operation."""
    ufunc, namespace = _found(name), {}
    if ufunc is None:
        return None
    produced = _produced(ufunc, dtypes)
    if produced is None:
        return None
    call = f"np.{ufunc.__name__}" if name.rpartition(".")[0] in ("", "numpy") else f"special_{ufunc.__name__}"
    if not call.startswith("np."):
        namespace = {call: ufunc}
    if name in ("positive", "conj", "conjugate"):
        return None
    arguments = _widened(args, dtypes, produced, dtype)
    text = as_dtype(f"{call}({', '.join(arguments)})", _at_least(produced, dtype), dtype)
    if produced == dtype and all(d == dtype for d in dtypes):
        inplace = f"{call}({', '.join(args)}, out={{out}})"
        return Expression(text, namespace=namespace, inplace=inplace, candidates=tuple(range(len(args))))
    return Expression(text, namespace=namespace)


@cache
def _found(name: str) -> np.ufunc | None:
    """Return the ufunc of NumPy or SciPy that PyTensor calls `name`."""
    module, _, short = name.rpartition(".")
    if module not in _MODULES:
        return None
    # SciPy's functions cost a tenth of a second to import: only a graph that needs one pays.
    home = importlib.import_module("scipy.special") if module == "scipy.special" else np
    found = getattr(home, short, None)
    return found if isinstance(found, np.ufunc) else None


_MODULES = ("", "numpy", "scipy.special")


def _produced(ufunc: np.ufunc, dtypes: list[np.dtype]) -> np.dtype | None:
    """Return the dtype NumPy gives `ufunc` over arrays of `dtypes`, or None when it refuses."""
    try:
        return ufunc.resolve_dtypes((*dtypes, *(None,) * ufunc.nout))[-1]
    except TypeError:
        return None


def _is_narrower(produced: np.dtype, wanted: np.dtype) -> bool:
    """Return whether computing in `produced` would lose what `wanted` holds (sqrt of int8 gives float16)."""
    return wanted.kind in "fc" and produced != wanted and np.promote_types(produced, wanted) == wanted


def _widened(args: tuple[str, ...], dtypes: list, produced: np.dtype, wanted: np.dtype) -> tuple[str, ...]:
    """Return `args`, cast beforehand where NumPy would choose too narrow a dtype for the operation.

    In a sum of several terms the first two meet first, so small integers are widened before they overflow.
    """
    if _is_narrower(produced, wanted):
        return tuple(as_dtype(a, d, wanted) for a, d in zip(args, dtypes))
    if len(args) > 2 and produced == wanted:
        return tuple(as_dtype(a, d, wanted) if d.kind in "iub" else a for a, d in zip(args, dtypes))
    return args


def _at_least(produced: np.dtype, wanted: np.dtype) -> np.dtype:
    """Return the dtype that comes out after `_widened`."""
    return wanted if _is_narrower(produced, wanted) else produced


# ------------------------------------------------------------- operations with a form of their own


def _cast(node: Apply, args: tuple, dtypes: list, dtype: np.dtype) -> Expression:
    return Expression(f"{args[0]}.astype({dtype.name!r})")


def _identity(node: Apply, args: tuple, dtypes: list, dtype: np.dtype) -> Expression:
    return Expression(args[0], shares=(0,))


def _second(node: Apply, args: tuple, dtypes: list, dtype: np.dtype) -> Expression:
    if node.outputs[0].type.ndim == 0:
        return Expression(as_dtype(args[1], dtypes[1], dtype), shares=(1,))
    return Expression(f"fill({args[0]}, {args[1]}, {dtype.name!r})", namespace={"fill": fill})


def _switch(node: Apply, args: tuple, dtypes: list, dtype: np.dtype) -> Expression:
    yes, no = (as_dtype(a, d, dtype) for a, d in zip(args[1:], dtypes[1:]))
    if node.outputs[0].type.ndim == 0:
        return Expression(f"{yes} if {args[0]} else {no}", shares=(1, 2))
    return Expression(f"np.where({args[0]}, {yes}, {no})")


def _clip(node: Apply, args: tuple, dtypes: list, dtype: np.dtype) -> Expression:
    x, low, high = (as_dtype(a, d, dtype) for a, d in zip(args, dtypes))
    if bounds_in_order(node):
        return Expression(f"np.minimum(np.maximum({x}, {low}), {high})")
    return Expression(f"np.where({x} < {low}, {low}, np.minimum({x}, {high}))")


def bounds_in_order(node: Apply) -> bool:
    """Return whether the bounds of a Clip are constants, the lower one nowhere above the upper one.

    Where they may cross, what is below `low` is `low` and the rest at most `high`, as in PyTensor's C code.
    """
    low, high = (getattr(v, "data", None) for v in node.inputs[1:])
    return (
        low is not None and high is not None and low.size == high.size == 1 and bool(low.max() <= high.max())
    )


def _sqr(node: Apply, args: tuple, dtypes: list, dtype: np.dtype) -> Expression | None:
    x = as_dtype(args[0], dtypes[0], dtype)
    if dtype.kind == "b":
        return Expression(f"{x} & {x}")
    return Expression(f"{x} * {x}", inplace="np.multiply({out}, {out}, {out})", candidates=(0,))


def _neg(node: Apply, args: tuple, dtypes: list, dtype: np.dtype) -> Expression | None:
    if dtypes[0].kind == "b" or dtypes[0] != dtype:
        return None
    return Expression(f"-{args[0]}", inplace="np.negative({out}, {out})", candidates=(0,))


def _reciprocal(node: Apply, args: tuple, dtypes: list, dtype: np.dtype) -> Expression:
    x = as_dtype(args[0], dtypes[0], dtype)
    inplace, candidates = ("np.divide(1, {out}, {out})", (0,)) if x == args[0] else ("", ())
    return Expression(f"1 / {x}", inplace=inplace, candidates=candidates)


def _power(node: Apply, args: tuple, dtypes: list, dtype: np.dtype) -> Expression | None:
    """Compute the power of two float32 scalars in float64.

    NumPy's own may miss the nearest float32, and the ``1 - beta**t`` of Adam makes that 100 times larger.
    """
    if node.outputs[0].type.ndim > 0 or dtype != np.float32:
        return _ufunc("power", args, dtypes, dtype)
    wide = np.dtype("float64")
    x, y = (as_dtype(a, d, wide) for a, d in zip(args, dtypes))
    return Expression(as_dtype(f"np.power({x}, {y})", wide, dtype))


_SPECIAL: dict[type, Any] = {
    ps.Cast: _cast,
    ps.Identity: _identity,
    ps.Second: _second,
    ps.Switch: _switch,
    ps.Clip: _clip,
    ps.Pow: _power,
    ps.Sqr: _sqr,
    ps.Neg: _neg,
    ps.Reciprocal: _reciprocal,
}


# ------------------------------------------------------------------------------------- broadcasting


def _broadcast_checks(node: Apply, args: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines that refuse to stretch an axis whose length 1 was not declared.

    NumPy would stretch it silently; PyTensor and Theano raise, since gradients would be wrong.
    """
    ndim = node.outputs[0].type.ndim
    axes = []
    for axis in range(ndim if len(args) > 1 else 0):
        long = [(a, i.type.shape[axis]) for a, i in zip(args, node.inputs) if not i.type.broadcastable[axis]]
        names = list(dict.fromkeys(a for a, _ in long))
        if len(names) > 1 and any(length is None for _, length in long):
            axes.append((axis, names))
    if not axes:
        return ()
    names = axes[0][1]
    if len(axes) == ndim and all(n == names for _, n in axes):
        whole = _of_rank(node, args, names, ndim)
        tests = [f"{names[0]}.shape != {other}.shape" for other in names[1:]] if whole else None
    else:
        tests = None
    if tests is None:
        tests = [f"{n[0]}.shape[{axis}] != {other}.shape[{axis}]" for axis, n in axes for other in n[1:]]
        names = list(dict.fromkeys(n for _, several in axes for n in several))
    return (f"if {' or '.join(tests)}: mismatch({', '.join(names)})",)


def _of_rank(node: Apply, args: tuple[str, ...], names: list[str], ndim: int) -> bool:
    return all(i.type.ndim == ndim for a, i in zip(args, node.inputs) if a in names)


def _mismatch(*arrays: np.ndarray) -> None:
    shapes = ", ".join(str(a.shape) for a in arrays)
    raise ValueError(
        f"Input dimension mismatch: an elementwise operation got shapes {shapes}; expected equal lengths. "
        "An axis of length 1 is stretched only when the graph says so: declare it with shape=(1, ...) or use "
        "dimshuffle."
    )
