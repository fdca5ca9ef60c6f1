"""The places of arrays in a network: what layers are called on before there are weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pytensor.tensor import _as_tensor_variable

from graphopt.errors import InvalidType

if TYPE_CHECKING:
    from graphopt.nn.layers.base import Layer


Shape = tuple[int | None, ...]


@dataclass(eq=False)
class Node:
    """One call of a layer on symbols."""

    layer: Layer
    inputs: tuple[Symbol, ...]
    several: bool
    outputs: tuple[Symbol, ...] = ()


class Symbol:
    """The place of an array in a network: what layers are called on before there are weights.

    `shape` begins with the batch size, None when any. ``+ - * /`` with numbers and symbols, and
    slicing, make the matching layers; other functions go through `Lambda`.
    """

    __array_ufunc__ = None

    def __init__(self, shape: Shape, *, dtype: str | None = None, name: str | None = None):
        self.shape = tuple(shape)
        self.dtype = dtype
        self.name = name
        self.node: Node | None = None

    @property
    def ndim(self) -> int:
        """The number of axes, the batch axis included."""
        return len(self.shape)

    def __repr__(self) -> str:
        label = f" {self.name!r}" if self.name else ""
        return f"<Symbol{label} shape={self.shape}>"

    def __array__(self, *args, **kwargs):
        raise InvalidType(f"{self!r} holds no numbers. Build Model(inputs, outputs) and call predict.")

    def __bool__(self):
        raise InvalidType(f"{self!r} has no truth value.")

    def __iter__(self):
        raise InvalidType(f"{self!r} cannot be iterated; slice it, as in x[:, 0].")

    def __len__(self):
        raise InvalidType(f"{self!r} has no length; see its shape.")

    def __add__(self, other):
        from graphopt.nn.layers.merge import Add
        from graphopt.nn.layers.rescale import Rescaling

        return Add()([self, other]) if isinstance(other, Symbol) else Rescaling(1.0, offset=other)(self)

    def __radd__(self, other):
        return self + other

    def __mul__(self, other):
        from graphopt.nn.layers.merge import Multiply
        from graphopt.nn.layers.rescale import Rescaling

        return Multiply()([self, other]) if isinstance(other, Symbol) else Rescaling(other)(self)

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        from graphopt.nn.layers.merge import Subtract

        return (
            Subtract()([self, other]) if isinstance(other, Symbol) else self + (-np.asarray(other)).tolist()
        )

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        if isinstance(other, Symbol):
            from graphopt.nn.layers.merge import Divide

            return Divide()([self, other])
        return self * (1.0 / np.asarray(other)).tolist()

    def __getitem__(self, index):
        from graphopt.nn.layers.reshape import GetItem

        return GetItem(index)(self)


@_as_tensor_variable.register(Symbol)
def _no_expression(symbol: Symbol, *args, **kwargs):
    """Say what to do instead when a PyTensor function is called on `symbol`."""
    raise InvalidType(
        f"{symbol!r} is a place in a network, not a PyTensor expression. Use the function inside a layer: "
        "Lambda(lambda x: pt.sqrt(x))(symbol)."
    )
