"""Layers that join several inputs into one."""

from __future__ import annotations

import functools

import pytensor.tensor as pt

from graphopt.errors import InvalidValue, ShapeMismatch
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.symbol import Shape


class Merge(Layer):
    """The base of the elementwise joins. Lengths 1 are broadcast."""

    several_inputs = True

    def compute_output_shape(self, input_shape):
        shapes = list(input_shape)
        if not shapes:
            raise InvalidValue(f"{type(self).__name__}: the list of inputs is empty.")
        return functools.reduce(functools.partial(_broadcast, type(self).__name__), shapes)

    def call(self, x, context):
        return functools.reduce(self.join, x)

    def join(self, a, b):
        """Return `a` and `b` joined."""
        raise NotImplementedError(f"{type(self).__name__} has no join(a, b).")


class Add(Merge):
    """The sum of the inputs."""

    def join(self, a, b):
        return a + b


class Multiply(Merge):
    """The product of the inputs."""

    def join(self, a, b):
        return a * b


class Maximum(Merge):
    """The largest of the inputs, element by element."""

    def join(self, a, b):
        return pt.maximum(a, b)


class Minimum(Merge):
    """The smallest of the inputs, element by element."""

    def join(self, a, b):
        return pt.minimum(a, b)


class Average(Merge):
    """The mean of the inputs."""

    def call(self, x, context):
        total = functools.reduce(lambda a, b: a + b, x)
        return total * pt.constant(1.0 / len(x), dtype=total.dtype)


class _Pair(Merge):
    """The base of the joins of exactly two."""

    def compute_output_shape(self, input_shape):
        if len(input_shape) != 2:
            raise InvalidValue(f"{type(self).__name__} joins 2 inputs; got {len(input_shape)}.")
        return super().compute_output_shape(input_shape)


class Subtract(_Pair):
    """The first input minus the second."""

    def join(self, a, b):
        return a - b


class Divide(_Pair):
    """The first input divided by the second."""

    def join(self, a, b):
        return a / b


class Concatenate(Layer):
    """The inputs one after the other along `axis` (the batch axis counts; the last by default)."""

    several_inputs = True

    def __init__(
        self, axis: int = -1, *, name: str | None = None, trainable: bool = True, dtype: str | None = None
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.axis = axis

    def compute_output_shape(self, input_shape):
        shapes = [list(shape) for shape in input_shape]
        if not shapes:
            raise InvalidValue("Concatenate: the list of inputs is empty.")
        ndim = len(shapes[0])
        axis = self.axis + ndim if self.axis < 0 else self.axis
        text = ", ".join(str(tuple(shape)) for shape in shapes)
        if not 0 < axis < ndim:
            raise InvalidValue(
                f"Concatenate: axis {self.axis} is not an axis of a sample in inputs of shapes {text}."
            )
        length, result = 0, list(shapes[0])
        for shape in shapes:
            if len(shape) != ndim:
                raise ShapeMismatch(f"Concatenate: the inputs have different numbers of axes: {text}.")
            for k in range(ndim):
                if k != axis and None not in (shape[k], result[k]) and shape[k] != result[k]:
                    raise ShapeMismatch(
                        f"Concatenate: the shapes {text} differ on axis {k}, not only on {axis}."
                    )
                result[k] = shape[k] if result[k] is None else result[k]
            length = None if None in (length, shape[axis]) else length + shape[axis]
        result[axis] = length
        return tuple(result)

    def call(self, x, context):
        return pt.concatenate(x, axis=self.axis) if len(x) > 1 else x[0]


def _broadcast(owner: str, a: Shape, b: Shape) -> Shape:
    """Return the shape of the elementwise join of `a` and `b`."""
    if len(a) != len(b):
        raise ShapeMismatch(f"{owner}: the inputs have shapes {a} and {b}; expected the same number of axes.")
    result = []
    for m, n in zip(a, b):
        if m == 1 or n == 1:
            result.append(n if m == 1 else m)
        elif None not in (m, n) and m != n:
            raise ShapeMismatch(f"{owner}: the shapes {a} and {b} do not fit; lengths must be equal, or 1.")
        else:
            result.append(n if m is None else m)
    return tuple(result)
