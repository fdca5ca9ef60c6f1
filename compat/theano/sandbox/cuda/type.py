"""Types of data on the GPU: names to compare with, which nothing here has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...tensor.type import TensorType


class CudaNdarrayType(TensorType):
    """The type of float32 arrays on a GPU; variables of it live on the CPU."""

    def __init__(self, broadcastable: Iterable[bool], name: str | None = None, dtype: Any = None) -> None:
        super().__init__("float32", broadcastable, name)

    def clone(self, dtype: Any = None, broadcastable: Any = None, **kwargs: Any) -> TensorType:
        """Return the type of the CPU with another dtype or pattern."""
        plain = TensorType(self.dtype, self.broadcastable, self.name)
        return plain.clone(dtype=dtype, broadcastable=broadcastable, **kwargs)


class CudaNdarray:
    """An array on the GPU: the class is there to be compared with, and has no instances."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("There is no GPU back end, so no CudaNdarray. Use a numpy.ndarray of float32.")
