"""Find what in a graph stays the same while some of its variables vary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytensor.graph.basic import Constant, Variable
from pytensor.graph.traversal import io_toposort
from pytensor.tensor.basic import MakeVector, ScalarFromTensor, TensorFromScalar
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.shape import Shape, Shape_i
from pytensor.tensor.subtensor import Subtensor

FREE = (DimShuffle, Subtensor, Shape, Shape_i, MakeVector, TensorFromScalar, ScalarFromTensor)


def hoist(outputs: Sequence[Variable], varying: Iterable[Variable]) -> list[Variable]:
    """Return the largest subexpressions of `outputs` that do not depend on `varying`.

    Evaluate them once and feed them as inputs, and the rest of the graph is all that
    has to run when `varying` changes. Left out is what costs nothing where it is: bare inputs, constants and
    what is made of constants only, views, and lengths (whoever compiles the rest wants to see those).
    """
    varying = set(varying)
    nodes = io_toposort([], list(outputs))
    moving, constant = set(varying), set()
    for node in nodes:
        if any(i in moving for i in node.inputs):
            moving.update(node.outputs)
        elif all(isinstance(i, Constant) or i in constant for i in node.inputs):
            constant.update(node.outputs)
    frontier: dict[Variable, None] = {}

    def consider(variable: Variable) -> None:
        if variable.owner is None or variable in moving or variable in constant:
            return
        if isinstance(variable.owner.op, FREE):
            for source in variable.owner.inputs:
                consider(source)
        else:
            frontier[variable] = None

    for node in nodes:
        if any(o in moving for o in node.outputs):
            for variable in node.inputs:
                consider(variable)
    for variable in outputs:
        consider(variable)
    return list(frontier)
