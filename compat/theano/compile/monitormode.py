"""`MonitorMode`: functions of one's own called around each node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.fg import FunctionGraph

from ..configdefaults import config
from .makers import FunctionMaker
from .mode import Mode
from .node_by_node import NodeByNode
from .watched import watched_maker

__all__ = ["MonitorMode", "detect_nan"]


class MonitorMode(Mode):
    """Run graphs node by node.

    Parameters
    ----------
    pre_func, post_func : callable, optional
        ``f(i, node, fn)`` before and after each node: `fn.inputs` and `fn.outputs` hold one-element lists.
    optimizer, linker
        As of `Mode`.
    """

    def __init__(
        self,
        pre_func: Callable | None = None,
        post_func: Callable | None = None,
        optimizer: Any = "default",
        linker: Any = None,
    ) -> None:
        self.pre_func, self.post_func = pre_func, post_func
        super().__init__(
            "vm" if linker is None else linker, config.optimizer if optimizer == "default" else optimizer
        )

    def function_maker(self, *args: Any, **kwargs: Any) -> FunctionMaker:
        """Return a maker whose functions call `pre_func` and `post_func`."""
        return watched_maker(self.pre_func, self.post_func)(*args, **kwargs)

    def lines_of(self, fgraph: FunctionGraph) -> NodeByNode:
        """Return the function of the step of a loop, watched as well."""
        return NodeByNode(fgraph, self.pre_func, self.post_func)

    def clone(self, link_kwargs: Any = None, optimizer: Any = "", **kwargs: Any) -> MonitorMode:
        return MonitorMode(
            kwargs.pop("pre_func", self.pre_func),
            kwargs.pop("post_func", self.post_func),
            self.provided_optimizer if isinstance(optimizer, str) and not optimizer else optimizer,
            self.provided_linker,
        )


def detect_nan(i: int, node: Any, fn: Any) -> None:
    """Print the node and its values when one of its outputs has a NaN; a `post_func`."""
    from ..printing import debugprint

    for output in fn.outputs:
        value = output[0]
        if isinstance(value, np.ndarray) and value.dtype.kind in "fc" and np.isnan(value).any():
            print("*** NaN detected ***")
            debugprint(node)
            print(f"Inputs : {[cell[0] for cell in fn.inputs]}")
            print(f"Outputs: {[cell[0] for cell in fn.outputs]}")
            break
