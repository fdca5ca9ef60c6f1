"""The rewrites of loops, under the names Theano gave them. They are PyTensor's, and run on every graph."""

from __future__ import annotations

from typing import Any

from pytensor.compile.mode import optdb
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter, in2out
from pytensor.scan.rewriting import inplace, io, merge, push_out, trace
from pytensor.scan.rewriting.db import scan_eqopt1, scan_eqopt2, scan_seqopt1
from pytensor.scan.rewriting.inplace import ScanInplaceOptimizer
from pytensor.scan.rewriting.io import scan_remove_unused as remove_constants_and_unused_inputs_scan
from pytensor.scan.rewriting.merge import ScanMerge, has_duplicates, make_equiv, scan_merge_inouts

__all__ = [
    "PushOutDot1",
    "PushOutNonSeqScan",
    "PushOutScanOutput",
    "PushOutSeqScan",
    "ScanInplaceOptimizer",
    "ScanMerge",
    "ScanSaveMem",
    "has_duplicates",
    "inplace",
    "io",
    "make_equiv",
    "merge",
    "remove_constants_and_unused_inputs_scan",
    "scan_eqopt1",
    "scan_eqopt2",
    "scan_merge_inouts",
    "scan_seqopt1",
]


class _OfLoops(GraphRewriter):
    """A rewrite of the loops of a graph, one at a time, inputs first."""

    rewriter: Any

    def apply(self, fgraph: FunctionGraph) -> None:
        in2out(self.rewriter, ignore_newtrees=True).apply(fgraph)


class PushOutNonSeqScan(_OfLoops):
    """What is the same in each step is computed before the loop."""

    rewriter = push_out.scan_push_out_non_seq


class PushOutSeqScan(_OfLoops):
    """What depends on sequences only is computed for all steps at once, before the loop."""

    rewriter = push_out.scan_push_out_seq


class PushOutScanOutput(_OfLoops):
    """What no later step reads is computed for all steps at once, after the loop."""

    rewriter = push_out.scan_push_out_add


class PushOutDot1(_OfLoops):
    """A sum of products over the steps becomes one product after the loop."""

    rewriter = push_out.scan_push_out_dot1


class ScanSaveMem(_OfLoops):
    """Rows that nobody reads are not kept."""

    rewriter = trace.scan_reduce_trace_no_prealloc


#: database -> {PyTensor's name of a rewrite: the names under which Theano's modes include and exclude it}
_OLD_NAMES = {
    optdb: {"scan_reduce_nsteps": ["scanOp_save_mem"], "scan_reduce_trace_prealloc": ["scanOp_save_mem"]},
    scan_seqopt1: {
        "scan_push_out_non_seq": ["scanOp_pushout_nonseqs_ops"],
        "scan_push_out_seq": ["scanOp_pushout_seqs_ops"],
        "scan_push_out_add": ["scanOp_pushout_output"],
        "scan_input_and_output_cleanup0": ["scanOp_remove_constants_and_unused_inputs0"],
    },
    scan_eqopt2: {"scan_merge": ["scanOp_merge"]},
}
for _database, _names in _OLD_NAMES.items():
    for _name, _old in _names.items():
        _database.add_tags(_name, *_old)
