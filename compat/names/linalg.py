"""What became of linear algebra."""

from .rows import Adapted, Row, gone, moved, same

# fmt: off
ROWS: tuple[Row, ...] = (
    *moved("theano.sandbox.linalg", "pytensor.tensor.basic", "alloc_diag extract_diag"),
    *moved("theano.sandbox.linalg", "pytensor.tensor.linalg.decomposition.cholesky", "cholesky"),
    *moved("theano.sandbox.linalg", "pytensor.tensor.linalg", "det matrix_inverse"),
    *moved("theano.sandbox.linalg", "pytensor.tensor.linalg.decomposition.eigen", "eig"),
    *moved("theano.sandbox.linalg", "pytensor.tensor.linalg.solvers.general", "solve"),
    *moved("theano.sandbox.linalg.ops", "pytensor.tensor.linalg.decomposition.cholesky", "cholesky"),
    *moved("theano.sandbox.linalg.ops", "pytensor.tensor.linalg", "det matrix_inverse"),
    *moved("theano.sandbox.linalg.ops", "pytensor.tensor.basic", "extract_diag"),
    *moved("theano.sandbox.linalg.ops", "pytensor.tensor.linalg.solvers.general", "solve"),
    *gone("theano.sandbox.linalg.ops", """
        Hint HintsFeature HintsOptimizer hints inv_as_solve is_hint_node is_positive is_psd is_symmetric
        local_det_chol local_log_pow local_log_prod_sqr no_transpose_symmetric psd psd_solve_with_chol
        remove_hint_nodes spectral_radius_bound tag_solve_triangular transinv_to_invtrans
    """, "Hints and rewrites of an experiment that ended."),
    *same("theano.tensor.blas", """
        BatchedDot Dot22 Dot22Scalar Gemm GemmRelated Gemv Ger bool_t gemm gemm_inplace gemm_no_inplace gemv
        gemv_inplace gemv_no_inplace ger ger_destructive ldflags
    """),
    *moved("theano.tensor.blas", "pytensor.tensor.rewriting.blas", """
        GemmOptimizer blas_optdb local_dimshuffle_lift local_dot22_to_dot22scalar local_dot22_to_ger_or_gemv
        local_dot_to_dot22 local_gemm_to_gemv local_gemm_to_ger local_inplace_gemm local_inplace_gemv
        local_inplace_ger
    """),
    Adapted(
        "theano.tensor.blas.res_is_a", "pytensor.tensor.rewriting.blas.res_is_a",
        "The parameter node is gone.",
    ),
    *gone(
        "theano.tensor.blas", "check_init_y local_print_as_we_go_along",
        "PyTensor has nothing of that name.",
    ),
    *same("theano.tensor.blas_c", """
        BaseBLAS CGemv CGer bool_t cgemv_inplace cgemv_no_inplace cger_inplace cger_no_inplace ger_c_code
    """),
    *moved("theano.tensor.blas_c", "pytensor.tensor.rewriting.blas", "blas_optdb"),
    *moved(
        "theano.tensor.blas_c", "pytensor.tensor.blas", "gemv_inplace gemv_no_inplace ger ger_destructive",
    ),
    *moved("theano.tensor.blas_c", "pytensor.tensor.rewriting.blas_c", """
        make_c_gemv_destructive make_c_ger_destructive use_c_gemv use_c_ger
    """),
    Adapted(
        "theano.tensor.blas_c.gemv_c_code", "pytensor.tensor.blas_c.gemv_c_code",
        "The parameter force_init_beta is gone.",
    ),
    *gone("theano.tensor.blas_c", "check_force_gemv_init", "PyTensor has nothing of that name."),
    *same("theano.tensor.blas_headers", """
        blas_header_text blas_header_version cblas_header_text detect_macos_sdot_bug mkl_threads_text
        openblas_threads_text
    """),
    *moved("theano.tensor.blas_scipy", "pytensor.tensor.rewriting.blas", "blas_optdb"),
    *moved("theano.tensor.blas_scipy", "pytensor.tensor.blas", "ger ger_destructive"),
    *gone("theano.tensor.blas_scipy", """
        ScipyGer make_ger_destructive scipy_ger_inplace scipy_ger_no_inplace use_scipy_ger
    """, "SciPy's BLAS is called by PyTensor itself."),
    *same("theano.tensor.nlinalg", """
        Det Eig Eigh MatrixInverse MatrixPinv SVD TensorInv TensorSolve det eig eigh lstsq matrix_dot
        matrix_inverse matrix_power norm pinv svd tensorinv tensorsolve trace
    """),
    *moved("theano.tensor.nlinalg", "pytensor.tensor.basic", "alloc_diag"),
    *moved("theano.tensor.nlinalg", "pytensor.tensor", "extract_diag"),
    Adapted(
        "theano.tensor.nlinalg.qr", "pytensor.tensor.linalg.decomposition.qr.qr",
        "The parameter a is gone.",
    ),
    *gone("theano.tensor.nlinalg", "EighGrad QRFull QRIncomplete", "PyTensor has nothing of that name."),
    *same("theano.tensor.slinalg", "Eigvalsh Expm Solve cholesky eigvalsh expm solve"),
    *moved("theano.tensor.slinalg", "pytensor.tensor.linalg.products", "kron"),
    Adapted(
        "theano.tensor.slinalg.Cholesky", "pytensor.tensor.slinalg.Cholesky",
        "The parameter on_error is gone.",
    ),
    *gone("theano.tensor.slinalg", """
        CholeskyGrad EigvalshGrad ExpmGrad solve_lower_triangular solve_symmetric solve_upper_triangular
    """, "PyTensor has nothing of that name."),
)
