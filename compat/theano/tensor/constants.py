"""Values into variables and back: `as_tensor_variable`, `constant`, `get_scalar_constant_value`."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor.basic as ptb
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.tensor.exceptions import NotScalarConstantError, ShapeError
from pytensor.tensor.type import TensorType as PyTensorType
from pytensor.tensor.variable import TensorConstant as PyTensorConstant
from pytensor.tensor.variable import TensorConstantSignature

from ...adopt import adopt
from .type import TensorType
from .var import AsTensorError, TensorConstant

__all__ = [
    "EmptyConstantError",
    "NotScalarConstantError",
    "ShapeError",
    "_as_tensor_variable",
    "_obj_is_wrappable_as_tensor",
    "as_tensor",
    "as_tensor_variable",
    "constant",
    "constant_cache",
    "extract_constant",
    "get_scalar_constant_value",
    "get_vector_length",
    "numpy_scalar",
]


class EmptyConstantError(NotScalarConstantError):
    """Raised by `get_scalar_constant_value` for an array without elements."""


def as_tensor_variable(x: Any, name: str | None = None, ndim: int | None = None) -> Variable:
    """Return `x` (a variable, an Apply, an array, a number, a list of them) as a tensor variable.

    Parameters
    ----------
    name : str, optional
        The name of a new constant.
    ndim : int, optional
        The number of dimensions wanted; dimensions of length 1 are added or dropped on the left.

    Raises
    ------
    AsTensorError
        If `x` cannot become a tensor.
    ValueError
        If it cannot have `ndim` dimensions, or is an Apply with several outputs.
    """
    if hasattr(x, "_as_TensorVariable"):
        return x._as_TensorVariable()
    if isinstance(x, Apply):
        x = _default_output(x)
    if isinstance(x, Variable):
        return _of_ndim(_as_dense(x), ndim)
    if isinstance(x, list | tuple) and builtins.any(isinstance(part, Variable) for part in x):
        from .joining import stack

        try:
            return stack(x)
        except (TypeError, ValueError):
            pass
    if isinstance(x, bool):
        raise AsTensorError(
            "Cannot cast True or False as a tensor variable. Please use np.array(True) or np.array(False) if "
            "you need these constants. This error might be caused by using the == operator on Variables. "
            "v == w does not do what you think it does, use theano.tensor.eq(v, w) instead."
        )
    try:
        return constant(x, name=name, ndim=ndim)
    except TypeError:
        raise AsTensorError(f"Cannot convert {x} to TensorType", type(x)) from None


def _default_output(node: Apply) -> Variable:
    chosen = node.op.default_output
    if chosen is None and len(node.outputs) != 1:
        raise ValueError("It is ambiguous which output of a multi-output Op has to be fetched.", node)
    chosen = 0 if chosen is None else chosen
    if not isinstance(chosen, int):
        raise AttributeError(f"{node.op}.default_output should be an int or None, it is {chosen!r}")
    if not 0 <= chosen < len(node.outputs):
        raise AttributeError(f"{node.op}.default_output is out of range: {chosen} of {len(node.outputs)}")
    return node.outputs[chosen]


as_tensor = _as_tensor_variable = as_tensor_variable


def _as_dense(x: Variable) -> Variable:
    if isinstance(x.type, ps.ScalarType):
        return adopt(ptb.tensor_from_scalar(x))
    if not isinstance(x.type, PyTensorType) or hasattr(x.type, "format"):
        raise AsTensorError("Variable type field must be a TensorType.", x, x.type)
    return adopt(x)


def _of_ndim(x: Variable, ndim: int | None) -> Variable:
    if ndim is None or x.type.ndim == ndim:
        return x
    if x.type.ndim < ndim:
        from .shaping import shape_padleft

        return shape_padleft(x, n_ones=ndim - x.type.ndim)
    drop = x.type.ndim - ndim
    if not builtins.all(x.type.broadcastable[:drop]):
        raise ValueError(f"TensorType could not be cast to have {ndim} dimensions", x.type)
    return x.dimshuffle(*range(drop, x.type.ndim))


#: signature -> the one constant of a small number, so that equal ones are the same object
constant_cache: dict[TensorConstantSignature, TensorConstant] = {}


def constant(x: Any, name: str | None = None, ndim: int | None = None, dtype: str | None = None) -> Variable:
    """Return `x` as a constant; a plain number gets the smallest dtype that holds it (`config.cast_policy`).

    Raises
    ------
    TypeError
        If `x` cannot be converted to an array.
    ValueError
        If it cannot have `ndim` dimensions.
    """
    if isinstance(x, Variable) and not isinstance(x, Constant):
        raise TypeError("You can't pass a Variable to theano.tensor.constant(): it takes values.", x)
    if isinstance(x, Constant):
        x = x.data
    try:
        array = np.asarray(ps.convert(x, dtype=dtype))
    except ValueError:  # rows of different lengths
        raise TypeError(f"Could not convert {x} to TensorType", type(x)) from None
    if ndim is not None:
        if array.ndim < ndim:
            array = array.reshape((1,) * (ndim - array.ndim) + array.shape)
        elif array.ndim > ndim:
            drop = array.ndim - ndim
            if builtins.any(n != 1 for n in array.shape[:drop]):
                raise ValueError(f"ndarray could not be cast to constant with {ndim} dimensions")
            array = array.reshape(array.shape[drop:])
    try:
        kind = TensorType(array.dtype, [n == 1 for n in array.shape])
    except TypeError:
        raise TypeError(f"Could not convert {x} to TensorType", type(x)) from None
    if array.ndim or name is not None or array.dtype.kind not in "iuf":
        return TensorConstant(kind, array, name=name)
    signature = TensorConstantSignature((kind, array))
    if signature in constant_cache:
        return constant_cache[signature]
    made = TensorConstant(kind, array.copy())
    if -10 <= array <= 10 and len(constant_cache) < 10000:
        constant_cache[made.signature()] = made
    return made


def _obj_is_wrappable_as_tensor(x: Any) -> bool:
    """Return whether `constant` takes `x`."""
    try:
        constant(x)
    except TypeError:
        return False
    return True


def numpy_scalar(data: Any) -> np.ndarray:
    """Return `data`, an array with one element or one with no dimensions, as it is.

    Raises
    ------
    EmptyConstantError
        If it has no elements.
    NotScalarConstantError
        If it is not one number.
    """
    if getattr(data, "ndim", 0) > 0 and np.size(data) == 0:
        raise EmptyConstantError()
    try:
        complex(np.asarray(data).item())
    except Exception:
        raise NotScalarConstantError(
            "v.data is non-numeric, non-scalar, or has more than one unique value", data
        ) from None
    return np.asarray(data)


def get_scalar_constant_value(
    orig_v: Any, elemwise: bool = True, only_process_constants: bool = False, max_recur: int = 10
) -> np.ndarray:
    """Return the number that `orig_v` always is, as an array without dimensions.

    It looks through dimshuffles, fills, allocs, casts, copies and the like.

    Raises
    ------
    NotScalarConstantError
        If it is not known to be one number.
    """
    if orig_v is None:
        raise NotScalarConstantError()
    if isinstance(orig_v, np.integer | int | float | np.floating):
        return np.asarray(orig_v)
    if isinstance(orig_v, np.ndarray):
        return numpy_scalar(orig_v).copy()
    if isinstance(orig_v, PyTensorConstant) and orig_v.data.size == 0:
        raise EmptyConstantError()
    value = ptb.get_underlying_scalar_constant_value(
        orig_v, elemwise=elemwise, only_process_constants=only_process_constants, max_recur=max_recur
    )
    number = np.asarray(value)
    # before NumPy 2 a Python integer added to an int8 made it wider where it had to; programs add
    return number.astype("int64") if number.dtype.kind in "iu" else number.copy()


def extract_constant(x: Any, elemwise: bool = True, only_process_constants: bool = False) -> Any:
    """Return the number that `x` always is, or `x` where there is none."""
    try:
        x = get_scalar_constant_value(x, elemwise, only_process_constants)
    except NotScalarConstantError:
        pass
    if isinstance(x, Variable) and isinstance(x.type, ps.ScalarType):
        return adopt(ptb.tensor_from_scalar(x))
    return x


def get_vector_length(v: Any) -> int:
    """Return the length of a vector where the graph tells it: constants, shapes, joins, whole slices.

    Raises
    ------
    TypeError
        If `v` is no vector.
    ValueError
        If its length is not known.
    """
    v = as_tensor_variable(v)
    if v.ndim != 1:
        raise TypeError(f"argument must be symbolic vector, got '{v}'")
    if v.type.broadcastable[0]:
        return 1
    if isinstance(v, Constant):
        return len(v.data)
    from pytensor.tensor import get_vector_length as pt_get_vector_length

    try:
        return int(pt_get_vector_length(v))
    except (ValueError, TypeError):
        from ..printing import debugprint

        raise ValueError(f"length not known: {debugprint(v, file='str')}") from None
