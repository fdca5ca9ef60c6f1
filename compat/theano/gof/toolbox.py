"""Features: what watches a function graph."""

from __future__ import annotations

from typing import Any

from pytensor.graph.features import (
    AlreadyThere,
    BadOptimization,
    Bookkeeper,
    Feature,
    History,
    NoOutputFromInplace,
    PreserveVariableAttributes,
    ReplaceValidate,
    Validator,
)
from pytensor.graph.features import ReplacementDidNotRemoveError as ReplacementDidntRemovedError

__all__ = [
    "AlreadyThere",
    "BadOptimization",
    "Bookkeeper",
    "Feature",
    "History",
    "NoOutputFromInplace",
    "NodeFinder",
    "PreserveNames",
    "PreserveVariableAttributes",
    "PrintListener",
    "ReplaceValidate",
    "ReplacementDidntRemovedError",
    "Validator",
]

PreserveNames = PreserveVariableAttributes


class NodeFinder(Bookkeeper):
    """Gives a graph ``get_nodes(op)``: the nodes of an Op."""

    def __init__(self) -> None:
        self.nodes: dict[Any, list] = {}

    def on_attach(self, fgraph: Any) -> None:
        if hasattr(fgraph, "get_nodes"):
            raise AlreadyThere("NodeFinder is already present")
        fgraph.get_nodes = lambda op: list(self.nodes.get(op, []))
        super().on_attach(fgraph)

    def on_detach(self, fgraph: Any) -> None:
        del fgraph.get_nodes

    def on_import(self, fgraph: Any, node: Any, reason: Any) -> None:
        self.nodes.setdefault(node.op, []).append(node)

    def on_prune(self, fgraph: Any, node: Any, reason: Any) -> None:
        self.nodes[node.op].remove(node)


class PrintListener(Feature):
    """Prints what happens to a graph."""

    def __init__(self, active: bool = True) -> None:
        self.active = active

    def _say(self, *words: Any) -> None:
        if self.active:
            print(*words)

    def on_attach(self, fgraph: Any) -> None:
        self._say("-- attaching to: ", fgraph)

    def on_detach(self, fgraph: Any) -> None:
        self._say("-- detaching from: ", fgraph)

    def on_import(self, fgraph: Any, node: Any, reason: Any) -> None:
        self._say(f"-- importing: {node}, reason: {reason}")

    def on_prune(self, fgraph: Any, node: Any, reason: Any) -> None:
        self._say(f"-- pruning: {node}, reason: {reason}")

    def on_change_input(self, fgraph: Any, node: Any, i: int, r: Any, new_r: Any, reason: Any = None) -> None:
        self._say(f"-- changing ({node}.inputs[{i}]) from {r} to {new_r}, reason: {reason}")
