"""What became of modules of rewrites."""

from .rows import Adapted, Row, gone, moved

# fmt: off
ROWS: tuple[Row, ...] = (
    *moved("theano.scan_module.scan_opt", "pytensor.scan.rewriting", """
        ScanMerge scan_eqopt1 scan_eqopt2 scan_merge_inouts scan_seqopt1
    """),
    *moved("theano.scan_module.scan_opt", "pytensor.compile.ops", "deep_copy_op"),
    *moved("theano.scan_module.scan_opt", "pytensor.scan.rewriting.merge", "has_duplicates make_equiv"),
    Adapted(
        "theano.scan_module.scan_opt.ScanInplaceOptimizer", "pytensor.scan.rewriting.ScanInplaceOptimizer",
        "The parameters typeInfer, gpua_flag are gone.",
    ),
    *gone("theano.scan_module.scan_opt", """
        PushOutDot1 PushOutNonSeqScan PushOutScanOutput PushOutSeqScan ScanSaveMem info
        remove_constants_and_unused_inputs_scan warning
    """, "The rewrite is gone or part of another one."),
    *moved("theano.sparse.opt", "pytensor.sparse.rewriting", """
        AddSD_ccode CSMGradC MulSDCSC MulSDCSR MulSVCSR SamplingDotCSR StructuredAddSVCSR StructuredDotCSC
        StructuredDotCSR UsmmCscDense csm_grad_c local_addsd_ccode local_csm_grad_c local_csm_properties_csm
        local_dense_from_sparse_sparse_from_dense local_inplace_addsd_ccode local_inplace_remove0
        local_mul_s_d local_mul_s_v local_sampling_dot_csr local_structured_add_s_v local_structured_dot
        local_usmm_csc_dense_inplace local_usmm_csx mul_s_d_csc mul_s_d_csr mul_s_v_csr sampling_dot_csr
        sd_csc sd_csr structured_add_s_v_csr usmm_csc_dense usmm_csc_dense_inplace
    """),
    *gone("theano.tensor.nnet.opt", """
        local_abstractconv3d_gemm local_abstractconv3d_gradinputs_gemm local_abstractconv3d_gradweight_gemm
        local_abstractconv_check local_abstractconv_gemm local_abstractconv_gradinputs_gemm
        local_abstractconv_gradweight_gemm local_conv2d_cpu local_conv2d_gradinputs_cpu
        local_conv2d_gradweight_cpu local_inplace_sparse_block_gemv local_inplace_sparse_block_outer
        sparse_block_gemv_inplace sparse_block_outer_inplace
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *moved("theano.tensor.opt", "pytensor.tensor.rewriting.basic", """
        Assert MakeVector assert_op constant_folding is_an_upcast local_alloc_empty_to_zeros
        local_alloc_unary local_cast_cast local_elemwise_alloc local_join_1 local_join_empty
        local_join_make_vector local_merge_alloc local_merge_switch_same_cond local_remove_all_assert
        local_remove_useless_assert local_scalar_tensor_scalar local_tensor_scalar_tensor
        local_useless_alloc local_useless_elemwise local_useless_fill local_useless_split
        local_useless_switch local_view_op register_canonicalize register_specialize register_stabilize
        register_uncanonicalize register_useless
    """),
    *moved("theano.tensor.opt", "pytensor.tensor.basic", "MakeVectorPrinter make_vector"),
    *moved("theano.tensor.opt", "pytensor.tensor.rewriting.shape", """
        ShapeFeature ShapeOptimizer UnShapeOptimizer local_reshape_chain local_reshape_lift
        local_reshape_to_dimshuffle local_shape_to_shape_i local_track_shape_i local_useless_reshape
    """),
    *moved("theano.tensor.opt", "pytensor.tensor.rewriting.math", """
        add_calculate apply_local_dimshuffle_lift attempt_distribution check_for_x_over_absX
        distribute_greedy local_0_dot_x local_abs_lift local_abs_merge local_div_switch_sink
        local_elemwise_sub_zeros local_expm1 local_grad_log_erfc_neg local_greedy_distributor
        local_lift_transpose_through_dot local_log1p local_log_erfc local_log_sum_exp local_mul_specialize
        local_mul_switch_sink local_mul_to_sqr local_mul_zero local_neg_div_neg local_neg_to_mul
        local_opt_alloc local_pow_canonicalize local_pow_specialize local_reduce_broadcastable
        local_reduce_join local_sum_prod_all_to_none local_sumsqr2dot local_useless_elemwise_comparison
        local_useless_reduce local_zero_div mul_calculate scalarconsts_rest
    """),
    *moved("theano.tensor.opt", "pytensor.tensor.rewriting.elemwise", """
        fuse_seqopt is_dimshuffle_useless local_dimshuffle_lift local_upcast_elemwise_constant_inputs
    """),
    *moved("theano.tensor.opt", "pytensor.tensor.rewriting.subtensor", """
        local_IncSubtensor_serialize local_incsubtensor_of_zeros local_incsubtensor_of_zeros_to_setsubtensor
        local_inplace_setsubtensor local_set_to_inc_subtensor local_setsubtensor_of_constants
        local_subtensor_remove_broadcastable_index local_useless_inc_subtensor
        local_useless_inc_subtensor_alloc local_useless_slice local_useless_subtensor merge_two_slices
    """),
    *moved("theano.tensor.opt", "pytensor.tensor.rewriting.subtensor_lift", """
        local_subtensor_make_vector local_subtensor_of_alloc local_subtensor_of_dot
    """),
    Adapted(
        "theano.tensor.opt.FusionOptimizer", "pytensor.tensor.rewriting.elemwise.FusionOptimizer",
        "The parameter local_optimizer is gone.",
    ),
    Adapted(
        "theano.tensor.opt.InplaceElemwiseOptimizer",
        "pytensor.tensor.rewriting.elemwise.InplaceElemwiseOptimizer", "The parameter OP is gone.",
    ),
    *gone("theano.tensor.opt", """
        Canonizer apply_rebroadcast_opt assert_ broadcast_like elemwise_max_input_fct
        encompasses_broadcastable get_clients get_clients2 is_inverse_pair local_add_mul_fusion
        local_add_specialize local_adv_sub1_adv_inc_sub1 local_canonicalize_alloc local_div_to_inv
        local_elemwise_alloc_op local_elemwise_fusion local_elemwise_fusion_op local_fill_sink
        local_fill_to_alloc local_flatten_lift local_func_inv local_inplace_incsubtensor1
        local_intdiv_by_one local_inv_canon local_log_add local_neg_neg local_op_of_op
        local_pow_specialize_device local_rebroadcast_lift local_subtensor_inc_subtensor
        local_subtensor_lift local_subtensor_merge local_sum_prod_div_dimshuffle
        local_sum_prod_mul_by_scalar local_useless_composite local_useless_dimshuffle_in_reshape
        local_useless_rebroadcast local_useless_tile local_useless_topk merge_broadcastables
        register_specialize_device
    """, "The rewrite is gone or part of another one."),
    *moved("theano.tensor.opt_uncanonicalize", "pytensor.tensor.rewriting.uncanonicalize", """
        local_alloc_dimshuffle local_dimshuffle_subtensor local_max_to_min local_reshape_dimshuffle
    """),
    *moved("theano.tensor.opt_uncanonicalize", "pytensor.tensor.rewriting.basic", "local_dimshuffle_alloc"),
    *gone("theano.tensor.opt_uncanonicalize", "local_max_and_argmax", "PyTensor has nothing of that name."),
    *gone("theano.typed_list.opt", "typed_list_inplace_opt", "The rewrite is gone."),
)
