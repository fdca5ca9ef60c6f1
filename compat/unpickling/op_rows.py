"""Rows for Theano's Ops: where each is, and what its class here is called with."""

from __future__ import annotations

import re
from collections.abc import Callable

from .modules import theano_module
from .records import Record
from .table import BUILDERS
from .translator import Task, Translator

__all__: list[str] = []

#: module -> Ops of which the class here takes the attributes in parentheses (``argument=attribute`` where the
#: names differ); ``A|B(...)`` is two rows. Whether an Op worked in place is left to the compiler.
_OPS = {
    "compile.ops": """DeepCopyOp() OutputGuard() Shape() Shape_i(i) SpecifyShape() ViewOp()""",
    "gradient": """ConsiderConstant() DisconnectedGrad() ZeroGrad() UndefinedGrad()
        GradClip(clip_lower_bound clip_upper_bound) GradScale(multiplier)""",
    "ifelse": """IfElse(n_outs as_view name)""",
    "sandbox.multinomial": """ChoiceFromUniform(odtype replace) MultinomialFromUniform(odtype)
        MultinomialWOReplacementFromUniform(odtype replace)""",
    "sandbox.rng_mrg": """DotModulo() mrg_uniform(output_type)""",
    "sparse.basic": """AddSD() AddSS() AddSSData() CSM(format) CSMGrad() CSMProperties() Cast(out_type)
        ColScaleCSC() ConstructSparseFromList() DenseFromSparse(structured=sparse_grad) Diag() Dot()
        EnsureSortedIndices() EqualSD() EqualSS() GetItem2Lists() GetItem2ListsGrad() GetItem2d()
        GetItemList() GetItemListGrad() GetItemScalar() GreaterEqualSD() GreaterEqualSS()
        GreaterThanSD() GreaterThanSS() HStack(format dtype) LessEqualSD() LessEqualSS() LessThanSD()
        LessThanSS() MulSD() MulSS() MulSV() Neg() NotEqualSD() NotEqualSS() Remove0() RowScaleCSC()
        SamplingDot() SpSum(axis sparse_grad=structured_grad) SparseFromDense(format) SquareDiagonal()
        StructuredAddSV() StructuredDot() StructuredDotGradCSC() StructuredDotGradCSR() Transpose()
        TrueDot(grad_preserves_dense) Usmm() VStack(format dtype)""",
    "tensor.basic": """ARange(dtype) Alloc() AllocDiag(offset axis1 axis2) AllocEmpty(dtype)
        Argmax(axis) Choose(mode) Default() Dot() ExtractDiag(offset axis1 axis2 view) Eye(dtype)
        Flatten(outdim) Join(view) Mean(axis) Nonzero() PermuteRowElements() Reshape(ndim)
        ScalarFromTensor() Split(len_splits) TensorFromScalar() Tile(ndim) Tri(dtype)""",
    "tensor.elemwise": """All(axis) Any(axis) CAReduce(scalar_op axis)
        CAReduceDtype(scalar_op axis dtype acc_dtype) DimShuffle(input_broadcastable new_order)
        Elemwise(scalar_op) Prod(axis dtype acc_dtype no_zeros_in_input)
        ProdWithoutZeros(axis dtype acc_dtype) Sum(axis dtype acc_dtype)""",
    "tensor.extra_ops": """Bartlett() CpuContiguous() CumOp(axis mode) DiffOp(n axis) FillDiagonal()
        FillDiagonalOffset() RavelMultiIndex(mode order) RepeatOp(axis) SearchsortedOp(side)
        Unique(return_index return_inverse return_counts axis) UnravelIndex(ndim order)""",
    "tensor.fft": """IRFFTOp() RFFTOp()""",
    "tensor.fourier": """Fourier()""",
    "tensor.nlinalg": """AllocDiag() Det() Eig() Eigh(UPLO) EighGrad(UPLO) MatrixInverse() MatrixPinv()
        QRFull(mode) QRIncomplete(mode) SVD(full_matrices compute_uv) TensorInv(ind) TensorSolve(axes)
        lstsq()""",
    "tensor.nnet.abstract_conv": """
        AbstractConv|AbstractConv_gradInputs|AbstractConv_gradWeights(convdim imshp kshp border_mode subsample
        filter_flip filter_dilation num_groups unshared)
        AbstractConv2d|AbstractConv2d_gradInputs|AbstractConv2d_gradWeights(imshp kshp border_mode subsample
        filter_flip filter_dilation num_groups unshared)
        AbstractConv3d|AbstractConv3d_gradInputs|AbstractConv3d_gradWeights(imshp kshp border_mode subsample
        filter_flip filter_dilation num_groups)""",
    "tensor.nnet.blocksparse": """SparseBlockGemv() SparseBlockOuter()""",
    "tensor.nnet.bn": """AbstractBatchNormInference(axes) AbstractBatchNormTrain(axes)
        AbstractBatchNormTrainGrad(axes)""",
    "tensor.nnet.conv": """ConvOp(imshp kshp nkern bsize dx dy output_mode=out_mode imshp_logical
        kshp_logical kshp_logical_top_aligned)""",
    "tensor.nnet.conv3d2d": """DiagonalSubtensor() IncDiagonalSubtensor()""",
    "tensor.nnet.corr": """CorrMM|CorrMM_gradInputs|CorrMM_gradWeights(border_mode subsample
        filter_dilation num_groups unshared)""",
    "tensor.nnet.corr3d": """Corr3dMM|Corr3dMM_gradInputs|Corr3dMM_gradWeights(border_mode subsample
        filter_dilation num_groups)""",
    "tensor.nnet.ctc": """ConnectionistTemporalClassification(compute_grad)""",
    "tensor.nnet.neighbours": """Images2Neibs(mode)""",
    "tensor.nnet.nnet": """CrossentropyCategorical1Hot() CrossentropyCategorical1HotGrad()
        CrossentropySoftmax1HotWithBiasDx() CrossentropySoftmaxArgmax1HotWithBias() LogSoftmax()
        Prepend_scalar_constant_to_each_row(val) Prepend_scalar_to_each_row() Softmax() SoftmaxGrad()
        SoftmaxWithBias()""",
    "tensor.opt": """Assert(msg) MakeVector(dtype)""",
    "tensor.signal.pool": """DownsampleFactorMaxGradGrad(ignore_border mode ndim)
        MaxPoolRop(ignore_border mode ndim)""",
    "tensor.slinalg": """Cholesky(lower on_error) CholeskyGrad(lower) Eigvalsh(lower)
        EigvalshGrad(lower) Expm() ExpmGrad() Solve(A_structure lower)""",
    "tensor.sort": """ArgSortOp(kind order) SortOp(kind order)
        TopKOp(axis sorted idx_dtype return_values return_indices)""",
    "tensor.subtensor": """AdvancedBooleanIncSubtensor(set_instead_of_inc) AdvancedBooleanSubtensor()
        AdvancedIncSubtensor(set_instead_of_inc) AdvancedIncSubtensor1(set_instead_of_inc)
        AdvancedSubtensor() AdvancedSubtensor1(sparse_grad) IncSubtensor(idx_list set_instead_of_inc)
        Subtensor(idx_list)""",
    "tensor.type_other": """MakeSlice()""",
    "typed_list.basic": """Append() Count() Extend() GetItem() Index() Insert() Length()
        Remove() Reverse()""",
}
#: older place of an Op, or its twin for GPUs -> the one in `_OPS`
_MOVED = {
    "tensor.basic.Shape": "compile.ops.Shape",
    "tensor.opt.Shape_i": "compile.ops.Shape_i",
    "tensor.basic.Subtensor": "tensor.subtensor.Subtensor",
    "tensor.basic.IncSubtensor": "tensor.subtensor.IncSubtensor",
    "tensor.basic.AdvancedSubtensor": "tensor.subtensor.AdvancedSubtensor",
    "tensor.basic.AdvancedSubtensor1": "tensor.subtensor.AdvancedSubtensor1",
    "tensor.basic.AdvancedIncSubtensor": "tensor.subtensor.AdvancedIncSubtensor",
    "tensor.basic.AdvancedIncSubtensor1": "tensor.subtensor.AdvancedIncSubtensor1",
    "tensor.basic.ConsiderConstant": "gradient.ConsiderConstant",
    "tensor.nlinalg.ExtractDiag": "tensor.basic.ExtractDiag",
    "sandbox.linalg.ops.ExtractDiag": "tensor.basic.ExtractDiag",
    "sandbox.linalg.ops.MatrixInverse": "tensor.nlinalg.MatrixInverse",
    "sandbox.linalg.ops.MatrixPinv": "tensor.nlinalg.MatrixPinv",
    "sandbox.linalg.ops.AllocDiag": "tensor.nlinalg.AllocDiag",
    "sandbox.linalg.ops.Det": "tensor.nlinalg.Det",
    "sandbox.linalg.ops.Cholesky": "tensor.slinalg.Cholesky",
    "sandbox.linalg.ops.Solve": "tensor.slinalg.Solve",
    "gpuarray.multinomial.GPUAChoiceFromUniform": "sandbox.multinomial.ChoiceFromUniform",
    "gpuarray.multinomial.GPUAMultinomialFromUniform": "sandbox.multinomial.MultinomialFromUniform",
    "gpuarray.multinomial.GPUAMultinomialWOReplacementFromUniform": (
        "sandbox.multinomial.MultinomialWOReplacementFromUniform"
    ),
    "gpuarray.rng_mrg.GPUA_mrg_uniform": "sandbox.rng_mrg.mrg_uniform",
    "sandbox.rng_mrg.GPU_mrg_uniform": "sandbox.rng_mrg.mrg_uniform",
    "sandbox.neighbours.Images2Neibs": "tensor.nnet.neighbours.Images2Neibs",
}
#: module -> scalar Ops, each with the name of its instance where that is not the class's in lower case
_SCALARS = {
    "scalar.basic": """AND=and_ Abs=abs_ Add Angle ArcCos ArcCosh ArcSin ArcSinh ArcTan ArcTan2 ArcTanh
        Ceil Clip Complex ComplexFromPolar=complex_from_polar Conj Cos Cosh Deg2Rad EQ Exp Exp2 Expm1
        Floor GE GT Identity Imag IntDiv=int_div Inv Invert IsInf IsNan LE LT Log Log10 Log1p Log2
        Maximum Minimum Mod Mul NEQ Neg OR=or_ Pow Rad2Deg Real
        RoundHalfAwayFromZero=round_half_away_from_zero RoundHalfToEven=round_half_to_even Second Sgn
        Sin Sinh Sqr Sqrt Sub Switch Tan Tanh TrueDiv=true_div Trunc XOR""",
    "scalar.basic_scipy": """Chi2SF Erf Erfc Erfcinv Erfcx Erfinv Gamma GammaInc GammaIncC GammaL
        GammaLn GammaU I0 I1 Iv J0 J1 Jv Psi TriGamma=tri_gamma""",
    "tensor.elemwise": """MulWithoutZeros=mul_without_zeros""",
    "tensor.nnet.nnet": """ScalarSoftsign=scalar_softsign""",
    "tensor.nnet.sigm": """ScalarSigmoid=scalar_sigmoid ScalarSoftplus=scalar_softplus
        UltraFastScalarSigmoid=ultra_fast_scalar_sigmoid""",
    "tensor.xlogx": """XlogX=scalar_xlogx XlogY0=scalar_xlogy0""",
}


def _same(module: str, name: str, arguments: dict[str, str]) -> Callable:
    """Return the builder of an Op whose class is ``module.name`` here."""

    def build(load: Translator, record: Record) -> Task:
        have = record.attributes()
        given = {}
        for argument, attribute in arguments.items():
            if attribute in have:
                given[argument] = yield have[attribute]
        return getattr(theano_module(module), name)(**given)

    return build


def _instance(module: str, name: str) -> Callable:
    """Return the builder of a scalar Op that is ``module.name`` here."""
    return lambda load, record: getattr(theano_module(module), name)


def _pairs(arguments: str) -> dict[str, str]:
    """Return argument -> attribute for the words of a row."""
    parts = (word.partition("=") for word in arguments.split())
    return {argument: attribute or argument for argument, _, attribute in parts}


for _module, _rows in _OPS.items():
    for _names, _arguments in re.findall(r"([\w|]+)\(([^)]*)\)", _rows):
        for _name in _names.split("|"):
            BUILDERS[f"theano.{_module}.{_name}"] = _same(_module, _name, _pairs(_arguments))
for _module, _rows in _SCALARS.items():
    for _name, _made in _pairs(_rows).items():
        BUILDERS[f"theano.{_module}.{_name}"] = _instance(_module, _name.lower() if _made == _name else _made)
BUILDERS.update({f"theano.{_old}": BUILDERS[f"theano.{_new}"] for _old, _new in _MOVED.items()})
