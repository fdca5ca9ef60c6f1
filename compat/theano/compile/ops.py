"""Small Ops every program may meet: shapes, copies, views, and Python functions as Ops."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor.compile.ops import DeepCopyOp, ViewOp, deep_copy_op, view_op
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.shape import Shape as PyTensorShape
from pytensor.tensor.shape import Shape_i as PyTensorShape_i
from pytensor.tensor.shape import _shape as plain_shape

from ...adopt import adopt
from ...front import FrontOp
from ..gof.op import Op
from ..gof.type import Type

__all__ = [
    "DeepCopyOp",
    "FromFunctionOp",
    "OutputGuard",
    "Rebroadcast",
    "Shape",
    "Shape_i",
    "SpecifyShape",
    "ViewOp",
    "as_op",
    "deep_copy_op",
    "load_back",
    "register_deep_copy_op_c_code",
    "register_rebroadcast_c_code",
    "register_shape_c_code",
    "register_shape_i_c_code",
    "register_specify_shape_c_code",
    "register_view_op_c_code",
    "shape",
    "shape_i",
    "shape_i_op",
    "specify_shape",
    "view_op",
]


class OutputGuard(ViewOp):
    """A view that no rewrite makes in place."""


class Shape(FrontOp, PyTensorShape):
    """The shape of a tensor, as an int64 vector."""

    stands_for = PyTensorShape
    plain = plain_shape

    def make_node(self, x: Any) -> Apply:
        if not isinstance(x, Variable):
            from ..tensor.basic import as_tensor_variable

            x = as_tensor_variable(x)
        return super().make_node(x)


shape = Shape()
_shape = shape


class Shape_i(FrontOp, PyTensorShape_i):
    """One length of a tensor."""

    stands_for = PyTensorShape_i

    def __init__(self, i: int) -> None:
        self.stand_for(PyTensorShape_i(int(i)))

    def make_node(self, x: Any) -> Apply:
        if not isinstance(x, Variable) or not hasattr(x, "ndim"):
            raise TypeError("x must be Variable with ndim attribute", x)
        if x.ndim <= self.i:
            raise TypeError("x has too few dimensions for Shape_i", (x, self.i))
        return super().make_node(x)


def shape_i(var: Any, i: int, fgraph: Any = None) -> Variable:
    """Return one length of `var`."""
    return Shape_i(i)(var)


def shape_i_op(i: int) -> Shape_i:
    """Return the Op of `shape_i`."""
    return Shape_i(i)


class SpecifyShape(Op):
    """Promise the shape of a tensor; a call that breaks the promise fails."""

    view_map = {0: [0]}
    __props__ = ()
    _f16_ok = True

    def make_node(self, x: Any, shape: Any) -> Apply:
        from ..tensor.basic import (
            NotScalarConstantError,
            as_tensor_variable,
            get_scalar_constant_value,
            get_vector_length,
        )

        if not isinstance(x, Variable):
            x = as_tensor_variable(x)
        shape = as_tensor_variable(shape)
        if shape.ndim > 1:
            raise AssertionError(f"The shape must be a vector, got {shape.ndim} dimensions.")
        assert np.dtype(shape.dtype).kind in "iu"
        if isinstance(shape.ndim, int) and shape.ndim == 1:
            try:
                assert get_vector_length(shape) == x.ndim
            except ValueError:
                pass
        pattern = []
        for i, known in enumerate(x.type.broadcastable):
            try:
                known = known or int(get_scalar_constant_value(shape[i])) == 1
            except (NotScalarConstantError, ValueError):
                pass
            pattern.append(known)
        return Apply(self, [x, shape], [x.type.clone(broadcastable=pattern)()])

    def perform(self, node: Apply, inputs: Sequence, outputs: Sequence) -> None:
        x, shape = inputs
        assert x.ndim == shape.size
        if tuple(x.shape) != tuple(int(n) for n in shape):
            raise AssertionError("got shape", x.shape, "expected", shape)
        outputs[0][0] = x

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        x, shape = node.inputs
        return [tuple(shape[i] for i in range(x.ndim))]

    def connection_pattern(self, node: Apply) -> list:
        return [[True], [False]]

    def grad(self, inputs: Sequence, grads: Sequence) -> list:
        from ..gradient import DisconnectedType

        _, shape = inputs
        return [specify_shape(grads[0], shape), DisconnectedType()()]

    def R_op(self, inputs: Sequence, eval_points: Sequence) -> list:
        if eval_points[0] is None:
            return [None]
        return self.make_node(eval_points[0], *inputs[1:]).outputs


specify_shape = SpecifyShape()


class FromFunctionOp(Op):
    """A Python function of arrays as an Op; see `as_op`."""

    def __init__(
        self, fn: Callable, itypes: Sequence[Type], otypes: Sequence[Type], infer_shape: Callable | None
    ) -> None:
        self._FromFunctionOp__fn = fn
        self.itypes, self.otypes = itypes, otypes
        self._infer = infer_shape
        if infer_shape is not None:
            self.infer_shape = lambda *arguments: adopt(infer_shape(*arguments[-2:]))

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self._FromFunctionOp__fn is other._FromFunctionOp__fn

    def __hash__(self) -> int:
        return hash(type(self)) ^ hash(self._FromFunctionOp__fn)

    def __str__(self) -> str:
        return f"FromFunctionOp{{{self._FromFunctionOp__fn.__name__}}}"

    def perform(self, node: Apply, inputs: Sequence, outputs: Sequence) -> None:
        results = self._FromFunctionOp__fn(*inputs)
        if not isinstance(results, list | tuple):
            results = (results,)
        assert len(results) == len(outputs)
        for cell, result in zip(outputs, results):
            cell[0] = result

    def __reduce__(self) -> Any:
        function = self._FromFunctionOp__fn
        try:
            found = load_back(function.__module__, function.__name__)
        except (ImportError, AttributeError) as error:
            raise pickle.PicklingError(
                "Can't pickle as_op(): no function of that name can be imported"
            ) from error
        if found is not self and getattr(found, "_FromFunctionOp__fn", None) is not function:
            raise pickle.PicklingError("Can't pickle as_op(): not the same object")
        return load_back, (function.__module__, function.__name__)


def load_back(mod: str, name: str) -> Any:
    """Return the object `name` of the module `mod`."""
    __import__(mod)
    import sys

    return getattr(sys.modules[mod], name)


def as_op(itypes: Any, otypes: Any, infer_shape: Callable | None = None) -> Callable:
    """Return a decorator that turns a function of arrays into an Op with these types of inputs and outputs.

    Parameters
    ----------
    infer_shape : callable, optional
        ``infer_shape(node, input_shapes)`` gives the shapes of the outputs.
    """
    itypes = itypes if isinstance(itypes, list | tuple) else [itypes]
    otypes = otypes if isinstance(otypes, list | tuple) else [otypes]
    if any(not hasattr(t, "filter") for t in itypes):
        raise TypeError("itypes has to be a list of Theano types")
    if any(not hasattr(t, "filter") for t in otypes):
        raise TypeError("otypes has to be a list of Theano types")
    if infer_shape is not None and not callable(infer_shape):
        raise TypeError("infer_shape needs to be a callable")

    def make_op(fn: Callable) -> FromFunctionOp:
        return FromFunctionOp(fn, list(itypes), list(otypes), infer_shape)

    return make_op


def _c_code_is_not_used(*args: Any, **kwargs: Any) -> None:
    """Accept C code for a type: nothing here is compiled from it."""


register_view_op_c_code = register_deep_copy_op_c_code = register_shape_c_code = _c_code_is_not_used
register_shape_i_c_code = register_specify_shape_c_code = register_rebroadcast_c_code = _c_code_is_not_used


def __getattr__(name: str) -> Any:
    if name == "Rebroadcast":  # it needs tensors, which need this module
        from ..tensor.shaping import Rebroadcast

        return Rebroadcast
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
