"""Eigenvalues, QR and singular values."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable

from .. import scalar
from ..gof.op import Op
from . import basic as tensor


def _matrix(x: Any, message: str = "a matrix is expected") -> Variable:
    x = tensor.as_tensor_variable(x)
    assert x.ndim == 2, f"{message}; got {x.type}"
    return x


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


class _QR(Op):
    """The QR decomposition by one of the modes of NumPy."""

    _numop = staticmethod(np.linalg.qr)
    __props__ = ("mode",)

    def __init__(self, mode: str) -> None:
        self.mode = mode

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x, "The input of qr function should be a matrix.")
        return Apply(self, [x], self.factors(x))


class QRFull(_QR):
    """The QR decomposition by the modes of NumPy that give two results."""

    def factors(self, x: Variable) -> list[Variable]:
        second = tensor.vector if self.mode == "raw" else tensor.matrix
        return [tensor.matrix(dtype=x.dtype), second(dtype=x.dtype)]

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        for cell, value in zip(outputs, self._numop(inputs[0], self.mode)):
            cell[0] = value


class QRIncomplete(_QR):
    """The factor R of the QR decomposition by the modes of NumPy that give it alone."""

    def factors(self, x: Variable) -> list[Variable]:
        return [tensor.matrix(dtype=x.dtype)]

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
