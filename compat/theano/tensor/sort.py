"""Sorting, and the largest or smallest entries along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.gradient import DisconnectedType, grad_undefined
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.rewriting.basic import copy_stack_trace, node_rewriter
from pytensor.tensor.rewriting.basic import register_canonicalize

from ..configdefaults import config
from ..gof.op import Op
from . import basic as tensor
from .subtensor import set_subtensor

__all__ = [
    "ArgSortOp",
    "SortOp",
    "TopKOp",
    "argsort",
    "argtopk",
    "local_useless_topk",
    "sort",
    "topk",
    "topk_and_argtopk",
]


class _Sorting(Op):
    """An operation on an array and the axis that is sorted along, an integer or None.

    Parameters
    ----------
    kind : {"quicksort", "mergesort", "heapsort", "stable"}
        Entries that are equal keep their order but for "heapsort", so that results are the same everywhere.
    order : str or list of str, optional
        Of arrays with fields: by which.
    """

    __props__ = ("kind", "order")

    def __init__(self, kind: str, order: Any = None) -> None:
        self.kind, self.order = kind, order

    def __str__(self) -> str:
        return f"{type(self).__name__}{{{self.kind}, {self.order}}}"

    def _node(self, input: Any, axis: Any, dtype: str | None = None) -> Apply:
        input, axis = tensor.as_tensor_variable(input), tensor.as_tensor_variable(axis)
        kind = tensor.TensorType(dtype or input.dtype, input.type.broadcastable)
        return Apply(self, [input, axis], [kind()])

    def _options(self, axis: Any) -> dict:
        if axis is not None and axis != int(axis):
            raise ValueError("sort axis must be an integer or None")
        kind = "stable" if self.kind == "quicksort" else self.kind
        return {"axis": None if axis is None else int(axis), "kind": kind, "order": self.order}

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        if isinstance(node.inputs[1], Constant) and node.inputs[1].data is None:
            return [(tensor.mul(*shapes[0]),)]
        return [shapes[0]]


class SortOp(_Sorting):
    """``(array, axis) ->`` the array sorted along the axis."""

    def make_node(self, input: Any, axis: Any = -1) -> Apply:
        return self._node(input, axis)

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        a, axis = inputs
        outputs[0][0] = np.sort(a, **self._options(axis))

    def grad(self, inputs: Any, grads: Any) -> list:
        (a, axis), (g,) = inputs, grads
        if not isinstance(axis, Constant):
            raise NotImplementedError(
                "The gradient of sort needs an axis that is known when the graph is built."
            )
        place = argsort(argsort(a, axis, self.kind, self.order), axis)
        reason = "The gradient of sort is not defined with respect to the integer axes itself"
        index = _along(a, int(axis.data) % a.ndim, place)
        return [g[index], grad_undefined(self, 1, axis, reason)]


class ArgSortOp(_Sorting):
    """``(array, axis) ->`` the indices that would sort it."""

    def make_node(self, input: Any, axis: Any = -1) -> Apply:
        return self._node(input, axis, "int64")

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        a, axis = inputs
        outputs[0][0] = np.argsort(a, **self._options(axis)).astype("int64", copy=False)

    def grad(self, inputs: Any, grads: Any) -> list:
        a, axis = inputs
        reason = "argsort is not defined for non-integer axes so argsort(x, axis+eps) is undefined"
        return [a.zeros_like(), grad_undefined(self, 1, axis, reason)]


def _along(x: Variable, axis: int, places: Variable) -> tuple[Variable, ...]:
    """Return the index of `x` that takes `places` along `axis` and every place along the others."""
    shape = tensor.shape(x)
    every = (tensor.arange(shape[i]).dimshuffle([0, *["x"] * (x.ndim - i - 1)]) for i in range(x.ndim))
    return tuple(places if i == axis else indices for i, indices in enumerate(every))


def sort(a: Any, axis: Any = -1, kind: str = "quicksort", order: Any = None) -> Variable:
    """Return `a` sorted along `axis`, flattened first when None."""
    if axis is None:
        a, axis = a.flatten(), 0
    return SortOp(kind, order)(a, axis)


def argsort(a: Any, axis: Any = -1, kind: str = "quicksort", order: Any = None) -> Variable:
    """Return the indices that sort `a` along `axis`, flattened first when None."""
    if axis is None:
        a, axis = a.flatten(), 0
    return ArgSortOp(kind, order)(a, axis)


# ------------------------------------------------------------------------------------------------------ top k


def _places_of_largest(x: np.ndarray, k: int, axis: int) -> np.ndarray:
    """Return the indices of the k largest along `axis`, or of the -k smallest, in no particular order."""
    if k == 0:
        raise ValueError("topk: kth cannot be zero")
    length = x.shape[axis]
    if k > length:
        raise ValueError(f"topk: kth cannot be larger than the size of specified axis {axis}")
    if abs(k) == 1:
        return np.expand_dims((np.argmax if k == 1 else np.argmin)(x, axis=axis), axis)
    if abs(k) == length:
        shape = [1] * x.ndim
        shape[axis] = length
        return np.broadcast_to(np.arange(length).reshape(shape), x.shape)
    chosen = [slice(None)] * x.ndim
    chosen[axis] = slice(-k, None) if k > 0 else slice(-k)
    return np.argpartition(x, -k if k > 0 else -k - 1, axis=axis)[tuple(chosen)]


class TopKOp(Op):
    """``(x, k) ->`` values and indices of the k largest along `axis`, or of the -k smallest for a negative k.

    Parameters
    ----------
    axis : int
    sorted : bool
        Whether they come in descending order; otherwise the order is arbitrary.
    idx_dtype : str
        The integer dtype of indices.
    return_values, return_indices : bool
        Which of the two are outputs.
    """

    __props__ = ("axis", "sorted", "return_values", "return_indices", "idx_dtype")

    def __init__(
        self,
        axis: int = -1,
        sorted: bool = True,
        idx_dtype: str = "int64",
        return_values: bool = True,
        return_indices: bool = True,
    ) -> None:
        if not isinstance(axis, int):
            raise TypeError(f'"axis" parameter must be integer, got "{type(axis)}"')
        if idx_dtype not in tensor.integer_dtypes:
            raise TypeError(f'"idx_dtype" parameter must be an integer dtype, got "{idx_dtype}"')
        if not (return_indices or return_values):
            raise ValueError("Neither return_values nor return_indices is True, this isn't allowed")
        self.axis, self.sorted, self.idx_dtype = axis, sorted, idx_dtype
        self.return_values, self.return_indices = return_values, return_indices

    def __str__(self) -> str:
        return f"{type(self).__name__}{{axis={self.axis}, sorted={self.sorted}}}"

    def make_node(self, inp: Any, kth: Any) -> Apply:
        inp, kth = tensor.as_tensor_variable(inp), tensor.as_tensor_variable(kth)
        ndim = inp.ndim
        if ndim == 0:
            raise ValueError("Cannot take scalar as input")
        if not -ndim <= self.axis < ndim:
            raise IndexError(f'"axis" parameter out of range, expected integer within [{-ndim}, {ndim - 1}]')
        if kth.ndim != 0:
            raise ValueError(f"{kth} is expected to be 0d tensor, got {kth.ndim}")
        indices = tensor.TensorType(self.idx_dtype, inp.type.broadcastable)
        types = [inp.type] * self.return_values + [indices] * self.return_indices
        return Apply(self, [inp, kth], [t() for t in types])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, k = inputs
        axis = self.axis % x.ndim
        places = _places_of_largest(x, int(k), axis)
        if self.sorted:
            ascending = np.argsort(np.take_along_axis(x, places, axis), axis=axis, kind="stable")
            places = np.take_along_axis(places, np.flip(ascending, axis), axis)
        results = [np.take_along_axis(x, places, axis)] if self.return_values else []
        if self.return_indices:
            results.append(places.astype(self.idx_dtype))
        for cell, value in zip(outputs, results):
            cell[0] = value

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        shape = list(shapes[0])
        shape[self.axis] = tensor.cast(abs(node.inputs[1]), "int64")
        return [tuple(shape)] * len(node.outputs)

    def L_op(self, inputs: Any, outputs: Any, grads: Any) -> list:
        x, k = inputs
        k_grad = grad_undefined(self, 1, k, "topk: k is not differentiable")
        if not self.return_values or isinstance(grads[0].type, DisconnectedType):
            return [x.zeros_like(dtype=config.floatX), k_grad]
        if self.return_indices:
            places = outputs[-1]
        else:
            places = TopKOp(self.axis, self.sorted, self.idx_dtype)(x, k)[1]
        index = _along(x, self.axis % x.ndim, places)
        return [set_subtensor(x.zeros_like(dtype=grads[0].dtype)[index], grads[0]), k_grad]


def topk_and_argtopk(
    x: Any, kth: Any, axis: int | None = -1, sorted: bool = True, idx_dtype: str = "int64"
) -> list[Variable]:
    """Return values and indices of the `kth` largest entries along `axis`, of the flattened array when None.

    Parameters
    ----------
    kth : int
        How many; a negative number asks for the smallest.
    sorted : bool
        Whether they come in descending order. Theano knew False only.
    idx_dtype : str
        The integer dtype of indices.

    Raises
    ------
    ValueError
        When called with a `kth` of 0, or larger than the axis.
    """
    if axis is None:
        x, axis = tensor.flatten(x), 0
    return TopKOp(axis=axis, sorted=sorted, idx_dtype=idx_dtype)(x, kth)


def topk(x: Any, kth: Any, axis: int | None = -1, sorted: bool = True, idx_dtype: str = "int64") -> Variable:
    """Return the values that `topk_and_argtopk` does."""
    return topk_and_argtopk(x, kth, axis, sorted, idx_dtype)[0]


def argtopk(
    x: Any, kth: Any, axis: int | None = -1, sorted: bool = True, idx_dtype: str = "int64"
) -> Variable:
    """Return the indices that `topk_and_argtopk` does."""
    return topk_and_argtopk(x, kth, axis, sorted, idx_dtype)[1]


@register_canonicalize("fast_compile")
@node_rewriter([TopKOp])
def local_useless_topk(fgraph: Any, node: Apply) -> Any:
    """Leave out which of values and indices nothing uses."""
    op = node.op
    if not (op.return_values and op.return_indices):
        return False
    used = [bool(fgraph.clients[o]) for o in node.outputs]
    if all(used) or not any(used):
        return False
    (new,) = TopKOp(op.axis, op.sorted, op.idx_dtype, *used)(*node.inputs, return_list=True)
    old = node.outputs[used.index(True)]
    copy_stack_trace(old, new)
    return {old: new}
