"""How an expression is built, and what building it asks for beside the expression."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytensor.tensor as pt
from pytensor.graph.basic import Variable

if TYPE_CHECKING:
    from graphopt.nn.layers.base import Layer


@dataclass
class Context:
    """How an expression is built, and what building it asks for beside the expression itself.

    Attributes
    ----------
    training
        Whether noise and batch statistics are on.
    updates
        New values of shared variables: moving statistics, random streams, carried states.
    penalties
        Scalars to add to the loss, from the layers in `penalised`.
    """

    training: bool = False
    updates: dict[Variable, Variable] = field(default_factory=dict)
    penalties: list[pt.TensorVariable] = field(default_factory=list)
    penalised: set[Layer] = field(default_factory=set)

    def penalise(self, layer: Layer) -> None:
        """Take the penalties of `layer`, once however often it is called."""
        if self.training and layer not in self.penalised:
            self.penalised.add(layer)
            self.penalties += layer.penalties()
