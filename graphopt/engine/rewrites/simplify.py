"""Which of PyTensor's graph rewrites run before a graph is written as NumPy or native code."""

from __future__ import annotations

from functools import cache

from pytensor import config
from pytensor.compile.mode import optdb
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.db import RewriteDatabaseQuery

from graphopt.engine.rewrites import loop_shapes, loops, sums
from graphopt.engine.rewrites.bias import lift_bias_in

# Fusion, in-place and BLAS rewrites are for other linkers. Then four that ask of every product and transpose
# whether a factor is diagonal, orthogonal, a selection or symmetric: a fifth of all rewriting, and on some
# constants the first fails with a message on stderr. The next two make a slice of an index that counts up: a
# slice does not say when the index is out of range. The last three have stand-ins in `loop_shapes`, `loops`
# and `sums`.
LEFT_OUT = (
    "fusion",
    "inplace",
    "BlasOpt",
    "cxx_only",
    "scan_make_inplace",
    "local_inplace_composite",
    "dot_diag_to_elemwise",
    "orthogonal_dot_transpose_to_eye",
    "selection_dot_to_indexing",
    "useless_symmetric_transpose",
    "local_adv_idx_to_slice",
    "extract_diag_lift_pass",
    loop_shapes.REPLACED,
    loops.REPLACED,
    sums.REPLACED,
)


@cache
def _rewriter():
    return optdb.query(RewriteDatabaseQuery(include=["fast_run"], exclude=list(LEFT_OUT)))


def rewrite(fgraph: FunctionGraph) -> None:
    """Lift biases, then simplify and stabilise `fgraph`, in place.

    New nodes take over where the old ones were written; looking up the stack for each would say nothing more.
    A rewrite that fails leaves its node as it was, which is right and no news to anyone.
    """
    quiet = "ignore" if config.on_opt_error == "warn" else config.on_opt_error
    with config.change_flags(traceback__limit=config.traceback__compile_limit, on_opt_error=quiet):
        lift_bias_in(fgraph)
        _rewriter().rewrite(fgraph)
