"""The window, stride and padding of a pooling, by their old names too, and the shapes they give."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable

from graphopt.ops.pooling import (
    Pooling,
)

from .. import basic as tensor

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


def renamed(
    ws: Any, ds: Any, stride: Any, st: Any, pad: Any, padding: Any, *, none: Any, depth: int, where: str = ""
) -> tuple:
    """Return window, stride and pad, taken from their old names (with a warning) where those are given.

    `none` is the padding that stands for none given, `depth` how far away the caller to be warned is.
    """
    pairs = (
        ("ws", ws, "ds", ds, ws is not None, "'ws' and 'ds'.", "'ws'."),
        ("stride", stride, "st", st, stride is not None, "'st and 'stride'.", "'stride'."),
        ("pad", pad, "padding", padding, pad is not None and pad != none, "'padding' and pad.", " pad."),
    )
    values = []
    for name, value, old_name, old, is_given, both, only in pairs:
        if old is not None:
            if is_given:
                text = f"You can't provide a tuple value to both {both} Please provide a value only to {only}"
                raise ValueError(text)
            warnings.warn(
                f"DEPRECATION: the '{old_name}' parameter{where} is not going to exist anymore as it is "
                f"going to be replaced by the parameter '{name}'.",
                stacklevel=depth,
            )
            value = old
        values.append(value)
    if values[0] is None:
        raise ValueError("You must provide a tuple value for the window size.")
    return tuple(values)


def places(length: Any, window: Any, stride: Any, ignore_border: bool) -> Any:
    """Return how many places a window takes along an axis of `length`, padding included."""
    symbolic = any(isinstance(v, Variable) for v in (length, window, stride))
    if not symbolic:
        pooling = Pooling((int(window),), (int(stride),), (0,), partial=not ignore_border)
        return pooling.places((int(length),))[0]
    if ignore_border:
        return tensor.maximum((length - window) // stride + 1, 0)
    return tensor.switch(
        tensor.ge(stride, window),
        (length - 1) // stride + 1,
        tensor.maximum(0, (length - 1 - window) // stride + 1) + 1,
    )


def out_shape(
    imgshape: Sequence, ws: Any, ignore_border: bool, stride: Any, pad: Any, ndim: int | None
) -> list:
    """Return the shape of the result for images of shape `imgshape`."""
    ndim = 2 if ndim is None else ndim
    assert ndim > 0
    if len(imgshape) < ndim:
        raise TypeError(f"imgshape must have at least {ndim} dimensions")
    stride = ws if stride is None else stride
    pad = (0,) * ndim if pad is None else pad
    image = imgshape[len(imgshape) - ndim :]
    lengths = [tensor.extract_constant(image[i]) + pad[i] * 2 for i in range(ndim)]
    rest = [places(lengths[i], ws[i], stride[i], ignore_border) for i in range(ndim)]
    return list(imgshape[: len(imgshape) - ndim]) + rest
