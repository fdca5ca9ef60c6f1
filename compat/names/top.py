"""What became of `theano` itself and its single modules."""

from .rows import Adapted, Gone, Moved, Row, gone, moved, same

# fmt: off
ROWS: tuple[Row, ...] = (
    *same("theano", "In Lop Mode Out grad shared"),
    *moved("theano", "pytensor.graph.basic", "Apply Constant Variable"),
    *moved("theano", "pytensor.compile.mode", "CLinker Linker OpWiseCLinker PerformLinker"),
    *moved("theano", "pytensor.link.basic", "Container LocalLinker"),
    *moved("theano", "pytensor.link.c.basic", "DualLinker"),
    *moved("theano", "pytensor.graph.fg", "FunctionGraph"),
    *moved("theano", "pytensor.link.c.type", "Generic generic"),
    *moved("theano", "pytensor.graph.utils", "InconsistencyError"),
    *moved("theano", "pytensor.link.c.op", "OpenMPOp"),
    *moved("theano", "pytensor.compile", "ProfileStats SymbolicInput SymbolicOutput as_op function_dump"),
    *moved("theano", "pytensor.graph.type", "Type"),
    *moved("theano", "pytensor.scan.views", "foldl foldr reduce"),
    *moved("theano", "pytensor.tensor.basic", "get_scalar_constant_value"),
    *moved("theano", "pytensor.printing", "pp pprint"),
    *moved("theano", "pytensor.scan.checkpoints", "scan_checkpoints"),
    *moved("theano", "pytensor.sparse", "sparse_grad"),
    *moved("theano", "pytensor.gradient", "subgraph_grad"),
    Adapted(
        "theano.FunctionMaker", "pytensor.compile.FunctionMaker",
        "The parameters function_builder, output_keys are gone.",
    ),
    Adapted(
        "theano.scan", "pytensor.scan",
        "Updates come as a plain dict, with a warning that they will go; return_updates=False returns the"
        " outputs alone.",
    ),
    Adapted("theano.map", "pytensor.scan.views.map", "Updates come as a plain dict."),
    Adapted(
        "theano.clone", "pytensor.graph.replace.clone_replace",
        "clone_replace(output, replace=replace); share_inputs and strict work as rebuild_strict does.",
    ),
    Adapted("theano.dot", "pytensor.tensor.dot", "For sparse matrices: pytensor.sparse.dot."),
    Moved(
        "theano.change_flags", "pytensor.config.change_flags",
        "Flags with a dot are spelt with two underscores.",
    ),
    Gone("theano.OrderedUpdates", "Updates are a dict: a + b is {**a, **b}."),
    Adapted(
        "theano.Param", "pytensor.compile.io.In",
        "Param(x, default=v) is In(x, value=v), and functions of PyTensor take no default values.",
    ),
    Moved("theano.object2", "pytensor.graph.utils.MetaObject"),
    Adapted(
        "theano.function", "pytensor.function",
        "Inputs have no default values, outputs are no dict, and f[\"x\"] and f.value are gone.",
    ),
    Adapted(
        "theano.Op", "pytensor.graph.op.Op",
        "grad and L_op are pullback, R_op is pushforward, infer_shape takes (fgraph, node, shapes), and "
        "c_code belongs to COp.",
    ),
    Adapted(
        "theano.OpFromGraph", "pytensor.compile.builders.OpFromGraph",
        "grad_overrides= is silently ignored; say lop_overrides=.",
    ),
    Adapted(
        "theano.Rop", "pytensor.gradient.Rop",
        "Computed by two pullbacks; R_op is used with use_op_rop_implementation=True only.",
    ),
    Gone("theano.test", "Run PyTensor's tests with pytest."),
    Gone("theano.disable_log_handler", "Use the logging module."),
    Gone("theano.has_handlers", "Use logging.Logger.hasHandlers."),
    Adapted(
        "theano.config", "pytensor.config",
        "Flags with a dot are spelt with two underscores; see each flag.",
    ),
    Moved("theano.__version__", "pytensor.__version__"),
    Adapted("theano._asarray", "numpy.asarray"),
    *same("theano._version", "get_versions"),
    *moved("theano.compat", "pytensor.utils", "get_unbound_function maybe_add_to_os_environ_pathlist"),
    *gone("theano.compat", """
        DefaultOrderedDict cmp decode decode_iter decode_with exc_message
    """, "Python 3 has it itself."),
    *same("theano.d3viz.d3viz", "d3viz d3write replace_patterns safe_json"),
    *same("theano.d3viz.formatting", """
        PyDotFormatter apply_label apply_profile broadcastable_to_str dict_to_pdnode dtype_to_char
        type_to_str var_label var_tag
    """),
    *same("theano.gradient", """
        DisconnectedGrad DisconnectedInputError DisconnectedType GradClip GradScale GradientError Lop
        NullTypeGradError UndefinedGrad ZeroGrad disconnected_grad disconnected_grad_ disconnected_type grad
        grad_clip grad_not_implemented grad_scale grad_undefined hessian jacobian mode_not_slow null_type
        numeric_grad subgraph_grad undefined_grad undefined_grad_ verify_grad zero_grad zero_grad_
    """),
    Adapted(
        "theano.gradient.consider_constant", "pytensor.gradient.zero_grad",
        "The value with a gradient of zero; disconnected_grad cuts the variable off.",
    ),
    Adapted("theano.gradient.consider_constant_", "pytensor.gradient.zero_grad"),
    Adapted(
        "theano.gradient.Rop", "pytensor.gradient.Rop",
        "Computed by two pullbacks; R_op is used with use_op_rop_implementation=True only.",
    ),
    Adapted("theano.gradient.ConsiderConstant", "pytensor.gradient.ZeroGrad"),
    *gone("theano.gradient", "format_as", "PyTensor has nothing of that name."),
    *same("theano.ifelse", """
        CondMerge cond_make_inplace cond_merge_ifs_false cond_merge_ifs_true cond_merge_random_op
        cond_remove_identical ifelse_lift_single_if_through_acceptable_ops optdb
    """),
    Adapted("theano.ifelse.IfElse", "pytensor.ifelse.IfElse", "The parameter gpu is gone."),
    Adapted("theano.ifelse.ifelse", "pytensor.ifelse.ifelse"),
    *gone("theano.pathparse", "PathParser", "PyTensor has nothing of that name."),
    *same("theano.printing", """
        DefaultPrinter FunctionPrinter IgnorePrinter LeafPrinter OperatorPrinter PPrinter PatternPrinter
        PrinterState hex_digest min_informative_str position_independent_str pp pprint pydotprint
        var_descriptor
    """),
    Adapted(
        "theano.printing.debugprint", "pytensor.printing.debugprint",
        "ids= is id_type=, and the tree is drawn otherwise.",
    ),
    Moved("theano.printing.Print", "pytensor.printing.Print"),
    Adapted("theano.raise_op.Raise", "pytensor.raise_op.CheckAndRaise"),
    *gone("theano.sandbox.blocksparse", """
        sparse_block_gemv sparse_block_gemv_inplace sparse_block_outer sparse_block_outer_inplace
    """, "An experiment that ended."),
    *moved("theano.sandbox.fourier", "pytensor.tensor.fourier", "fft"),
    *moved("theano.sandbox.fourier", "pytensor.compile.sharedvalue", "generic"),
    *gone("theano.sandbox.fourier", """
        FFT GradTodo dct_matrix grad_todo half_fft half_ifft ifft
    """, "An experiment that ended."),
    *gone("theano.sandbox.minimal", "Minimal T_minimal minimal", "An experiment that ended."),
    *moved("theano.sandbox.solve", "pytensor.tensor.linalg.solvers.general", "solve"),
    *same("theano.typed_list", "append count extend getitem index_ insert length make_list remove reverse"),
    *same("theano.typed_list.basic", """
        Append Count Extend GetItem Index Insert Length MakeList Remove Reverse TypedListConstant
        TypedListVariable append count extend getitem index_ insert length make_list remove reverse
    """),
    *same("theano.typed_list.type", "TypedListType"),
    Gone("theano.updates.OrderedUpdates", "Updates are a dict: a + b is {**a, **b}."),
)
