"""The gradient of max pooling, and its transpose, in the kernel language; the same bits as ``ops.pooling``.

The other parts of pooling are whole rows at a time in NumPy, which C does not beat.
"""

from __future__ import annotations

from math import prod

import numpy as np

from graphopt.engine import native
from graphopt.engine.lines.linker import native_funcify, numpy_funcify
from graphopt.ops.kernels.table import REALS
from graphopt.ops.pool import MaxPoolGradient, PickMax
from graphopt.ops.pooling import Pooling, check_places, check_values
from graphopt.ops.recycling import empty

AXES = 3  # at most; images with fewer are given axes of length 1

# `sizes` holds, three numbers each: image, places, window, stride, padding.
_TEMPLATE = """
def NAME(images: i64, sizes: i64p, x: REALp, y: REALp, given: REALp, out: REALp) -> None:
    places = sizes[3] * sizes[4] * sizes[5]
    pixels = sizes[0] * sizes[1] * sizes[2]
    for n in range(images):
        for i in range(sizes[6]):
            for j in range(sizes[7]):
                for k in range(sizes[8]):
                    NAME_pixel(i - sizes[12], j - sizes[13], k - sizes[14], sizes[0], sizes[1], sizes[2],
                               sizes[3], sizes[4], sizes[5], sizes[9], sizes[10], sizes[11],
                               x[n * pixels:], y[n * places:], given[n * GIVEN:], out[n * OUT:])


def NAME_pixel(
    i: i64, j: i64, k: i64, n0: i64, n1: i64, n2: i64, p0: i64, p1: i64, p2: i64, s0: i64, s1: i64, s2: i64,
    x: REALp, y: REALp, given: REALp, out: REALp,
) -> None:
    low = 0
    while low < p2 and low * s2 + k < 0:
        low += 1
    high = p2
    while high > low and (high - 1) * s2 + k >= n2:
        high = high - 1
    for p in range(p0):
        u = p * s0 + i
        for q in range(p1):
            v = q * s1 + j
            if u >= 0 and u < n0 and v >= 0 and v < n1:
                pixel = (u * n1 + v) * n2 + k
                place = (p * p1 + q) * p2
                if s2 == 1:
                    for r in range(low, high):
                        STATEMENT(1)
                elif s2 == 2:
                    for r in range(low, high):
                        STATEMENT(2)
                else:
                    for r in range(low, high):
                        STATEMENT(s2)
"""
# The two strides that are written out become vector loops.

_STATEMENTS = {
    MaxPoolGradient: "out[{x}] += given[{y}] if x[{x}] == y[{y}] else 0.0",
    PickMax: "out[{y}] += given[{x}] if x[{x}] == y[{y}] else 0.0",
}


def _source(op: type, name: str, dtype: str) -> str:
    """Return the kernel text of `op`."""
    text = _TEMPLATE.replace("NAME", name).replace("REAL", REALS[dtype])
    sizes = ("places", "pixels") if op is MaxPoolGradient else ("pixels", "places")
    text = text.replace("GIVEN", sizes[0]).replace("OUT", sizes[1])
    for stride in ("1", "2", "s2"):
        statement = _STATEMENTS[op].format(x=f"pixel + {stride} * r", y="place + r")
        text = text.replace(f"STATEMENT({stride})", statement)
    return text


def compiled_pool(op: type, pooling: Pooling, dtype: str):
    """Return a compiled function ``(x, y, given)`` of MaxPoolGradient or PickMax, or None."""
    axes = len(pooling.window)
    if dtype not in REALS or axes > AXES:
        return None
    is_gradient = op is MaxPoolGradient
    name = "max_pool_gradient" if is_gradient else "pick_max"
    kernel = native.build(_source(op, name, dtype), name)
    ones, zeros = [1] * (AXES - axes), [0] * (AXES - axes)
    options = [*ones, *pooling.window, *ones, *pooling.stride, *zeros, *pooling.padding]

    def run(x, y, given):
        check_places(x, [y, given] if is_gradient else [y], pooling)
        if not is_gradient:
            check_values(x, given)
        out = empty(x.shape if is_gradient else y.shape, x.dtype)
        out.fill(0)
        batch, image = x.shape[: x.ndim - axes], x.shape[x.ndim - axes :]
        sizes = np.array([*ones, *image, *ones, *y.shape[x.ndim - axes :], *options], np.int64)
        arrays = [np.ascontiguousarray(a, x.dtype) for a in (x, y, given)]
        kernel.raw(prod(batch), sizes, *arrays, out)
        return out

    return run


@native_funcify.register(MaxPoolGradient)
@native_funcify.register(PickMax)
def _compiled_or_numpy(op, node):
    return compiled_pool(type(op), op.pooling, node.inputs[0].type.dtype) or numpy_funcify(op, node)
