"""What became of `theano.scan_module`."""

from .rows import Adapted, Row, gone, moved

# fmt: off
ROWS: tuple[Row, ...] = (
    *moved("theano.scan_module", "pytensor.scan", "foldl foldr map reduce scan_checkpoints until"),
    Adapted(
        "theano.scan_module.clone", "pytensor.graph.replace.clone_replace",
        "clone_replace(output, replace=replace).",
    ),
    Adapted(
        "theano.scan_module.scan", "pytensor.scan",
        "Updates come as a plain dict, with a warning that they will go; return_updates=False returns the"
        " outputs alone.",
    ),
    *moved("theano.scan_module.scan_op", "pytensor.scan.op", "Scan profile_printer"),
    *gone(
        "theano.scan_module.scan_perform_ext", "try_import try_reload",
        "Scan has no C extension of that name.",
    ),
    *moved("theano.scan_module.scan_utils", "pytensor.scan.utils", """
        Validator equal_computations expand_empty forced_replace reconstruct_graph safe_new traverse
    """),
    *moved("theano.scan_module.scan_utils", "pytensor.scan.basic", "get_updates_and_outputs"),
    *moved("theano.scan_module.scan_utils", "pytensor.compile.builders", "infer_shape"),
    *gone("theano.scan_module.scan_utils", """
        compress_outs hash_listsDictsTuples isNaN_or_Inf_or_None map_variables scan_args
        scan_can_remove_outs
    """, "PyTensor has nothing of that name."),
)
