"""Members that `PIL.Image` has dropped."""

from __future__ import annotations

from PIL import Image

ANTIALIAS, LINEAR, CUBIC, NEAREST = (
    Image.Resampling.LANCZOS,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.NEAREST,
)
fromstring = Image.frombytes
tostring = Image.Image.tobytes
