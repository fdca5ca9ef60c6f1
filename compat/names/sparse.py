"""What became of `theano.sparse`."""

from .rows import Adapted, Row, gone, moved, same

# fmt: off
ROWS: tuple[Row, ...] = (
    *same("theano.sparse", """
        AddSD AddSS AddSSData CSC CSM CSMGrad CSMProperties CSR Cast ColScaleCSC ConstructSparseFromList
        DenseFromSparse Diag DisconnectedType Dot EnsureSortedIndices EqualSD EqualSS GetItem2Lists
        GetItem2ListsGrad GetItem2d GetItemList GetItemListGrad GetItemScalar GreaterEqualSD GreaterEqualSS
        GreaterThanSD GreaterThanSS HStack LessEqualSD LessEqualSS LessThanSD LessThanSS NotEqualSD
        NotEqualSS Remove0 RowScaleCSC SamplingDot SpSum SparseFromDense StructuredAddSV StructuredDot
        StructuredDotGradCSC StructuredDotGradCSR Transpose TrueDot Usmm VStack add add_s_d add_s_s
        add_s_s_data arcsin arcsinh arctan arctanh as_sparse as_sparse_or_tensor_variable as_sparse_variable
        bcast bsr_dmatrix bsr_fmatrix bsr_matrix cast ccast ceil clean col_scale conj
        construct_sparse_from_list csc_dmatrix csc_fmatrix csc_from_dense csc_matrix csm_data csm_grad
        csm_indices csm_indptr csm_properties csm_shape csr_dmatrix csr_fmatrix csr_from_dense csr_matrix
        dcast deg2rad dense_from_sparse diag dot ensure_sorted_indices eq equal_s_d equal_s_s expm1 fcast
        floor ge get_item_2d get_item_2lists get_item_2lists_grad get_item_list get_item_list_grad
        get_item_scalar grad_not_implemented grad_undefined greater_equal_s_d greater_equal_s_s
        greater_than_s_d greater_than_s_s gt hstack icast lcast le less_equal_s_d less_equal_s_s
        less_than_s_d less_than_s_s log1p lt matrix mul mul_s_d mul_s_s mul_s_v neg neq not_equal_s_d
        not_equal_s_s rad2deg remove0 rint row_scale sampling_dot sdg_csc sdg_csr shared sin sinh
        sp_ones_like sp_sum sp_zeros_like sqr sqrt square_diagonal structured_add structured_add_s_v
        structured_dot structured_dot_grad structured_exp structured_log structured_maximum
        structured_minimum structured_pow structured_sigmoid sub tan tanh transpose true_dot trunc usmm
        vstack wcast zcast
    """),
    *moved("theano.sparse", "pytensor.scalar.basic", "Neg constant"),
    *moved(
        "theano.sparse", "pytensor.sparse.variable",
        "SparseConstant SparseConstantSignature SparseVariable",
    ),
    *moved("theano.sparse", "pytensor.sparse.utils", "hash_from_sparse"),
    *moved("theano.sparse", "pytensor.tensor.math", "sgn"),
    *gone("theano.sparse", """
        MulSD MulSS MulSV SparseType SquareDiagonal structured_monoid
    """, "PyTensor has nothing of that name."),
    *moved("theano.sparse.sandbox.sp", "pytensor.tensor.rewriting.basic", "register_specialize"),
    *gone("theano.sparse.sandbox.sp", """
        ConvolutionIndices convolution_indices convolve max_pool
    """, "PyTensor has nothing of that name."),
    *moved("theano.sparse.sandbox.sp2", "pytensor.sparse.rewriting", """
        local_mul_s_d local_mul_s_v local_sampling_dot_csr local_structured_add_s_v mul_s_d_csc mul_s_d_csr
        mul_s_v_csr sampling_dot_csr structured_add_s_v_csr
    """),
    *moved("theano.sparse.sandbox.sp2", "pytensor.tensor.random.basic", "multinomial poisson"),
    *gone("theano.sparse.sandbox.sp2", """
        Binomial Multinomial Poisson csc_dbinomial csc_fbinomial csr_dbinomial csr_fbinomial eliminate_zeros
    """, "PyTensor has nothing of that name."),
    *same("theano.sparse.sharedvar", "sparse_constructor"),
    Adapted(
        "theano.sparse.sharedvar.SparseTensorSharedVariable",
        "pytensor.sparse.sharedvar.SparseTensorSharedVariable", "The order of parameters differs.",
    ),
)
