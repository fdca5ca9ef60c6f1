"""What became of the flags of `theano.config`."""

from .rows import Gone, Moved, Row, gone, same

_SAME = """
    allow_gc base_compiledir cast_policy check_input check_stack_trace compiledir compiledir_format cxx
    cycle_detection exception_verbosity floatX linker mode nocleanup on_opt_error on_shape_error
    on_unused_input openmp openmp_elemwise_minsize optimizer optimizer_excluding optimizer_including
    optimizer_requiring optimizer_verbose print_global_stats profile profile_memory profile_optimizer
    unpickle_function warn_float64
"""

#: a.b is spelt a__b now
_UNDERSCORED = """
    DebugMode.check_c DebugMode.check_finite DebugMode.check_preallocated_output
    DebugMode.check_preallocated_output_ndim DebugMode.check_py DebugMode.check_strides DebugMode.patience
    DebugMode.warn_input_not_reused NanGuardMode.action NanGuardMode.big_is_error NanGuardMode.inf_is_error
    NanGuardMode.nan_is_error blas.check_openmp blas.ldflags cmodule.age_thresh_use
    cmodule.compilation_warning cmodule.debug cmodule.preload_cache cmodule.remove_gxx_opt
    cmodule.warn_no_version compile.timeout compile.wait gcc.cxxflags lib.amdlibm optdb.max_use_ratio
    optdb.position_cutoff profiling.debugprint profiling.destination profiling.ignore_first_call
    profiling.min_memory_size profiling.min_peak_memory profiling.n_apply profiling.n_ops
    profiling.output_line_width profiling.time_thunks scan.allow_gc scan.allow_output_prealloc
    tensor.cmp_sloppy tensor.insert_inplace_optimizer_validate_nb traceback.compile_limit traceback.limit
    vm.lazy warn.ignore_bug_before
"""

_GPU = """
    assert_no_cpu_op contexts cuda.include_path cuda.root dnn.base_path dnn.bin_path dnn.conv.algo_bwd
    dnn.conv.algo_bwd_data dnn.conv.algo_bwd_filter dnn.conv.algo_fwd dnn.conv.precision dnn.conv.workmem
    dnn.conv.workmem_bwd dnn.enabled dnn.include_path dnn.library_path experimental.unpickle_gpu_on_cpu
    force_device gpu.local_elemwise_fusion gpuarray.cache_path gpuarray.preallocate gpuarray.sched
    gpuarray.single_stream gpuarray.sync gpuelemwise.sync init_gpu_device magma.enabled magma.include_path
    magma.library_path print_active_device lib.cnmem cublas.lib cuda.enabled
    cuda.disable_gcc_cudnn_check nvcc.compiler_bindir nvcc.flags nvcc.fastmath nvcc.cudafe pycuda.init
    enable_initial_driver_test gpuarray.init_device
"""

_OLD_BUGS = """
    warn.argmax_pushdown_bug warn.gpu_set_subtensor1 warn.gpusum_01_011_0111_bug warn.identify_1pexp_bug
    warn.inc_set_subtensor1 warn.inc_subtensor1_opt warn.reduce_join warn.round warn.signal_conv2d_interface
    warn.subtensor_merge_bug warn.sum_div_dimshuffle_bug warn.sum_sum_bug warn.vm_gc_bug
"""

_NO_EFFECT = """
    cache_optimizations conv.assert_shape ctc.root deterministic experimental.local_alloc_elemwise
    experimental.local_alloc_elemwise_assert metaopt.optimizer_excluding metaopt.optimizer_including
    metaopt.verbose pickle_test_value reoptimize_unpickled_function scan.debug tensor.local_elemwise_fusion
"""

ROWS: tuple[Row, ...] = (
    *same("theano.config", _SAME),
    *(
        Moved(f"theano.config.{name}", f"pytensor.config.{name.replace('.', '__')}")
        for name in _UNDERSCORED.split()
    ),
    *gone("theano.config", _GPU, "There is no GPU back end; delete the setting."),
    *gone("theano.config", _OLD_BUGS, "It warned of a bug of Theano that is fixed; delete the setting."),
    *gone("theano.config", _NO_EFFECT, "PyTensor has no such setting; delete it."),
    *gone(
        "theano.config",
        "numpy.seterr_all numpy.seterr_divide numpy.seterr_invalid numpy.seterr_over numpy.seterr_under",
        "Call numpy.seterr.",
    ),
    *gone(
        "theano.config",
        "compute_test_value compute_test_value_opt print_test_value",
        "Test values are gone: evaluate with x.eval({...}).",
    ),
    *gone(
        "theano.config",
        "ProfileMode.n_apply_to_print ProfileMode.n_ops_to_print ProfileMode.min_memory_size "
        "ProfileMode.profile_memory",
        "ProfileMode is gone: compile with profile=True.",
    ),
    Gone("theano.config.device", "There is only the CPU; delete the setting and what depends on it."),
    Gone("theano.config.int_division", "x / y is a float for integers, x // y an integer."),
    Gone("theano.config.unittests.rseed", "Seed tests with a number of your own."),
)
