"""Layers that move numbers about without changing them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.nn.layers.arguments import positive_int
from graphopt.nn.layers.base import Layer


class Flatten(Layer):
    """Each sample as one vector: (batch, a, b) -> (batch, a * b)."""

    def compute_output_shape(self, input_shape):
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else math.prod(rest))

    def call(self, x, context):
        known = x.type.shape[1:]
        return x.reshape((x.shape[0], -1)) if None in known else x.reshape((-1, math.prod(known)))


class Reshape(Layer):
    """Each sample in the shape `target_shape`, where one length may be -1."""

    def __init__(
        self,
        target_shape: int | Sequence[int],
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        lengths = target_shape if isinstance(target_shape, Sequence) else (target_shape,)
        self.target_shape = tuple(int(n) for n in lengths)
        if self.target_shape.count(-1) > 1 or any(n == 0 or n < -1 for n in self.target_shape):
            raise InvalidValue(
                f"Reshape: target_shape is {target_shape}; expected lengths above 0, one may be -1."
            )

    def compute_output_shape(self, input_shape):
        rest, target = input_shape[1:], list(self.target_shape)
        if None in rest:
            return (input_shape[0], *(None if n == -1 else n for n in target))
        size, known = math.prod(rest), math.prod(n for n in target if n != -1)
        if -1 in target and size % known == 0:
            target[target.index(-1)] = size // known
        if math.prod(target) != size or -1 in target:
            raise ShapeMismatch(
                f"Reshape: a sample of shape {rest} has {size} numbers; they do not fill {self.target_shape}."
            )
        return (input_shape[0], *target)

    def call(self, x, context):
        shape = self.compute_output_shape(tuple(x.type.shape))
        lead = x.shape[0] if None in shape[1:] else -1 if shape[0] is None else shape[0]
        return x.reshape((lead, *(-1 if n is None else n for n in shape[1:])))


class Permute(Layer):
    """The axes of each sample in another order: `dims` counts them from 1."""

    def __init__(
        self,
        dims: Sequence[int],
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.dims = tuple(int(n) for n in dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise InvalidValue(f"Permute: dims is {dims}; expected each of 1 to {len(self.dims)} once.")

    def compute_output_shape(self, input_shape):
        if len(input_shape) != len(self.dims) + 1:
            raise ShapeMismatch(f"Permute: dims {self.dims} do not fit an input of shape {input_shape}.")
        return (input_shape[0], *(input_shape[k] for k in self.dims))

    def call(self, x, context):
        return x.dimshuffle(0, *self.dims)


class RepeatVector(Layer):
    """Each sample `n` times on a new axis: (batch, features) -> (batch, n, features)."""

    def __init__(self, n: int, *, name: str | None = None, trainable: bool = True, dtype: str | None = None):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.n = positive_int("RepeatVector", "n", n)

    def compute_output_shape(self, input_shape):
        if len(input_shape) != 2:
            raise ShapeMismatch(
                f"RepeatVector: the input has shape {input_shape}; expected (batch, features)."
            )
        return (input_shape[0], self.n, input_shape[1])

    def call(self, x, context):
        batch, features = (s if n is None else n for s, n in zip((x.shape[0], x.shape[1]), x.type.shape))
        return pt.alloc(x[:, None, :], batch, self.n, features)


class GetItem(Layer):
    """``x[index]``, as slicing a symbol writes it; the batch axis is kept whole."""

    def __init__(
        self, index: Any, *, name: str | None = None, trainable: bool = True, dtype: str | None = None
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        parts = index if isinstance(index, tuple | list) else (index,)
        self.parts = tuple(_part(part) for part in parts)
        if not self.parts or self.parts[0] not in (slice(None), Ellipsis):
            raise InvalidValue(
                f"A symbol is sliced as x[:, ...]: the batch axis stays whole; got x[{index!r}]."
            )

    @property
    def index(self):
        """The index as a list that JSON can hold."""
        return [_saved_part(part) for part in self.parts]

    def compute_output_shape(self, input_shape):
        try:
            shape = np.empty([n or 1 for n in input_shape])[self.parts].shape
        except IndexError as error:
            raise ShapeMismatch(
                f"The index {self.parts} does not fit a symbol of shape {input_shape}."
            ) from error
        known = pt.tensor(shape=input_shape)[self.parts].type.shape
        return (
            tuple(k if n is None else n for k, n in zip(known, shape))
            if None not in input_shape
            else tuple(known)
        )

    def call(self, x, context):
        return x[self.parts]


def _part(part: Any) -> Any:
    """Return one entry of an index, also from the form a file keeps."""
    if isinstance(part, dict):
        return slice(*part["slice"])
    if part == "...":
        return Ellipsis
    if part is None or part is Ellipsis or isinstance(part, slice | int | np.integer):
        return part
    raise InvalidType(f"A symbol cannot be indexed with {part!r}; expected numbers and slices.")


def _saved_part(part: Any) -> Any:
    """Return one entry of an index as JSON can hold it."""
    if isinstance(part, slice):
        return {"slice": [part.start, part.stop, part.step]}
    return "..." if part is Ellipsis else part if part is None else int(part)
