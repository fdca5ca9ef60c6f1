"""The elementwise functions of `theano.tensor`, each an `Elemwise` Op one may call."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytensor.scalar as ps
import pytensor.scalar.math as ps_math
from pytensor.graph.basic import Variable
from pytensor.tensor import math as ptm

from ..configdefaults import config
from .constants import as_tensor_variable
from .elemwise import Elemwise


def _scalar(name: str) -> Any:
    """Return PyTensor's scalar Op of a name."""
    for home in (ps, ps_math):
        if hasattr(home, name):
            return getattr(home, name)
    from ..scalar import basic_scipy

    return getattr(basic_scipy, name)


#: name in theano.tensor -> PyTensor's scalar Op and the NumPy function behind it, where there is one
_FUNCTIONS: dict[str, tuple[Any, tuple | None]] = {
    name: (_scalar(pt_name), (nfunc, nin, 1) if nfunc else None)
    for name, pt_name, nfunc, nin in (
        ("lt", "lt", "less", 2),
        ("gt", "gt", "greater", 2),
        ("le", "le", "less_equal", 2),
        ("ge", "ge", "greater_equal", 2),
        ("eq", "eq", "equal", 2),
        ("neq", "neq", "not_equal", 2),
        ("isnan_", "isnan", "isnan", 1),
        ("isinf_", "isinf", "isinf", 1),
        ("switch", "switch", "where", 3),
        ("and_", "and_", "bitwise_and", 2),
        ("or_", "or_", "bitwise_or", 2),
        ("xor", "xor", "bitwise_xor", 2),
        ("invert", "invert", "invert", 1),
        ("abs_", "abs", "abs", 1),
        ("exp", "exp", "exp", 1),
        ("exp2", "exp2", "exp2", 1),
        ("expm1", "expm1", "expm1", 1),
        ("neg", "neg", "negative", 1),
        ("inv", "reciprocal", "reciprocal", 1),
        ("log", "log", "log", 1),
        ("log2", "log2", "log2", 1),
        ("log10", "log10", "log10", 1),
        ("log1p", "log1p", "log1p", 1),
        ("sgn", "sign", "sign", 1),
        ("ceil", "ceil", "ceil", 1),
        ("floor", "floor", "floor", 1),
        ("trunc", "trunc", "trunc", 1),
        ("round_half_to_even", "round_half_to_even", "around", 1),
        ("round_half_away_from_zero", "round_half_away_from_zero", None, 1),
        ("sqr", "sqr", "square", 1),
        ("sqrt", "sqrt", "sqrt", 1),
        ("deg2rad", "deg2rad", "deg2rad", 1),
        ("rad2deg", "rad2deg", "rad2deg", 1),
        ("cos", "cos", "cos", 1),
        ("arccos", "arccos", "arccos", 1),
        ("sin", "sin", "sin", 1),
        ("arcsin", "arcsin", "arcsin", 1),
        ("tan", "tan", "tan", 1),
        ("arctan", "arctan", "arctan", 1),
        ("arctan2", "arctan2", "arctan2", 2),
        ("cosh", "cosh", "cosh", 1),
        ("arccosh", "arccosh", "arccosh", 1),
        ("sinh", "sinh", "sinh", 1),
        ("arcsinh", "arcsinh", "arcsinh", 1),
        ("tanh", "tanh", "tanh", 1),
        ("arctanh", "arctanh", "arctanh", 1),
        ("erf", "erf", "scipy.special.erf", 1),
        ("erfc", "erfc", "scipy.special.erfc", 1),
        ("erfcx", "erfcx", "scipy.special.erfcx", 1),
        ("erfinv", "erfinv", "scipy.special.erfinv", 1),
        ("erfcinv", "erfcinv", "scipy.special.erfcinv", 1),
        ("gamma", "gamma", "scipy.special.gamma", 1),
        ("gammaln", "gammaln", "scipy.special.gammaln", 1),
        ("psi", "psi", "scipy.special.psi", 1),
        ("tri_gamma", "tri_gamma", None, 1),
        ("chi2sf", "chi2sf", None, 2),
        ("gammainc", "gammainc", "scipy.special.gammainc", 2),
        ("gammaincc", "gammaincc", "scipy.special.gammaincc", 2),
        ("gammau", "gammau", None, 2),
        ("gammal", "gammal", None, 2),
        ("j0", "j0", "scipy.special.j0", 1),
        ("j1", "j1", "scipy.special.j1", 1),
        ("jv", "jv", "scipy.special.jv", 2),
        ("i0", "i0", "scipy.special.i0", 1),
        ("i1", "i1", "scipy.special.i1", 1),
        ("iv", "iv", "scipy.special.iv", 2),
        ("real", "real", "real", 1),
        ("imag", "imag", "imag", 1),
        ("angle", "angle", "angle", 1),
        ("complex", "complex", None, 2),
        ("conj", "conj", "conj", 1),
        ("complex_from_polar", "complex_from_polar", None, 2),
        ("second", "second", None, 2),
        ("tensor_copy", "identity", None, 1),
        ("maximum", "maximum", "maximum", 2),
        ("minimum", "minimum", "minimum", 2),
        ("add", "add", "add", 2),
        ("sub", "sub", "subtract", 2),
        ("mul", "mul", "multiply", 2),
        ("true_div", "true_div", "true_divide", 2),
        ("int_div", "int_div", "floor_divide", 2),
        ("mod", "mod", "mod", 2),
        ("pow", "pow", "power", 2),
        ("clip", "clip", None, 3),
    )
}
#: other names of the same functions
_SYNONYMS = {
    "where": "switch",
    "bitwise_and": "and_",
    "bitwise_or": "or_",
    "bitwise_xor": "xor",
    "bitwise_not": "invert",
    "square": "sqr",
    "fill": "second",
    "floor_div": "int_div",
}
_DTYPES = """
    bool int8 int16 int32 int64 uint8 uint16 uint32 uint64
    float16 float32 float64 complex64 complex128
"""

_elemwise_of = {
    name: Elemwise(op, name=name if name != op.name else None) for name, (op, _) in _FUNCTIONS.items()
}
for _name, _op in _elemwise_of.items():
    _plain = getattr(ptm, {"abs_": "abs", "inv": "reciprocal", "sgn": "sign"}.get(_name, _name), None)
    if isinstance(_plain, Elemwise):
        _op.plain = _plain
globals().update(_elemwise_of)
globals().update({name: _elemwise_of[same] for name, same in _SYNONYMS.items()})
__all__ = [*_elemwise_of, *_SYNONYMS]
__all__ += [
    "allclose",
    "cast",
    "ceil_intdiv",
    "div_proxy",
    "divmod",
    "iround",
    "isclose",
    "isinf",
    "isnan",
    "largest",
    "mod_check",
    "power",
    "round",
    "smallest",
]

eq, abs_, sgn, mul, sub, le, and_, or_, invert, second = (
    _elemwise_of[n] for n in ["eq", "abs_", "sgn", "mul", "sub", "le", "and_", "or_", "invert", "second"]
)


def isnan(a: Any) -> Variable:
    """Return whether each element is not a number; of integers none is."""
    return _never_of_integers(a, _elemwise_of["isnan_"])


def isinf(a: Any) -> Variable:
    """Return whether each element is infinite; of integers none is."""
    return _never_of_integers(a, _elemwise_of["isinf_"])


def _never_of_integers(a: Any, function: Elemwise) -> Variable:
    a = as_tensor_variable(a)
    if np.dtype(a.dtype).kind in "biu":
        from .creation import alloc
        from .shaping import shape

        lengths = [shape(a)[i] for i in range(a.ndim)]
        return alloc(np.asarray(False, dtype="bool"), *lengths)
    return function(a)


def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Variable:
    """Return whether ``abs(a - b) <= atol + rtol * abs(b)`` for each element, as `numpy.isclose`."""
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    near = le(abs_(a - b), atol + rtol * abs_(b))
    a_nan, b_nan, a_inf, b_inf = isnan(a), isnan(b), isinf(a), isinf(b)
    finite = invert(or_(or_(a_nan, b_nan), or_(a_inf, b_inf)))
    same_inf = and_(and_(a_inf, b_inf), eq(a_inf * sgn(a), b_inf * sgn(b)))
    close = or_(and_(near, finite), same_inf)
    return or_(close, and_(a_nan, b_nan)) if equal_nan else close


def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Variable:
    """Return whether all elements are close, as `numpy.allclose`."""
    from .reductions import all as all_

    return all_(isclose(a, b, rtol, atol, equal_nan))


def cast(x: Any, dtype: Any) -> Variable:
    """Return `x` as `dtype`; "floatX" is `config.floatX`.

    Raises
    ------
    TypeError
        For a complex `x` and a real `dtype`: say `real`, `imag`, `angle` or `abs_`.
    KeyError
        If there are no tensors of this dtype.
    """
    if isinstance(dtype, str):
        dtype = config.floatX if dtype == "floatX" else dtype
        if dtype not in _cast_mapping:
            raise KeyError(dtype)
    else:
        dtype = str(np.dtype(dtype))
    x = as_tensor_variable(x)
    if x.type.dtype == dtype:
        return x
    if x.type.dtype.startswith("complex") and not dtype.startswith("complex"):
        raise TypeError(
            "Casting from complex to real is ambiguous: consider real(), imag(), angle() or abs()"
        )
    return _cast_mapping[dtype](x)


def _conversion(dtype: str) -> Elemwise:
    """Return the function that casts to `dtype`, changing its input in any case."""
    return Elemwise(getattr(ps, f"convert_to_{dtype}"))


_cast_mapping = {dtype: _conversion(dtype) for dtype in _DTYPES.split()}
for _dtype, _op in _cast_mapping.items():
    globals()[f"_convert_to_{_dtype}"] = _op
__all__ += [f"_convert_to_{d}" for d in _DTYPES.split()] + ["_cast_mapping"]


def iround(a: Any, mode: str | None = None) -> Variable:
    """Return `a` rounded, as int64."""
    return cast(round(a, mode), "int64")


def round(a: Any, mode: str | None = None) -> Variable:
    """Return `a` rounded, halves to the even neighbour or, in mode "half_away_from_zero", away from zero."""
    if mode is None:
        mode = "half_to_even"
        if config.warn.round:
            warnings.warn(
                "theano.tensor.round() changed its default from `half_away_from_zero` to `half_to_even` "
                "to have the same default as NumPy. Use the Theano flag `warn.round=False` to disable "
                "this warning.",
                stacklevel=2,
            )
    if mode not in ("half_to_even", "half_away_from_zero"):
        raise Exception(f"round mode {mode} is not implemented.")
    return _elemwise_of[f"round_{mode}"](a)


def smallest(*args: Any) -> Variable:
    """Return the elementwise minimum of one or more tensors."""
    if len(args) == 2:
        return _elemwise_of["switch"](_elemwise_of["lt"](args[0], args[1]), args[0], args[1])
    from .joining import stack
    from .reductions import min as min_

    return min_(stack(args), axis=0)


def largest(*args: Any) -> Variable:
    """Return the elementwise maximum of one or more tensors."""
    if len(args) == 2:
        return _elemwise_of["switch"](_elemwise_of["gt"](args[0], args[1]), args[0], args[1])
    from .joining import stack
    from .reductions import max as max_

    return max_(stack(args), axis=0)


def _is_integer(x: Any) -> bool:
    return np.dtype(x.dtype).kind in "biu"


def div_proxy(x: Any, y: Any) -> Variable:
    """Return ``x / y``: true division, unless `config.int_division` says otherwise of two integers."""
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if _is_integer(x) and _is_integer(y):
        from ..scalar import int_or_true_div

        return int_or_true_div_op(int_or_true_div, x, y)
    return _elemwise_of["true_div"](x, y)


def int_or_true_div_op(choose: Any, x: Variable, y: Variable) -> Variable:
    """Return the quotient by the scalar division `choose` picks for two integers."""
    chosen = choose(True, True)
    return _elemwise_of[
        "int_div" if "int" in str(chosen.name) and "true" not in str(chosen.name) else "true_div"
    ](x, y)


def divmod(x: Any, y: Any) -> list[Variable]:
    """Return the whole quotient and the rest."""
    return [_elemwise_of["int_div"](x, y), mod_check(x, y)]


def ceil_intdiv(a: Any, b: Any) -> Variable:
    """Return the smallest integer not below ``a / b``, for integers."""
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    whole = _elemwise_of["int_div"](a, b)
    return cast(_elemwise_of["neq"](_elemwise_of["mod"](a, b), 0), whole.dtype) + whole


def mod_check(x: Any, y: Any) -> Variable:
    """Return ``x % y``.

    Raises
    ------
    ComplexError
        For complex arguments.
    """
    if any(as_tensor_variable(v).dtype.startswith("complex") for v in (x, y)):
        raise ps.ComplexError(
            "Theano does not support the mod operator (%) on complex numbers, since numpy deprecated it."
        )
    return _elemwise_of["mod"](x, y)


def power(x: Any, y: Any) -> Variable:
    """Return `x` to the power `y`."""
    return _elemwise_of["pow"](x, y)
