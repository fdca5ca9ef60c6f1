"""Operations on sparse matrices: PyTensor's, under Theano's names and with its types."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.sparse.basic as psb
import pytensor.sparse.math as psm
import scipy.sparse
from pytensor.graph.basic import Apply, Variable

from ...adopt import adopt, adopted
from ...front import Front, FrontOp
from ..configdefaults import config
from ..tensor import basic as tensor
from .type import SparseType, _is_sparse  # noqa: F401  (found here too)
from .var import SparseConstant, SparseVariable, _sparse_py_operators  # noqa: F401

sparse_formats = ["csc", "csr"]
_mtypes = [scipy.sparse.csc_matrix, scipy.sparse.csr_matrix]
_mtype_to_str = {scipy.sparse.csc_matrix: "csc", scipy.sparse.csr_matrix: "csr"}

all_dtypes = sorted(SparseType.dtype_set)
complex_dtypes = [t for t in all_dtypes if t.startswith("complex")]
float_dtypes = [t for t in all_dtypes if t.startswith("float")]
int_dtypes = [t for t in all_dtypes if t.startswith("int")]
uint_dtypes = [t for t in all_dtypes if t.startswith("uint")]
integer_dtypes = int_dtypes + uint_dtypes
continuous_dtypes = complex_dtypes + float_dtypes
discrete_dtypes = int_dtypes + uint_dtypes


def _is_sparse_variable(x: Any) -> bool:
    """Return whether `x` is a sparse variable and no dense one.

    Raises
    ------
    NotImplementedError
        If it is neither.
    """
    if not isinstance(x, Variable):
        raise NotImplementedError("this function should only be called on *variables*, not,", x)
    return isinstance(x.type, SparseType)


def _is_dense_variable(x: Any) -> bool:
    """Return whether `x` is a dense variable."""
    if not isinstance(x, Variable):
        raise NotImplementedError("this function should only be called on *variables*, not,", x)
    return isinstance(x.type, tensor.TensorType)


def _is_dense(x: Any) -> bool:
    """Return whether `x` is an array and no sparse matrix."""
    if not isinstance(x, scipy.sparse.spmatrix | np.ndarray):
        raise NotImplementedError(
            "this function should only be called on sparse.scipy.sparse.spmatrix or numpy.ndarray, not,", x
        )
    return isinstance(x, np.ndarray)


def as_sparse_variable(x: Any, name: str | None = None) -> Variable:
    """Return `x` (a variable, an Apply, a sparse matrix) as a sparse variable.

    Raises
    ------
    TypeError
        If it cannot become one.
    """
    if isinstance(x, Apply):
        if len(x.outputs) != 1:
            raise ValueError("It is ambiguous which output of a multi-output Op has to be fetched.", x)
        x = x.outputs[0]
    if isinstance(x, Variable):
        adopt(x)
        if not isinstance(x.type, SparseType):
            raise TypeError("Variable type field must be a SparseType.", x, x.type)
        return x
    try:
        return constant(x, name=name)
    except TypeError:
        raise TypeError(f"Cannot convert {x} to SparseType", type(x)) from None


as_sparse = as_sparse_variable


def as_sparse_or_tensor_variable(x: Any, name: str | None = None) -> Variable:
    """Return `x` as a sparse variable if that is possible, else as a dense one."""
    try:
        return as_sparse_variable(x, name)
    except (ValueError, TypeError):
        return tensor.as_tensor_variable(x, name)


def constant(x: Any, name: str | None = None) -> SparseConstant:
    """Return a sparse matrix as a constant."""
    if not isinstance(x, scipy.sparse.spmatrix):
        raise TypeError("sparse.constant must be called on a scipy.sparse.spmatrix")
    try:
        return SparseConstant(SparseType(format=x.format, dtype=x.dtype), x.copy(), name=name)
    except (TypeError, NotImplementedError):
        raise TypeError(f"Could not convert {x} to SparseType", type(x)) from None


def matrix(format: str, name: str | None = None, dtype: Any = None) -> Variable:
    """Return a new sparse variable; `dtype` is config.floatX unless given."""
    return SparseType(format=format, dtype=config.floatX if dtype is None else dtype)(name)


def csc_matrix(name: str | None = None, dtype: Any = None) -> Variable:
    """Return a new variable of format "csc"."""
    return matrix("csc", name, dtype)


def csr_matrix(name: str | None = None, dtype: Any = None) -> Variable:
    """Return a new variable of format "csr"."""
    return matrix("csr", name, dtype)


def bsr_matrix(name: str | None = None, dtype: Any = None) -> Variable:
    """Return a new variable of format "bsr"."""
    return matrix("bsr", name, dtype)


for _format in ("csc", "csr", "bsr"):
    globals()[f"{_format}_dmatrix"] = SparseType(format=_format, dtype="float64")
    globals()[f"{_format}_fmatrix"] = SparseType(format=_format, dtype="float32")


def _front(plain: type, name: str) -> type:
    """Return the front of one of PyTensor's Ops: the same arguments, adopted outputs."""

    def __init__(self: FrontOp, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("kmap", None)  # which stored elements to take: older than what 1.0.5 still did with it
        self.stand_for(plain(*args, **kwargs))

    body = {"stands_for": plain, "__init__": __init__, "__module__": __name__, "__doc__": plain.__doc__}
    return Front(name, (FrontOp, plain), body)


#: Ops that PyTensor calls as Theano did
_ALIKE = {
    psb: """
        CSMProperties CSM CSMGrad Cast DenseFromSparse SparseFromDense GetItemList
        GetItemListGrad GetItem2Lists GetItem2ListsGrad GetItem2d GetItemScalar Transpose
        ColScaleCSC RowScaleCSC Diag EnsureSortedIndices HStack VStack Remove0
        ConstructSparseFromList
    """,
    psm: """
        SpSum AddSS AddSSData AddSD StructuredAddSV EqualSS EqualSD NotEqualSS NotEqualSD
        LessThanSS LessThanSD GreaterThanSS GreaterThanSD LessEqualSS LessEqualSD GreaterEqualSS
        GreaterEqualSD TrueDot StructuredDot StructuredDotGradCSC StructuredDotGradCSR
        SamplingDot Dot Usmm
    """,
}
#: Theano's name of an Op -> PyTensor's class
_OPS = {name: getattr(home, name) for home, names in _ALIKE.items() for name in names.split()} | {
    "MulSS": psm.SparseSparseMultiply,
    "MulSD": psm.SparseDenseMultiply,
    "MulSV": psm.SparseDenseVectorMultiply,
}
globals().update({name: _front(plain, name) for name, plain in _OPS.items()})
Neg = type("Neg", (), {"__doc__": "The Op of `neg` in older programs."})

_CASTS = {
    "bcast": "int8",
    "wcast": "int16",
    "icast": "int32",
    "lcast": "int64",
    "fcast": "float32",
    "dcast": "float64",
    "ccast": "complex64",
    "zcast": "complex128",
}
#: name -> (the front, its arguments): the Ops one calls
_CALLED: dict[str, tuple] = {
    "csm_properties": ("CSMProperties",),
    "CSC": ("CSM", "csc"),
    "CSR": ("CSM", "csr"),
    "dense_from_sparse": ("DenseFromSparse",),
    "csr_from_dense": ("SparseFromDense", "csr"),
    "csc_from_dense": ("SparseFromDense", "csc"),
    "get_item_list": ("GetItemList",),
    "get_item_list_grad": ("GetItemListGrad",),
    "get_item_2lists": ("GetItem2Lists",),
    "get_item_2lists_grad": ("GetItem2ListsGrad",),
    "get_item_2d": ("GetItem2d",),
    "get_item_scalar": ("GetItemScalar",),
    "transpose": ("Transpose",),
    "diag": ("Diag",),
    "remove0": ("Remove0",),
    "construct_sparse_from_list": ("ConstructSparseFromList",),
    "add_s_s": ("AddSS",),
    "add_s_s_data": ("AddSSData",),
    "add_s_d": ("AddSD",),
    "structured_add_s_v": ("StructuredAddSV",),
    "mul_s_s": ("MulSS",),
    "mul_s_d": ("MulSD",),
    "mul_s_v": ("MulSV",),
    "sampling_dot": ("SamplingDot",),
    "usmm": ("Usmm",),
    "_structured_dot": ("StructuredDot",),
    "sdg_csc": ("StructuredDotGradCSC",),
    "sdg_csr": ("StructuredDotGradCSR",),
    "_dot": ("Dot",),
    **{name: ("Cast", dtype) for name, dtype in _CASTS.items()},
    **{
        f"{name}_s_{kind.lower()}": (f"{''.join(w.title() for w in name.split('_'))}S{kind}",)
        for name in ("equal", "not_equal", "less_than", "greater_than", "less_equal", "greater_equal")
        for kind in ("S", "D")
    },
}
globals().update({name: globals()[op](*arguments) for name, (op, *arguments) in _CALLED.items()})
csm_grad = globals()["CSMGrad"]
ensure_sorted_indices = globals()["EnsureSortedIndices"](inplace=False)

#: functions of the same name and arguments in PyTensor
_SAME = {
    psb: """
        sp_ones_like sp_zeros_like csm_data csm_indices csm_indptr csm_shape cast col_scale
        row_scale square_diagonal clean
    """,
    psm: """
        sp_sum add true_dot structured_dot structured_dot_grad dot eq neq lt gt le ge neg
        structured_sigmoid structured_exp structured_log structured_pow structured_minimum
        structured_maximum sin tan arcsin arctan sinh arcsinh tanh arctanh rint ceil floor log1p
        expm1 deg2rad rad2deg trunc sqr sqrt
    """,
}
for _home, _names in _SAME.items():
    globals().update({name: adopted(getattr(_home, name)) for name in _names.split()})
sub, mul = adopted(psm.subtract), adopted(psm.multiply)
sgn, conj = adopted(psm.sign), adopted(psm.conjugate)
sgn.__name__, conj.__name__ = "sgn", "conj"


def structured_add(x: Any, y: Any = 0) -> Variable:
    """Return `x` with `y` added to its stored elements."""
    return adopt(psm.structured_add(x, y))


def structured_monoid(tensor_op: Any) -> Any:
    """Return a decorator: the function it decorates applies `tensor_op` to the stored elements of its
    argument.
    """

    def decorate(f: Any) -> Any:
        def wrapper(*args: Any) -> Variable:
            x = as_sparse_variable(args[0])
            others = [tensor.as_tensor_variable(a) for a in args[1:]]
            data, indices, indptr, shape = globals()["csm_properties"](x)
            return globals()["CSM"](x.format)(tensor_op(data, *others), indices, indptr, shape)

        wrapper.__name__, wrapper.__doc__ = str(tensor_op), f.__doc__
        return wrapper

    return decorate


class SquareDiagonal:
    """The Op of `square_diagonal` in older programs."""

    def __call__(self, diag: Any) -> Variable:
        return globals()["square_diagonal"](diag)


def _stacked(kind: str, blocks: Any, format: str | None, dtype: Any) -> Variable:
    blocks = [as_sparse_variable(b) for b in blocks]
    if dtype is None:
        from ..scalar import upcast

        dtype = upcast(*[b.dtype for b in blocks])
    return globals()[kind](format=format, dtype=dtype)(*blocks)


def hstack(blocks: Any, format: str | None = None, dtype: Any = None) -> Variable:
    """Return sparse matrices side by side."""
    return _stacked("HStack", blocks, format, dtype)


def vstack(blocks: Any, format: str | None = None, dtype: Any = None) -> Variable:
    """Return sparse matrices one above the other."""
    return _stacked("VStack", blocks, format, dtype)


_OF_THIS_FILE = {"Any", "Apply", "Front", "FrontOp", "Variable", "adopt", "adopted", "annotations", "config"}
__all__ = [
    name
    for name, value in list(globals().items())
    if name[0] != "_" and not isinstance(value, type(np)) and name not in _OF_THIS_FILE
]
