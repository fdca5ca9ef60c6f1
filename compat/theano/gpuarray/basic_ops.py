"""Moving data to a GPU and back, and the bases of Ops that run there: none can be applied."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..gof import Op
from .type import GpuArrayType, get_context


def as_gpuarray_variable(x: Any, context_name: Any) -> Any:
    """Raise ContextNotDefined: there is no GPU that `x` could be on."""
    return get_context(context_name)


as_gpuarray = as_gpuarray_variable


def infer_context_name(*vars: Any) -> Any:
    """Return the context that the first variable on a GPU lives in.

    Raises
    ------
    ValueError
        If there is no such variable, which is always so.
    """
    for variable in vars:
        if isinstance(getattr(variable, "type", None), GpuArrayType):
            return variable.type.context_name
    raise ValueError("Could not infer context from inputs")


class HostFromGpu(Op):
    """Copies from a GPU."""

    __props__ = ()

    def make_node(self, x: Any) -> Any:
        raise TypeError(x)


class GpuFromHost(Op):
    """Copies to the GPU of a context."""

    __props__ = ("context_name",)

    def __init__(self, context_name: Any) -> None:
        self.context_name = context_name

    def make_node(self, x: Any) -> Any:
        return get_context(self.context_name)


class GpuContiguous(Op):
    """Makes an array on a GPU contiguous."""

    __props__ = ()

    def make_node(self, x: Any) -> Any:
        return infer_context_name(x)


host_from_gpu = HostFromGpu()
gpu_contiguous = GpuContiguous()


class Kernel:
    """The source of a GPU kernel: text, types of parameters, names and flags."""

    def __init__(
        self,
        code: str,
        params: Any,
        name: str,
        flags: dict,
        codevar: str | None = None,
        objvar: str | None = None,
        fname: str | None = None,
        sname: str | None = None,
    ) -> None:
        self.code, self.params, self.name, self.flags = code, params, name, flags
        self.codevar, self.objvar = codevar or f"kcode_{name}", objvar or f"k_{name}"
        self.fname, self.sname = fname or f"{name}_call", sname or f"{name}_scall"

    @staticmethod
    def get_flags(*types: Any) -> dict:
        """Return the flags that a kernel of these dtypes, types or variables needs."""
        dtypes = [np.dtype(t if isinstance(t, str) else getattr(t, "type", t).dtype) for t in types]
        needed = {
            "have_double": any(d == np.float64 for d in dtypes),
            "have_small": any(d.itemsize < 4 for d in dtypes),
            "have_complex": any(d.kind == "c" for d in dtypes),
            "have_half": any(d == np.float16 for d in dtypes),
        }
        return {flag: True for flag, is_needed in needed.items() if is_needed}


class GpuKernelBase(Op):
    """Base of Ops with GPU kernels: a program may define such classes; there is nothing they could run on."""
