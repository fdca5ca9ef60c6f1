"""What became of `theano.scalar`."""

from .rows import Adapted, Moved, Row, gone, moved, same

# fmt: off
ROWS: tuple[Row, ...] = (
    *same("theano.scalar", """
        AND Abs Add Angle Apply ArcCos ArcCosh ArcSin ArcSinh ArcTan ArcTan2 ArcTanh BinaryBitOp
        BinaryScalarOp Cast Ceil Clip Complex ComplexError ComplexFromPolar Composite Conj Constant Cos Cosh
        Deg2Rad EQ Erf Erfc Erfcinv Erfcx Erfinv Exp Exp2 Expm1 FixedLogicalComparison Floor GE GT Gamma
        GammaInc GammaIncC GammaL GammaLn GammaU I0 I1 Identity Imag IntDiv IntegerDivisionError Invert
        IsInf IsNan J0 J1 Jv LE LT Log Log10 Log1p Log2 LogicalComparison Maximum Minimum Mod Mul NEQ Neg
        NumpyAutocaster OR Op Pow Psi Rad2Deg Real RoundHalfAwayFromZero RoundHalfToEven ScalarConstant
        ScalarOp ScalarVariable Second Sin Sinh Sqr Sqrt Sub Switch Tan Tanh TriGamma TrueDiv Trunc
        UnaryBitOp UnaryScalarOp Variable XOR add and_ angle arccos arccosh arcsin arcsinh arctan arctan2
        arctanh as_common_dtype as_scalar autocast_float_as bool cast ceil clip complex complex128 complex64
        complex_from_polar complexs complexs128 complexs64 conj constant convert convert_to_bool
        convert_to_complex128 convert_to_complex64 convert_to_float16 convert_to_float32 convert_to_float64
        convert_to_int16 convert_to_int32 convert_to_int64 convert_to_int8 convert_to_uint16
        convert_to_uint32 convert_to_uint64 convert_to_uint8 cos cosh deg2rad eq erf erfc erfcinv erfcx
        erfinv exp exp2 expm1 float16 float32 float64 float_out float_out_nocomplex floats floor floor_div
        gamma gammainc gammaincc gammal gammaln gammau ge get_scalar_type grad_not_implemented
        grad_undefined gt i0 i1 identity imag int16 int32 int64 int8 int_div int_out int_out_nocomplex ints
        invert isinf isnan j0 j1 jv le log log10 log1p log2 lt maximum minimum mod mod_check mul neg neq or_
        pow pprint psi rad2deg real real_out round_half_away_from_zero round_half_away_from_zero_
        round_half_away_from_zero_vec round_half_to_even same_out same_out_float_only same_out_min8
        same_out_nobool same_out_nocomplex second sin sinh specific_out sqr sqrt sub switch tan tanh
        tri_gamma true_div trunc uint16 uint32 uint64 uint8 unary_out_lookup upcast upcast_out
        upcast_out_min8 upcast_out_no_complex upcast_out_nobool upgrade_to_float upgrade_to_float64
        upgrade_to_float_no_complex xor
    """),
    *moved("theano.scalar", "pytensor.gradient", "DisconnectedType"),
    *moved("theano.scalar", "pytensor.graph.fg", "FunctionGraph"),
    *moved("theano.scalar", "pytensor.graph.type", "Type"),
    *moved("theano.scalar", "pytensor.tensor.math", "chi2sf iv"),
    Moved("theano.scalar.abs_", "pytensor.scalar.abs"),
    Moved("theano.scalar.inv", "pytensor.scalar.reciprocal"),
    Moved("theano.scalar.sgn", "pytensor.scalar.sign"),
    Moved("theano.scalar.Scalar", "pytensor.scalar.basic.ScalarType"),
    Moved("theano.scalar.Inv", "pytensor.scalar.basic.Reciprocal"),
    Moved("theano.scalar.Sgn", "pytensor.scalar.basic.Sign"),
    *gone("theano.scalar", """
        Chi2SF Compositef32 InRange Iv div_proxy handle_cast handle_composite inclosedrange inopenrange
        int_or_true_div transfer_type
    """, "PyTensor has nothing of that name."),
    *gone(
        "theano.scalar.basic_sympy", "SymPyCCode include_line sympy_dtype theano_dtype",
        "PyTensor has nothing of that name.",
    ),
    *same("theano.scalar.sharedvar", "shared"),
    Adapted(
        "theano.scalar.sharedvar.ScalarSharedVariable", "pytensor.scalar.sharedvar.ScalarSharedVariable",
        "The order of parameters differs.",
    ),
)
