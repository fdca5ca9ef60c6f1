"""Types of data on the GPU. There is no context they could live in."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Constant, Variable

from ..compile.sharedvalue import SharedVariable
from ..gof.type import Type

_contexts: dict[Any, Any] = {}


class ContextNotDefined(ValueError):
    """Raised for the name of a context that nobody has registered."""


def reg_context(name: Any, ctx: Any) -> None:
    """Raise TypeError: without pygpu nothing is a context."""
    raise TypeError("context is not GpuContext")


def get_context(name: Any) -> Any:
    """Return the context called `name`.

    Raises
    ------
    ContextNotDefined
        If there is none, which is always so.
    """
    if name not in _contexts:
        raise ContextNotDefined(f"context name {name} not defined")
    return _contexts[name]


def list_contexts() -> Any:
    """Return the names of contexts; there are none."""
    return _contexts.keys()


class GpuArrayType(Type):
    """The type of arrays on a GPU.

    Raises
    ------
    ContextNotDefined
        Always: there is no GPU.
    """

    def __init__(
        self, dtype: Any, broadcastable: Any, context_name: Any = None, name: str | None = None
    ) -> None:
        self.dtype, self.broadcastable, self.name = str(dtype), tuple(map(bool, broadcastable)), name
        self.context_name = context_name
        get_context(context_name)


class GpuArrayVariable(Variable):
    """A variable on a GPU; there is none."""


class GpuArrayConstant(Constant):
    """A constant on a GPU; there is none."""


class GpuArraySharedVariable(SharedVariable):
    """A shared variable on a GPU; there is none."""


GpuArrayType.variable_type = GpuArrayVariable
GpuArrayType.constant_type = GpuArrayConstant


class GpuContextType(Type):
    """The type of contexts."""

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        raise TypeError("context is not a GpuContext")

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


gpu_context_type = GpuContextType()


def gpuarray_shared_constructor(value: Any, *args: Any, **kwargs: Any) -> Any:
    """Raise TypeError, so that another constructor takes the value."""
    raise TypeError("There is no GPU back end for this shared variable.")
