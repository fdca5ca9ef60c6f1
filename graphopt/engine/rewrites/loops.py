"""Sums of products over the steps of a loop become one product, unless the loop stops short."""

from __future__ import annotations

from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import dfs_rewriter, node_rewriter
from pytensor.scan.op import Scan
from pytensor.scan.rewriting.db import scan_seqopt1
from pytensor.scan.rewriting.push_out import scan_push_out_add

#: PyTensor's rewrite that this one stands in for.
REPLACED = "scan_push_out_add"


@node_rewriter([Scan])
def push_out_sum_of_products(fgraph: FunctionGraph, node: Apply):
    """Apply PyTensor's rewrite to a loop that runs through the whole of its sequences.

    The gradient loop of a truncated one makes fewer steps than its sequences and stacked outputs have rows;
    the one product would take all the rows.
    """
    return scan_push_out_add.transform(fgraph, node) if node.op.truncate_gradient == -1 else False


scan_seqopt1.register(
    "graphopt_push_out_sum_of_products",
    dfs_rewriter(push_out_sum_of_products, ignore_newtrees=False),
    "fast_run",
    "scan",
    "scan_pushout",
    "scan_pushout_add",
    "scanOp_pushout_output",
    position=6,
)
