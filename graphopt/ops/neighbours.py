"""The neighbourhoods of images as rows of a matrix, and rows put back together to images."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.engine.lines.linker import numpy_funcify
from graphopt.errors import InvalidValue, ShapeMismatch, unknown_name

MODES = ("valid", "half", "full", "wrap_centered", "ignore_borders")


def neighbourhoods(images, shape, *, step=None, mode="valid"):
    """Return the neighbourhoods of images, one a row.

    Parameters
    ----------
    images : (B, C, height, width)
    shape : pair of int
        The size of a neighbourhood.
    step : pair of int, optional
        From one neighbourhood to the next; `shape` if not given, so that they lie side by side.
    mode : {"valid", "half", "full", "wrap_centered", "ignore_borders"}
        Which border of zeros the images get: none, half of `shape` (rounded down), or all but one of it;
        "wrap_centered" centres a neighbourhood on each step and goes round the edges instead.
        What is left over when a step does not fit is an error, but for the last two.

    Returns
    -------
    (B * C * rows * columns, shape[0] * shape[1])

    Raises
    ------
    InvalidValue, ShapeMismatch
        When shape and step are not positive, or do not fit the images.
    """
    shape = tuple(map(int, shape))
    step = shape if step is None else tuple(map(int, step))
    if mode not in MODES:
        raise unknown_name("mode of neighbourhoods", mode, MODES)
    if len(shape) != 2 or len(step) != 2 or min(shape + step) < 1:
        raise InvalidValue(f"neighbourhoods: shape {shape} and step {step}; expected two numbers from 1 up.")
    return Neighbourhoods(shape, step, mode)(images)


def grid(length, size, step, mode: str):
    """Return how many neighbourhoods lie along an axis (of numbers, or of expressions)."""
    if mode == "wrap_centered":
        return -(-length // step)
    return (length + zeros_around(size, mode) - size) // step + 1


def zeros_around(size, mode: str):
    """Return how many zeros an axis gets, at both ends together, for neighbourhoods of `size`."""
    return {"half": 2 * (size // 2), "full": 2 * (size - 1)}.get(mode, 0)


def check_fit(image: Sequence[int], shape: Sequence[int], step: Sequence[int], mode: str) -> None:
    """Raise ``ShapeMismatch`` unless neighbourhoods of `shape` fit into images of size `image`."""
    for length, size, stride in zip(image, shape, step):
        if mode == "wrap_centered":
            fits = size % 2 == 1 and length >= size
            expected = "an odd size, not above that of the image"
        elif mode == "ignore_borders":
            fits, expected = length >= size, "a size not above that of the image"
        else:
            fits = length >= size and (length + zeros_around(size, mode) - size) % stride == 0
            expected = "steps that end at the border"
        if not fits:
            raise ShapeMismatch(
                f"Neighbourhoods of {tuple(shape)} with step {tuple(step)} do not fit into images of "
                f"{tuple(image)} in mode {mode!r}; expected {expected}."
            )


def gather(images: np.ndarray, shape, step, mode: str) -> np.ndarray:
    """Return the neighbourhoods of `images` as an array; sizes that do not fit are cut off."""
    rows, columns, padded = _places(images.shape[2:], shape, step, mode)
    if padded != images.shape[2:]:
        images = np.pad(images, [(0, 0), (0, 0), *((0, 1),) * 2])
    patches = images.take(rows, axis=2).take(columns, axis=4)
    patches = patches.transpose(0, 1, 2, 4, 3, 5)
    return patches.reshape(prod(patches.shape[:4]), prod(patches.shape[4:]))


def scatter(patches: np.ndarray, image: Sequence[int], shape, step, mode: str) -> np.ndarray:
    """Return images (B, C, *image[2:]) that hold the sums of `patches` at their places."""
    rows, columns, padded = _places(image[2:], shape, step, mode)
    images = np.zeros((*image[:2], *padded), patches.dtype)
    expected = prod(image[:2]) * len(rows) * len(columns), prod(shape)
    if patches.shape != expected:
        raise ShapeMismatch(f"Images of {tuple(image)} have neighbourhoods {expected}, got {patches.shape}.")
    patches = patches.reshape(*image[:2], len(rows), len(columns), *shape)
    for i in range(shape[0]):
        for j in range(shape[1]):
            # No place comes twice, except the one outside, which is dropped.
            images[:, :, rows[:, i, None], columns[None, :, j]] += patches[..., i, j]
    return images[:, :, : image[2], : image[3]]


def _places(image, shape, step, mode):
    """Return the pixels along each axis (grid, size), and the size with a place for those outside."""
    places = []
    for length, size, stride in zip(image, shape, step):
        shift = {"half": size // 2, "full": size - 1, "wrap_centered": size // 2}.get(mode, 0)
        at = np.arange(max(0, grid(length, size, stride, mode)))[:, None] * stride - shift + np.arange(size)
        if mode == "wrap_centered":
            at %= length
        places.append(np.where((at < 0) | (at >= length), length, at))
    padded = tuple(n + 1 for n in image) if mode in ("half", "full") else tuple(image)
    return *places, padded


class Neighbourhoods(Op):
    """``images -> rows``."""

    __props__ = ("shape", "step", "mode")

    def __init__(self, shape: tuple[int, int], step: tuple[int, int], mode: str) -> None:
        self.shape, self.step, self.mode = shape, step, mode

    def make_node(self, images):
        images = pt.as_tensor_variable(images)
        if images.ndim != 4:
            raise ShapeMismatch(f"neighbourhoods: the images have {images.ndim} axes, expected 4.")
        return Apply(self, [images], [pt.tensor(dtype=images.dtype, shape=(None, prod(self.shape)))])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = self.kernel(*inputs)

    def kernel(self, images):
        check_fit(images.shape[2:], self.shape, self.step, self.mode)
        return gather(images, self.shape, self.step, self.mode)

    def infer_shape(self, fgraph, node, shapes):
        ((batch, channels, *image),) = shapes
        rows, columns = (
            grid(length, size, step, self.mode) for length, size, step in zip(image, self.shape, self.step)
        )
        return [(batch * channels * rows * columns, pt.constant(prod(self.shape)))]

    def pullback(self, inputs, outputs, cotangents):
        if isinstance(cotangents[0].type, DisconnectedType):
            return [DisconnectedType()()]
        return [Gathered(self.shape, self.step, self.mode)(cotangents[0], inputs[0].shape)]


class Gathered(Op):
    """``(rows, shape of the images) -> images``, the transpose of ``Neighbourhoods``."""

    __props__ = ("shape", "step", "mode")

    def __init__(self, shape: tuple[int, int], step: tuple[int, int], mode: str) -> None:
        self.shape, self.step, self.mode = shape, step, mode

    def make_node(self, rows, sizes):
        rows, sizes = pt.as_tensor_variable(rows), pt.as_tensor_variable(sizes).astype("int64")
        return Apply(self, [rows, sizes], [pt.tensor(dtype=rows.dtype, shape=(None,) * 4)])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = self.kernel(*inputs)

    def kernel(self, rows, sizes):
        return scatter(rows, tuple(map(int, sizes)), self.shape, self.step, self.mode)

    def infer_shape(self, fgraph, node, shapes):
        return [tuple(node.inputs[1][k] for k in range(4))]

    def connection_pattern(self, node):
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        if isinstance(cotangents[0].type, DisconnectedType):
            return [DisconnectedType()(), DisconnectedType()()]
        return [Neighbourhoods(self.shape, self.step, self.mode)(cotangents[0]), DisconnectedType()()]


@numpy_funcify.register(Neighbourhoods)
@numpy_funcify.register(Gathered)
def _kernel(op, node):
    return op.kernel
