"""Makers of functions that run node by node under the eyes of watchers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphopt.engine.compiler import Compiled

from .makers import FunctionMaker
from .node_by_node import NodeByNode


def watched_maker(
    before: Callable | None, after: Callable | None, check_inputs: Callable | None = None
) -> type[FunctionMaker]:
    """Return a class of makers; `check_inputs(variables, values)` looks at the arguments of each call
    first.
    """

    class WatchedMaker(FunctionMaker):
        def _compiled(self, containers: Any, name: str | None) -> Compiled:
            compiled = super()._compiled(containers, name)
            runner = NodeByNode(compiled.flat.fgraph, before, after)
            if check_inputs is None:
                compiled._lines = runner
            else:

                def run(*values: Any) -> list:
                    check_inputs(runner.fgraph.inputs, values)
                    return runner(*values)

                compiled._lines = run
            return compiled

        def _tier(self) -> str:
            return "now"

        def __reduce__(self) -> tuple:  # what is pickled is the function, without who watches it
            return FunctionMaker.__new__, (FunctionMaker,), self.__getstate__()

    return WatchedMaker
