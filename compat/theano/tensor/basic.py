"""The functions of `theano.tensor`, gathered under the module name they have always had."""

from __future__ import annotations

import numpy as np
import pytensor.tensor.basic as ptb

from ...adopt import adopted
from ...front import FrontOp
from .. import scalar as scal
from ..compile.ops import Shape, Shape_i, SpecifyShape, shape_i, specify_shape
from . import algebra, constants, constructors, creation, elementwise, joining, reductions, selecting, shaping
from .algebra import *
from .constants import *
from .constructors import *
from .creation import *
from .elementwise import *
from .elemwise import All, Any, CAReduce, CAReduceDtype, DimShuffle, Elemwise, Prod, ProdWithoutZeros, Sum
from .elemwise import MulWithoutZeros, mul_without_zeros
from .joining import *
from .reductions import *
from .selecting import *
from .shaping import *
from .type import TensorType, values_eq_approx_always_true, values_eq_approx_remove_inf
from .type import values_eq_approx_remove_inf_nan, values_eq_approx_remove_nan
from .type_other import NoneConst, NoneTypeT, SliceConstant, SliceType, make_slice, slicetype
from .var import AsTensorError, TensorConstant, TensorConstantSignature, TensorVariable, _tensor_py_operators

complex_dtypes = ["complex64", "complex128"]
float_dtypes = ["float16", "float32", "float64"]
continuous_dtypes = [*float_dtypes, *complex_dtypes]
int_dtypes = ["int8", "int16", "int32", "int64"]
uint_dtypes = ["uint8", "uint16", "uint32", "uint64"]
integer_dtypes = [*int_dtypes, *uint_dtypes]
discrete_dtypes = ["bool", *integer_dtypes]
all_dtypes = [*discrete_dtypes, *continuous_dtypes]


class TensorFromScalar(FrontOp, ptb.TensorFromScalar):
    """The tensor without dimensions that a scalar is."""

    stands_for = ptb.TensorFromScalar
    plain = ptb.tensor_from_scalar


class ScalarFromTensor(FrontOp, ptb.ScalarFromTensor):
    """The scalar that a tensor without dimensions is."""

    stands_for = ptb.ScalarFromTensor
    plain = ptb.scalar_from_tensor


tensor_from_scalar = TensorFromScalar()
scalar_from_tensor = adopted(ScalarFromTensor())


def _allclose(a: object, b: object, rtol: float | None = None, atol: float | None = None) -> bool:
    """Return whether two arrays are close, with tolerances that suit the less precise of their dtypes."""
    wide, narrow = _tolerances(a, b)
    return np.allclose(
        np.asarray(a),
        np.asarray(b),
        rtol=narrow if rtol is None else rtol,
        atol=wide if atol is None else atol,
    )


def _tolerances(a: object, b: object) -> tuple[float, float]:
    dtypes = {str(np.asarray(v).dtype) for v in (a, b)}
    if "float16" in dtypes:
        return float16_atol, float16_rtol
    if dtypes & {"float32", "complex64"}:
        return float32_atol, float32_rtol
    return float64_atol, float64_rtol


def _get_atol_rtol(a: object, b: object) -> tuple[float, float]:
    return _tolerances(a, b)


float16_atol, float16_rtol = 5e-3, 1e-2
float32_atol, float32_rtol = 1e-5, 1e-5
float64_atol, float64_rtol = 1e-8, 1e-5


def check_equal_numpy(x: object, y: object) -> bool:
    """Return whether two values are equal; of arrays also dtype and shape."""
    if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
        return x.dtype == y.dtype and x.shape == y.shape and bool(np.all(np.abs(x - y) < 1e-10))
    return x == y


_PARTS = (algebra, constants, constructors, creation, elementwise, joining, reductions, selecting, shaping)
__all__ = sorted(
    {name for part in _PARTS for name in part.__all__}
    | {
        name
        for name, value in list(globals().items())
        if not name.startswith("_")
        and (name == "scal" or not isinstance(value, type(np)))
        and name not in ("annotations", "adopted", "FrontOp")
    }
)
