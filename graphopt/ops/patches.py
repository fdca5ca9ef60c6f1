"""The patches of images under a sliding window as columns of a matrix, and columns added back to images."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.lib.stride_tricks import as_strided

from graphopt.ops.recycling import empty
from graphopt.ops.sliding import Window


def _under_the_window(padded: np.ndarray, window: Window) -> np.ndarray:
    """Return the view (channels, *kernel, images, *places) of images with their border."""
    images, channels = padded.shape[:2]
    image_step, channel_step, *steps = padded.strides
    return as_strided(
        padded,
        (channels, *window.kernel, images, *window.places),
        (
            channel_step,
            *(n * d for n, d in zip(steps, window.dilation)),
            image_step,
            *(n * s for n, s in zip(steps, window.stride)),
        ),
    )


def _inside(window: Window) -> tuple:
    """Return the index of the images within their border."""
    return (..., *(slice(b, b + n) for b, n in zip(window.before, window.image)))


class PatchReader:
    """Reads patches of `images`, (images, channels, *image): see `__call__`."""

    def __init__(self, images: np.ndarray, window: Window) -> None:
        self.images, self.window = images, window
        if window.padded != window.image:
            padded = empty((*images.shape[:2], *window.padded), images.dtype)
            padded.fill(0)
            padded[_inside(window)] = images
            images = padded
        self._view = _under_the_window(images, window)
        self._kernel = (slice(None),) * (1 + len(window.kernel))

    def __call__(self, images: slice, rows: slice) -> np.ndarray:
        """Return the patches at some rows of places, (channels, *kernel, images, rows, *places[1:])."""
        view = self._view[(*self._kernel, images, rows)]
        if self.window.is_whole_image and images.stop - images.start == 1:
            return view
        patches = empty(view.shape, view.dtype)
        np.copyto(patches, view)
        return patches


class PatchAdder:
    """Adds patches to images that are zero at first, the transpose of `PatchReader`."""

    def __init__(self, images: int, channels: int, window: Window, dtype: np.dtype) -> None:
        self.window = window
        self._padded = empty((images, channels, *window.padded), dtype)
        self._padded.fill(0)
        self._view = _under_the_window(self._padded, window)

    def __call__(self, patches: np.ndarray, images: slice, rows: slice) -> None:
        """Add `patches`, laid out as `PatchReader` does, at some rows of places."""
        for offset in product(*map(range, self.window.kernel)):
            target = self._view[(slice(None), *offset, images, rows)]
            np.add(target, patches[(slice(None), *offset)], out=target)

    def images(self) -> np.ndarray:
        """Return the sums, (images, channels, *image)."""
        return np.ascontiguousarray(self._padded[_inside(self.window)])
