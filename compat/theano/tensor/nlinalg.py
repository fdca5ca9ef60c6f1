"""Linear algebra of NumPy: inverses, determinants, eigenvalues, QR, SVD, least squares, norms."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable

from ...adopt import adopted
from ...belonging import belong_to
from ..gof.op import Op
from . import basic as tensor
from . import decompositions, tensor_solving
from .basic import ExtractDiag
from .decompositions import SVD, Eig, Eigh, EighGrad, QRFull, QRIncomplete, _matrix, eig, eigh, qr, svd
from .decompositions import _zero_disconnected as _zero_disconnected
from .decompositions import into_triangle as into_triangle
from .tensor_solving import TensorInv, TensorSolve, tensorinv, tensorsolve

__all__ = [
    "SVD",
    "AllocDiag",
    "Det",
    "Eig",
    "Eigh",
    "EighGrad",
    "ExtractDiag",
    "MatrixInverse",
    "MatrixPinv",
    "QRFull",
    "QRIncomplete",
    "TensorInv",
    "TensorSolve",
    "alloc_diag",
    "det",
    "diag",
    "eig",
    "eigh",
    "extract_diag",
    "lstsq",
    "matrix_dot",
    "matrix_inverse",
    "matrix_power",
    "norm",
    "pinv",
    "qr",
    "svd",
    "tensorinv",
    "tensorsolve",
    "trace",
]

belong_to(__name__, decompositions, tensor_solving)


def matrix_dot(*args: Any) -> Variable:
    """Return the product of several matrices, from left to right."""
    product = args[0]
    for factor in args[1:]:
        product = tensor.dot(product, factor)
    return product


class _Inverse(Op):
    """A matrix that NumPy's `_numop` makes of another, of the same type."""

    _numop: Callable
    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self._numop(inputs[0]).astype(inputs[0].dtype)


class MatrixPinv(_Inverse):
    """The Moore-Penrose pseudo-inverse of a matrix."""

    _numop = staticmethod(np.linalg.pinv)

    def L_op(self, inputs: Any, outputs: Any, grads: Any) -> list:
        # G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses", SIAM J. Numer. Anal. 10 (1973)
        (x,), (z,), (g,) = inputs, outputs, grads
        xz, zx = tensor.dot(x, z), tensor.dot(z, x)
        outside_range = tensor.identity_like(xz) - xz
        outside_row_space = tensor.identity_like(zx) - zx
        total = (
            matrix_dot(z, z.T, g, outside_range)
            + matrix_dot(outside_row_space, g, z.T, z)
            - matrix_dot(z, g.T, z)
        )
        return [total.T]


class MatrixInverse(_Inverse):
    """The inverse of a square matrix; a singular one is an error."""

    _numop = staticmethod(np.linalg.inv)

    def grad(self, inputs: Any, grads: Any) -> list:
        inverse = self(inputs[0])
        return [-matrix_dot(inverse, grads[0].T, inverse).T]

    def R_op(self, inputs: Any, eval_points: Any) -> list:
        if eval_points[0] is None:
            return [None]
        inverse = self(inputs[0])
        return [-matrix_dot(inverse, eval_points[0], inverse)]

    def infer_shape(self, node: Apply, shapes: Any) -> Any:
        return shapes


class Det(Op):
    """The determinant of a square matrix."""

    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x)
        return Apply(self, [x], [tensor.scalar(dtype=x.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        outputs[0][0] = np.asarray(np.linalg.det(x), dtype=x.dtype)

    def grad(self, inputs: Any, grads: Any) -> list:
        (x,) = inputs
        return [grads[0] * self(x) * matrix_inverse(x).T]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [()]

    def __str__(self) -> str:
        return "Det"


pinv, matrix_inverse, det = MatrixPinv(), MatrixInverse(), Det()


class AllocDiag(Op):
    """The square matrix with a vector on its diagonal; `theano.tensor.AllocDiag` is the newer one."""

    __props__ = ()

    def make_node(self, _x: Any) -> Apply:
        warnings.warn(
            "DeprecationWarning: theano.tensor.nlinalg.AllocDiag is deprecated, please use "
            "theano.tensor.AllocDiag instead.",
            category=DeprecationWarning,
            stacklevel=3,
        )
        x = tensor.as_tensor_variable(_x)
        if x.type.ndim != 1:
            raise TypeError("AllocDiag only works on vectors", _x)
        return Apply(self, [x], [tensor.matrix(dtype=x.type.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = np.diag(inputs[0])

    def grad(self, inputs: Any, grads: Any) -> list:
        return [extract_diag(grads[0])]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [(shapes[0][0], shapes[0][0])]


alloc_diag = AllocDiag()
extract_diag = ExtractDiag()


def diag(x: Any) -> Variable:
    """Return the diagonal of a matrix, or the matrix with a vector on its diagonal.

    Raises
    ------
    TypeError
        If `x` is neither.
    """
    x = tensor.as_tensor_variable(x)
    if x.type.ndim == 1:
        return alloc_diag(x)
    if x.type.ndim == 2:
        return extract_diag(x)
    raise TypeError("diag requires vector or matrix argument", x)


def trace(X: Any) -> Variable:
    """Return the sum of the diagonal of a matrix."""
    return extract_diag(X).sum()


class lstsq(Op):
    """``lstsq()(x, y, rcond) -> (solution, residuals, rank, singular values)``, as `numpy.linalg.lstsq`."""

    __props__ = ()

    def make_node(self, x: Any, y: Any, rcond: Any) -> Apply:
        inputs = [tensor.as_tensor_variable(v) for v in (x, y, rcond)]
        return Apply(self, inputs, [tensor.matrix(), tensor.dvector(), tensor.lscalar(), tensor.dvector()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, y, rcond = inputs
        for cell, value, variable in zip(outputs, np.linalg.lstsq(x, y, rcond), node.outputs):
            cell[0] = np.asarray(value, dtype=variable.dtype)


def matrix_power(M: Any, n: int) -> Any:
    """Return the matrix `M` times itself, `n` factors; the number 1 for none."""
    result = 1
    for _ in range(n):
        result = tensor.dot(result, M)
    return result


@adopted
def norm(x: Any, ord: Any) -> Variable:
    """Return the norm of a vector or a matrix.

    Parameters
    ----------
    ord : None, number, "fro", "inf" or "-inf"
        None is the Euclidean (Frobenius) norm. Matrices know None, "fro", "inf", "-inf", 1 and -1.

    Raises
    ------
    ValueError
        If the norm is unknown for this number of dimensions.
    NotImplementedError
        If `x` has more than two.
    """
    x = tensor.as_tensor_variable(x)
    if x.ndim == 0:
        raise ValueError("'axis' entry is out of bounds.")
    if x.ndim > 2:
        raise NotImplementedError("We don't support norm with ndim > 2")
    if ord is None or (x.ndim == 2 and ord == "fro"):
        return tensor.sum(abs(x**2)) ** 0.5
    sums = abs(x) if x.ndim == 1 else tensor.sum(abs(x), axis=0 if ord in (1, -1) else 1)
    if ord in ("inf", "-inf") or (x.ndim == 2 and ord in (1, -1)):
        return tensor.max(sums) if ord in ("inf", 1) else tensor.min(sums)
    if x.ndim == 2:
        raise ValueError(f"Invalid norm order for matrices: {ord!r}.")
    if ord == 0:
        return x[x.nonzero()].shape[0]
    try:
        return tensor.sum(abs(x**ord)) ** (1.0 / ord)
    except TypeError:
        raise ValueError(f"Invalid norm order for vectors: {ord!r}.") from None
