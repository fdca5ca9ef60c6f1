"""Functions and constants that NumPy has dropped and that are more than another name."""

from __future__ import annotations

import functools
import inspect
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

MAXDIMS = 64  # NumPy 1 had 32
NINF, PZERO, NZERO = -np.inf, 0.0, -0.0

sctypes = {
    "int": [np.int8, np.int16, np.int32, np.int64],
    "uint": [np.uint8, np.uint16, np.uint32, np.uint64],
    "float": [np.float16, np.float32, np.float64, np.longdouble],
    "complex": [np.complex64, np.complex128, np.clongdouble],
    "others": [bool, object, bytes, str, np.void],
}


class _Sizes(dict):
    def __missing__(self, kind: Any) -> int:
        return np.dtype(kind).itemsize


class _Casts(dict):
    def __missing__(self, kind: Any) -> Callable:
        return lambda x: np.asarray(x).astype(kind)


nbytes = _Sizes()
cast = _Casts()


def in1d(ar1: Any, ar2: Any, assume_unique: bool = False, invert: bool = False) -> np.ndarray:
    """Return, for each element of `ar1` in flat order, whether it is in `ar2`."""
    return np.isin(np.ravel(ar1), ar2, assume_unique=assume_unique, invert=invert)


def asscalar(a: Any) -> Any:
    """Return the one element of `a` as a Python scalar."""
    return np.asarray(a).item()


def find_common_type(array_types: Iterable, scalar_types: Iterable) -> np.dtype:
    """Return the dtype of arrays with scalars: only a scalar of a higher kind widens an array."""
    arrays, scalars = ([np.dtype(t) for t in types] for types in (array_types, scalar_types))
    if not arrays or not scalars:
        return functools.reduce(np.promote_types, arrays or scalars)
    array, scalar = functools.reduce(np.promote_types, arrays), functools.reduce(np.promote_types, scalars)
    order = "buifcSUVO"
    is_higher = order.find(scalar.kind) > order.find(array.kind)
    return np.promote_types(scalar, array) if is_higher else array


def msort(a: Any) -> np.ndarray:
    """Return `a` sorted along its first axis."""
    return np.sort(a, axis=0)


def sctype2char(sctype: Any) -> str:
    return np.dtype(sctype).char


def obj2sctype(rep: Any, default: Any = None) -> Any:
    try:
        return np.dtype(rep).type
    except TypeError:
        return default


def issctype(rep: Any) -> bool:
    return isinstance(rep, type | np.dtype) and obj2sctype(rep) not in (None, np.object_)


def issubclass_(a: Any, b: Any) -> bool:
    return isinstance(a, type) and issubclass(a, b)


def issubsctype(a: Any, b: Any) -> bool:
    return issubclass(np.dtype(a).type, np.dtype(b).type)


def maximum_sctype(t: Any) -> Any:
    kinds = {"i": np.int64, "u": np.uint64, "f": np.longdouble, "c": np.clongdouble}
    return kinds.get(np.dtype(t).kind, np.dtype(t).type)


def asfarray(a: Any, dtype: Any = np.float64) -> np.ndarray:
    """Return `a` as an array of floats."""
    return np.asarray(a, dtype=dtype if np.issubdtype(dtype, np.inexact) else np.float64)


def fastCopyAndTranspose(a: Any) -> np.ndarray:
    return np.array(np.transpose(a), order="C")


def disp(mesg: Any, device: Any = None, linefeed: bool = True) -> None:
    (device or sys.stdout).write(f"{mesg}\n" if linefeed else f"{mesg}")


def deprecate(func: Any = None, *names: Any, **options: Any) -> Any:
    """Return `func`, or a decorator, that warns when it is called."""
    if func is None:
        return deprecate

    @functools.wraps(func)
    def old(*arguments: Any, **named: Any) -> Any:
        warnings.warn(f"`{func.__name__}` is deprecated!", DeprecationWarning, stacklevel=2)
        return func(*arguments, **named)

    return old


def source(object: Any, output: Any = None) -> None:
    print(inspect.getsource(object), file=output or sys.stdout)


def set_string_function(f: Any, repr: bool = True) -> None:
    """Change how arrays are printed."""
    np.set_printoptions(override_repr=f if repr else None)


def geterrobj() -> list:
    return [8192, 521, None]


def recfromtxt(fname: Any, **options: Any) -> Any:
    options.setdefault("dtype", None)
    return np.genfromtxt(fname, **options).view(np.recarray)


def recfromcsv(fname: Any, **options: Any) -> Any:
    for key, value in {"case_sensitive": "lower", "names": True, "delimiter": ",", "dtype": None}.items():
        options.setdefault(key, value)
    return np.genfromtxt(fname, **options).view(np.recarray)


def random_integers(low: Any, high: Any = None, size: Any = None) -> Any:
    """Return integers from `low` to `high`, both included (from 1 to `low`, without `high`)."""
    if high is None:
        low, high = 1, low
    return np.random.randint(low, high + 1, size=size)


def run_module_suite(file_to_run: Any = None, argv: Any = None) -> None:
    """Run the tests of a file with pytest."""
    import pytest

    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    raise SystemExit(pytest.main([file_to_run or frame.f_back.f_globals["__file__"]]))


def inner1d(a: Any, b: Any) -> Any:
    """Return the inner products over the last axis (`numpy.core.umath_tests`)."""
    return np.einsum("...i,...i->...", a, b)


def matrix_multiply(a: Any, b: Any) -> Any:
    return np.matmul(a, b)
