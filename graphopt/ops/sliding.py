"""Windows that slide over images: border, stride and dilation, and the sizes that follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.late_dataclass import late_dataclass

BORDERS = ("valid", "full", "half")
Pads = tuple[tuple[int, int], ...]


@late_dataclass(frozen=True)
class Sliding:
    """How a window moves over images with some axes.

    Attributes
    ----------
    border : {"valid", "full", "half"} or tuple of pairs
        How many zeros surround the images: none, all but one of the window's length, half of it; or the
        number before and after for each axis.
    stride : tuple of int
        How far the window moves from one place to the next.
    dilation : tuple of int
        The distance of the window's neighbours in the image.
    """

    border: str | Pads
    stride: tuple[int, ...]
    dilation: tuple[int, ...]

    @classmethod
    def of(cls, axes: int, border, stride, dilation=1) -> Sliding:
        """Return the sliding that a user described; numbers hold for all axes, and for both ends."""
        if isinstance(border, str):
            if border not in BORDERS:
                raise InvalidValue(f"border is {border!r}; expected one of {', '.join(BORDERS)}, or numbers.")
        else:
            border = _each("border", border, axes)
            border = tuple(_each("border", ends, 2) for ends in border)
            if any(pad < 0 for ends in border for pad in ends):
                raise InvalidValue(f"border is {border}; expected no negative numbers.")
        return cls(border, _positive("stride", stride, axes), _positive("dilation", dilation, axes))

    def pads(self, kernel: Sequence) -> tuple[tuple, ...]:
        """Return the zeros before and after the images along each axis, for a window of size `kernel`."""
        if not isinstance(self.border, str):
            return self.border
        lengths = [(k - 1) * d + 1 for k, d in zip(kernel, self.dilation)]
        one_end = {"valid": lambda n: 0, "full": lambda n: n - 1, "half": lambda n: n // 2}[self.border]
        return tuple((one_end(n), one_end(n)) for n in lengths)

    def places(self, image: Sequence, kernel: Sequence) -> tuple:
        """Return how many places the window takes along each axis (of numbers, or of expressions)."""
        return tuple(
            (n + before + after - (k - 1) * d - 1) // s + 1
            for n, k, (before, after), s, d in zip(
                image, kernel, self.pads(kernel), self.stride, self.dilation
            )
        )

    def window(self, image: Sequence[int], kernel: Sequence[int]) -> Window:
        """Return the window of size `kernel` on images of size `image`.

        Raises
        ------
        ShapeMismatch
            When the window does not fit even once.
        """
        places = self.places(image, kernel)
        if any(n <= 0 for n in (*places, *kernel)):
            raise ShapeMismatch(
                f"A window of {tuple(kernel)} does not fit into images of {tuple(image)} with border "
                f"{self.border!r} and dilation {self.dilation}; it would take {places} places."
            )
        before, after = zip(*self.pads(kernel))
        return Window(tuple(image), tuple(kernel), places, before, after, self.stride, self.dilation)


class Window(NamedTuple):
    """A window of known size on images of known size; each attribute has one number for each axis."""

    image: tuple[int, ...]
    kernel: tuple[int, ...]
    places: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]

    @property
    def padded(self) -> tuple[int, ...]:
        """The size of the images with their border."""
        return tuple(n + b + a for n, b, a in zip(self.image, self.before, self.after))

    @property
    def is_whole_image(self) -> bool:
        """Whether the patches are the images themselves: one pixel each, all of them."""
        return {*self.kernel, *self.stride} == {1} and not any((*self.before, *self.after))


def tiles(images: int, window: Window, depth: int) -> Iterator[tuple[slice, slice, slice]]:
    """Yield pieces of work as slices: of the images, of the first axis of places, of all places in a row.

    A piece is several small images, or an image, or rows of one so large that its patches, `depth` numbers
    at each place, would not fit into `_MOST` numbers.
    """
    total, row = prod(window.places), prod(window.places[1:])
    rows = window.places[0]
    if total * depth <= _MOST:
        several = max(1, min(_COLUMNS // total, _MOST // max(1, total * depth)))
        for first in range(0, images, several):
            yield slice(first, min(first + several, images)), slice(0, rows), slice(0, total)
        return
    several = max(1, _MOST // (row * depth))
    for image in range(images):
        for first in range(0, rows, several):
            last = min(first + several, rows)
            yield slice(image, image + 1), slice(first, last), slice(first * row, last * row)


_MOST = 1 << 22
_COLUMNS = 1024  # places from which on a matrix product is efficient


def _each(name: str, value, count: int) -> tuple:
    """Return `value` as a tuple of `count`, repeated when it is one number."""
    if isinstance(value, Sequence):
        if len(value) != count:
            raise InvalidValue(f"{name} is {tuple(value)}; expected {count} entries.")
        return tuple(value)
    try:
        return (value.__index__(),) * count
    except (AttributeError, TypeError):
        raise InvalidType(f"{name} is {value!r}; expected integers.") from None


def _positive(name: str, value, axes: int) -> tuple[int, ...]:
    numbers = tuple(_each(name, n, 1)[0] for n in _each(name, value, axes))
    if any(n < 1 for n in numbers):
        raise InvalidValue(f"{name} is {numbers}; expected numbers from 1 up.")
    return numbers
