"""Bases of scalar operations that old programs write, and PyTensor's own scalar operations as such bases.

A class here counts PyTensor's operations as its instances, and calling it makes PyTensor's. A program's
subclass of it defines `impl`, `grad(inputs, output_gradients)` or `L_op`, and `output_types_preference`, as
in Theano.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import pytensor.scalar.basic as ps
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.utils import MethodNotDefined

from ...front import Front

#: methods that Theano called without the keywords PyTensor passes
_C_METHODS = (
    "c_headers",
    "c_header_dirs",
    "c_libraries",
    "c_lib_dirs",
    "c_compile_args",
    "c_no_compile_args",
    "c_init_code",
    "c_support_code",
)


class PlainFront(Front):
    """Metaclass: calling a front makes an instance of what it stands for; calling a subclass makes that."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return (
            super().__call__(*args, **kwargs)
            if "stands_for" not in cls.__dict__
            else cls.stands_for(*args, **kwargs)
        )


class _Theano:
    """Theano's conventions for the scalar operations of a program."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in _C_METHODS:
            if inspect.isfunction(cls.__dict__.get(name)):
                setattr(cls, name, _without_unknown_keywords(cls.__dict__[name]))
        if "c_code" in cls.__dict__ and cls.impl is ps.ScalarOp.impl:
            cls.prepare_node, cls.impl = _prepare_c, _impl_in_c

    def grad(self, inputs: Sequence[Variable], output_gradients: Sequence[Variable]) -> list[Variable]:
        """Return the gradients with respect to `inputs`."""
        if super().pullback.__func__ is ps.ScalarOp.pullback:  # no class between defines one
            raise MethodNotDefined("grad", type(self), type(self).__name__)
        return super().pullback(inputs, self(*inputs, return_list=True), output_gradients)

    def L_op(self, inputs: Sequence, outputs: Sequence, output_gradients: Sequence) -> list[Variable]:
        """Return what `grad` does, given the outputs too."""
        return self.grad(inputs, output_gradients)

    def pullback(self, inputs: Sequence, outputs: Sequence, cotangents: Sequence) -> list[Variable]:
        kind = type(self)
        if kind.grad is _Theano.grad and kind.L_op is _Theano.L_op:
            return super().pullback(inputs, outputs, cotangents)
        return self.L_op(inputs, outputs, cotangents)


def front(plain: type, name: str | None = None, base: type = _Theano) -> type:
    """Return the class that stands for PyTensor's `plain`, to be the base of a program's own operations."""
    body = {"stands_for": plain, "__module__": _BASIC, "__doc__": plain.__doc__}
    return PlainFront(name or plain.__name__, (base, plain), body)


_BASIC = __name__.rpartition(".")[0] + ".basic"

ScalarOp = front(ps.ScalarOp)
UnaryScalarOp = front(ps.UnaryScalarOp, base=ScalarOp)
BinaryScalarOp = front(ps.BinaryScalarOp, base=ScalarOp)
_BASES = {kind.stands_for: kind for kind in (ScalarOp, UnaryScalarOp, BinaryScalarOp)}


def fronts_of(module: ModuleType) -> dict[str, type]:
    """Return the fronts of all classes of scalar operations that `module` has, by name."""
    classes = {n: k for n, k in vars(module).items() if isinstance(k, type)}
    kinds = {n: k for n, k in classes.items() if ps.ScalarOp in k.__mro__}  # issubclass would ask each front
    return {name: _BASES.get(kind) or front(kind, name) for name, kind in kinds.items()}


def _prepare_c(self: Any, node: Apply, storage_map: Any, compute_map: Any, impl: str | None) -> None:
    """Remember the widest node that the operation will run in, for its C code is compiled for given types."""
    known = self.__dict__.get("_c_node")
    if known is None or _itemsize(node) > _itemsize(known):
        self._c_node = node


def _itemsize(node: Apply) -> int:
    return sum(np.dtype(v.type.dtype).itemsize for v in node.inputs)


def _impl_in_c(self: Any, *numbers: Any) -> Any:
    """Return the value of an operation that has only C code."""
    from ..gof.c_ops import perform_c

    node = self.__dict__.get("_c_node") or self.make_node(*numbers)
    cells: list[list] = [[None] for _ in node.outputs]
    perform_c(
        self, node, [i.type.filter(n, allow_downcast=True) for i, n in zip(node.inputs, numbers)], cells
    )
    return cells[0][0] if len(cells) == 1 else tuple(cell[0] for cell in cells)


def _without_unknown_keywords(method: Callable) -> Callable:
    """Return `method` so that it may be called with keywords it does not know."""
    parameters = inspect.signature(method).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return method

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        known = len(parameters) - 1
        return method(self, *args[:known], **{k: v for k, v in kwargs.items() if k in parameters})

    call.__name__, call.__doc__ = method.__name__, method.__doc__
    return call
