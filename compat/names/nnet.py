"""What became of `theano.tensor.nnet` and `theano.tensor.signal`: neural networks, pooling."""

from .rows import Adapted, Gone, Row, gone, moved

# fmt: off
ROWS: tuple[Row, ...] = (
    *moved("theano.tensor.nnet", "pytensor.tensor.special", "LogSoftmax Softmax"),
    *moved("theano.tensor.nnet", "pytensor.tensor", "sigmoid softplus"),
    Adapted(
        "theano.tensor.nnet.softmax", "pytensor.tensor.special.softmax",
        "Of a matrix, softmax(x, axis=-1): without axis= all elements add up to 1. A vector stays a "
        "vector, Theano made it a row.",
    ),
    Adapted(
        "theano.tensor.nnet.logsoftmax", "pytensor.tensor.special.log_softmax", "log_softmax(x, axis=-1).",
    ),
    Gone("theano.tensor.nnet.relu", "pt.maximum(x, 0), or pt.switch(x > 0, x, alpha * x)."),
    Gone("theano.tensor.nnet.elu", "pt.switch(x > 0, x, alpha * pt.expm1(x))."),
    Gone(
        "theano.tensor.nnet.selu",
        "1.0507009873554805 * pt.switch(x > 0, x, 1.6732632423543772 * pt.expm1(x)).",
    ),
    Gone("theano.tensor.nnet.hard_sigmoid", "pt.clip(0.2 * x + 0.5, 0, 1)."),
    Adapted("theano.tensor.nnet.ultra_fast_sigmoid", "pytensor.tensor.sigmoid", "The exact function."),
    Gone("theano.tensor.nnet.softsign", "x / (1 + abs(x))."),
    Gone(
        "theano.tensor.nnet.binary_crossentropy",
        "-(target * pt.log(output) + (1 - target) * pt.log(1 - output)).",
    ),
    Gone("theano.tensor.nnet.sigmoid_binary_crossentropy", "pt.softplus(x) - target * x."),
    Gone(
        "theano.tensor.nnet.categorical_crossentropy",
        "With labels, -pt.log(p)[pt.arange(y.shape[0]), y]; with rows, -(rows * pt.log(p)).sum(axis=1).",
    ),
    Gone("theano.tensor.nnet.confusion_matrix", "Compute it with NumPy from the predictions."),
    *gone("theano.tensor.nnet", """
        ConvOp CrossentropyCategorical1Hot CrossentropyCategorical1HotGrad CrossentropySoftmax1HotWithBiasDx
        CrossentropySoftmaxArgmax1HotWithBias Prepend_scalar_constant_to_each_row Prepend_scalar_to_each_row
        SoftmaxGrad SoftmaxWithBias abstract_conv2d batch_normalization conv2d conv2d_grad_wrt_inputs
        conv2d_transpose conv3d crossentropy_categorical_1hot crossentropy_categorical_1hot_grad
        crossentropy_softmax_1hot crossentropy_softmax_1hot_with_bias crossentropy_softmax_1hot_with_bias_dx
        crossentropy_softmax_argmax_1hot_with_bias crossentropy_softmax_max_and_argmax_1hot
        crossentropy_softmax_max_and_argmax_1hot_with_bias graph_merge_softmax_with_crossentropy_softmax
        h_softmax logsoftmax_op prepend_0_to_each_row prepend_1_to_each_row prepend_scalar_to_each_row
        scalar_sigmoid separable_conv2d sigmoid_inplace softmax_grad softmax_graph softmax_op
        softmax_simplifier softmax_with_bias
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *gone("theano.tensor.nnet.abstract_conv", """
        AbstractConv AbstractConv2d AbstractConv2d_gradInputs AbstractConv2d_gradWeights AbstractConv3d
        AbstractConv3d_gradInputs AbstractConv3d_gradWeights AbstractConv_gradInputs
        AbstractConv_gradWeights BaseAbstractConv assert_conv_shape assert_shape bilinear_kernel_1D
        bilinear_kernel_2D bilinear_upsampling border_mode_to_pad causal_conv1d check_conv_gradinputs_shape
        conv2d_grad_wrt_weights conv3d_grad_wrt_inputs conv3d_grad_wrt_weights frac_bilinear_upsampling
        get_conv_gradinputs_shape get_conv_gradinputs_shape_1axis get_conv_gradweights_shape
        get_conv_gradweights_shape_1axis get_conv_output_shape get_conv_shape_1axis separable_conv3d
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *gone("theano.tensor.nnet.blocksparse", """
        SparseBlockGemv SparseBlockOuter sparse_block_dot sparse_block_gemv sparse_block_gemv_inplace
        sparse_block_outer sparse_block_outer_inplace
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *gone("theano.tensor.nnet.bn", """
        AbstractBatchNormInference AbstractBatchNormTrain AbstractBatchNormTrainGrad BNComposite
        batch_normalization_test batch_normalization_train local_abstract_batch_norm_inference
        local_abstract_batch_norm_train local_abstract_batch_norm_train_grad
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *gone(
        "theano.tensor.nnet.conv", "gen_conv_code_unroll_batch_kern",
        "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one.",
    ),
    *gone("theano.tensor.nnet.conv3d2d", """
        DiagonalSubtensor IncDiagonalSubtensor diagonal_subtensor get_diagonal_subtensor_view
        inc_diagonal_subtensor local_inplace_DiagonalSubtensor
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *gone(
        "theano.tensor.nnet.corr", "BaseCorrMM CorrMM CorrMM_gradInputs CorrMM_gradWeights",
        "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one.",
    ),
    *gone("theano.tensor.nnet.corr3d", """
        BaseCorr3dMM Corr3dMM Corr3dMM_gradInputs Corr3dMM_gradWeights
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *moved("theano.tensor.nnet.ctc", "pytensor.tensor.extra_ops", "cpu_contiguous"),
    *gone("theano.tensor.nnet.ctc", """
        ConnectionistTemporalClassification ctc ctc_available ctc_present local_ctc_no_grad
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *gone(
        "theano.tensor.nnet.neighbours", "Images2Neibs images2neibs neibs2images",
        "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one.",
    ),
    *moved("theano.tensor.nnet.nnet", "pytensor.tensor.rewriting.special", "local_logsoftmax"),
    *gone("theano.tensor.nnet.nnet", """
        ScalarSoftsign local_advanced_indexing_crossentropy_onehot
        local_advanced_indexing_crossentropy_onehot_grad local_argmax_pushdown local_logsoftmax_grad
        local_softmax_grad_to_crossentropy_with_softmax_grad local_softmax_with_bias
        local_useless_crossentropy_softmax_1hot_with_bias_dx_alloc scalar_softsign
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *moved("theano.tensor.nnet.sigm", "pytensor.tensor.rewriting.math", """
        compute_mul is_1pexp is_exp is_mul is_neg local_1msigmoid local_exp_over_1_plus_exp
        local_sigm_times_exp parse_mul_tree partition_num_or_denom perform_sigm_times_exp replace_leaf
        simplify_mul
    """),
    *moved("theano.tensor.nnet.sigm", "pytensor.tensor.math", "pprint"),
    *gone("theano.tensor.nnet.sigm", """
        ScalarSigmoid ScalarSoftplus UltraFastScalarSigmoid local_hard_sigmoid local_inv_1_plus_exp
        local_ultra_fast_sigmoid scalar_softplus ultra_fast_scalar_sigmoid ultra_fast_sigmoid_inplace
    """, "PyTensor has no functions for neural networks; compat.theano.tensor.nnet keeps this one."),
    *gone(
        "theano.tensor.signal.conv", "conv2d",
        "PyTensor has no pooling or signal processing like it; compat.theano.tensor.signal keeps this one.",
    ),
    *gone("theano.tensor.signal.pool", """
        AveragePoolGrad DownsampleFactorMaxGradGrad MaxPoolGrad MaxPoolRop Pool PoolGrad PoolingMode_t
        max_pool_2d_same_size pool_2d pool_3d
    """,
        "PyTensor has no pooling or signal processing like it; compat.theano.tensor.signal keeps this one."
    ),
)
