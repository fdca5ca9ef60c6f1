"""Sums of products over the steps of a loop become one product each, all of a loop at once."""

from __future__ import annotations

from typing import Any, NamedTuple

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import dfs_rewriter, node_rewriter
from pytensor.scan.op import Scan
from pytensor.scan.rewriting.db import scan_seqopt1
from pytensor.scan.rewriting.push_out import inner_sitsot_only_last_step_used
from pytensor.scan.utils import ScanArgs
from pytensor.tensor.math import Dot, add, dot

#: PyTensor's rewrite that this one stands in for. It takes one sum out, writes the whole loop anew, and looks
#: again: the gradient of n weights costs n loops.
REPLACED = "scan_push_out_add"


class _Sum(NamedTuple):
    """A state that adds up ``dot(left, right)``, and is its loop's `number`-th that knows one step back."""

    number: int
    left: Variable
    right: Variable


@node_rewriter([Scan])
def push_out_sums_of_products(fgraph: FunctionGraph, node: Apply):
    """Take out of a loop all states that only add up products and of which only the last value is wanted: the
    factors of all steps are stacked and multiplied once.

    The loop must run through the whole of its sequences. That of a truncated gradient makes fewer steps than
    its sequences and stacked outputs have rows; the one product would take all the rows.
    """
    if node.op.info.as_while or node.op.truncate_gradient != -1:
        return False
    loop = ScanArgs.from_node(node)
    sums = [found for n in range(len(loop.inner_out_sit_sot)) if (found := _sum(fgraph, node, loop, n))]
    if not sums:
        return False
    last_values = [fgraph.clients[loop.outer_out_sit_sot[s.number]][0][0].outputs[0] for s in sums]
    starts: list[Any] = [loop.outer_in_sit_sot[s.number] for s in sums]
    replacements, stacked = _with_stacked(node, loop, sums)
    for found, last_value, start in zip(sums, last_values, starts, strict=True):
        left, right = stacked[found.left], stacked[found.right]
        side_by_side = left.dimshuffle(1, 0, 2).flatten(2)
        one_below_the_other = right.reshape((right.shape[0] * right.shape[1], right.shape[2]))
        replacements[last_value] = dot(side_by_side, one_below_the_other) + start[0]
    return replacements


def _sum(fgraph: FunctionGraph, node: Apply, loop: ScanArgs, number: int) -> _Sum | None:
    """Return what a state adds up if that can be done after the loop."""
    before, after = loop.inner_in_sit_sot[number], loop.inner_out_sit_sot[number]
    addition = after.owner
    if addition is None or addition.op != add or len(addition.inputs) != 2 or before not in addition.inputs:
        return None
    product = addition.inputs[1 - addition.inputs.index(before)]
    if product.owner is None or not isinstance(product.owner.op, Dot):
        return None
    if len(node.op.fgraph.clients[product]) != 1 or not inner_sitsot_only_last_step_used(fgraph, after, loop):
        return None
    left, right = product.owner.inputs
    if any(f.type.ndim != 2 or isinstance(f, Constant) or f in loop.inner_in_non_seqs for f in (left, right)):
        return None
    return _Sum(number, left, right)


def _with_stacked(
    node: Apply, loop: ScanArgs, sums: list[_Sum]
) -> tuple[dict[Variable | str, Any], dict[Variable, Any]]:
    """Return what takes the place of the loop's outputs, and the factors with all their steps, by what they
    are in one step.

    `loop` is changed: it stacks the factors that nobody has outside, and forgets the sums that are read by
    nothing else in it.
    """
    of_all_steps = zip(loop.inner_out_nit_sot, loop.outer_in_nit_sot, strict=True)
    known = {*loop.inner_in_seqs, *(inner for inner, length in of_all_steps if length is loop.n_steps)}
    added = [f for f in dict.fromkeys(f for s in sums for f in (s.left, s.right)) if f not in known]
    clients = node.op.fgraph.clients
    before, after = loop.inner_in_sit_sot, loop.inner_out_sit_sot
    forgotten = {
        s.number for s in sums if len(clients[before[s.number]]) == len(clients[after[s.number]]) == 1
    }
    if not added and not forgotten:
        return {}, _stacked(loop, known)
    kept = [n for n in range(len(loop.inner_in_sit_sot)) if n not in forgotten]
    for states in ("inner_in_sit_sot", "outer_in_sit_sot", "inner_out_sit_sot", "outer_out_sit_sot"):
        setattr(loop, states, [getattr(loop, states)[n] for n in kept])
    outputs = loop.outer_outputs
    loop.inner_out_nit_sot += added
    loop.outer_in_nit_sot += [loop.n_steps] * len(added)
    op = Scan(
        loop.inner_inputs,
        loop.inner_outputs,
        loop.info,
        mode=node.op.mode,
        profile=node.op.profile,
        truncate_gradient=node.op.truncate_gradient,
        name=node.op.name,
        allow_gc=node.op.allow_gc,
    )
    rebuilt = op.make_node(*loop.outer_inputs)
    end = len(rebuilt.outputs) - len(loop.outer_out_shared)
    loop.outer_out_nit_sot = rebuilt.outputs[end - len(loop.inner_out_nit_sot) : end]
    of_old = rebuilt.outputs[: end - len(added)] + rebuilt.outputs[end:]
    replacements = {**dict(zip(outputs, of_old, strict=True)), "remove": [node]}
    return replacements, _stacked(loop, {*known, *added})


def _stacked(loop: ScanArgs, known: set[Variable]) -> dict[Variable, Any]:
    sequences = zip(loop.inner_in_seqs, loop.outer_in_seqs, strict=True)
    outputs = zip(loop.inner_out_nit_sot, loop.outer_out_nit_sot, strict=True)
    return {inner: outer for inner, outer in (*outputs, *sequences) if inner in known}


scan_seqopt1.register(
    "graphopt_push_out_sums_of_products",
    dfs_rewriter(push_out_sums_of_products, ignore_newtrees=False),
    "fast_run",
    "scan",
    "scan_pushout",
    "scan_pushout_add",
    "scanOp_pushout_output",
    position=6,
)
