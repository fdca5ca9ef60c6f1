"""Arguments that are one variable, a list or a tuple, and results in the same form."""

from __future__ import annotations

from typing import Any


def format_as(use_list: bool, use_tuple: bool, outputs: Any) -> Any:
    """Return `outputs` as a list, as a tuple, or (both flags off) as the only element it holds."""
    assert not (use_list and use_tuple), "Both flags cannot be simultaneously True"
    several = isinstance(outputs, list | tuple)
    if use_list or use_tuple:
        return (list if use_list else tuple)(outputs if several else [outputs])
    if not several:
        return outputs
    assert len(outputs) == 1, "Wrong arguments. Expected a one element list"
    return outputs[0]


def listed(value: Any) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]


def like(model: Any, values: list) -> Any:
    """Return `values` as a list or tuple where `model` is one, else its only element."""
    return format_as(isinstance(model, list), isinstance(model, tuple), values)
