"""The calls between the inputs and the outputs of a network, in an order that can be run."""

from __future__ import annotations

from collections.abc import Sequence

from graphopt.errors import InvalidValue
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.symbol import Node, Symbol


def walk(inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> tuple[list[Node], list[Layer]]:
    """Return the calls that lead from `inputs` to `outputs`, and their layers in Keras' order.

    The calls come in the order of a depth-first search from the outputs, so each after those it needs. The
    layers
    come as in Keras, so that lists of weights move over: farthest from the outputs first, then as the search
    met them.

    Raises
    ------
    InvalidValue
        If an output depends on a symbol that is not among the inputs.
    """
    given = set(inputs)
    nodes: list[Node] = []
    finished: set[Node] = set()
    met: dict[Layer, int] = {}

    # A stack and not recursion: networks may be deeper than Python's limit.
    for output in outputs:
        stack: list[tuple[Symbol, bool]] = [(output, False)]
        while stack:
            symbol, leaving = stack.pop()
            if symbol in given:
                continue
            node = symbol.node
            if node is None:
                raise InvalidValue(
                    f"The outputs depend on {symbol!r}, which is not among the inputs ({list(inputs)}). "
                    "Add it to Model(inputs=...)."
                )
            if leaving:
                if node not in finished:
                    finished.add(node)
                    nodes.append(node)
                continue
            if node in finished:
                continue
            met.setdefault(node.layer, len(met))
            stack.append((symbol, True))
            stack.extend((source, False) for source in reversed(node.inputs))

    depths: dict[Node, int] = {}
    layer_depths: dict[Layer, int] = {}
    for node in reversed(nodes):
        depth = max(depths.setdefault(node, 0), layer_depths.get(node.layer, 0))
        depths[node] = layer_depths[node.layer] = depth
        for source in node.inputs:
            if source not in given and source.node is not None:
                depths[source.node] = max(depth + 1, depths.get(source.node, 0))
    layers = sorted(met, key=lambda layer: (-layer_depths[layer], met[layer]))
    return nodes, layers
