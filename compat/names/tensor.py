"""What became of `theano.tensor`: expressions on arrays."""

from .rows import Adapted, Gone, Moved, Row, gone, moved, same

# fmt: off
ROWS: tuple[Row, ...] = (
    *same("theano.tensor", """
        Constant NoneConst Op TensorConstant TensorVariable Variable add all allclose alloc and_ angle any
        arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort as_tensor
        as_tensor_variable bartlett batched_dot batched_tensordot bcol bincount bitwise_and bitwise_not
        bitwise_or bitwise_xor bmatrix brow bscalar btensor3 btensor4 btensor5 btensor6 btensor7 bvector
        cast ccol ceil ceil_intdiv chi2sf clip cmatrix col cols complex complex_from_polar concatenate conj
        constant cos cosh cov crow cscalar ctensor3 ctensor4 ctensor5 ctensor6 ctensor7 cumprod cumsum
        cvector dcol dcols deg2rad diag diagonal divmod dmatrices dmatrix drow drows dscalar dscalars
        dtensor3 dtensor3s dtensor4 dtensor4s dtensor5 dtensor5s dtensor6 dtensor6s dtensor7 dtensor7s
        dvector dvectors eq erf erfc erfcinv erfcx erfinv exp exp2 expm1 eye fcol fcols fill fill_diagonal
        fill_diagonal_offset flatnonzero floor floor_div fmatrices fmatrix frow frows fscalar fscalars
        ftensor3 ftensor3s ftensor4 ftensor4s ftensor5 ftensor5s ftensor6 ftensor6s ftensor7 ftensor7s
        fvector fvectors gamma gammainc gammaincc gammal gammaln gammau ge get_vector_length grad gt hessian
        horizontal_stack i0 i1 icol icols identity_like imag imatrices imatrix inc_subtensor int_div
        inverse_permutation invert iround irow irows iscalar iscalars isclose isinf isnan itensor3 itensor3s
        itensor4 itensor4s itensor5 itensor5s itensor6 itensor6s itensor7 itensor7s iv ivector ivectors j0
        j1 jacobian join jv largest lcol lcols le lmatrices lmatrix log log10 log1p log2 lrow lrows lscalar
        lscalars lt ltensor3 ltensor3s ltensor4 ltensor4s ltensor5 ltensor5s ltensor6 ltensor6s ltensor7
        ltensor7s lvector lvectors make_slice matrices matrix max max_and_argmax maximum min minimum mod mul
        neg neq none_type_t nonzero nonzero_values ones ones_like or_ outer permute_row_elements pow power
        prod psi ptp rad2deg ravel_multi_index real reshape roll round round_half_away_from_zero
        round_half_to_even row rows scalar scalar_from_tensor scalars second set_subtensor shape
        shape_padaxis shape_padleft shape_padright sin sinh slicetype smallest sort specify_shape split sqr
        sqrt square squeeze stacklists std sub sum swapaxes switch take tan tanh tensor3 tensor3s tensor4
        tensor4s tensor5 tensor5s tensor6 tensor6s tensor7 tensor7s tensor_copy tensor_from_scalar tensordot
        transfer transpose tri tri_gamma tril triu true_div trunc values_eq_approx_always_true var vector
        vectors vertical_stack wcol where wrow wscalar wtensor3 wtensor4 wtensor5 wtensor6 wtensor7 wvector
        xor zcol zeros zeros_like zmatrix zrow zscalar ztensor3 ztensor4 ztensor5 ztensor6 ztensor7 zvector
    """),
    *moved("theano.tensor", "pytensor.tensor.basic", """
        ARange Alloc AllocEmpty Choose ExtractDiag Eye Nonzero PermuteRowElements ScalarFromTensor Split
        TensorFromScalar extract_constant min_informative_str register_transfer
    """),
    *moved("theano.tensor", "pytensor.tensor.subtensor", """
        AdvancedIncSubtensor AdvancedIncSubtensor1 AdvancedSubtensor AdvancedSubtensor1 IncSubtensor
        Subtensor SubtensorPrinter advanced_inc_subtensor advanced_inc_subtensor1 advanced_set_subtensor
        advanced_set_subtensor1 advanced_subtensor advanced_subtensor1 get_canonical_form_slice
    """),
    *moved(
        "theano.tensor", "pytensor.tensor.exceptions",
        "AdvancedIndexingError NotScalarConstantError ShapeError",
    ),
    *moved("theano.tensor", "pytensor.graph.basic", "Apply"),
    *moved("theano.tensor", "pytensor.tensor.math", "Argmax Dot Sum isinf_ isnan_ makeKeepDims"),
    *moved("theano.tensor", "pytensor.tensor.elemwise", "CAReduce Elemwise"),
    *moved("theano.tensor", "pytensor.gradient", """
        DisconnectedType Lop grad_not_implemented grad_undefined numeric_grad verify_grad
    """),
    *moved("theano.tensor", "pytensor.link.c.type", "Generic"),
    *moved("theano.tensor", "pytensor.tensor.type_other", """
        MakeSlice NoneTypeT SliceConstant SliceType as_int_none_variable
    """),
    *moved("theano.tensor", "pytensor.graph.utils", "MethodNotDefined"),
    *moved("theano.tensor", "pytensor.link.c.params_type", "ParamsType"),
    *moved("theano.tensor", "pytensor.tensor.shape", "Shape SpecifyShape"),
    *moved("theano.tensor", "pytensor.tensor.variable", "TensorConstantSignature"),
    *moved("theano.tensor", "pytensor.graph.type", "Type"),
    *moved("theano.tensor", "pytensor.scalar.basic", "int32 mod_check"),
    *moved("theano.tensor", "pytensor.scalar", "pprint"),
    *moved("theano.tensor", "pytensor.tensor.type", "wmatrix"),
    Adapted("theano.tensor.AllocDiag", "pytensor.tensor.basic.AllocDiag", "The order of parameters differs."),
    Adapted(
        "theano.tensor.DimShuffle", "pytensor.tensor.elemwise.DimShuffle",
        "The parameters input_broadcastable, inplace are gone.",
    ),
    Adapted("theano.tensor.Join", "pytensor.tensor.basic.Join", "The parameter view is gone."),
    Adapted("theano.tensor.Reshape", "pytensor.tensor.shape.Reshape", "The parameter name is gone."),
    Adapted("theano.tensor.choose", "pytensor.tensor.choose", "The parameter out is gone."),
    Adapted(
        "theano.tensor.get_idx_list", "pytensor.tensor.subtensor.get_idx_list",
        "The parameter get_count is gone.",
    ),
    Adapted(
        "theano.tensor.get_scalar_constant_value", "pytensor.tensor.get_scalar_constant_value",
        "The parameter orig_v is gone.",
    ),
    Adapted("theano.tensor.is_flat", "pytensor.tensor.is_flat", "The parameter outdim is gone."),
    Adapted("theano.tensor.unravel_index", "pytensor.tensor.unravel_index", "The parameter ndim is gone."),
    Moved("theano.tensor.inv", "pytensor.tensor.reciprocal"),
    Moved("theano.tensor.abs_", "pytensor.tensor.abs"),
    Moved("theano.tensor.sgn", "pytensor.tensor.sign"),
    Adapted(
        "theano.tensor.addbroadcast", "pytensor.tensor.specify_broadcastable",
        "The same axes; that they have length 1 is checked when the function runs.",
    ),
    Gone(
        "theano.tensor.unbroadcast",
        "Lengths of 1 are part of the type: make the variable with shape=(None, ...).",
    ),
    Gone("theano.tensor.patternbroadcast", "For True in the pattern use specify_broadcastable(x, *axes)."),
    Gone("theano.tensor.Rebroadcast", "For axes of length 1 use specify_broadcastable(x, *axes)."),
    Adapted(
        "theano.tensor.consider_constant", "pytensor.gradient.zero_grad",
        "The value with a gradient of zero; disconnected_grad cuts the variable off.",
    ),
    Adapted(
        "theano.tensor.MaxAndArgmax", "pytensor.tensor.max_and_argmax",
        "A function; Max and Argmax are two Ops.",
    ),
    Adapted("theano.tensor.Mean", "pytensor.tensor.mean", "A function."),
    Adapted("theano.tensor.Tri", "pytensor.tensor.tri", "A function."),
    Moved("theano.tensor.join_", "pytensor.tensor.join"),
    Gone("theano.tensor.topk", "pt.sort(x)[..., -k:] is as good for small arrays."),
    Gone("theano.tensor.argtopk", "pt.argsort(x)[..., -k:] is as good for small arrays."),
    Adapted("theano.tensor.flatten", "pytensor.tensor.flatten", "outdim= is ndim=."),
    Adapted("theano.tensor.repeat", "pytensor.tensor.repeat", "The first parameter is called a."),
    Adapted("theano.tensor.tile", "pytensor.tensor.tile", "The first parameter is called A; ndim= is gone."),
    Adapted("theano.tensor.stack", "pytensor.tensor.stack", "Takes one list: stack([a, b])."),
    Adapted("theano.tensor.mean", "pytensor.tensor.mean", "op= is gone."),
    Adapted("theano.tensor.dot", "pytensor.tensor.dot", "Parameters are called l and r."),
    Adapted(
        "theano.tensor.TensorType", "pytensor.tensor.TensorType",
        "TensorType(dtype, shape): None or a length for each axis; (False, True) is understood as (None, "
        "1). No sparse_grad.",
    ),
    Adapted(
        "theano.tensor.tensor", "pytensor.tensor.tensor",
        "tensor(name, dtype=, shape=): keywords only after the name.",
    ),
    Adapted(
        "theano.tensor.Rop", "pytensor.gradient.Rop",
        "Computed by two pullbacks; R_op is used with use_op_rop_implementation=True only.",
    ),
    Adapted("theano.tensor.Flatten", "pytensor.tensor.flatten", "A function."),
    Gone("theano.tensor.load", "Load the array with numpy.load and hand it in."),
    Gone("theano.tensor.numpy_scalar", "Use numpy."),
    Gone("theano.tensor.AsTensorError", "as_tensor_variable raises TypeError."),
    Moved("theano.tensor.MakeVector", "pytensor.tensor.basic.MakeVector"),
    *gone("theano.tensor", """
        AdvancedBooleanIncSubtensor AdvancedBooleanIndexingError AdvancedBooleanSubtensor
        BaseAdvancedIncSubtensor BaseAdvancedSubtensor Default DiffOp EmptyConstantError LoadFromDisk
        MPIRecv MPIRecvWait MPISend MPISendWait Tensor Tile adv_index_broadcastable_pattern
        advanced_boolean_inc_subtensor advanced_boolean_set_subtensor advanced_boolean_subtensor
        alloc_validate_shape as_index_variable check_advanced_indexing_dimensions check_and_normalize_axes
        check_and_reject_bool check_equal_numpy constructor default div_proxy hashtype inc_code int32_t
        irecv isend key_to_cmp make_constant mpi_send_wait_cmp mpi_send_wait_key mpi_tag_cmp mpi_tag_key
        recv send setdefault topk_and_argtopk
    """, "PyTensor has nothing of that name."),
    *same("theano.tensor.elemwise", "DimShufflePrinter"),
    *moved("theano.tensor.elemwise", "pytensor.tensor.math", """
        All Any MulWithoutZeros Prod ProdWithoutZeros mul_without_zeros
    """),
    Adapted(
        "theano.tensor.elemwise.CAReduceDtype", "pytensor.tensor.elemwise.CAReduce",
        "CAReduce(scalar_op, axis=, dtype=, acc_dtype=).",
    ),
    *same("theano.tensor.elemwise_cgen", "make_alloc make_checks make_declare make_loop make_reordered_loop"),
    *gone("theano.tensor.elemwise_cgen", "make_loop_careduce", "PyTensor has nothing of that name."),
    *same("theano.tensor.extra_ops", """
        Bartlett CpuContiguous CumOp FillDiagonal FillDiagonalOffset RavelMultiIndex SearchsortedOp Unique
        bartlett_ compress cpu_contiguous diff disconnected_type fill_diagonal_ fill_diagonal_offset_ int_t
        searchsorted to_one_hot
    """),
    Adapted(
        "theano.tensor.extra_ops.UnravelIndex", "pytensor.tensor.extra_ops.UnravelIndex",
        "The parameter ndim is gone.",
    ),
    *gone("theano.tensor.extra_ops", "CumprodOp CumsumOp RepeatOp", "PyTensor has nothing of that name."),
    *same("theano.tensor.fft", "IRFFTOp RFFTOp irfft irfft_op rfft rfft_op"),
    *same("theano.tensor.fourier", "Fourier fft"),
    *gone("theano.tensor.inplace", """
        abs__inplace add_inplace and__inplace arccos_inplace arccosh_inplace arcsin_inplace arcsinh_inplace
        arctan2_inplace arctan_inplace arctanh_inplace ceil_inplace chi2sf_inplace conj_inplace cos_inplace
        cosh_inplace deg2rad_inplace eq_inplace erf_inplace erfc_inplace erfcx_inplace exp2_inplace
        exp_inplace expm1_inplace fill_inplace floor_inplace gamma_inplace gammaln_inplace ge_inplace
        gt_inplace i0_inplace i1_inplace int_div_inplace inv_inplace invert_inplace iv_inplace j0_inplace
        j1_inplace jv_inplace le_inplace log10_inplace log1p_inplace log2_inplace log_inplace lt_inplace
        maximum_inplace minimum_inplace mod_inplace mul_inplace neg_inplace neq_inplace or__inplace
        pow_inplace psi_inplace rad2deg_inplace round_half_away_from_zero_inplace round_half_to_even_inplace
        second_inplace sgn_inplace sin_inplace sinh_inplace sqr_inplace sqrt_inplace sub_inplace tan_inplace
        tanh_inplace transpose_inplace tri_gamma_inplace true_div_inplace trunc_inplace xor_inplace
    """, "Rewrites make operations inplace; call the function without _inplace."),
    *same("theano.tensor.sharedvar", "load_shared_variable"),
    Adapted(
        "theano.tensor.sharedvar.ScalarSharedVariable", "pytensor.tensor.sharedvar.ScalarSharedVariable",
        "The order of parameters differs.",
    ),
    Adapted(
        "theano.tensor.sharedvar.TensorSharedVariable", "pytensor.tensor.sharedvar.TensorSharedVariable",
        "The order of parameters differs.",
    ),
    Adapted(
        "theano.tensor.sharedvar.scalar_constructor", "pytensor.tensor.sharedvar.scalar_constructor",
        "The parameter target is gone.",
    ),
    Adapted(
        "theano.tensor.sharedvar.tensor_constructor", "pytensor.tensor.sharedvar.tensor_constructor",
        "The parameter target is gone.",
    ),
    Adapted("theano.tensor.sort.ArgSortOp", "pytensor.tensor.sort.ArgSortOp", "The parameter order is gone."),
    Adapted("theano.tensor.sort.SortOp", "pytensor.tensor.sort.SortOp", "The parameter order is gone."),
    *gone("theano.tensor.sort", "TopKOp", "PyTensor has nothing of that name."),
    *same("theano.tensor.type", """
        values_eq_approx values_eq_approx_remove_inf values_eq_approx_remove_inf_nan
        values_eq_approx_remove_nan
    """),
    *same("theano.tensor.utils", "hash_from_ndarray shape_of_variables"),
    *gone("theano.tensor.var", "equal_slices", "PyTensor has nothing of that name."),
    *same("theano.tensor.xlogx", "xlogx xlogy0"),
    *gone(
        "theano.tensor.xlogx", "XlogX XlogY0 scalar_xlogx scalar_xlogy0",
        "PyTensor has nothing of that name.",
    ),
)
