"""Operations on single numbers, from which the elementwise operations on tensors are made."""

from __future__ import annotations

from . import basic, basic_scipy, sharedvar
from .basic import *
from .basic_scipy import *

__all__ = sorted({*basic.__all__, *basic_scipy.__all__})
__all__ += ["sharedvar"]
