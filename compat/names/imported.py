"""Names that Theano's modules had because they imported them: `from theano.tensor.nnet.nnet import Apply`.

Old programs import such names from where they saw them. Each is found in every module of `compat.theano`.
"""

from __future__ import annotations

_HOMES = {
    "compat": "DefaultOrderedDict get_unbound_function",
    "compile.debugmode": "DebugMode",
    "compile.function": "function",
    "compile.function_module": "Function Supervisor orig_function",
    "compile.io": "In Out SymbolicInput SymbolicOutput",
    "compile.mode": "AddFeatureOptimizer FAST_RUN get_mode optdb register_mode",
    "compile.ops": "OutputGuard Shape_i deep_copy_op view_op",
    "compile.pfunc": "rebuild_collect_shared",
    "compile.profiling": "ScanProfileStats",
    "compile.sharedvalue": "SharedVariable",
    "configdefaults": "config",
    "configparser": "change_flags",
    "gof": "utils",
    "gof.compilelock": "get_lock release_lock",
    "gof.destroyhandler": "DestroyHandler",
    "gof.fg": "FunctionGraph InconsistencyError",
    "gof.graph": "Apply Constant Variable io_connection_pattern is_same_graph",
    "gof.link": "raise_with_op",
    "gof.null_type": "NullType",
    "gof.op": "COp Op OpenMPOp PureOp ops_with_inner_function",
    "gof.opt": (
        "Optimizer TopoOptimizer copy_stack_trace in2out inherit_stack_trace local_optimizer out2in "
        "pre_constant_merge"
    ),
    "gof.params_type": "ParamsType",
    "gof.toolbox": "NoOutputFromInplace ReplacementDidntRemovedError",
    "gof.type": "EnumList EnumType Generic Type",
    "gof.utils": "MethodNotDefined get_variable_trace_string hash_from_code hashtype",
    "gradient": "DisconnectedType disconnected_type grad_not_implemented grad_undefined",
    "misc.frozendict": "frozendict",
    "misc.ordered_set": "OrderedSet",
    "printing": "debugprint min_informative_str pprint",
    "scalar.basic": (
        "ComplexError Composite IntegerDivisionError as_common_dtype get_scalar_type upcast "
        "upgrade_to_float_no_complex"
    ),
    "scan_module.scan_utils": "clone equal_computations forced_replace safe_new scan_args traverse",
    "tensor.basic": (
        "Alloc AllocEmpty Join NotScalarConstantError alloc arange as_tensor_variable cast clip "
        "extract_constant get_scalar_constant_value get_vector_length patternbroadcast"
    ),
    "tensor.elemwise": "CAReduce DimShuffle Elemwise",
    "tensor.opt": (
        "Assert register_canonicalize register_specialize register_specialize_device register_stabilize "
        "register_uncanonicalize"
    ),
    "tensor.subtensor": "Subtensor",
    "tensor.type": "TensorType values_eq_approx_remove_inf values_eq_approx_remove_nan",
    "tensor.type_other": "NoneConst NoneTypeT SliceType make_slice",
    "tensor.var": "TensorConstant TensorVariable",
}
#: name -> the module of Theano that defines it
HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}
#: what `six` gave
VALUES = {"integer_types": (int,), "string_types": (str,), "PY3": True}
