"""Parameters of one dtype seen as one vector, so that an update rule runs once over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.variable import TensorVariable

LARGEST = 256 * 1024
"""Bytes of a vector at most: larger ones leave the cache, and their pages are cleared at every update."""


class Group:
    """Parameters of one dtype, their gradient as one vector, and the slots that belong to them.

    A lone parameter keeps its own shape. All arithmetic of a rule then runs once over the vector instead of
    once for every parameter; only the last subtraction is done for each.
    """

    def __init__(self, params: Sequence[TensorSharedVariable], grads: Sequence[TensorVariable]) -> None:
        self.params = tuple(params)
        self.dtype = params[0].type.dtype
        self.shapes = [p.get_value(borrow=True).shape for p in params]
        if len(params) == 1:
            self.shape = self.shapes[0]
            self.grad = grads[0]
        else:
            self.shape = (sum(int(np.prod(s)) for s in self.shapes),)
            self.grad = pt.concatenate([g.ravel() for g in grads])

    def constant(self, value: float) -> TensorVariable:
        """Return `value` as a constant of the dtype of the group."""
        return pt.constant(np.asarray(value, dtype=self.dtype))

    def scalar(self, value: float | TensorVariable) -> TensorVariable:
        """Return `value`, a number or an expression, in the dtype of the group."""
        if isinstance(value, TensorVariable):
            return value if value.type.dtype == self.dtype else value.astype(self.dtype)
        return self.constant(value)

    def slot(self, name: str, value: float = 0.0) -> TensorSharedVariable:
        """Return a shared variable with one number for each parameter element, all `value` at first."""
        array = np.full(self.shape, value, dtype=self.dtype)
        return pytensor.shared(array, name=f"{self.label}/{name}", shape=self.shape)

    @property
    def label(self) -> str:
        """A name for what belongs to the group."""
        return (self.params[0].name or "parameter") if len(self.params) == 1 else f"parameters/{self.dtype}"

    def parts(self, vector: TensorVariable) -> list[TensorVariable]:
        """Return `vector` cut into arrays of the shapes of the parameters."""
        if len(self.params) == 1:
            return [vector]
        cut, start = [], 0
        for shape in self.shapes:
            stop = start + int(np.prod(shape))
            cut.append(vector[start:stop].reshape(shape))
            start = stop
        return cut

    def minus(self, vector: TensorVariable) -> dict[TensorSharedVariable, TensorVariable]:
        """Return ``{p: p - its part of vector}``."""
        return {p: p - part for p, part in zip(self.params, self.parts(vector), strict=True)}


def groups(params: Sequence[TensorSharedVariable], grads: Sequence[TensorVariable]) -> Iterator[Group]:
    """Yield the `Group`s of `params`, each of one dtype, of `LARGEST` bytes at most."""
    for dtype in dict.fromkeys(p.type.dtype for p in params):
        held: list[tuple[TensorSharedVariable, TensorVariable]] = []
        size = 0
        for p, g in zip(params, grads, strict=True):
            if p.type.dtype != dtype:
                continue
            bytes_of_p = p.get_value(borrow=True).nbytes
            if held and size + bytes_of_p > LARGEST:
                yield Group(*zip(*held, strict=True))
                held, size = [], 0
            held.append((p, g))
            size += bytes_of_p
        yield Group(*zip(*held, strict=True))
