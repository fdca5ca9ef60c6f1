"""Patches added back to images in the kernel language; the same results as ``graphopt.ops.patches``.

Only the adding: NumPy reads patches as fast as C does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphopt.engine import native
from graphopt.engine.lines.linker import native_funcify
from graphopt.late_dataclass import late_dataclass
from graphopt.ops.conv import CorrelateInputGradient
from graphopt.ops.correlation import Correlation
from graphopt.ops.kernels.table import REALS
from graphopt.ops.recycling import empty
from graphopt.ops.sliding import Window

AXES = 3  # at most; images with fewer are given axes of length 1

# `sizes` holds three numbers each: image, kernel, places, stride, dilation, border before; then the channels.
ADD = """
def add_patches(
    first: i64, count: i64, start: i64, rows: i64, sizes: i64p, images: REALp, patches: REALp
) -> None:
    place = 0
    for c in range(sizes[18]):
        for i in range(sizes[3]):
            for j in range(sizes[4]):
                for k in range(sizes[5]):
                    for b in range(first, first + count):
                        place = add_plane(
                            start, start + rows, sizes[0], sizes[1], sizes[2], sizes[7], sizes[8],
                            sizes[9], i * sizes[12] - sizes[15], sizes[10], j * sizes[13] - sizes[16],
                            sizes[11], k * sizes[14] - sizes[17],
                            images[(b * sizes[18] + c) * sizes[0] * sizes[1] * sizes[2]:], patches, place)


def add_plane(
    start: i64, stop: i64, n0: i64, n1: i64, n2: i64, columns: i64, length: i64, step0: i64, shift0: i64,
    step1: i64, shift1: i64, step2: i64, shift2: i64, image: REALp, patches: REALp, first: i64,
) -> i64:
    low = 0
    while low < length and low * step2 + shift2 < 0:
        low += 1
    high = length
    while high > low and (high - 1) * step2 + shift2 >= n2:
        high = high - 1
    place = first
    for p in range(start, stop):
        x = p * step0 + shift0
        for q in range(columns):
            y = q * step1 + shift1
            if x >= 0 and x < n0 and y >= 0 and y < n1:
                source = (x * n1 + y) * n2 + shift2
                if step2 == 1:
                    for k in range(low, high):
                        image[source + k] += patches[place + k]
                else:
                    for k in range(low, high):
                        image[source + k * step2] += patches[place + k]
            place += length
    return place
"""


class CompiledAdder:
    """``PatchAdder`` in native code, which needs no room for the border."""

    def __init__(self, images: int, channels: int, window: Window, dtype: np.dtype) -> None:
        self._sums = empty((images, channels, *window.image), dtype)
        self._sums.fill(0)
        columns = (window.image, window.kernel, window.places, window.stride, window.dilation)
        sizes = [n for column in columns for n in _three(column, 1)]
        self._sizes = np.array([*sizes, *_three(window.before, 0), channels], np.int64)
        self._kernel = native.build(ADD.replace("REAL", REALS[np.dtype(dtype).name]), "add_patches")

    def __call__(self, patches: np.ndarray, images: slice, rows: slice) -> None:
        """Add `patches`, laid out as ``PatchReader`` does, at some rows of places."""
        count, height = images.stop - images.start, rows.stop - rows.start
        patches = np.ascontiguousarray(patches)
        self._kernel.raw(images.start, count, rows.start, height, self._sizes, self._sums, patches)

    def images(self) -> np.ndarray:
        """Return the sums."""
        return self._sums


def _three(numbers: Sequence[int], other: int) -> list[int]:
    """Return the numbers of three axes; the first stays the first, on which pieces of work are cut."""
    first, *rest = numbers
    return [first, *[other] * (AXES - len(numbers)), *rest]


@late_dataclass(frozen=True)
class CompiledCorrelation(Correlation):
    """A correlation whose input gradient is summed in native code."""

    adder = CompiledAdder

    @classmethod
    def of(cls, correlation: Correlation, dtype: str) -> Correlation:
        """Return the compiled twin of `correlation`, or itself where there is none."""
        if dtype not in REALS or len(correlation.sliding.stride) > AXES:
            return correlation
        return cls(correlation.sliding, correlation.groups, correlation.flip, correlation.unshared)


@native_funcify.register(CorrelateInputGradient)
def _compiled_or_numpy(op, node):
    return CompiledCorrelation.of(op.correlation, node.outputs[0].type.dtype).input_gradient
