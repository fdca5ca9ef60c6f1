"""Shapes of what loops stack, found without a look at the whole of what is inside."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.scan.op import Scan
from pytensor.scan.utils import ScanArgs, Validator
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.rewriting.shape import ShapeFeature
from pytensor.tensor.shape import Shape_i

#: PyTensor's rewriter that this one stands in for. For each loop that it meets, and again when the loop is
#: written anew, it works out the shape of every result inside, and asserts for every elementwise one that
#: its operands agree.
REPLACED = "ShapeOpt"


class LazyLoopShapes(ShapeFeature):
    """PyTensor's feature, which asks of a loop's inside only what the shapes of its stacked outputs need."""

    def get_node_infer_shape(self, node: Apply) -> Sequence[tuple | None]:
        """Return the shape of each output of `node`: a symbolic length for each axis."""
        if isinstance(node.op, Scan):
            return _loop_shapes(node, {variable: self.shape_of[variable] for variable in node.inputs})
        return super().get_node_infer_shape(node)


class _AttachLazyLoopShapes(GraphRewriter):
    def apply(self, fgraph: FunctionGraph) -> None:
        """Have `fgraph` know its shapes from here on."""
        fgraph.attach_feature(LazyLoopShapes())


def _loop_shapes(node: Apply, shape_of: dict[Variable, Any]) -> list[tuple | None]:
    """Return the shapes of a loop's outputs; `shape_of` has those of its inputs."""
    loop = ScanArgs.from_node(node)
    states = (*loop.outer_in_mit_mot, *loop.outer_in_mit_sot, *loop.outer_in_sit_sot)
    shapes = [shape_of[state] for state in states]
    if loop.inner_out_nit_sot:
        shapes += _stacked_shapes(loop, shape_of)
    if loop.as_while:  # how many steps there were is known only after the loop
        traced = node.outputs[: len(shapes)]
        shapes = [None if s is None else (Shape_i(0)(o), *s[1:]) for o, s in zip(traced, shapes, strict=True)]
    return shapes + [shape_of[state] for state in loop.outer_in_shared]


def _stacked_shapes(loop: ScanArgs, shape_of: dict[Variable, Any]) -> list[tuple | None]:
    inside = _shapes_inside(loop, shape_of)
    outside = Validator(
        invalid=loop.inner_inputs,
        valid_equivalent=dict(zip(loop.inner_in_non_seqs, loop.outer_in_non_seqs, strict=True)),
    )
    shapes: list[tuple | None] = []
    stacks = zip(loop.inner_out_nit_sot, loop.outer_in_nit_sot, loop.outer_out_nit_sot, strict=True)
    for inner, length, stack in stacks:
        if inside[inner] is None:
            shapes.append(None)
            continue
        lengths: list[Any] = [length]
        for axis, inner_length in enumerate(inside[inner], 1):
            found = outside.check(inner_length)
            static = stack.type.shape[axis]
            of_stack = Shape_i(axis)(stack) if static is None else static
            lengths.append(of_stack if found is None else found[0])
        shapes.append(tuple(lengths))
    return shapes


def _shapes_inside(loop: ScanArgs, shape_of: dict[Variable, Any]) -> dict[Variable, Any]:
    """Return the shapes, in one step of the loop, of its stacked outputs and of what those need."""
    feature = LazyLoopShapes()
    graph = FunctionGraph([], [], features=[feature])
    for length in chain.from_iterable(s for s in shape_of.values() if s is not None):
        if length.owner is not None:
            graph.import_node(length.owner, import_missing=True)
    with_steps = [*zip(loop.inner_in_seqs, loop.outer_in_seqs, strict=True)]
    with_steps += zip(loop.inner_in_sit_sot, loop.outer_in_sit_sot, strict=True)
    for inners, outers in (
        (loop.inner_in_mit_mot, loop.outer_in_mit_mot),
        (loop.inner_in_mit_sot, loop.outer_in_mit_sot),
    ):
        with_steps += ((inner, outer) for taps, outer in zip(inners, outers, strict=True) for inner in taps)
    for inner, outer in with_steps:
        feature.set_shape(inner, shape_of[outer][1:], override=True)
    for inners, outers in (
        (loop.inner_in_shared, loop.outer_in_shared),
        (loop.inner_in_non_seqs, loop.outer_in_non_seqs),
    ):
        for inner, outer in zip(inners, outers, strict=True):
            feature.set_shape(inner, shape_of[outer], override=True)
    _infer(feature, loop.inner_out_nit_sot)
    return feature.shape_of


def _infer(feature: ShapeFeature, wanted: Sequence[Variable]) -> None:
    """Have `feature` know the shapes of `wanted`, and of what they are computed from as far as those need."""
    pending = list(wanted)
    while pending:
        variable = pending[-1]
        node = variable.owner
        if variable in feature.shape_of:
            pending.pop()
        elif node is None:
            feature.init_r(variable)
        else:
            elementwise = isinstance(node.op, Elemwise)
            operands = _telling_operands(feature, node) if elementwise else node.inputs
            unknown = [operand for operand in operands if operand not in feature.shape_of]
            if unknown:
                pending += unknown
            elif elementwise:
                shape = _shape_told(feature, node, operands)
                for output in node.outputs:
                    feature.set_shape(output, shape)
            else:
                feature.on_import(None, node, reason="shapes inside of a loop")


def _telling_operands(feature: ShapeFeature, node: Apply) -> list[Variable]:
    """Return operands that together have every length of an elementwise result that its type does not tell.

    Operands must agree: where two have a length that is not 1, one tells as much as both.
    """
    lengths = node.outputs[0].type.shape
    unknown = {axis for axis, length in enumerate(lengths) if length is None}
    telling = []
    for operand in sorted(node.inputs, key=lambda i: i not in feature.shape_of):
        told = {axis for axis in unknown if operand.type.shape[axis] is None}
        if told:
            telling.append(operand)
            unknown -= told
    return telling


def _shape_told(feature: ShapeFeature, node: Apply, operands: list[Variable]) -> tuple:
    shape = list(node.outputs[0].type.shape)
    for operand in operands:
        for axis, length in enumerate(operand.type.shape):
            if length is None and shape[axis] is None:
                shape[axis] = feature.shape_of[operand][axis]
    return tuple(shape)


# Right after PyTensor's own: where that is not left out, this one finds its place taken and does nothing.
optdb.register(
    "graphopt_lazy_loop_shapes",
    _AttachLazyLoopShapes(),
    "fast_run",
    "fast_compile",
    "shapes",
    position=0.1001,
)
