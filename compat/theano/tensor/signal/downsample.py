"""The old name of `theano.tensor.signal.pool`, and its names before they were shortened."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply

from . import pool
from .pool import (
    AveragePoolGrad,
    DownsampleFactorMaxGradGrad,
    MaxPoolGrad,
    Pool,
    PoolGrad,
    max_pool_2d_same_size,
)

__all__ = [
    "AveragePoolGrad",
    "DownsampleFactorMax",
    "DownsampleFactorMaxGrad",
    "DownsampleFactorMaxGradGrad",
    "MaxPoolGrad",
    "PoolGrad",
    "max_pool_2d",
    "max_pool_2d_same_size",
    "pool",
]

warnings.warn(
    "downsample module has been moved to the theano.tensor.signal.pool module.", UserWarning, stacklevel=2
)

max_pool_2d = pool.pool_2d


class DownsampleFactorMax(Pool):
    """`Pool` as it was before 0.9: the window belongs to the Op, which takes images alone."""

    def __init__(
        self,
        ds: Sequence[int],
        ignore_border: bool = False,
        st: Sequence[int] | None = None,
        padding: Sequence[int] = (0, 0),
        mode: str = "max",
    ) -> None:
        super().__init__(ignore_border, mode)
        self.ds, self.st, self.padding = tuple(ds), tuple(ds if st is None else st), tuple(padding)

    def make_node(self, x: Any) -> Apply:
        return Pool(self.ignore_border, self.mode).make_node(x, self.ds, self.st, self.padding)


class DownsampleFactorMaxGrad(MaxPoolGrad):
    """`MaxPoolGrad` as it was before 0.9: the window belongs to the Op."""

    def __init__(
        self,
        ds: Sequence[int],
        ignore_border: bool,
        st: Sequence[int] | None = None,
        padding: Sequence[int] = (0, 0),
        mode: str = "max",
    ) -> None:
        super().__init__(ignore_border)
        self.ds, self.st, self.padding = tuple(ds), tuple(ds if st is None else st), tuple(padding)

    def make_node(self, x: Any, maxout: Any, gz: Any) -> Apply:
        return MaxPoolGrad(self.ignore_border).make_node(x, maxout, gz, self.ds, self.st, self.padding)
