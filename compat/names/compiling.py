"""What became of `theano.compile`: functions and modes."""

from .rows import Adapted, Row, gone, moved, same

# fmt: off
ROWS: tuple[Row, ...] = (
    *same("theano.compile", """
        AddDestroyHandler AddFeatureOptimizer AliasedMemoryError DeepCopyOp FromFunctionOp In Mode
        MonitorMode Out PrintCurrentFunctionGraph ProfileStats Supervisor SymbolicInput SymbolicOutput
        UnusedInputError ViewOp alias_root as_op deep_copy_op function function_dump get_default_mode
        get_mode infer_reuse_pattern insert_deepcopy optdb rebuild_collect_shared
        register_deep_copy_op_c_code register_linker register_mode register_optimizer
        register_view_op_c_code shared shared_constructor view_op view_tree_set
    """),
    *moved("theano.compile", "pytensor.compile.debug.debugmode", "DebugMode"),
    *moved("theano.compile", "pytensor.compile.builders", "DisconnectedType OpFromGraph"),
    *moved("theano.compile", "pytensor.graph.null_type", "NullType"),
    *moved("theano.compile", "pytensor.tensor.shape", """
        Shape Shape_i SpecifyShape register_shape_c_code register_shape_i_c_code shape specify_shape
    """),
    *moved("theano.compile", "pytensor.graph.basic", "Variable"),
    *moved("theano.compile", "pytensor.tensor.rewriting.ofg", "inline_ofg_expansion"),
    *moved("theano.compile", "pytensor.graph.op", "io_connection_pattern"),
    Adapted(
        "theano.compile.Function", "pytensor.compile.Function",
        "The parameters fn, indices, defaults, output_keys are gone.",
    ),
    Adapted(
        "theano.compile.FunctionMaker", "pytensor.compile.FunctionMaker",
        "The parameters function_builder, output_keys are gone.",
    ),
    Adapted(
        "theano.compile.SharedVariable", "pytensor.compile.SharedVariable",
        "The order of parameters differs.",
    ),
    Adapted(
        "theano.compile.is_same_graph", "pytensor.graph.rewriting.utils.is_same_graph",
        "The parameter debug is gone.",
    ),
    Adapted(
        "theano.compile.Param", "pytensor.compile.io.In",
        "Param(x, default=v) is In(x, value=v), and functions of PyTensor take no default values.",
    ),
    Adapted("theano.compile.pfunc", "pytensor.compile.maker.function"),
    *gone("theano.compile", """
        Rebroadcast ScanProfileStats check_equal convert_function_input fgraph_updated_vars
        get_info_on_inputs orig_function register_checker register_rebroadcast_c_code
        register_specify_shape_c_code std_fgraph
    """, "PyTensor has nothing of that name."),
    *moved("theano.compile.debugmode", "pytensor.compile.debug.debugmode", """
        BadDestroyMap BadOptimization BadThunkOutput BadViewMap DataDestroyed DebugModeError
        InvalidValueError NoDuplicateOptWarningFilter StochasticOrder check_eq
    """),
    *gone("theano.compile.debugmode", "char_from_number debugprint", "PyTensor has nothing of that name."),
    *moved("theano.compile.monitormode", "pytensor.compile.debug.monitormode", "detect_nan"),
    *moved(
        "theano.compile.nanguardmode", "pytensor.compile.debug.nanguardmode",
        "NanGuardMode contains_inf contains_nan flatten",
    ),
    *gone(
        "theano.compile.nanguardmode", "f_compute f_gpua_absmax f_gpua_max f_gpua_min",
        "PyTensor has nothing of that name.",
    ),
    *same("theano.compile.ops", "load_back"),
    *moved("theano.compile.ops", "pytensor.compile.debug.debugmode", "OutputGuard"),
    *moved("theano.compile.ops", "pytensor.tensor.shape", "shape_i"),
    *gone("theano.compile.ops", "shape_i_op", "PyTensor has nothing of that name."),
    *gone("theano.compile.pfunc", "iter_over_pairs", "PyTensor has nothing of that name."),
    *moved(
        "theano.compile.profiling", "pytensor.compile.debug.profiling",
        "print_global_stats register_profiler_printer",
    ),
    *same("theano.compile.sharedvalue", "generic"),
    *gone("theano.compile.sharedvalue", "generic_constructor", "PyTensor has nothing of that name."),
)
