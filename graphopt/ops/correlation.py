"""Correlation of images with kernels in NumPy, and its two gradients: patches times matrices.

Images are ``x`` (B, C, *image), kernels ``w`` (O, C / groups, *kernel), results ``y`` (B, O, *places), with
any number of axes after the first two::

    y[b, o, p] = sum over c, k of x[b, c, p * stride + k * dilation - border] * w[o, c, k]

Unshared kernels, ``w`` (O, *places, C / groups, *kernel), have weights of their own at each place.
`flip` turns the kernel round, which makes it a convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from graphopt.errors import ShapeMismatch
from graphopt.late_dataclass import late_dataclass
from graphopt.ops.patches import PatchAdder, PatchReader
from graphopt.ops.recycling import empty
from graphopt.ops.sliding import Sliding, Window, tiles


@late_dataclass(frozen=True)
class Correlation:
    """A correlation whose sizes are still open.

    Attributes
    ----------
    sliding : Sliding
    groups : int
        Into how many parts the channels are divided; each output sees the channels of its own part.
    flip : bool
    unshared : bool
    """

    sliding: Sliding
    groups: int = 1
    flip: bool = False
    unshared: bool = False
    reader = PatchReader
    adder = PatchAdder

    def forward(self, x: np.ndarray, w: np.ndarray) -> np.ndarray:
        """Return y."""
        x, w = _same_dtype(x, w)
        kernel = w.shape[2 - x.ndim :]
        window = self._window(x.shape[2:], kernel, x.shape[1], w.shape)
        read, weights = self.reader(x, window), self._matrices(w, window)
        y = empty((x.shape[0], w.shape[0], *window.places), x.dtype)
        by_group = self._by_group(y)
        for images, rows, places in tiles(len(x), window, x.shape[1] * prod(kernel)):
            target = by_group[images, ..., places]
            patches = self._columns(read(images, rows))
            if self.unshared:
                at_places = np.matmul(patches.transpose(3, 0, 2, 1), weights[places].transpose(0, 1, 3, 2))
                target[...] = at_places.transpose(2, 1, 3, 0)
            elif len(target) == 1:
                np.matmul(weights, patches[:, :, 0], out=target[0])
            else:
                columns = np.matmul(weights, _joined(patches))
                target[...] = _split(columns, len(target)).transpose(2, 0, 1, 3)
        return y

    def weight_gradient(self, x: np.ndarray, dy: np.ndarray, kernel: Sequence[int]) -> np.ndarray:
        """Return dw for kernels of size `kernel`."""
        x, dy = _same_dtype(x, dy)
        _same_length("images", x.shape[0], "gradients", dy.shape[0])
        places = dy.shape[2:] if self.unshared else ()
        kernel = tuple(map(int, kernel))
        shape = (dy.shape[1], *places, x.shape[1] // self.groups, *kernel)
        window = self._window(x.shape[2:], kernel, x.shape[1], shape)
        _same_places(window, dy)
        read = self.reader(x, window)
        by_group = self._by_group(dy)
        sizes = self.groups, shape[-1 - len(kernel)] * prod(kernel), by_group.shape[2]
        dw = np.zeros((prod(places), *sizes) if self.unshared else sizes, x.dtype)
        for images, rows, places in tiles(len(x), window, x.shape[1] * prod(kernel)):
            patches, slopes = self._columns(read(images, rows)), by_group[images, ..., places]
            if self.unshared:
                dw[places] += np.matmul(patches.transpose(3, 0, 1, 2), slopes.transpose(3, 1, 0, 2))
            elif len(slopes) == 1:
                dw += np.matmul(patches[:, :, 0], slopes[0].transpose(0, 2, 1))
            else:
                slopes = np.ascontiguousarray(slopes.transpose(1, 2, 0, 3))
                dw += np.matmul(_joined(patches), _joined(slopes).transpose(0, 2, 1))
        dw = dw.transpose(1, 3, 0, 2) if self.unshared else dw.transpose(0, 2, 1)
        return np.ascontiguousarray(self._turned(dw.reshape(shape)))

    def input_gradient(self, w: np.ndarray, dy: np.ndarray, image: Sequence[int]) -> np.ndarray:
        """Return dx for images of size `image`."""
        w, dy = _same_dtype(w, dy)
        _same_length("kernels", w.shape[0], "channels of the gradient", dy.shape[1])
        channels = w.shape[1 - dy.ndim] * self.groups
        window = self._window(tuple(map(int, image)), w.shape[2 - dy.ndim :], channels, w.shape)
        _same_places(window, dy)
        add, weights = self.adder(len(dy), channels, window, w.dtype), self._matrices(w, window)
        by_group = self._by_group(dy)
        for images, rows, places in tiles(len(dy), window, channels * prod(window.kernel)):
            slopes = by_group[images, ..., places]
            if self.unshared:
                patches = np.matmul(slopes.transpose(3, 1, 0, 2), weights[places]).transpose(1, 3, 2, 0)
            elif len(slopes) == 1:
                patches = np.matmul(weights.transpose(0, 2, 1), slopes[0])
            else:
                slopes = np.ascontiguousarray(slopes.transpose(1, 2, 0, 3))
                patches = np.matmul(weights.transpose(0, 2, 1), _joined(slopes))
            count, height = images.stop - images.start, rows.stop - rows.start
            add(patches.reshape(channels, *window.kernel, count, height, *window.places[1:]), images, rows)
        return add.images()

    def _window(self, image, kernel, channels: int, w_shape: Sequence[int]) -> Window:
        """Return the window, after a look at the shapes of x and w."""
        axes = len(image)
        expected = 2 + axes * (1 + self.unshared)
        if len(w_shape) != expected:
            raise ShapeMismatch(f"The kernels have {len(w_shape)} axes, {w_shape}; expected {expected}.")
        if channels % self.groups or w_shape[0] % self.groups or w_shape[-axes - 1] * self.groups != channels:
            raise ShapeMismatch(
                f"Got images of {channels} channels and kernels of shape {tuple(w_shape)} in {self.groups} "
                f"groups; expected kernels of {channels} / {self.groups} channels, and channels and kernels "
                "in numbers that the groups divide."
            )
        window = self.sliding.window(image, kernel)
        if self.unshared and tuple(w_shape[1 : 1 + axes]) != window.places:
            raise ShapeMismatch(
                f"Unshared kernels came for {tuple(w_shape[1 : 1 + axes])} places; expected {window.places}."
            )
        return window

    def _matrices(self, w: np.ndarray, window: Window) -> np.ndarray:
        """Return kernels as matrices ([places of unshared ones,] groups, O / groups, depth)."""
        w = self._turned(w)
        outputs = w.shape[0] // self.groups
        if not self.unshared:
            return w.reshape(self.groups, outputs, prod(w.shape[1:]))
        places = prod(window.places)
        depth = prod(w.shape[1 + len(window.places) :])
        return np.ascontiguousarray(w.reshape(self.groups, outputs, places, depth).transpose(2, 0, 1, 3))

    def _turned(self, w: np.ndarray) -> np.ndarray:
        return w[(..., *(slice(None, None, -1),) * len(self.sliding.stride))] if self.flip else w

    def _by_group(self, y: np.ndarray) -> np.ndarray:
        """Return results as (images, groups, O / groups, places)."""
        return y.reshape(len(y), self.groups, y.shape[1] // self.groups, prod(y.shape[2:]))

    def _columns(self, patches: np.ndarray) -> np.ndarray:
        """Return patches as (groups, depth, images, places)."""
        axes = len(self.sliding.stride)
        depth, images, places = patches.shape[: 1 + axes], patches.shape[1 + axes], patches.shape[2 + axes :]
        return patches.reshape(self.groups, prod(depth) // self.groups, images, prod(places))


def _joined(columns: np.ndarray) -> np.ndarray:
    """Return (groups, depth, images, places) with images and places as one axis."""
    return columns.reshape(*columns.shape[:2], columns.shape[2] * columns.shape[3])


def _split(columns: np.ndarray, images: int) -> np.ndarray:
    return columns.reshape(*columns.shape[:2], images, columns.shape[2] // images)


def _same_dtype(*arrays: np.ndarray) -> list[np.ndarray]:
    """Return the arrays in their common dtype, half precision as single."""
    dtype = np.result_type(*arrays)
    if dtype == np.float16:
        dtype = np.dtype(np.float32)
    return [array.astype(dtype, copy=False) for array in arrays]


def _same_length(name: str, length: int, other: str, expected: int) -> None:
    if length != expected:
        raise ShapeMismatch(f"Got {length} {name} and {expected} {other}; expected as many of each.")


def _same_places(window: Window, dy: np.ndarray) -> None:
    if dy.shape[2:] != window.places:
        raise ShapeMismatch(
            f"Images of {window.image} and kernels of {window.kernel} give {window.places} places, "
            f"but the gradient came for {dy.shape[2:]}."
        )
