"""A compiled kernel as a Python callable."""

from __future__ import annotations

import ctypes
import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue

DTYPES = {
    "f64p": (np.dtype(np.float64),),
    "f32p": (np.dtype(np.float32),),
    "i64p": (np.dtype(np.int64),),
    "i32p": (np.dtype(np.int32),),
    "u8p": (np.dtype(np.uint8), np.dtype(np.bool_)),
}
_RESULTS = {"f64": ctypes.c_double, "f32": ctypes.c_double, "i64": ctypes.c_int64, "None": None}


def _address_slow(array: np.ndarray) -> int:
    return array.ctypes.data


def _address_fast(array: np.ndarray) -> int:
    return _read_pointer(id(array) + _HEADER).value or 0


# An ndarray's data pointer stands right after the object header (the layout is part of NumPy's C interface):
# reading it takes 0.14 us where `array.ctypes.data` takes 1.5. Used only where a trial shows that it is so.
_HEADER = object.__basicsize__
_read_pointer = ctypes.c_void_p.from_address


def _choose_address() -> Callable[[np.ndarray], int]:
    trial = np.arange(6.0)
    if sys.implementation.name == "cpython" and all(
        _address_fast(a) == _address_slow(a) for a in (trial, trial[2:], np.empty((2, 3), np.float32))
    ):
        return _address_fast
    return _address_slow


address_of = _choose_address()


_DOUBLE, _WHOLE = struct.Struct("=d"), struct.Struct("=q")


def _bits(value) -> int:
    """Return the bits of `value` as a double, read as an integer."""
    return _WHOLE.unpack(_DOUBLE.pack(value))[0]


_TO_SLOT = {"f64": _bits, "f32": _bits, "i64": int}


class Kernel:
    """A compiled function of flat buffers and scalars.

    Calling it checks dtype and contiguity of each array; `raw` does not; `bind` looks at the arrays once, for
    calls that repeat. The interpreter lock is released while it runs. Calls from many threads are safe; one
    bound callable belongs to one thread at a time.

    Attributes
    ----------
    name : str
    backend : str
        "c", "numba" or "python".
    parameters : tuple of (str, str)
        Name and type of each parameter.
    returns : str
        "f64", "f32", "i64" or "None".
    address : int
        Of the C function ``result table(int64_t *slots)``.
    """

    def __init__(self, *, name, backend, parameters, returns, address, keep=None):
        self.name, self.backend = name, backend
        self.parameters = tuple((n, k) for n, k in parameters)
        self.returns, self.address = returns, address
        self._keep = keep
        self._kinds = tuple(k for _, k in self.parameters)
        self._function = ctypes.CFUNCTYPE(_RESULTS[returns], ctypes.c_void_p)(address)
        self._table = ctypes.c_int64 * max(1, len(self._kinds))
        self._to_slot = tuple(_TO_SLOT.get(kind, address_of) for kind in self._kinds)

    def __repr__(self):
        listed = ", ".join(f"{n}: {k}" for n, k in self.parameters)
        return f"<Kernel {self.name}({listed}) -> {self.returns}, {self.backend}>"

    def __call__(self, *arguments):
        """Run the kernel on checked arguments; return its scalar or None.

        Raises
        ------
        InvalidType, InvalidValue
            Naming the argument whose type, dtype or layout is not the declared one.
        """
        self.check(arguments)
        return self.raw(*arguments)

    def raw(self, *arguments):
        """Run the kernel on arguments that are trusted to be right (a wrong one may crash the process)."""
        return self._function(self._table(*[to(v) for to, v in zip(self._to_slot, arguments)]))

    def check(self, arguments) -> None:
        """Raise unless `arguments` fit the parameters."""
        if len(arguments) != len(self._kinds):
            raise InvalidType(f"{self.name} takes {len(self._kinds)} arguments, got {len(arguments)}.")
        for i, (value, kind) in enumerate(zip(arguments, self._kinds)):
            dtypes = DTYPES.get(kind)
            if dtypes is None:
                if isinstance(value, np.ndarray) and value.ndim:
                    raise InvalidType(f"{self._where(i)} is an array; expected a number ({kind}).")
            elif not isinstance(value, np.ndarray):
                raise InvalidType(
                    f"{self._where(i)} is a {type(value).__name__}; expected an array of {dtypes[0]}."
                )
            elif value.dtype is not dtypes[0] and value.dtype not in dtypes:
                raise InvalidType(
                    f"{self._where(i)} has dtype {value.dtype}; expected {dtypes[0]}. Use astype."
                )
            elif not value.flags.c_contiguous:
                raise InvalidValue(f"{self._where(i)} is not C-contiguous. Use numpy.ascontiguousarray.")

    def _where(self, index):
        return f"Argument {index} ({self.parameters[index][0]}) of {self.name}"

    def bind(self, *arguments) -> Bound:
        """Return a callable that runs the kernel on these arguments, whose addresses are taken now.

        The arrays are kept alive. ``None`` in the place of a scalar leaves it open: the callable takes the
        open ones, in order. Arrays can be exchanged with `Bound.set`.
        """
        self.check(tuple(0 if a is None and k not in DTYPES else a for a, k in zip(arguments, self._kinds))
                   if len(arguments) == len(self._kinds) else arguments)  # fmt: skip
        return Bound(self, arguments)


class Bound:
    """A kernel with its arguments in a table: calling it costs one ctypes call with one argument.

    Attributes
    ----------
    slots : numpy.ndarray of int64, (number of parameters,)
        Addresses of arrays, integers, bits of floats. Writing an address here directly is the fastest way to
        exchange an array; the caller then keeps the array alive.
    floats : numpy.ndarray of float64
        The same memory seen as float64, for the slots of ``f64`` and ``f32`` parameters.
    run : callable
        The bare call, without open arguments.
    """

    __slots__ = ("_open", "arrays", "floats", "kernel", "run", "slots")

    def __init__(self, kernel: Kernel, arguments: tuple):
        self.kernel = kernel
        self.slots = np.zeros(max(1, len(arguments)), np.int64)
        self.floats = self.slots.view(np.float64)
        self.arrays: list[Any] = list(arguments)
        self._open = []
        for i, (value, kind) in enumerate(zip(arguments, kernel._kinds)):
            if value is None:
                self._open.append((self.slots if kind == "i64" else self.floats, i))
            else:
                self._put(i, value)
        self.run = _caller(kernel._function, address_of(self.slots))

    def __call__(self, *values):
        """Run the kernel with `values` for the arguments left open."""
        if self._open or values:
            if len(values) != len(self._open):
                raise InvalidType(
                    f"{self.kernel.name} has {len(self._open)} open arguments, got {len(values)}."
                )
            for (table, i), value in zip(self._open, values):
                table[i] = value
        return self.run()

    def set(self, index: int, value) -> None:
        """Exchange argument `index`, trusted to be of the declared type."""
        self.arrays[index] = value
        self._put(index, value)

    def _put(self, index, value):
        kind = self.kernel._kinds[index]
        if kind in DTYPES:
            self.slots[index] = address_of(value)
        elif kind == "i64":
            self.slots[index] = value
        else:
            self.floats[index] = value


def _caller(function: Callable, address: int) -> Callable[[], Any]:
    argument = ctypes.c_void_p(address)

    def run():
        return function(argument)

    return run
