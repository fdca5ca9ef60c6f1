"""Shapes and axes: `reshape`, `flatten`, `shape_pad*`, `transpose`, `swapaxes`, broadcast patterns."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.tensor.shape import Reshape as PyTensorReshape
from pytensor.tensor.shape import _shape as plain_shape

from ...adopt import adopt
from ...front import FrontOp
from ..gof.op import Op
from .constants import NotScalarConstantError, as_tensor_variable, get_scalar_constant_value
from .type import TensorType

__all__ = [
    "Flatten",
    "Rebroadcast",
    "Reshape",
    "addbroadcast",
    "check_and_normalize_axes",
    "flatten",
    "is_flat",
    "makeKeepDims",
    "patternbroadcast",
    "reshape",
    "shape",
    "shape_padaxis",
    "shape_padleft",
    "shape_padright",
    "swapaxes",
    "transpose",
    "unbroadcast",
]


def check_and_normalize_axes(x: Variable, axis: Any) -> list[int]:
    """Return `axis` (None, an int, a constant, a list of ints) as a list of axes of `x` from 0 up.

    Raises
    ------
    TypeError
        If an axis is no integer.
    ValueError
        If it is out of range.
    """
    x = as_tensor_variable(x)
    if axis is None:
        axes = []
    elif isinstance(axis, int | np.integer) or (isinstance(axis, np.ndarray) and axis.ndim == 0):
        axes = [int(axis)]
    elif isinstance(axis, tuple | list | np.ndarray):
        axes = [int(i) for i in axis]
    elif isinstance(axis, Variable):
        try:
            value = axis.data if hasattr(axis, "data") else get_scalar_constant_value(axis)
        except NotScalarConstantError:
            raise TypeError(f"Computation needs a constant axis, got {axis}") from None
        if value is None:
            axes = []
        elif np.asarray(value).dtype.kind not in "iu":
            raise TypeError(f"Computation needs an integer axis, got {axis}")
        else:
            axes = [int(i) for i in np.atleast_1d(value)]
    else:
        raise TypeError(f"Axis must be an integer, tuple, list of integers or a TensorVariable. Got {axis}")
    for i, one in enumerate(axes):
        if one < 0:
            axes[i] += x.type.ndim
        if not 0 <= axes[i] < x.type.ndim:
            raise ValueError(f"Computation needs a valid axis number for {x.type.ndim}-D tensor. Got {one}")
    return sorted(set(axes))


def makeKeepDims(x: Variable, y: Variable, axis: Any) -> Variable:
    """Return `y`, the reduction of `x` over `axis`, with the reduced axes left in as length 1."""
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if axis is None:
        axes = list(range(x.type.ndim))
    else:
        axes = [a + x.type.ndim if a < 0 else a for a in np.atleast_1d(axis).tolist()]
    order, left = [], iter(range(y.type.ndim))
    for i in range(x.type.ndim):
        order.append("x" if i in axes else next(left))
    return y.dimshuffle(order)


def shape(x: Any) -> Variable:
    """Return the shape of `x`, an int64 vector."""
    if hasattr(getattr(x, "type", None), "format"):  # sparse
        return adopt(plain_shape(x))
    lengths = adopt(plain_shape(as_tensor_variable(x)))
    if lengths.type.broadcastable[0]:  # of a vector: known to have one element, which Theano did not note
        lengths.type = TensorType("int64", (False,))
    return lengths


class Reshape(FrontOp, PyTensorReshape):
    """Give a tensor `ndim` dimensions of the lengths in a vector."""

    stands_for = PyTensorReshape

    def __init__(self, ndim: int, name: str | None = None) -> None:
        self.stand_for(PyTensorReshape(ndim))
        self.name = name

    def make_node(self, x: Any, shp: Any) -> Apply:
        x = as_tensor_variable(x)
        given = shp
        shp = as_tensor_variable(shp, ndim=1)
        if shp.dtype not in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
            if not (isinstance(shp, Constant) and shp.data.size == 0):  # the dtype of () says nothing
                raise TypeError("Shape must be integers", given, shp.dtype)
            shp = shp.astype("int64")
        if isinstance(given, list | tuple) and len(given) != self.ndim:
            raise AssertionError(f"Reshape to {self.ndim} dimensions got {len(given)} lengths.")
        if isinstance(shp, Constant) and shp.data.size != self.ndim:
            raise ValueError(f"Reshape to {self.ndim} dimensions got {shp.data.size} lengths: {shp.data}.")
        node = super().make_node(x, shp)
        node.inputs[1] = shp  # PyTensor puts a SpecifyShape before it, which fails otherwise than Reshape
        return node


def reshape(x: Any, newshape: Any, ndim: int | None = None) -> Variable:
    """Return `x` with the lengths `newshape`; one of them may be -1.

    Parameters
    ----------
    ndim : int
        Needed when the length of `newshape` is not known while the graph is built.
    """
    if ndim is None:
        newshape = as_tensor_variable(newshape)
        if newshape.ndim != 1:
            raise TypeError(
                f"New shape in reshape must be a vector or a list/tuple of scalar. Got {newshape} after "
                "conversion to a vector."
            )
        from .constants import get_vector_length

        try:
            ndim = get_vector_length(newshape)
        except ValueError:
            raise ValueError(
                "The length of the provided shape cannot be automatically determined, so Theano is not "
                "able to know what the number of dimensions of the reshaped variable will be. You can "
                "provide the 'ndim' keyword argument to 'reshape' to avoid this problem."
            ) from None
    return Reshape(ndim)(x, newshape)


def flatten(x: Any, ndim: int | None = None, outdim: int | None = None) -> Variable:
    """Return `x` with its last axes made one, so that `ndim` are left (`outdim`: its old name).

    Raises
    ------
    ValueError
        If `ndim` is not between 1 and that of `x`, or both names are given.
    """
    if outdim is not None:
        if ndim is not None:
            raise ValueError("You should only specify ndim")
        ndim = outdim
    ndim = 1 if ndim is None else ndim
    x = as_tensor_variable(x)
    if ndim < 1 or (ndim > 1 and ndim > x.type.ndim):
        raise ValueError(f"ndim {ndim} out of bound [1, {x.type.ndim + 1})")
    return _flattened(x, ndim)


def _flattened(x: Variable, ndim: int) -> Variable:
    dims = tuple(shape(x)[: ndim - 1]) if ndim > 1 else ()
    flat = reshape(x, (*dims, -1))
    pattern = x.type.broadcastable
    known = (*pattern[: ndim - 1], builtins.all(pattern[ndim - 1 :]))
    ones = [i for i, one in enumerate(known) if one and not flat.type.broadcastable[i]]
    return addbroadcast(flat, *ones) if ones else flat


class Flatten(Op):
    """The Op of `flatten` in older programs: all axes from ``outdim - 1`` on become one."""

    view_map = {0: [0]}
    __props__ = ("outdim",)

    def __init__(self, outdim: int = 1) -> None:
        self.outdim = int(outdim)

    def make_node(self, x: Any) -> Apply:
        x = as_tensor_variable(x)
        if self.outdim < 1 or (x.ndim and self.outdim > x.ndim):
            raise ValueError(f"invalid output ndimensions ({self.outdim}) for tensor of rank {x.ndim}")
        pattern = x.broadcastable
        known = (*pattern[: self.outdim - 1], builtins.all(pattern[self.outdim - 1 :]))
        return Apply(self, [x], [TensorType(x.type.dtype, known)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        outputs[0][0] = (
            x.reshape((*x.shape[: self.outdim - 1], -1))
            if x.size
            else x.reshape((*x.shape[: self.outdim - 1], int(np.prod(x.shape[self.outdim - 1 :]))))
        )

    def infer_shape(self, node: Apply, in_shapes: Any) -> list:
        (lengths,) = in_shapes
        rest: Any = 1
        for n in lengths[self.outdim - 1 :]:
            rest = n * rest
        return [(*lengths[: self.outdim - 1], rest)]

    def grad(self, inputs: Any, g_outputs: Any) -> list:
        (x,) = inputs
        return [reshape(g_outputs[0], shape(x), x.ndim)]

    def R_op(self, inputs: Any, eval_points: Any) -> list:
        return [None] if eval_points[0] is None else [self(eval_points[0])]


def is_flat(var: Variable, ndim: int | None = None, outdim: int | None = None) -> bool:
    """Return whether `var` has the number of dimensions `flatten` would leave."""
    if outdim is not None:
        if ndim is not None:
            raise ValueError("You should only specify ndim")
        ndim = outdim
    return var.ndim == (1 if ndim is None else ndim)


def shape_padleft(t: Any, n_ones: int = 1) -> Variable:
    """Return `t` with `n_ones` axes of length 1 before its own."""
    t = as_tensor_variable(t)
    return t.dimshuffle(["x"] * n_ones + list(range(t.type.ndim)))


def shape_padright(t: Any, n_ones: int = 1) -> Variable:
    """Return `t` with `n_ones` axes of length 1 after its own."""
    t = as_tensor_variable(t)
    return t.dimshuffle(list(range(t.type.ndim)) + ["x"] * n_ones)


def shape_padaxis(t: Any, axis: int) -> Variable:
    """Return `t` with an axis of length 1 put in at `axis`.

    Raises
    ------
    IndexError
        If `axis` is out of range.
    """
    t = as_tensor_variable(t)
    ndim = t.ndim + 1
    if not -ndim <= axis < ndim:
        raise IndexError(f"axis {axis} is out of bounds [-{ndim}, {ndim})")
    order: list = list(range(t.type.ndim))
    order.insert(axis + ndim if axis < 0 else axis, "x")
    return t.dimshuffle(order)


def transpose(x: Any, axes: Any = None) -> Variable:
    """Return `x` with its axes in the order `axes`, or reversed."""
    x = as_tensor_variable(x)
    if axes is None:
        axes = list(range(x.type.ndim - 1, -1, -1))
    turned = x.dimshuffle(list(axes))
    if x.name and axes == list(range(x.type.ndim - 1, -1, -1)):
        turned.name = x.name + ".T"
    return turned


def swapaxes(y: Any, axis1: int, axis2: int) -> Variable:
    """Return `y` with two of its axes exchanged."""
    y = as_tensor_variable(y)
    order = list(range(y.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return y.dimshuffle(order)


class Rebroadcast(Op):
    """Change what is known of the lengths of some axes: ``Rebroadcast((0, True), (1, False))``.

    An axis made broadcastable is checked when the function runs.
    """

    view_map = {0: [0]}
    _f16_ok = True
    __props__ = ("axes",)

    def __init__(self, *axis: tuple[int, bool]) -> None:
        pairs = sorted({int(i): bool(b) for i, b in axis}.items())
        for i, b in axis:
            if not isinstance(i, np.integer | int):
                raise TypeError(f"Rebroadcast needs integer axes. Got {i}")
            if not isinstance(b, np.bool_ | bool):
                raise TypeError(f"Rebroadcast needs bool for new broadcast pattern. Got {b}")
        self.axes = tuple(pairs)
        self.axis = dict(pairs)

    def __setstate__(self, state: dict) -> None:
        """Take the state that Theano pickled: axes only."""
        self.__init__(*state["axis"].items())

    def __str__(self) -> str:
        last = max(self.axis, default=-1)
        pattern = (str(int(self.axis[i])) if i in self.axis else "?" for i in range(last + 1))
        return f"{type(self).__name__}{{{','.join(pattern)}}}"

    def make_node(self, x: Any) -> Apply:
        if self.axis.keys() and x.ndim <= max(self.axis):
            raise ValueError("Trying to rebroadcast non-existent dimension")
        pattern = [self.axis.get(i, b) for i, b in enumerate(x.type.broadcastable)]
        lengths = tuple(1 if b else None if n == 1 else n for b, n in zip(pattern, x.type.shape))
        return Apply(self, [x], [x.type.clone(shape=lengths)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        for axis, value in self.axes:
            if value and x.shape[axis] != 1:
                raise ValueError(
                    f"Dimension {axis} in Rebroadcast's input was supposed to be 1 (got {x.shape[axis]} "
                    "instead)"
                )
        outputs[0][0] = x

    def do_constant_folding(self, *args: Any) -> bool:
        return False  # a constant knows its lengths: the fold would be undone and done again

    def expanded(self, inputs: Any) -> list:
        lengths = [1 if self.axis.get(i) else None for i in range(inputs[0].ndim)]
        return [pt.specify_shape(inputs[0], lengths) if any(lengths) else inputs[0]]

    def grad(self, inputs: Any, grads: Any) -> list:
        (x,) = inputs
        return [
            Rebroadcast(*[(i, b) for i, b in enumerate(x.type.broadcastable) if i in self.axis])(grads[0])
        ]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        one = np.asarray(1, dtype="int64")
        lengths = [as_tensor_variable(one) if self.axis.get(i) else n for i, n in enumerate(shapes[0])]
        return [lengths]

    def R_op(self, inputs: Any, eval_points: Any) -> list:
        return [None] if eval_points[0] is None else [self(eval_points[0])]


def _rebroadcast(x: Any, *axes: tuple[int, bool]) -> Variable:
    changed = [(i, b) for i, b in axes if x.type.broadcastable[i] != b]
    return Rebroadcast(*changed)(x) if changed else x


def addbroadcast(x: Any, *axes: int) -> Variable:
    """Return `x`, the given axes marked as broadcastable; a call fails where such a length is not 1."""
    x = _tensor_or_sparse(x)
    for i in axes:
        if i >= x.ndim:
            raise ValueError("Trying to rebroadcast non-existent dimension")
    return _rebroadcast(x, *[(i, True) for i in axes])


def unbroadcast(x: Any, *axes: int) -> Variable:
    """Return `x`, the given axes marked as not broadcastable."""
    x = _tensor_or_sparse(x)
    for i in axes:
        if i >= x.ndim:
            raise ValueError("Trying to rebroadcast non-existent dimension")
    return _rebroadcast(x, *[(i, False) for i in axes])


def patternbroadcast(x: Any, broadcastable: Any) -> Variable:
    """Return `x` with this broadcast pattern."""
    x = _tensor_or_sparse(x)
    return _rebroadcast(x, *[(i, bool(b)) for i, b in enumerate(broadcastable)])


def _tensor_or_sparse(x: Any) -> Variable:
    return x if hasattr(getattr(x, "type", None), "broadcastable") else as_tensor_variable(x)
