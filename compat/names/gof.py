"""What became of `theano.gof`: graphs, Ops, types, rewrites, linkers."""

from .rows import Adapted, Moved, Row, gone, moved

# fmt: off
ROWS: tuple[Row, ...] = (
    *moved("theano.gof", "pytensor.graph", "Apply Constant FunctionGraph Type Variable"),
    *moved("theano.gof", "pytensor.graph.features", "Bookkeeper History Validator"),
    *moved("theano.gof", "pytensor.link.c.type", "CEnumType EnumList EnumType Generic generic"),
    *moved("theano.gof", "pytensor.link.c.basic", "CLinker DualLinker OpWiseCLinker"),
    *moved("theano.gof", "pytensor.link.basic", """
        Container Linker LocalLinker PerformLinker WrapLinker WrapLinkerMany
    """),
    *moved("theano.gof", "pytensor.graph.destroyhandler", "DestroyHandler"),
    *moved("theano.gof", "pytensor.graph.rewriting.db", "EquilibriumDB ProxyDB SequenceDB"),
    *moved("theano.gof", "pytensor.graph.fg", "Feature MissingInputError ReplaceValidate"),
    *moved("theano.gof", "pytensor.link.c.interface", "HideC"),
    *moved("theano.gof", "pytensor.graph.rewriting.basic", "InconsistencyError"),
    *moved("theano.gof", "pytensor.link.c.op", "MethodNotDefined OpenMPOp ParamsType"),
    *moved("theano.gof", "pytensor.link.c.params_type", "Params"),
    Adapted("theano.gof.COp", "pytensor.link.c.op.COp", "The parameters func_files, func_name are gone."),
    Adapted(
        "theano.gof.LocalGroupDB", "pytensor.graph.rewriting.db.LocalGroupDB",
        "The parameters apply_all_opts, local_opt are gone.",
    ),
    Adapted(
        "theano.gof.NoOutputFromInplace", "pytensor.graph.features.NoOutputFromInplace",
        "The parameters first_output_idx, last_output_idx are gone.",
    ),
    Adapted(
        "theano.gof.Optimizer", "pytensor.graph.rewriting.basic.GraphRewriter",
        "add_requirements and apply keep their names.",
    ),
    Adapted(
        "theano.gof.LocalOptimizer", "pytensor.graph.rewriting.basic.NodeRewriter",
        "transform takes (fgraph, node).",
    ),
    Adapted(
        "theano.gof.local_optimizer", "pytensor.graph.rewriting.basic.node_rewriter",
        "The function takes (fgraph, node).",
    ),
    Adapted("theano.gof.optimizer", "pytensor.graph.rewriting.basic.graph_rewriter"),
    Adapted("theano.gof.EquilibriumOptimizer", "pytensor.graph.rewriting.basic.EquilibriumGraphRewriter"),
    Adapted("theano.gof.SeqOptimizer", "pytensor.graph.rewriting.basic.SequentialGraphRewriter"),
    Adapted("theano.gof.TopoOptimizer", "pytensor.graph.rewriting.basic.WalkingGraphRewriter"),
    Adapted("theano.gof.NavigatorOptimizer", "pytensor.graph.rewriting.basic.NodeProcessingGraphRewriter"),
    Adapted("theano.gof.LocalOptGroup", "pytensor.graph.rewriting.basic.SequentialNodeRewriter"),
    Adapted("theano.gof.OpSub", "pytensor.graph.rewriting.basic.SubstitutionNodeRewriter"),
    Adapted("theano.gof.PatternSub", "pytensor.graph.rewriting.basic.PatternNodeRewriter"),
    Moved("theano.gof.MergeOptimizer", "pytensor.graph.rewriting.basic.MergeOptimizer"),
    Adapted("theano.gof.Query", "pytensor.graph.rewriting.db.RewriteDatabaseQuery"),
    Adapted("theano.gof.DB", "pytensor.graph.rewriting.db.RewriteDatabase"),
    Adapted("theano.gof.PureOp", "pytensor.graph.op.Op"),
    Moved("theano.gof.object2", "pytensor.graph.utils.MetaObject"),
    Adapted(
        "theano.gof.Op", "pytensor.graph.op.Op",
        "grad and L_op are pullback, R_op is pushforward, infer_shape takes (fgraph, node, shapes), and "
        "c_code belongs to COp.",
    ),
    *gone("theano.gof", """
        CachedConstantError CheckStackTraceOptimization NodeFinder OpKeyOptimizer PrintListener
        ReplacementDidntRemovedError hashtype inplace_optimizer view_roots
    """, "PyTensor has nothing of that name."),
    *gone("theano.gof.callcache", "CallCache", "Keep results in a dict."),
    *moved("theano.gof.cc", "pytensor.link.c.basic", """
        CodeBlock apply_policy code_gen failure_code failure_code_init get_c_cleanup get_c_declare
        get_c_extract get_c_extract_out get_c_init get_c_sync get_module_cache get_nothing struct_gen
        struct_variable_codeblocks
    """),
    *gone("theano.gof.cc", "get_persistent_module_cache", "PyTensor has nothing of that name."),
    *moved("theano.gof.cmodule", "pytensor.link.c.cmodule", """
        Compiler DynamicModule ExtFunction GCC_compiler KeyData ModuleCache debug_counter dlimport
        dlimport_workdir gcc_llvm get_gcc_shared_library_arg get_lib_extension get_module_cache
        get_module_hash get_safe_part icc_module_compile_str is_same_entry last_access_time
        module_name_from_dir std_include_dirs std_lib_dirs std_lib_dirs_and_libs std_libs try_march_flag
    """),
    *moved("theano.gof.cmodule", "pytensor.link.c.exceptions", "MissingGXX"),
    *gone("theano.gof.cmodule", "gcc_version", "PyTensor has nothing of that name."),
    *moved("theano.gof.compiledir", "pytensor.compile.compiledir", """
        basecompiledir_ls basecompiledir_purge cleanup compiledir_purge print_compiledir_content print_title
    """),
    *moved("theano.gof.compilelock", "pytensor.compile.compilelock", "force_unlock"),
    Adapted(
        "theano.gof.compilelock.lock_ctx", "pytensor.compile.compilelock.lock_ctx",
        "The parameter keep_lock is gone.",
    ),
    *gone("theano.gof.compilelock", """
        Unlocker get_lock lock refresh_lock release_lock set_lock_status
    """, "PyTensor locks by itself."),
    *moved("theano.gof.cutils", "pytensor.link.c.cutils", "compile_cutils"),
    *moved("theano.gof.destroyhandler", "pytensor.graph.destroyhandler", "ProtocolError"),
    *gone("theano.gof.destroyhandler", "fast_inplace_check", "PyTensor has nothing of that name."),
    *moved("theano.gof.graph", "pytensor.graph.basic", """
        Node clone_get_equiv default_node_formatter op_as_string
    """),
    *moved("theano.gof.graph", "pytensor.graph.op", "io_connection_pattern"),
    *moved("theano.gof.graph", "pytensor.graph.traversal", "io_toposort"),
    Adapted("theano.gof.graph.ancestors", "pytensor.graph.ancestors", "The parameter variable_list is gone."),
    Adapted("theano.gof.graph.as_string", "pytensor.graph.basic.as_string", "The parameters i, o are gone."),
    Adapted("theano.gof.graph.clone", "pytensor.graph.clone", "The parameters i, o are gone."),
    Adapted(
        "theano.gof.graph.general_toposort", "pytensor.graph.traversal.general_toposort",
        "The parameter debug_print is gone.",
    ),
    Adapted(
        "theano.gof.graph.is_same_graph", "pytensor.graph.rewriting.utils.is_same_graph",
        "The parameter debug is gone.",
    ),
    *gone("theano.gof.graph", """
        inputs is_in_ancestors list_of_nodes nodes_constructed ops orphans stack_search variables
        variables_and_orphans
    """, "PyTensor has nothing of that name."),
    *moved("theano.gof.lazylinker_c", "pytensor.link.c.lazylinker_c", "try_import try_reload"),
    *moved("theano.gof.link", "pytensor.link.basic", "gc_helper map_storage raise_with_op streamline"),
    *gone(
        "theano.gof.link", "add_clear_storage log_thunk_trace thunk_hook",
        "PyTensor has nothing of that name.",
    ),
    *moved("theano.gof.null_type", "pytensor.graph.null_type", "NullType null_type"),
    *moved("theano.gof.op", "pytensor.link.c.interface", "CLinkerObject"),
    *moved("theano.gof.op", "pytensor.link.c.op", "CLinkerOp"),
    *gone("theano.gof.op", """
        apply_meth debug_assert debug_error_message get_debug_values get_test_value missing_test_message
        simple_meth
    """, "PyTensor has nothing of that name."),
    *moved("theano.gof.opt", "pytensor.graph.rewriting.basic", """
        ChangeTracker MergeFeature check_stack_trace copy_stack_trace merge_dict
    """),
    *moved("theano.gof.opt", "pytensor.graph.rewriting.utils", "is_same_graph_with_merge"),
    Adapted(
        "theano.gof.opt.pre_constant_merge", "pytensor.graph.rewriting.basic.pre_constant_merge",
        "The parameter vars is gone.",
    ),
    Adapted("theano.gof.opt.out2in", "pytensor.graph.rewriting.basic.out2in"),
    Adapted("theano.gof.opt.in2out", "pytensor.graph.rewriting.basic.in2out"),
    *gone("theano.gof.opt", """
        CheckStrackTraceFeature FromFunctionLocalOptimizer FromFunctionOptimizer GraphToGPULocalOptGroup
        LocalMetaOptimizer LocalMetaOptimizerSkipAssertionError Updater check_chain inherit_stack_trace
        pre_greedy_local_optimizer
    """, "PyTensor has nothing of that name."),
    *moved("theano.gof.optdb", "pytensor.graph.rewriting.db", "TopoDB"),
    *gone("theano.gof.sched", """
        key_to_cmp make_dependence_cmp make_depends memodict posort reverse_dict sort_apply_nodes
        sort_schedule_fn
    """, "Schedulers of nodes are gone."),
    *moved(
        "theano.gof.toolbox", "pytensor.graph.features",
        "AlreadyThere BadOptimization PreserveVariableAttributes",
    ),
    *gone(
        "theano.gof.toolbox", "GetCheckpoint LambdExtract PreserveNames",
        "PyTensor has nothing of that name.",
    ),
    *moved("theano.gof.type", "pytensor.link.c.type", "CDataType CDataTypeConstant CLinkerType"),
    *gone("theano.gof.type", "PureType SingletonType", "PyTensor has nothing of that name."),
    *gone("theano.gof.unify", """
        BoundVariable FVar FreeVariable NV NotVariable OrV OrVariable Unification V Var VariableInList unify
        unify_build var_lookup
    """, "PyTensor unifies with the etuples it carries."),
    *moved("theano.gof.utils", "pytensor.graph.utils", """
        add_tag_trace get_variable_trace_string simple_extract_stack
    """),
    *moved("theano.gof.utils", "pytensor.utils", """
        difference flatten from_return_values hash_from_code to_return_values uniq
    """),
    Adapted(
        "theano.gof.utils.MetaObject", "pytensor.graph.utils.MetaObject",
        "The parameters name, bases, dct are gone.",
    ),
    Adapted(
        "theano.gof.utils.toposort", "pytensor.graph.traversal.toposort",
        "The parameter prereqs_d is gone.",
    ),
    Moved("theano.gof.utils.scratchpad", "pytensor.graph.utils.Scratchpad"),
    *gone("theano.gof.utils", """
        D Keyword comm_guard deprecated give_variables_names hash_from_file hist memoize remove type_guard
        unique
    """, "A line of Python does it."),
    *moved("theano.gof.vm", "pytensor.link.vm", "Loop VM calculate_reallocate_info"),
    Adapted(
        "theano.gof.vm.Stack", "pytensor.link.vm.Stack",
        "The parameter n_updates is gone. The order of parameters differs.",
    ),
    Moved("theano.gof.vm.VM_Linker", "pytensor.link.vm.VMLinker"),
    *gone("theano.gof.vm", "CVM LoopGC", "PyTensor has nothing of that name."),
)
