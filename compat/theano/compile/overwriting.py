"""Inputs that Ops of the graph overwrite, where the caller allows it."""

from __future__ import annotations

from pytensor.graph.basic import Variable
from pytensor.graph.traversal import applys_between
from pytensor.tensor.elemwise import Elemwise

from .io import SymbolicInput, SymbolicOutput
from .mode import Mode


def overwritten_inputs(
    inputs: list[SymbolicInput], outputs: list[SymbolicOutput], mode: Mode, accept_inplace: bool
) -> list[tuple[int, Variable]]:
    """Return the inputs that may be changed and that an Op of the graph overwrites, and what is in their
    place afterwards.

    Where Theano's rewrites would let an elementwise output take the place of a mutable input, it counts;
    `accept_inplace` alone allows only what the graph's own Ops destroy.
    The engine never overwrites what it is given: the function copies these values into the arguments.
    """
    passed = {i.variable: k for k, i in enumerate(inputs) if not i.implicit}
    mutable = {variable: k for variable, k in passed.items() if inputs[k].mutable}
    destroyable = passed if accept_inplace else mutable
    found = []
    if not destroyable:
        return found
    for node in applys_between([], [o.variable for o in outputs]):
        for place, destroyed in (getattr(node.op, "destroy_map", None) or {}).items():
            if node.inputs[destroyed[0]] in destroyable:
                found.append((destroyable[node.inputs[destroyed[0]]], node.outputs[place]))
    if mutable and mode.works_in_place:
        for output in outputs:
            node = output.variable.owner
            if node is not None and isinstance(node.op, Elemwise):
                same = [i for i in node.inputs if i in mutable and i.type == output.variable.type]
                found += [(mutable[i], output.variable) for i in same[:1] if mutable[i] not in dict(found)]
    return found
