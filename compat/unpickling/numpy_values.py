"""NumPy's arrays, scalars, dtypes and generators, and SciPy's sparse matrices."""

from __future__ import annotations

import math
import pickle
import re
from typing import Any

import numpy as np

from .records import OldString, Record, as_bytes
from .table import NAMES, builds, spelling
from .translator import Task, Translator, attributes_of

__all__: list[str] = []

_SCALARS = {np.dtype(code).type for code in np.typecodes["AllInteger"] + np.typecodes["AllFloat"] + "?"}
NAMES.update({f"numpy.{kind.__name__}": kind for kind in _SCALARS})
NAMES.update(
    {"numpy.ndarray": np.ndarray, "numpy.dtype": np.dtype, "numpy.random._mt19937.MT19937": np.random.MT19937}
)
#: classes of arrays that are loaded as plain arrays
_ARRAYS = {"numpy.ndarray", "numpy.core.memmap.memmap", "numpy.memmap"}
NAMES.update(dict.fromkeys(_ARRAYS, np.ndarray))

_DTYPE = re.compile(r"[<>=|]?(?:\?|[biufcSUVMmOa]\d{0,9}|bool|(?:int|uint|float|complex)\d{1,3})")


@builds("numpy.dtype")
def dtype(load: Translator, record: Record) -> Task:
    """A dtype: a code such as 'f8', then a state with byte order and fields."""
    code = str(record.args[0])
    if not _DTYPE.fullmatch(code):
        raise ValueError(f"{code[:40]!r} is no code of a dtype")
    made = np.dtype("O" if code in ("O4", "O8") else code)
    if record.state is None:
        return made
    _, order, subarray, names, fields, itemsize, *_ = yield record.state[:6]
    if subarray is not None:
        return np.dtype(subarray)
    if names:
        parts = [fields[name] for name in names]
        return np.dtype(
            {
                "names": list(names),
                "formats": [p[0] for p in parts],
                "offsets": [p[1] for p in parts],
                "itemsize": itemsize,
            }
        )
    if made.kind in "mM" and len(record.state) > 8:
        (unit, number, *_), *_ = yield record.state[8][1:]
        unit = as_bytes(unit).decode("ascii")
        if not re.fullmatch(r"[A-Za-z]{1,7}", unit):
            raise ValueError(f"{unit!r} is no unit of time")
        made = np.dtype(f"{made.kind}8[{int(number)}{unit}]")
    return made.newbyteorder(order) if order in ("<", ">") else made


@builds("numpy.core.multiarray._reconstruct")
def array(load: Translator, record: Record) -> Task:
    """An array; its state is (version, shape, dtype, Fortran order, bytes or list of objects)."""
    kind = spelling(record.args[0])
    if kind not in _ARRAYS:
        raise TypeError(f"an array of the class {kind}")
    if record.state is None:
        return np.empty(0, np.uint8)
    *_, shape, type_, fortran, content = record.state
    shape, type_, fortran = yield shape, type_, fortran
    order = "F" if fortran else "C"
    if type_.hasobject:
        return (yield from _array_of_objects(load, record, shape, type_, order, content))
    if not isinstance(content, str | bytes | OldString):
        content = yield content
    return _of_bytes(as_bytes(content), type_, shape, order)


def _of_bytes(content: Any, type_: np.dtype, shape: tuple, order: str) -> np.ndarray:
    """Return a writable array over a copy of `content`, which must be exactly the bytes of `shape`."""
    size = _size(shape)
    if size * type_.itemsize != len(content):
        raise ValueError(f"{len(content)} bytes for an array of shape {shape} and dtype {type_}")
    if type_.itemsize == 0 or size == 0:
        return np.zeros(shape, type_, order=order)
    return np.frombuffer(content, type_).reshape(shape, order=order).copy(order="K")


def _size(shape: tuple) -> int:
    """Return the number of elements; lengths are plain, and none negative."""
    if not all(type(n) is int and 0 <= n < 1 << 40 for n in shape) or len(shape) > 32:
        raise ValueError(f"an array of shape {str(shape)[:80]}")
    return math.prod(shape)


def _array_of_objects(
    load: Translator, record: Record, shape: tuple, type_: np.dtype, order: str, content: Any
) -> Task:
    """An array of Python objects, each made by its own row of the table."""
    if type_ != np.dtype("O") or not isinstance(content, list) or _size(shape) != len(content):
        raise ValueError(f"objects for an array of shape {shape} and dtype {type_}")
    made = np.empty(len(content), object)
    shaped = load.known(record, made.reshape(shape, order=order))
    for i, item in enumerate(content):
        made[i] = yield item
    return shaped


@builds("numpy.core.numeric._frombuffer")
def array_of_buffer(load: Translator, record: Record) -> Task:
    """An array as protocol 5 writes it: bytes, dtype, shape and order."""
    content, type_, shape, order = yield record.args[:4]
    if type_.hasobject or order not in ("C", "F"):
        raise ValueError(f"a buffer of dtype {type_} in order {order!r}")
    return _of_bytes(content, type_, shape, order)


@builds("numpy.core.multiarray.scalar")
def scalar(load: Translator, record: Record) -> Task:
    """A NumPy scalar: a dtype and its bytes."""
    type_, content = (yield record.args[0]), record.args[1]
    if type_.hasobject:
        raise ValueError(f"a scalar of dtype {type_}")
    if not isinstance(content, str | bytes | OldString):
        content = yield content
    return _of_bytes(as_bytes(content), type_, (), "C")[()]


@builds(
    "numpy.random.__RandomState_ctor",
    "numpy.random._pickle.__RandomState_ctor",
    "numpy.random._pickle.__randomstate_ctor",
    "numpy.random.RandomState",
)
def random_state(load: Translator, record: Record) -> Task:
    """A RandomState with its state: a tuple (before NumPy 1.17) or a dict, always of the Mersenne twister."""
    made = load.known(record, np.random.RandomState(0))
    state = yield record.state
    if isinstance(state, tuple) and len(state) == 1:
        state = state[0]
    if isinstance(state, dict):
        inner = state["state"]
        gauss = (state.get("has_gauss", 0), state.get("gauss", 0.0))
        state = (state["bit_generator"], inner["key"], inner["pos"], *gauss)
    if state is None:
        return made
    name, key, position, *gauss = state
    key = np.asarray(key)
    # NumPy trusts the position: one beyond the key would read foreign memory
    if name != "MT19937" or key.shape != (624,) or key.dtype.kind not in "iu":
        raise ValueError(f"a generator {str(name)[:40]!r} with a key of shape {key.shape}")
    if not 0 <= int(position) <= 624:
        raise ValueError(f"a generator at position {position} of a key of length 624")
    made.set_state((name, key.astype(np.uint32), int(position), *gauss))
    return made


@builds("numpy.random._pickle.__bit_generator_ctor")
def bit_generator(load: Translator, record: Record) -> None:
    """Nothing: the state of a RandomState says which generator it has."""


def _compressed(load: Translator, record: Record) -> Task:
    """A CSR, CSC or BSR matrix, its indices checked: SciPy's C code trusts them."""
    import scipy.sparse

    data, indices, indptr = yield from attributes_of(record, "data", "indices", "indptr")
    kind = getattr(scipy.sparse, record.kind.name)
    made = kind((data, indices, indptr), shape=(yield from _shape(record)))
    made.check_format(full_check=True)
    return made


def _coordinates(load: Translator, record: Record) -> Task:
    """A COO matrix: rows, columns and values."""
    import scipy.sparse

    data, row, col, coords = yield from attributes_of(record, "data", "row", "col", "coords")
    places = (row, col) if coords is None else coords
    return scipy.sparse.coo_matrix((data, places), shape=(yield from _shape(record)))


def _shape(record: Record) -> Task:
    shape, old_shape = yield from attributes_of(record, "_shape", "shape")
    found = old_shape if shape is None else shape
    _size(found)
    return found


for _format in ("csr", "csc", "bsr", "coo"):
    builds(*(f"scipy.sparse.{module}.{_format}_matrix" for module in (_format, f"_{_format}")))(
        _coordinates if _format == "coo" else _compressed
    )


@builds("theano.sandbox.cuda.type.CudaNdarray_unpickler", "theano.gpuarray.type.GpuArray_unpickler")
def gpu_array(load: Translator, record: Record) -> Task:
    """An array that lived on a GPU, as a NumPy array."""
    made = yield record.args[0]
    if not isinstance(made, np.ndarray):
        raise pickle.UnpicklingError(f"{record.kind} holds a {type(made).__name__}, not an array.")
    return made
