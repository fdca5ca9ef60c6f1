"""Types beside tensors: None and slices."""

from __future__ import annotations

from pytensor.tensor.type_other import (
    MakeSlice,
    NoneConst,
    NoneTypeT,
    SliceConstant,
    SliceType,
    as_int_none_variable,
    make_slice,
    none_type_t,
    slicetype,
)

__all__ = [
    "MakeSlice",
    "NoneConst",
    "NoneTypeT",
    "SliceConstant",
    "SliceType",
    "as_int_none_variable",
    "make_slice",
    "none_type_t",
    "slicetype",
]
