"""Names of layers, inputs and outputs, each its own."""

from __future__ import annotations

from collections.abc import Sequence

from graphopt.errors import InvalidValue
from graphopt.nn.choices import snake_case
from graphopt.nn.layers.base import Layer


def free_name(name: str, taken: Sequence[str]) -> str:
    """Return `name`, with a number behind it if it is taken."""
    candidate, count = name, 0
    while candidate in taken:
        count += 1
        candidate = f"{name}_{count}"
    return candidate


def name_layers(layers: Sequence[Layer]) -> None:
    """Give every layer a name of its own: the given one, else one made from its class."""
    taken: list[str] = []
    for layer in layers:
        if layer._given_name is not None:
            if layer._given_name in taken:
                raise InvalidValue(f"Two layers are called {layer._given_name!r}; give them different names.")
            taken.append(layer._given_name)
    for layer in layers:
        if layer._given_name is None:
            name = free_name(snake_case(type(layer).__name__), taken)
            taken.append(name)
            layer.rename(name)
