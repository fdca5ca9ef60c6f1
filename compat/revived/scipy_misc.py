"""`scipy.misc` as it was: images over Pillow, and functions that live elsewhere now."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import comb, factorial, factorial2, factorialk, logsumexp, softmax

__all__ = [
    "ascent", "bytescale", "central_diff_weights", "comb", "derivative", "electrocardiogram", "face",
    "factorial", "factorial2", "factorialk", "fromimage", "imfilter", "imread", "imresize", "imrotate",
    "imsave", "imshow", "info", "lena", "logsumexp", "pade", "softmax", "toimage", "who",
]  # fmt: skip


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "Images of scipy.misc need Pillow, which is not installed. Install it with: pip install pillow"
        ) from error
    return Image


def bytescale(data: Any, cmin: Any = None, cmax: Any = None, high: float = 255, low: float = 0) -> np.ndarray:
    """Return `data` scaled from [cmin, cmax] to bytes in [low, high]; bytes stay as they are."""
    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    cmin = data.min() if cmin is None else cmin
    cmax = data.max() if cmax is None else cmax
    scale = float(high - low) / ((float(cmax) - float(cmin)) or 1)
    return (((data - cmin) * scale + low).clip(low, high) + 0.5).astype(np.uint8)


def toimage(
    arr: Any, high: float = 255, low: float = 0, cmin: Any = None, cmax: Any = None, pal: Any = None,
    mode: Any = None, channel_axis: Any = None,
) -> Any:  # fmt: skip
    """Return the array `arr` as an image of Pillow, scaled to bytes."""
    Image = _pillow()
    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError("Cannot convert a complex-valued array.")
    shape = data.shape
    if len(shape) == 2:
        if mode == "F":
            return Image.fromarray(data.astype(np.float32))
        if mode == "1":
            return Image.fromarray(bytescale(data, cmin, cmax, high, low) > high / 2)
        if mode == "I":
            return Image.fromarray(data.astype(np.int32))
        image = Image.fromarray(bytescale(data, cmin, cmax, high, low))
        if pal is not None:
            image.putpalette(np.asarray(pal, dtype=np.uint8).tobytes())
        return image if mode in (None, "L", "P") else image.convert(mode)
    if len(shape) != 3 or not {3, 4} & set(shape):
        raise ValueError("'arr' does not have a suitable array shape for any mode.")
    if channel_axis is None:
        channel_axis = (
            next(axis for axis in (2, 1, 0) if shape[axis] in (3, 4)) if mode is None else shape.index(3)
        )
    data = np.moveaxis(bytescale(data, cmin, cmax, high, low), channel_axis, 2)
    image = Image.fromarray(np.ascontiguousarray(data))
    return image if mode is None or image.mode == mode else image.convert(mode)


def fromimage(im: Any, flatten: bool = False, mode: Any = None) -> np.ndarray:
    """Return an image of Pillow as an array; `flatten` makes it grey, of float32."""
    if mode is not None and mode != im.mode:
        im = im.convert(mode)
    elif im.mode == "P":
        im = im.convert("RGBA" if "transparency" in im.info else "RGB")
    if flatten:
        im = im.convert("F")
    elif im.mode == "1":
        im = im.convert("L")
    return np.array(im)


def imread(name: Any, flatten: bool = False, mode: Any = None) -> np.ndarray:
    """Return the image in a file as an array."""
    return fromimage(_pillow().open(name), flatten, mode)


def imsave(name: Any, arr: Any, format: Any = None) -> None:
    """Write the array `arr` to an image file, scaled to bytes."""
    toimage(arr, channel_axis=2 if np.ndim(arr) == 3 else None).save(name, *([format] if format else []))


def imshow(arr: Any) -> None:
    """Show the array `arr` with the system's viewer."""
    toimage(arr).show()


_FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}


def imresize(arr: Any, size: Any, interp: str = "bilinear", mode: Any = None) -> np.ndarray:
    """Return `arr`, scaled to bytes, at another size: percent, a fraction or (height, width)."""
    image = toimage(arr, mode=mode)
    if np.ndim(size) == 0:
        factor = size / 100.0 if np.issubdtype(type(size), np.signedinteger) else size
        shape = tuple((np.array(image.size) * factor).astype(int))
    else:
        shape = (size[1], size[0])
    return fromimage(image.resize(tuple(int(n) for n in shape), resample=_FILTERS[interp]))


def imrotate(arr: Any, angle: float, interp: str = "bilinear") -> np.ndarray:
    """Return `arr`, scaled to bytes, turned counter-clockwise by `angle` degrees."""
    filters = {"nearest": 0, "bilinear": 2, "bicubic": 3, "cubic": 3}
    return fromimage(toimage(arr).rotate(angle, resample=filters[interp]))


def imfilter(arr: Any, ftype: str) -> np.ndarray:
    """Return `arr`, scaled to bytes, through one of Pillow's filters."""
    from PIL import ImageFilter

    return fromimage(toimage(arr).filter(getattr(ImageFilter, ftype.upper())))


def _picture(name: str) -> Any:
    """Return a picture of `scipy.datasets`, which is kept on disk after it was fetched once."""
    import scipy.datasets

    return getattr(scipy.datasets, name)


def ascent() -> np.ndarray:
    return _picture("ascent")()


def face(gray: bool = False) -> np.ndarray:
    return _picture("face")(gray=gray)


def electrocardiogram() -> np.ndarray:
    return _picture("electrocardiogram")()


def lena() -> np.ndarray:
    """Return the picture that took lena's place in SciPy: `ascent`, 512 x 512, grey."""
    return ascent()


def central_diff_weights(Np: int, ndiv: int = 1) -> np.ndarray:
    """Return the weights of a central difference of `Np` points for the `ndiv`-th derivative."""
    if Np < ndiv + 1:
        raise ValueError("Number of points must be at least the derivative order + 1.")
    if Np % 2 == 0:
        raise ValueError("The number of points must be odd.")
    x = np.arange(-(Np >> 1), (Np >> 1) + 1.0)[:, np.newaxis]
    powers = x ** np.arange(Np)
    return math.factorial(ndiv) * np.linalg.inv(powers)[ndiv]


def derivative(func: Any, x0: float, dx: float = 1.0, n: int = 1, args: tuple = (), order: int = 3) -> Any:
    """Return the `n`-th derivative of `func` at `x0` by a central difference of `order` points."""
    if order < n + 1:
        raise ValueError(
            "'order' (the number of points used to compute the derivative), must be at least n + 1."
        )
    if order % 2 == 0:
        raise ValueError("'order' must be odd.")
    weights, half = central_diff_weights(order, n), order >> 1
    return sum(w * func(x0 + (k - half) * dx, *args) for k, w in enumerate(weights)) / dx**n


def pade(an: Any, m: int, n: Any = None) -> Any:
    """Return the Pade approximation of a series."""
    from scipy.interpolate import pade as function

    return function(an, m, n)


def info(object: Any = None, maxwidth: int = 76, output: Any = None, toplevel: str = "scipy") -> None:
    help(object)


def who(vardict: Any = None) -> None:
    """Print the arrays of `vardict`."""
    for name, value in sorted((vardict or {}).items()):
        if isinstance(value, np.ndarray):
            print(f"{name:<16}{value.shape!s:<16}{value.nbytes:<16}{value.dtype}")
