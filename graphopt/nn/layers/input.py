"""Input: where the data enters a network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, unknown_name
from graphopt.nn.layers.arguments import positive_int
from graphopt.nn.layers.symbol import Symbol

DTYPES = ("bool", "float32", "float64", "int32", "int64")


def Input(
    shape: int | Sequence[int | None],
    batch_size: int | None = None,
    dtype: str | None = None,
    *,
    name: str | None = None,
) -> Symbol:
    """Return the place of an input: what the first layers of a network are called on.

    Parameters
    ----------
    shape
        The shape of one sample, without the batch axis; a number n is short for (n,). None stands for any
        length.
    batch_size
        The number of samples of every batch, for stateful layers; by default any.
    dtype
        By default the floating type of the network; integers for `Embedding`.
    name
        The name under which `fit`, `predict` and `minimize` take the input in a dict.

    Raises
    ------
    InvalidType, InvalidValue
        If `shape` or `batch_size` are not whole numbers above 0.

    Examples
    --------
    >>> past = Input((12, 3), name="past")
    >>> past.shape
    (None, 12, 3)
    """
    if isinstance(shape, int | np.integer) and not isinstance(shape, bool):
        shape = (int(shape),)
    if isinstance(shape, str) or not isinstance(shape, Sequence):
        raise InvalidType(f"Input: shape is {shape!r}; expected a whole number or a tuple such as (12, 3).")
    label = f"Input {name!r}" if name else "Input"
    lengths = tuple(None if n is None else positive_int(label, "shape", n) for n in shape)
    if batch_size is not None:
        batch_size = positive_int(label, "batch_size", batch_size)
    if dtype is not None and str(np.dtype(dtype)) not in DTYPES:
        raise unknown_name("dtype", dtype, DTYPES)
    if name is not None and (not isinstance(name, str) or not name):
        raise InvalidValue(f"Input: name is {name!r}; expected a non-empty string.")
    return Symbol((batch_size, *lengths), dtype=None if dtype is None else str(np.dtype(dtype)), name=name)
