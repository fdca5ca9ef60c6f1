"""Linkers: here one engine runs all graphs, and these are the names it goes by."""

from __future__ import annotations

from typing import Any

from pytensor.link.basic import Container, Linker, LocalLinker, WrapLinker, WrapLinkerMany
from pytensor.link.basic import PerformLinker as _PerformLinker
from pytensor.link.utils import raise_with_op

__all__ = [
    "Container",
    "Linker",
    "LocalLinker",
    "PerformLinker",
    "WrapLinker",
    "WrapLinkerMany",
    "raise_with_op",
]


class PerformLinker(_PerformLinker):
    """Runs each node's `perform` in turn."""

    def make_function(self, unpack_single: bool = True, **kwargs: Any) -> Any:
        """Return the graph as a Python function of its inputs; one output comes without a list."""
        thunk, inputs, outputs = self.make_thunk(**kwargs)

        def execute(*values: Any) -> Any:
            if len(values) != len(inputs):
                raise TypeError(f"Function call takes exactly {len(inputs)} arguments ({len(values)} given)")
            for value, container in zip(values, inputs):
                container.data = value
            thunk()
            results = [container.data for container in outputs]
            return results[0] if unpack_single and len(results) == 1 else results

        return execute
