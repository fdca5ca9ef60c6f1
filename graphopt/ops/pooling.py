"""Maximum, sum and average of images under a sliding window in NumPy, and their gradients.

The window covers the last axes of an array, as many as it has; the axes before them are a batch. Padding
never counts as a value: a maximum or sum is one of pixels of the image, and so is an average unless
``count_padding``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.tensor import math as tm

from graphopt.errors import ShapeMismatch
from graphopt.late_dataclass import late_dataclass
from graphopt.ops.recycling import empty


@late_dataclass(frozen=True)
class Pooling:
    """How a window moves over images.

    Attributes
    ----------
    window, stride, padding : tuple of int
        One number for each axis; `padding` is added at both ends.
    partial : bool
        Whether windows that reach over the end of the image count.
    """

    window: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    partial: bool = False

    def places(self, image: Sequence) -> tuple:
        """Return how many places the window takes along each axis (of numbers, or of expressions)."""
        return tuple(map(self._places, image, self.window, self.stride, self.padding))

    def _places(self, length, window, stride, padding):
        most = tm.maximum if isinstance(length, Variable) else max
        length = length + 2 * padding
        if not self.partial:
            return most((length - window) // stride + 1, 0)
        if stride >= window:
            return (length - 1) // stride + 1
        return most((length - 1 - window + stride) // stride, 0) + 1

    def output(self, x: np.ndarray) -> tuple[int, ...]:
        """Return the shape of the result for `x`.

        Raises
        ------
        ShapeMismatch
            When `x` has fewer axes than the window.
        """
        axes = len(self.window)
        if x.ndim < axes:
            raise ShapeMismatch(f"Pooling with a window of {axes} axes got an array of shape {x.shape}.")
        if min(self.window + self.stride) < 1:
            raise ShapeMismatch(
                f"Pooling with window {self.window} and stride {self.stride}; expected numbers from 1 up."
            )
        return (*x.shape[: x.ndim - axes], *self.places(x.shape[x.ndim - axes :]))

    def reach(self, axis: int, offset: int, length: int, places: int) -> tuple[slice, slice]:
        """Return the places whose window has a pixel at `offset`, and these pixels, as slices of `axis`."""
        stride, shift = self.stride[axis], offset - self.padding[axis]
        low = max(0, -(shift // stride))
        high = min(places, (length - 1 - shift) // stride + 1)
        if high <= low:
            return slice(0, 0), slice(0, 0)
        start = low * stride + shift
        return slice(low, high), slice(start, start + (high - low - 1) * stride + 1, stride)

    def pairs(self, x: np.ndarray, y: np.ndarray) -> Iterator[tuple[tuple, tuple]]:
        """Yield, for each pixel of the window, the index of the places and that of the pixels under it."""
        axes = len(self.window)
        reaches = [
            [self.reach(axis, offset, x.shape[axis - axes], y.shape[axis - axes]) for offset in range(length)]
            for axis, length in enumerate(self.window)
        ]
        for several in product(*reaches):
            places, pixels = zip(*several)
            yield (..., *places), (..., *pixels)

    def counts(self, x: np.ndarray, y_shape: Sequence[int], count_padding: bool) -> np.ndarray:
        """Return how many pixels an average at each place divides by."""
        axes = len(self.window)
        counts = np.ones((1,) * axes)
        for axis, length in enumerate(self.window):
            number = np.zeros(y_shape[axis - axes])
            for offset in range(length):
                number[self.reach(axis, offset, x.shape[axis - axes], len(number))[0]] += 1
            if count_padding and not self.partial:
                number[:] = length
            counts = counts * number.reshape((-1,) + (1,) * (axes - 1 - axis))
        return counts


def max_pool(x: np.ndarray, pooling: Pooling) -> np.ndarray:
    """Return the maximum under each window; one that holds NaN gives NaN.

    Raises
    ------
    ShapeMismatch
        When windows may lie in the padding alone.
    """
    if any(p >= w for p, w in zip(pooling.padding, pooling.window)):
        raise ShapeMismatch(
            f"Max pooling with window {pooling.window} and padding {pooling.padding}; expected padding "
            "smaller than the window."
        )
    lowest = (
        -np.inf if x.dtype.kind == "f" else x.dtype.type(0) if x.dtype.kind == "b" else np.iinfo(x.dtype).min
    )
    return _reduced(x, pooling, np.maximum, lowest)


def max_pool_gradient(x: np.ndarray, y: np.ndarray, dy: np.ndarray, pooling: Pooling) -> np.ndarray:
    """Return dx; each of several equal maxima of a window gets the whole gradient."""
    check_places(x, (y, dy), pooling)
    dx = empty(x.shape, x.dtype)
    dx.fill(0)
    is_finite = bool(np.isfinite(dy).all())
    for places, pixels in pooling.pairs(x, y):
        here, target = x[pixels] == y[places], dx[pixels]
        part = here * dy[places] if is_finite else np.where(here, dy[places], 0)  # 0 * inf is nan
        np.add(target, part, out=target, casting="unsafe")
    return dx


def pick_max(x: np.ndarray, y: np.ndarray, values: np.ndarray, pooling: Pooling) -> np.ndarray:
    """Return the sum of `values`, shaped as `x`, where `x` is the maximum `y` of each window."""
    check_places(x, (y,), pooling)
    check_values(x, values)
    picked = np.zeros(y.shape, x.dtype)
    for places, pixels in pooling.pairs(x, y):
        picked[places] += np.where(x[pixels] == y[places], values[pixels], 0).astype(x.dtype, copy=False)
    return picked


def pick_first_max(x: np.ndarray, values: np.ndarray, pooling: Pooling) -> np.ndarray:
    """Return the value, of those shaped as `x`, at the first maximum of each window."""
    check_values(x, values)
    y = max_pool(x, pooling)
    picked, is_open = np.zeros(y.shape, values.dtype), np.ones(y.shape, bool)
    for places, pixels in pooling.pairs(x, y):
        here = is_open[places] & ((x[pixels] == y[places]) | np.isnan(x[pixels]))
        np.copyto(picked[places], values[pixels], where=here)
        is_open[places] &= ~here
    return picked


def sum_pool(x: np.ndarray, pooling: Pooling) -> np.ndarray:
    """Return the sum under each window."""
    return _reduced(x, pooling, np.add, 0)


def sum_pool_gradient(dy: np.ndarray, shape: Sequence[int], pooling: Pooling) -> np.ndarray:
    """Return dx of the given shape."""
    axes = len(pooling.window)
    for axis in range(axes):
        position = dy.ndim - axes + axis
        before = (slice(None),) * position
        spread = empty((*dy.shape[:position], shape[position], *dy.shape[position + 1 :]), dy.dtype)
        spread.fill(0)
        for offset in range(pooling.window[axis]):
            places, pixels = pooling.reach(axis, offset, shape[position], dy.shape[position])
            target = spread[(*before, pixels)]
            np.add(target, dy[(*before, places)], out=target)
        dy = spread
    return dy


def average_pool(x: np.ndarray, pooling: Pooling, count_padding: bool) -> np.ndarray:
    """Return the average under each window, of the dtype of `x`."""
    total = sum_pool(x, pooling)
    counts = pooling.counts(x, total.shape, count_padding)
    return _divided(total, counts)


def average_pool_gradient(x: np.ndarray, dy: np.ndarray, pooling: Pooling, count_padding: bool) -> np.ndarray:
    """Return dx."""
    check_places(x, (dy,), pooling)
    counts = pooling.counts(x, dy.shape, count_padding)
    return sum_pool_gradient(_divided(dy.astype(x.dtype, copy=False), counts), x.shape, pooling)


def _reduced(x: np.ndarray, pooling: Pooling, function: Callable, start) -> np.ndarray:
    """Return `function` over each window, one axis after the other."""
    shape, axes = pooling.output(x), len(pooling.window)
    for axis in range(axes):
        position = x.ndim - axes + axis
        before, n, places = (slice(None),) * position, x.shape[position], shape[position]
        result = empty((*shape[: position + 1], *x.shape[position + 1 :]), x.dtype)
        pairs = [pooling.reach(axis, offset, n, places) for offset in range(pooling.window[axis])]
        whole = slice(0, places)
        if len(pairs) > 1 and pairs[0][0] == pairs[1][0] == whole:
            (_, one), (_, other), *pairs = pairs
            function(x[(*before, one)], x[(*before, other)], out=result)
        else:
            result.fill(start)
        for there, pixels in pairs:
            target = result[(*before, there)]
            function(target, x[(*before, pixels)], out=target)
        x = result
    return x


def check_places(x: np.ndarray, results: Sequence[np.ndarray], pooling: Pooling) -> None:
    """Raise ``ShapeMismatch`` unless the results have the shape of the pooled `x`."""
    expected = pooling.output(x)
    for result in results:
        if result.shape != expected:
            raise ShapeMismatch(
                f"Pooling of {x.shape} gives {expected}, but a result came as {result.shape}."
            )


def check_values(x: np.ndarray, values: np.ndarray) -> None:
    """Raise ``ShapeMismatch`` unless there is a value for each pixel."""
    if values.shape != x.shape:
        raise ShapeMismatch(f"Values of shape {values.shape} are to be picked by maxima of shape {x.shape}.")


def _divided(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return sums divided by counts in the dtype of `sums`; integers are cut off."""
    if sums.dtype.kind not in "fc":
        return (sums / counts).astype(sums.dtype)
    return np.divide(sums, counts.astype(sums.dtype), out=empty(sums.shape, sums.dtype))
