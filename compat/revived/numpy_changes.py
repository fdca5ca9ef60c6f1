"""NumPy's functions and methods as old programs knew them."""

from __future__ import annotations

import functools
import io
import pickle
from collections.abc import Callable
from types import GeneratorType
from typing import Any

import numpy as np
from numpy.lib import format as npy


def array(object: Any, dtype: Any = None, *arguments: Any, **options: Any) -> np.ndarray:
    """`numpy.array`: rows of unlike lengths make an array of objects, ``copy=False`` copies where it must."""
    if options.get("copy", True) is False:
        options["copy"] = None
    return _of_unlike_rows(np.array, object, dtype, *arguments, **options)


def asarray(a: Any, dtype: Any = None, *arguments: Any, **options: Any) -> np.ndarray:
    """`numpy.asarray`: rows of unlike lengths make an array of objects."""
    return _of_unlike_rows(np.asarray, a, dtype, *arguments, **options)


def asanyarray(a: Any, dtype: Any = None, *arguments: Any, **options: Any) -> np.ndarray:
    """`numpy.asanyarray`: rows of unlike lengths make an array of objects."""
    return _of_unlike_rows(np.asanyarray, a, dtype, *arguments, **options)


def _of_unlike_rows(make: Callable, x: Any, dtype: Any, *arguments: Any, **options: Any) -> np.ndarray:
    """Return ``make(x, dtype, ...)``; of objects, if that fails because rows of `x` differ in length.

    Integers that are too large for `dtype` lose their first bits.
    """
    try:
        return make(x, dtype, *arguments, **options)
    except ValueError as error:
        if dtype is not None or "inhomogeneous" not in str(error):
            raise
    except OverflowError:
        if dtype is None or np.dtype(dtype).kind not in "iu":
            raise
        return make(make(x).astype(dtype), dtype, *arguments, **options)
    return make(x, np.dtype("O"), *arguments, **options)


def _of_any_iterable(join: Callable) -> Callable:
    """Return `join` taking arrays from a generator too, as it did before NumPy 1.16."""

    @functools.wraps(join)
    def joined(arrays: Any, *arguments: Any, **options: Any) -> np.ndarray:
        given = arrays if hasattr(arrays, "__getitem__") else list(arrays)
        return join(given, *arguments, **options)

    return joined


column_stack, dstack, hstack, stack, vstack = map(
    _of_any_iterable, (np.column_stack, np.dstack, np.hstack, np.stack, np.vstack)
)


def sum(a: Any, *arguments: Any, **options: Any) -> Any:
    """`numpy.sum`, of what a generator yields too."""
    if isinstance(a, GeneratorType):
        a, arguments, options = list(a), (), {}
    return np.sum(a, *arguments, **options)


def _renaming(function: Callable, old: str, new: str) -> Callable:
    """Return `function` taking the argument `new` under its `old` name too."""

    @functools.wraps(function)
    def renaming(*arguments: Any, **options: Any) -> Any:
        value = options.pop(old, None)
        if value is not None:
            options.setdefault(new, value)
        return function(*arguments, **options)

    return renaming


histogram, histogram2d, histogramdd = (
    _renaming(function, "normed", "density") for function in (np.histogram, np.histogram2d, np.histogramdd)
)
nanpercentile, percentile = (
    _renaming(function, "interpolation", "method") for function in (np.nanpercentile, np.percentile)
)


def bincount(x: Any, weights: Any = None, minlength: int | None = 0) -> np.ndarray:
    """`numpy.bincount`, None standing for no least length."""
    return np.bincount(x, weights, minlength or 0)


def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
) -> Any:
    """`numpy.unique`: where the elements are among the found ones has one axis, for any number of axes."""
    found = np.unique(ar, return_index, return_inverse, return_counts, axis)
    if not return_inverse:
        return found
    place = 1 + bool(return_index)
    return *found[:place], found[place].reshape(-1), *found[place + 1 :]


def broadcast_arrays(*arrays: Any, **options: Any) -> list[np.ndarray]:
    """`numpy.broadcast_arrays`, in a list."""
    return list(np.broadcast_arrays(*arrays, **options))


def meshgrid(*axes: Any, **options: Any) -> list[np.ndarray]:
    """`numpy.meshgrid`, in a list."""
    return list(np.meshgrid(*axes, **options))


def fromstring(string: Any, dtype: Any = float, count: int = -1, sep: str = "", **options: Any) -> np.ndarray:
    """`numpy.fromstring`: without a separator the bytes themselves are the numbers."""
    if sep:
        return np.fromstring(string, dtype, count, sep=sep, **options)
    data = string.encode("latin-1") if isinstance(string, str) else string
    return np.frombuffer(data, dtype, count, **options).copy()


def load(
    file: Any, mmap_mode: Any = None, allow_pickle: bool | None = None, *arguments: Any, **options: Any
) -> Any:
    """`numpy.load`: arrays of objects are read too, as long as they hold numbers, text and arrays.

    Raises
    ------
    ValueError
        If a file holds objects of other classes; it says how to load it all the same.
    """
    if allow_pickle is not None or options:
        return np.load(file, mmap_mode, bool(allow_pickle), *arguments, **options)
    try:
        found = np.load(file, mmap_mode)
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        return _load_plain(file)
    return _Archive(found) if isinstance(found, np.lib.npyio.NpzFile) else found


class _Archive:
    """An ``.npz`` file whose arrays of objects can be read too."""

    def __init__(self, archive: Any) -> None:
        self._archive = archive

    def __getitem__(self, key: str) -> Any:
        try:
            return self._archive[key]
        except ValueError as error:
            if "allow_pickle" not in str(error):
                raise
        member = key if key in self._archive.zip.namelist() else f"{key}.npy"
        with self._archive.zip.open(member) as file:
            return _read_objects(io.BytesIO(file.read()), key)

    def __iter__(self) -> Any:
        return iter(self._archive)

    def __len__(self) -> int:
        return len(self._archive)

    def __contains__(self, key: Any) -> bool:
        return key in self._archive

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *error: object) -> None:
        self._archive.close()

    def keys(self) -> list[str]:
        return list(self._archive.files)

    iterkeys = __iter__

    def values(self) -> list[Any]:
        return [self[key] for key in self.keys()]

    def items(self) -> list[tuple[str, Any]]:
        return [(key, self[key]) for key in self.keys()]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)


def _load_plain(file: Any) -> Any:
    """Return what a file holds that is a pickle, or an array of objects."""
    if hasattr(file, "read"):
        file.seek(0)
        return _read(file, getattr(file, "name", "the file"))
    with open(file, "rb") as opened:
        return _read(opened, file)


def _read(file: Any, name: Any) -> Any:
    magic = file.read(len(npy.MAGIC_PREFIX))
    file.seek(0)
    return _read_objects(file, name) if magic == npy.MAGIC_PREFIX else _Plain(file, name).load()


def _read_objects(file: Any, name: Any) -> np.ndarray:
    version = npy.read_magic(file)
    shape, fortran, _ = (
        npy.read_array_header_1_0(file) if version == (1, 0) else npy.read_array_header_2_0(file)
    )
    found = _Plain(file, name).load()
    return found if not fortran else np.asarray(found).reshape(shape, order="F")


class _Plain(pickle.Unpickler):
    """Reads pickles of numbers, text, arrays and containers of them, and of nothing else."""

    CLASSES = frozenset(
        {
            ("collections", "OrderedDict"), ("collections", "defaultdict"), ("_codecs", "encode"),
            ("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor"),
            *(
                (module, name)
                for module in ("builtins", "__builtin__")
                for name in (
                    "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list",
                    "long", "object", "range", "set", "slice", "str", "tuple", "unicode", "xrange",
                )
            ),
            *(
                (f"numpy{core}", name)
                for core in ("", ".core.multiarray", "._core.multiarray", ".core.numeric", "._core.numeric")
                for name in ("_reconstruct", "dtype", "ndarray", "scalar", "_frombuffer")
            ),
        }
    )  # fmt: skip

    def __init__(self, file: Any, name: Any) -> None:
        super().__init__(file, encoding="latin1")
        self.file_name = name

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.CLASSES:
            raise ValueError(
                f"{self.file_name}: holds objects of {module}.{name}, and loading them runs what the file "
                "says. If you trust it, load it with np.load(file, allow_pickle=True)."
            )
        if module == "__builtin__":
            module, name = "builtins", {"long": "int", "unicode": "str", "xrange": "range"}.get(name, name)
        return super().find_class({"copy_reg": "copyreg"}.get(module, module), name)


def _itemset(a: np.ndarray, *arguments: Any) -> None:
    *index, value = arguments
    if not index:
        a[...] = value
    elif len(index) == 1 and not isinstance(index[0], tuple):
        a.flat[index[0]] = value
    else:
        a[tuple(index[0]) if len(index) == 1 else tuple(index)] = value


METHODS = {
    "itemset": _itemset,
    "newbyteorder": lambda a, new_order="S": a.view(a.dtype.newbyteorder(new_order)),
    "ptp": lambda a, *arguments, **named: np.ptp(a, *arguments, **named),
    "tostring": lambda a, order="C": a.tobytes(order),
}
