"""How a scalar operation of PyTensor is written in the kernel language."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply
from pytensor.scalar import math as psm

from graphopt.errors import CompileError

CASTS = {
    "float64": "f64",
    "float32": "f32",
    "int64": "i64",
    "int32": "i64",
    "int16": "i64",
    "int8": "i64",
    "bool": "i64",
    "uint8": "i64",
    "uint16": "i64",
    "uint32": "i64",
}

_SINGLE_LITERAL = re.compile(r"f32\((-?[0-9.]+(?:e[-+]?[0-9]+)?|nan|inf|\(-inf\))\)")
_JOINED = {ps.Add: " + ", ps.Mul: " * ", ps.Sub: " - ", ps.TrueDiv: " / "}
_COMPARED = {ps.LT: "<", ps.GT: ">", ps.LE: "<=", ps.GE: ">=", ps.EQ: "==", ps.NEQ: "!="}
_CALLED = {
    ps.Abs: "abs",
    ps.Exp: "exp",
    ps.Expm1: "expm1",
    ps.Log: "log",
    ps.Log1p: "log1p",
    ps.Sqrt: "sqrt",
    ps.Tanh: "tanh",
    ps.Sin: "sin",
    ps.Cos: "cos",
    ps.Tan: "tan",
    ps.Sinh: "sinh",
    ps.Cosh: "cosh",
    ps.ArcSin: "arcsin",
    ps.ArcCos: "arccos",
    ps.ArcTan: "arctan",
    ps.ArcTan2: "arctan2",
    ps.Floor: "floor",
    ps.Ceil: "ceil",
    ps.Trunc: "trunc",
    ps.RoundHalfToEven: "rint",
    ps.Sign: "sign",
    ps.Maximum: "maximum",
    ps.Minimum: "minimum",
    psm.Sigmoid: "sigmoid",
    psm.Erf: "erf",
}


def scalar_text(op: ps.ScalarOp, args: Sequence[str], dtypes: Sequence[str], dtype: str) -> str:
    """Return the expression of `op` over the texts `args` (of `dtypes`), giving `dtype`.

    Raises
    ------
    CompileError
        If the kernel language has no word for the operation or one of the dtypes.
    """
    if dtype not in CASTS or any(d not in CASTS for d in dtypes):
        raise CompileError(f"The kernel language has no dtype for {op} over {dtypes} -> {dtype}.")
    kind = type(op)
    floats = dtype in ("float64", "float32")
    if kind in (ps.Identity,):
        return args[0]
    if kind is ps.Second:
        return _cast(args[1], dtypes[1], dtype)
    if kind is ps.Cast:
        if dtype == "bool":
            return f"({args[0]} != 0)"
        if dtype.startswith(("int", "uint")) and dtype != "int64" and not dtypes[0].startswith(("bool",)):
            raise CompileError(f"The kernel language does not wrap {dtype}.")
        return _cast(args[0], dtypes[0], dtype)
    if kind in _JOINED:
        if not floats and (dtype != "int64" or kind is ps.TrueDiv):
            raise CompileError(f"The kernel language has no {op} for {dtype}.")
        parts = [_cast(a, d, dtype) for a, d in zip(args, dtypes)]
        return f"({_JOINED[kind].join(parts)})"
    if kind in _COMPARED:
        common = _common(dtypes)
        return f"({_cast(args[0], dtypes[0], common)} {_COMPARED[kind]} {_cast(args[1], dtypes[1], common)})"
    if kind is ps.Switch:
        parts = [_cast(a, d, dtype) for a, d in zip(args[1:], dtypes[1:])]
        return f"where({args[0]} != 0, {parts[0]}, {parts[1]})"
    if kind is ps.Clip and floats:
        parts = [_cast(a, d, dtype) for a, d in zip(args, dtypes)]
        return f"where({parts[0]} < {parts[1]}, {parts[1]}, minimum({parts[0]}, {parts[2]}))"
    if kind is ps.AND and dtype == "bool":
        return f"(({args[0]} != 0) and ({args[1]} != 0))"
    if kind is ps.OR and dtype == "bool":
        return f"(({args[0]} != 0) or ({args[1]} != 0))"
    if kind is ps.Invert and dtype == "bool":
        return f"({args[0]} == 0)"
    if not floats:
        raise CompileError(f"The kernel language has no {op} for {dtype}.")
    parts = [_cast(a, d, dtype) for a, d in zip(args, dtypes)]
    if kind is ps.Neg:
        return f"(-{parts[0]})"
    if kind is ps.Sqr:
        return f"({parts[0]} * {parts[0]})"
    if kind is ps.Reciprocal:
        return f"({CASTS[dtype]}(1.0) / {parts[0]})"
    if kind is ps.Pow:
        return f"pow({parts[0]}, {parts[1]})"
    if kind is psm.Softplus:
        x = parts[0]
        return f"(maximum({x}, {CASTS[dtype]}(0.0)) + log1p(exp(-abs({x}))))"
    if kind in (ps.IsNan, ps.IsInf):
        raise CompileError(f"The kernel language has no {op} for {dtype}.")
    if kind in _CALLED:
        return f"{_CALLED[kind]}({', '.join(parts)})"
    raise CompileError(f"The kernel language has no word for {op}.")


def _common(dtypes: Sequence[str]) -> str:
    """Return the dtype two compared numbers meet in."""
    if "float64" in dtypes or (
        "float32" in dtypes
        and any(d not in ("float32", "bool", "int8", "int16", "uint8", "uint16") for d in dtypes)
    ):
        return "float64"
    return "float32" if "float32" in dtypes else "int64"


def _cast(text: str, have: str, want: str) -> str:
    """Return `text` of dtype `have` as `want`, unchanged where the language holds both alike.

    A float32 literal is written with all its digits, so as a float64 it is the literal itself.
    """
    literal = _SINGLE_LITERAL.fullmatch(text)
    if literal and CASTS[want] == "f64":
        return literal[1]
    return text if CASTS[have] == CASTS[want] else f"{CASTS[want]}({text})"


def refuse_undeclared_stretch(node: Apply, shapes: Sequence[tuple[int, ...]]) -> None:
    """Raise CompileError where arrays of `shapes` stretch an axis that `node` does not declare of length 1.

    NumPy lines raise then, since gradients would be wrong.
    """
    whole = np.broadcast_shapes(*shapes)
    for shape, variable in zip(shapes, node.inputs):
        if any(n != w and not b for n, w, b in zip(shape, whole, variable.type.broadcastable)):
            raise CompileError(f"{node.op} would stretch an axis whose length 1 was not declared.")
