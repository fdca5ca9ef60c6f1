"""Arrays read from disk when a function runs, and sent between processes by MPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from pytensor.graph.basic import Apply, Variable

from .. import gof
from ..gof.graph import Constant
from ..gof.op import Op
from ..gof.type import Generic
from .constructors import tensor

try:
    from mpi4py import MPI
except ImportError:
    mpi_enabled = False
else:
    comm = MPI.COMM_WORLD
    mpi_enabled = True

__all__ = [
    "LoadFromDisk",
    "MPIRecv",
    "MPIRecvWait",
    "MPISend",
    "MPISendWait",
    "irecv",
    "isend",
    "load",
    "mpi_cmps",
    "mpi_enabled",
    "mpi_keys",
    "mpi_send_wait_cmp",
    "mpi_send_wait_key",
    "mpi_tag_cmp",
    "mpi_tag_key",
    "recv",
    "send",
]


class LoadFromDisk(Op):
    """``path`` -> the array in that .npy file.

    Parameters
    ----------
    dtype : dtype
    broadcastable : sequence of bool
    mmap_mode : {None, "c"}
        "c" maps the file into memory; what is changed there does not reach the disk.
    """

    __props__ = ("dtype", "broadcastable", "mmap_mode")

    def __init__(self, dtype: Any, broadcastable: Any, mmap_mode: str | None = None) -> None:
        if mmap_mode not in (None, "c"):
            raise ValueError(f"The only supported values for mmap_mode are None and 'c', got {mmap_mode}")
        self.dtype = np.dtype(dtype)
        self.broadcastable = broadcastable
        self.mmap_mode = mmap_mode

    def make_node(self, path: Any) -> Apply:
        if isinstance(path, str):
            path = Constant(Generic(), path)
        return gof.Apply(self, [path], [tensor(self.dtype, broadcastable=self.broadcastable)])

    def perform(self, node: Apply, inp: Any, out: Any) -> None:
        (path,) = inp
        if path.split(".")[-1] == "npz":
            raise ValueError(f"Expected a .npy file, got {path} instead")
        result = np.load(path, mmap_mode=self.mmap_mode)
        if result.dtype != self.dtype:
            raise TypeError(f"Expected an array of type {self.dtype}, got {result.dtype} instead")
        out[0][0] = result

    def do_constant_folding(self, *args: Any) -> bool:
        """Return False: the file is read when the function runs."""
        return False

    def __str__(self) -> str:
        return f"Load{{dtype: {self.dtype}, broadcastable: {self.broadcastable}, mmep: {self.mmap_mode}}}"


def load(path: Any, dtype: Any, broadcastable: Any, mmap_mode: str | None = None) -> Variable:
    """Return the array that the .npy file `path` (a string, or a generic variable) will hold.

    Raises
    ------
    ValueError
        For a `mmap_mode` other than None and "c".
    """
    return LoadFromDisk(dtype, broadcastable, mmap_mode)(path)


class _Communication(Op):
    """Base of the four Ops of MPI."""

    def do_constant_folding(self, *args: Any) -> bool:
        return False


class MPIRecv(_Communication):
    """Starts to receive an array: -> (request, array)."""

    __props__ = ("source", "tag", "shape", "dtype")

    def __init__(self, source: int, tag: int, shape: Any, dtype: Any) -> None:
        self.source, self.tag, self.shape = source, tag, shape
        self.dtype = np.dtype(dtype)
        self.broadcastable = (False,) * len(shape)

    def make_node(self) -> Apply:
        data = tensor(self.dtype, broadcastable=self.broadcastable)
        return gof.Apply(self, [], [Generic()(), data])

    def perform(self, node: Apply, inp: Any, out: Any) -> None:
        data = np.zeros(self.shape, dtype=self.dtype)
        out[0][0] = comm.Irecv(data, self.source, self.tag)
        out[1][0] = data

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [None, self.shape]

    def __str__(self) -> str:
        return f"MPIRecv{{source: {self.source}, tag: {self.tag}, shape: {self.shape}, dtype: {self.dtype}}}"


class MPIRecvWait(_Communication):
    """``(request, array)`` -> the array, when it is there."""

    __props__ = ("tag",)
    view_map: ClassVar = {0: [1]}

    def __init__(self, tag: int) -> None:
        self.tag = tag

    def make_node(self, request: Variable, data: Variable) -> Apply:
        return gof.Apply(self, [request, data], [tensor(data.dtype, broadcastable=data.broadcastable)])

    def perform(self, node: Apply, inp: Any, out: Any) -> None:
        request, data = inp
        request.wait()
        out[0][0] = data

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[1]]


class MPISend(_Communication):
    """``array`` -> (request, array): starts to send it."""

    __props__ = ("dest", "tag")
    view_map: ClassVar = {1: [0]}

    def __init__(self, dest: int, tag: int) -> None:
        self.dest, self.tag = dest, tag

    def make_node(self, data: Variable) -> Apply:
        return gof.Apply(self, [data], [Generic()(), data.type()])

    def perform(self, node: Apply, inp: Any, out: Any) -> None:
        (data,) = inp
        out[0][0] = comm.Isend(data, self.dest, self.tag)
        out[1][0] = data

    def __str__(self) -> str:
        return f"MPISend{{dest: {self.dest}, tag: {self.tag}}}"


class MPISendWait(_Communication):
    """``(request, array)`` -> True, when it is sent."""

    __props__ = ("tag",)

    def __init__(self, tag: int) -> None:
        self.tag = tag

    def make_node(self, request: Variable, data: Variable) -> Apply:
        return gof.Apply(self, [request, data], [Generic()()])

    def perform(self, node: Apply, inp: Any, out: Any) -> None:
        inp[0].wait()
        out[0][0] = True


def isend(var: Variable, dest: int, tag: int) -> list[Variable]:
    """Start to send `var` to process `dest`; return the request and `var`."""
    return MPISend(dest, tag)(var)


def send(var: Variable, dest: int, tag: int) -> Variable:
    """Send `var` to process `dest`; return a variable that is True when it is sent."""
    return MPISendWait(tag)(*isend(var, dest, tag))


def irecv(shape: Any, dtype: Any, source: int, tag: int) -> list[Variable]:
    """Start to receive an array from process `source`; return the request and the array."""
    return MPIRecv(source, tag, shape, dtype)()


def recv(shape: Any, dtype: Any, source: int, tag: int) -> Variable:
    """Return the array received from process `source`."""
    return MPIRecvWait(tag)(*irecv(shape, dtype, source, tag))


def mpi_send_wait_key(a: Apply) -> int:
    """Return where a node stands in a schedule: starts early, waits late."""
    if isinstance(a.op, MPIRecvWait | MPISendWait):
        return 1
    return -1 if isinstance(a.op, MPIRecv | MPISend) else 0


def mpi_tag_key(a: Apply) -> int:
    """Return the tag of a node of MPI, by which ties are broken."""
    return a.op.tag if isinstance(a.op, _Communication) else 0


def _comparison(key: Callable[[Apply], int]) -> Callable[[Apply, Apply], int]:
    """Return the three-way comparison by `key`."""
    return lambda a, b: (key(a) > key(b)) - (key(a) < key(b))


mpi_keys = (mpi_send_wait_key, mpi_tag_key)
mpi_cmps = (mpi_send_wait_cmp, mpi_tag_cmp) = tuple(_comparison(key) for key in mpi_keys)
