"""Elements by index or condition: `nonzero`, `choose`, `permute_row_elements`, `default`; `transfer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable

from ..gof.op import Op
from .constants import ShapeError, as_tensor_variable
from .type import TensorType

__all__ = [
    "Choose",
    "Default",
    "Nonzero",
    "PermuteRowElements",
    "_nonzero",
    "_permute_row_elements",
    "choose",
    "default",
    "flatnonzero",
    "inverse_permutation",
    "nonzero",
    "nonzero_values",
    "permute_row_elements",
    "register_transfer",
    "setdefault",
    "transfer",
]


class Nonzero(Op):
    """The indices of nonzero elements, one row for each axis."""

    __props__ = ()

    def make_node(self, a: Any) -> Apply:
        a = as_tensor_variable(a)
        if a.ndim == 0:
            raise ValueError("Nonzero only supports non-scalar arrays.")
        return Apply(self, [a], [TensorType("int64", (False, False))()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = np.asarray(np.nonzero(inputs[0]), dtype="int64")

    def grad(self, inputs: Any, grads: Any) -> list:
        from ..gradient import grad_undefined

        return [grad_undefined(self, 0, inputs[0])]


_nonzero = Nonzero()


def nonzero(a: Any, return_matrix: bool = False) -> Variable | tuple[Variable, ...]:
    """Return the indices of nonzero elements: one vector an axis, or a matrix with one row an axis."""
    rows = _nonzero(a)
    if return_matrix:
        return rows
    return tuple(rows[i] for i in range(as_tensor_variable(a).ndim))


def flatnonzero(a: Any) -> Variable:
    """Return the indices of nonzero elements of the flattened `a`.

    Raises
    ------
    ValueError
        For a scalar.
    """
    a = as_tensor_variable(a)
    if a.ndim == 0:
        raise ValueError("Nonzero only supports non-scalar arrays.")
    return nonzero(a.flatten(), return_matrix=True)[0]


def nonzero_values(a: Any) -> Variable:
    """Return the nonzero elements as a vector."""
    a = as_tensor_variable(a)
    return a.flatten()[flatnonzero(a)]


class Choose(Op):
    """Elements of several arrays, picked by an array of numbers of arrays."""

    __props__ = ("mode",)

    def __init__(self, mode: str) -> None:
        assert mode in ("raise", "wrap", "clip")
        self.mode = mode

    def make_node(self, a: Any, choices: Any) -> Apply:
        from ..typed_list import TypedListVariable, make_list

        a = as_tensor_variable(a)
        if np.dtype(a.dtype).kind not in "biu":
            raise TypeError(f"choose first argument must have an [u]int* dtype. Got {a.dtype}.")
        if isinstance(choices, tuple | list | TypedListVariable):
            choice = make_list(choices) if isinstance(choices, tuple | list) else choices
            pattern = tuple(choice.ttype.broadcastable)
        else:
            choice = as_tensor_variable(choices)
            pattern = tuple(choice.broadcastable[1:])
        ndim = max(a.ndim, len(pattern))
        from .shaping import shape_padleft

        a = shape_padleft(a, ndim - a.ndim)
        if len(pattern) != ndim:
            if not isinstance(choice.type, TensorType):
                raise NotImplementedError(
                    "Choices of fewer dimensions than the index: add dimensions of length 1 to them."
                )
            added = ndim - len(pattern)
            choice = choice.dimshuffle(0, *["x"] * added, *range(1, choice.ndim))
            pattern = (True,) * added + pattern
        out = [x and y for x, y in zip(a.broadcastable, pattern)]
        dtype = choice.dtype if isinstance(choice.type, TensorType) else choice.ttype.dtype
        return Apply(self, [a, choice], [TensorType(dtype, out)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        a, choices = inputs
        outputs[0][0] = np.choose(a, choices, mode=self.mode)

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        a, choices = node.inputs
        if not isinstance(choices.type, TensorType):
            raise ShapeError("The shapes in a typed list are known when it runs.")
        pairs = zip(shapes[0], shapes[1][1:], a.broadcastable)
        return [tuple(of_choice if one else of_a for of_a, of_choice, one in pairs)]


def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Variable:
    """Return, for each index in `a`, the element of the array ``choices[index]`` at that place."""
    assert out is None
    return Choose(mode)(a, choices)


class PermuteRowElements(Op):
    """Reorder each innermost row of `x` by a permutation in `y`; either is broadcast to the other."""

    __props__ = ()

    def make_node(self, x: Any, y: Any, inverse: Any) -> Apply:
        from .shaping import shape_padleft

        x, y = as_tensor_variable(x), as_tensor_variable(y)
        if isinstance(inverse, Variable):
            inverse = as_tensor_variable(inverse)
        else:
            inverse = as_tensor_variable(1 if inverse else 0)
        assert np.dtype(y.type.dtype).kind in "iu"
        assert inverse.type.ndim == 0 and np.dtype(inverse.type.dtype).kind in "biu"
        ndim = max(x.type.ndim, y.type.ndim)
        x, y = shape_padleft(x, ndim - x.type.ndim), shape_padleft(y, ndim - y.type.ndim)
        pattern = [a and b for a, b in zip(x.type.broadcastable, y.type.broadcastable)]
        return Apply(self, [x, y, inverse], [TensorType(x.type.dtype, pattern)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, y, inverse = inputs
        for place, (n, m) in enumerate(zip(x.shape, y.shape)):
            free = (node.inputs[0].type.broadcastable[place], node.inputs[1].type.broadcastable[place])
            if n != m and not ((n == 1 and free[0]) or (m == 1 and free[1])):
                raise ValueError(f"Dimension mismatch: {n}, {m}")
        shape = np.broadcast_shapes(x.shape, y.shape)
        x, y = np.broadcast_to(x, shape), np.broadcast_to(y, shape)
        if inverse:
            result = np.empty(shape, dtype=x.dtype)
            np.put_along_axis(result, y.astype("int64"), x, axis=-1)
        else:
            result = np.take_along_axis(x, y.astype("int64"), axis=-1)
        outputs[0][0] = result

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        from .elementwise import _elemwise_of

        return [[_elemwise_of["maximum"](n, m) for n, m in zip(shapes[0], shapes[1])]]

    def grad(self, inputs: Any, grads: Any) -> list:
        from ..gradient import grad_undefined
        from .elementwise import _elemwise_of

        x, y, inverse = inputs
        g = permute_row_elements(grads[0], y, _elemwise_of["eq"](inverse, 0))
        pairs = zip(x.type.broadcastable, g.type.broadcastable)
        spread = [i for i, (mine, theirs) in enumerate(pairs) if mine and not theirs]
        g = g.sum(axis=spread, keepdims=True) if spread else g
        if np.dtype(x.type.dtype).kind in "biu":
            g = x.zeros_like()
        return [g, grad_undefined(self, 1, y), grad_undefined(self, 1, inverse)]


_permute_row_elements = PermuteRowElements()


def permute_row_elements(x: Any, y: Any, inverse: Any = 0) -> Variable:
    """Return `x`, each innermost row in the order the row of `y` says; with `inverse`, put back."""
    return _permute_row_elements(x, y, inverse)


def inverse_permutation(perm: Any) -> Variable:
    """Return the permutation that undoes each row of `perm`."""
    from .creation import arange

    return permute_row_elements(arange(perm.shape[-1], dtype=perm.dtype), perm, inverse=True)


class Default(Op):
    """The first input, or a copy of the second when the first is None."""

    view_map = {0: [0]}
    __props__ = ()

    def make_node(self, x: Any, default: Any) -> Apply:
        x, default = as_tensor_variable(x), as_tensor_variable(default)
        if x.type != default.type:
            raise TypeError("Both default() arguments must have same type", x, default)
        return Apply(self, [x, default], [default.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, default = inputs
        outputs[0][0] = default.copy() if x is None else x


default = Default()
setdefault = default


def register_transfer(fn: Callable) -> None:
    """Let `transfer` ask `fn(variable, target)` for targets it does not know; it returns None where it is
    none of its.
    """
    transfer._others.append(fn)


def transfer(var: Variable, target: str) -> Variable:
    """Return `var` on the device `target`; here that is "cpu".

    Raises
    ------
    ValueError
        For a target nobody knows.
    """
    if target == "cpu":
        return as_tensor_variable(var)
    for other in transfer._others:
        moved = other(var, target)
        if moved is not None:
            return moved
    raise ValueError(f"Can't transfer to target {target}")


transfer._others = []
