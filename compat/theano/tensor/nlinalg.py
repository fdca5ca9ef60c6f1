"""Linear algebra of NumPy: inverses, determinants, eigenvalues, QR, SVD, least squares, norms."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable

from ...adopt import adopted
from .. import scalar
from ..gof.op import Op
from . import basic as tensor
from .basic import ExtractDiag

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


def _matrix(x: Any, message: str = "a matrix is expected") -> Variable:
    x = tensor.as_tensor_variable(x)
    assert x.ndim == 2, f"{message}; got {x.type}"
    return x


def matrix_dot(*args: Any) -> Variable:
    """Return the product of several matrices, from left to right."""
    product = args[0]
    for factor in args[1:]:
        product = tensor.dot(product, factor)
    return product


# ------------------------------------------------------------------------------------ inverse, determinant


class MatrixPinv(Op):
    """The Moore-Penrose pseudo-inverse of a matrix."""

    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        outputs[0][0] = np.linalg.pinv(x).astype(x.dtype)

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


class MatrixInverse(Op):
    """The inverse of a square matrix; a singular one is an error."""

    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        outputs[0][0] = np.linalg.inv(x).astype(x.dtype)

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


# -------------------------------------------------------------------------------------------------- diagonals


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


# ------------------------------------------------------------------------------------------------ eigenvalues


class Eig(Op):
    """Eigenvalues and right eigenvectors of a square matrix, as real numbers for a real matrix."""

    _numop = staticmethod(np.linalg.eig)
    __props__: tuple[str, ...] = ()

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x)
        return Apply(self, [x], [tensor.vector(dtype=x.dtype), tensor.matrix(dtype=x.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        for cell, value in zip(outputs, self._numop(x)):
            cell[0] = _real_like(value, x.dtype)

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        n = shapes[0][0]
        return [(n,), (n, n)]


def _real_like(value: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return `value` as `dtype`, imaginary parts dropped where it has none."""
    return (value if dtype.kind == "c" else value.real).astype(dtype)


class Eigh(Eig):
    """Eigenvalues in ascending order, and eigenvectors, of a symmetric matrix; one triangle is read."""

    _numop = staticmethod(np.linalg.eigh)
    __props__ = ("UPLO",)

    def __init__(self, UPLO: str = "L") -> None:
        assert UPLO in ("L", "U")
        self.UPLO = UPLO

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x)
        w_dtype = np.linalg.eigvalsh(np.zeros((1, 1), x.dtype)).dtype.name
        return Apply(self, [x], [tensor.vector(dtype=w_dtype), tensor.matrix(dtype=x.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        for cell, value in zip(outputs, self._numop(inputs[0], self.UPLO)):
            cell[0] = value

    def grad(self, inputs: Any, grads: Any) -> list:
        (x,) = inputs
        w, v = self(x)
        return [EighGrad(self.UPLO)(x, w, v, *_zero_disconnected([w, v], grads))]


def _zero_disconnected(outputs: Any, grads: Any) -> list[Variable]:
    """Return `grads`, those that are disconnected as zeros."""
    return [o.zeros_like() if isinstance(g.type, DisconnectedType) else g for o, g in zip(outputs, grads)]


def into_triangle(g: np.ndarray, lower: bool) -> np.ndarray:
    """Return the gradient with respect to one triangle of a symmetric matrix from that of the whole."""
    return np.tril(g) + np.triu(g, 1).T if lower else np.triu(g) + np.tril(g, -1).T


class EighGrad(Op):
    """The gradient of `Eigh` with respect to the triangle it reads."""

    __props__ = ("UPLO",)

    def __init__(self, UPLO: str = "L") -> None:
        assert UPLO in ("L", "U")
        self.UPLO = UPLO

    def make_node(self, *inputs: Any) -> Apply:
        inputs = [tensor.as_tensor_variable(i) for i in inputs]
        assert [i.ndim for i in inputs] == [2, 1, 2, 1, 2]
        dtype = scalar.upcast(*(i.dtype for i in inputs))
        return Apply(self, inputs, [tensor.matrix(dtype=dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        _, w, v, gw, gv = inputs
        gaps = w[:, None] - w
        np.fill_diagonal(gaps, 1)
        inner = gv.T.dot(v) / gaps
        np.fill_diagonal(inner, gw)
        g = v.dot(inner).dot(v.T)
        outputs[0][0] = np.asarray(into_triangle(g, self.UPLO == "L"), dtype=node.outputs[0].dtype)

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]]


eig = Eig()


def eigh(a: Any, UPLO: str = "L") -> list[Variable]:
    """Return eigenvalues and eigenvectors of a symmetric matrix; `UPLO` says which triangle is read."""
    return Eigh(UPLO)(a)


# ------------------------------------------------------------------------------------------ QR, SVD, solvers


class QRFull(Op):
    """The QR decomposition by the modes of NumPy that give two results."""

    _numop = staticmethod(np.linalg.qr)
    __props__ = ("mode",)

    def __init__(self, mode: str) -> None:
        self.mode = mode

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x, "The input of qr function should be a matrix.")
        second = tensor.vector if self.mode == "raw" else tensor.matrix
        return Apply(self, [x], [tensor.matrix(dtype=x.dtype), second(dtype=x.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        for cell, value in zip(outputs, self._numop(inputs[0], self.mode)):
            cell[0] = value


class QRIncomplete(Op):
    """The factor R of the QR decomposition by the modes of NumPy that give it alone."""

    _numop = staticmethod(np.linalg.qr)
    __props__ = ("mode",)

    def __init__(self, mode: str) -> None:
        self.mode = mode

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x, "The input of qr function should be a matrix.")
        return Apply(self, [x], [tensor.matrix(dtype=x.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self._numop(inputs[0], self.mode)


def qr(a: Any, mode: str = "reduced") -> Variable | list[Variable]:
    """Return the QR decomposition of a matrix: two factors, or only R, as `numpy.linalg.qr` for this mode."""
    two = isinstance(np.linalg.qr([[2, 1], [3, 4]], mode), tuple)
    return (QRFull if two else QRIncomplete)(mode)(a)


class SVD(Op):
    """The singular value decomposition ``x = u @ diag(s) @ vt``; see `svd`."""

    _numop = staticmethod(np.linalg.svd)
    __props__ = ("full_matrices", "compute_uv")

    def __init__(self, full_matrices: bool = True, compute_uv: bool = True) -> None:
        self.full_matrices, self.compute_uv = full_matrices, compute_uv

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x, "The input of svd function should be a matrix.")
        s = tensor.vector(dtype=x.dtype)
        if not self.compute_uv:
            return Apply(self, [x], [s])
        return Apply(self, [x], [tensor.matrix(dtype=x.dtype), s, tensor.matrix(dtype=x.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        values = self._numop(inputs[0], self.full_matrices, self.compute_uv)
        for cell, value in zip(outputs, values if self.compute_uv else (values,)):
            cell[0] = value

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        ((m, n),) = shapes
        k = tensor.minimum(m, n)
        if not self.compute_uv:
            return [(k,)]
        return [(m, m), (k,), (n, n)] if self.full_matrices else [(m, k), (k,), (k, n)]


def svd(a: Any, full_matrices: Any = 1, compute_uv: Any = 1) -> Variable | list[Variable]:
    """Return ``u, s, vt`` of a matrix, or only its singular values `s` without `compute_uv`."""
    return SVD(full_matrices, compute_uv)(a)


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


class TensorInv(Op):
    """The inverse of an array with respect to `tensordot` over `ind` axes; see `tensorinv`."""

    _numop = staticmethod(np.linalg.tensorinv)
    __props__ = ("ind",)

    def __init__(self, ind: int = 2) -> None:
        self.ind = ind

    def make_node(self, a: Any) -> Apply:
        a = tensor.as_tensor_variable(a)
        pattern = a.broadcastable[self.ind :] + a.broadcastable[: self.ind]
        return Apply(self, [a], [tensor.TensorType(a.dtype, pattern)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self._numop(inputs[0], self.ind)

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0][self.ind :] + shapes[0][: self.ind]]


def tensorinv(a: Any, ind: int = 2) -> Variable:
    """Return the inverse of `a`, seen as a matrix of its first `ind` and its other axes."""
    return TensorInv(ind)(a)


class TensorSolve(Op):
    """The solution x of ``tensordot(a, x) = b``; see `tensorsolve`."""

    _numop = staticmethod(np.linalg.tensorsolve)
    __props__ = ("axes",)

    def __init__(self, axes: Any = None) -> None:
        self.axes = tuple(axes) if isinstance(axes, list) else axes

    def make_node(self, a: Any, b: Any) -> Apply:
        a, b = tensor.as_tensor_variable(a), tensor.as_tensor_variable(b)
        kind = tensor.TensorType(scalar.upcast(a.dtype, b.dtype), (False,) * (a.ndim - b.ndim))
        return Apply(self, [a, b], [kind()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self._numop(*inputs, self.axes)


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Variable:
    """Return x of ``tensordot(a, x, x.ndim) = b``, the `axes` of `a` moved to its end first."""
    return TensorSolve(axes)(a, b)
