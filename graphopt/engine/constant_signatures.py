"""Constants told apart without masked arrays, which only those with a NaN or infinity need.

PyTensor tells them apart by their sum over what is a number, and makes a masked array of each to find it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.tensor.variable import TensorConstantSignature

_sum = vars(TensorConstantSignature)["sum"].fget
_no_nan = vars(TensorConstantSignature)["no_nan"].fget


def _has_finite_sum(signature: TensorConstantSignature) -> bool:
    """Return whether the sum of the constant is a number, and remember it like PyTensor if so."""
    data = np.asarray(signature[1])
    if "_sum" not in vars(signature) and data.dtype.kind in "biufc":
        with np.errstate(all="ignore"):
            total = data.sum()
        if np.isfinite(total):
            signature._sum, signature._no_nan, signature.has_nan = total, data, False
    return "_sum" in vars(signature)


def _quick_sum(signature: TensorConstantSignature) -> Any:
    return signature._sum if _has_finite_sum(signature) else _sum(signature)


def _quick_no_nan(signature: TensorConstantSignature) -> np.ndarray:
    return signature._no_nan if _has_finite_sum(signature) else _no_nan(signature)


def compare_constants_quickly() -> None:
    """Put the quick ways in the place of PyTensor's."""
    for name, quick in (("sum", _quick_sum), ("no_nan", _quick_no_nan)):
        setattr(TensorConstantSignature, name, property(quick))
