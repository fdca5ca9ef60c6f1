"""Linear algebra of SciPy: Cholesky factors, solvers, eigenvalues, Kronecker products, exponentials."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.type_other import NoneTypeT

from ...adopt import adopted
from .. import scalar
from ..gof.op import Op
from . import basic as tensor
from .nlinalg import _matrix, into_triangle

__all__ = [
    "MATRIX_STRUCTURES",
    "Cholesky",
    "CholeskyGrad",
    "Eigvalsh",
    "EigvalshGrad",
    "Expm",
    "ExpmGrad",
    "Solve",
    "cholesky",
    "eigvalsh",
    "expm",
    "kron",
    "solve",
    "solve_lower_triangular",
    "solve_symmetric",
    "solve_upper_triangular",
]

MATRIX_STRUCTURES = (
    "general",
    "symmetric",
    "lower_triangular",
    "upper_triangular",
    "hermitian",
    "banded",
    "diagonal",
    "toeplitz",
)

imported_scipy = True


def _linalg() -> ModuleType:
    """Return `scipy.linalg`, imported when it is first used."""
    import scipy.linalg

    return scipy.linalg


class _OfOneShape(Op):
    """An operation whose result has the shape of its first input."""

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]]


# --------------------------------------------------------------------------------------------------- Cholesky


class Cholesky(_OfOneShape):
    """The Cholesky factor of a positive definite matrix: ``L @ L.T``, or ``U.T @ U`` when not `lower`.

    Parameters
    ----------
    lower : bool
    on_error : {"raise", "nan"}
        What happens when the matrix is not positive definite.
    """

    __props__ = ("lower", "destructive", "on_error")

    def __init__(self, lower: bool = True, on_error: str = "raise") -> None:
        if on_error not in ("raise", "nan"):
            raise ValueError('on_error must be one of "raise" or ""nan"')
        self.lower, self.destructive, self.on_error = lower, False, on_error

    def make_node(self, x: Any) -> Apply:
        x = _matrix(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        try:
            factor = _linalg().cholesky(x, lower=self.lower)
        except _linalg().LinAlgError:
            if self.on_error == "raise":
                raise
            factor = np.full(x.shape, np.nan)
        outputs[0][0] = factor.astype(x.dtype)

    def L_op(self, inputs: Any, outputs: Any, grads: Any) -> list:
        (factor,), (dz,) = outputs, grads
        if self.on_error == "nan":
            ok = ~tensor.any(tensor.isnan(factor))
            factor, dz = tensor.switch(ok, factor, 1), tensor.switch(ok, dz, 1)
        if not self.lower:
            factor, dz = factor.T, dz.T
        # I. Murray, "Differentiation of the Cholesky decomposition", arXiv:1602.07527, equation 10
        inner = factor.T.dot(dz)
        inner = tensor.tril(inner) - tensor.diag(tensor.diagonal(inner) / 2.0)
        s = solve_upper_triangular(factor.T, solve_upper_triangular(factor.T, inner.T).T)
        triangle = tensor.tril if self.lower else tensor.triu
        grad = triangle(s + s.T) - tensor.diag(tensor.diagonal(s))
        return [tensor.switch(ok, grad, np.nan) if self.on_error == "nan" else grad]


cholesky = Cholesky()


class CholeskyGrad(_OfOneShape):
    """``(x, factor, gradient of the factor) -> gradient`` with respect to one triangle of `x`."""

    __props__ = ("lower", "destructive")

    def __init__(self, lower: bool = True) -> None:
        self.lower, self.destructive = lower, False

    def make_node(self, x: Any, l: Any, dz: Any) -> Apply:
        x, l, dz = (_matrix(v) for v in (x, l, dz))
        assert l.owner.op.lower == self.lower, "lower/upper mismatch between Cholesky op and CholeskyGrad op"
        return Apply(self, [x, l, dz], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, factor, dz = inputs
        if not self.lower:
            factor, dz = factor.T, dz.T
        inner = np.tril(factor.T.dot(dz))
        inner[np.diag_indices_from(inner)] /= 2
        half = _linalg().solve_triangular(factor, inner, trans=1, lower=True)
        s = _linalg().solve_triangular(factor, half.T, trans=1, lower=True).T
        grad = np.tril(s + s.T)
        grad[np.diag_indices_from(grad)] /= 2
        outputs[0][0] = (grad if self.lower else grad.T).astype(x.dtype)


# ---------------------------------------------------------------------------------------------------- solvers


class Solve(Op):
    """The solution x of ``A @ x = b``.

    Parameters
    ----------
    A_structure : str
        One of `MATRIX_STRUCTURES`; of a triangular matrix only that triangle is read.
    lower, overwrite_A, overwrite_b : bool
        Kept for old programs; nothing is overwritten.
    """

    __props__ = ("A_structure", "lower", "overwrite_A", "overwrite_b")

    def __init__(
        self,
        A_structure: str = "general",
        lower: bool = False,
        overwrite_A: bool = False,
        overwrite_b: bool = False,
    ) -> None:
        if A_structure not in MATRIX_STRUCTURES:
            raise ValueError("Invalid matrix structure argument", A_structure)
        self.A_structure, self.lower = A_structure, lower
        self.overwrite_A, self.overwrite_b = overwrite_A, overwrite_b

    def __repr__(self) -> str:
        return f"Solve{{{(self.A_structure, self.lower, self.overwrite_A, self.overwrite_b)}}}"

    def make_node(self, A: Any, b: Any) -> Apply:
        A, b = _matrix(A), tensor.as_tensor_variable(b)
        assert b.ndim in (1, 2)
        dtype = _linalg().solve(np.eye(1, dtype=A.dtype), np.eye(1, dtype=b.dtype)).dtype
        return Apply(self, [A, b], [tensor.tensor(dtype=str(dtype), broadcastable=b.broadcastable)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        A, b = inputs
        if self.A_structure in ("lower_triangular", "upper_triangular"):
            lower = self.A_structure == "lower_triangular"
            outputs[0][0] = _linalg().solve_triangular(A, b, lower=lower)
        else:
            outputs[0][0] = _linalg().solve(A, b)

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        A, b = shapes
        return [(A[1], *b[1:])]

    def L_op(self, inputs: Any, outputs: Any, grads: Any) -> list:
        (A, _), (x,), (g,) = inputs, outputs, grads
        flipped = {"lower_triangular": "upper_triangular", "upper_triangular": "lower_triangular"}
        structure = flipped.get(self.A_structure, self.A_structure)
        b_bar = Solve(A_structure=structure, lower=not self.lower)(A.T, g)
        A_bar = -tensor.outer(b_bar, x) if x.ndim == 1 else -b_bar.dot(x.T)
        keep = {"lower_triangular": tensor.tril, "upper_triangular": tensor.triu}.get(self.A_structure)
        return [keep(A_bar) if keep else A_bar, b_bar]


solve = Solve()
solve_lower_triangular = Solve(A_structure="lower_triangular", lower=True)
solve_upper_triangular = Solve(A_structure="upper_triangular", lower=False)
solve_symmetric = Solve(A_structure="symmetric")


# ------------------------------------------------------------------------------------ generalised eigenvalues


class Eigvalsh(Op):
    """The eigenvalues of a symmetric matrix `a`, or of ``a @ v = w * b @ v``, in ascending order."""

    __props__ = ("lower",)

    def __init__(self, lower: bool = True) -> None:
        assert lower in (True, False)
        self.lower = lower

    def make_node(self, a: Any, b: Any = None) -> Apply:
        alone = b is None or isinstance(getattr(b, "type", None), NoneTypeT)
        inputs = [_matrix(v) for v in ([a] if alone else [a, b])]
        return Apply(self, inputs, [tensor.vector(dtype=scalar.upcast(*(i.dtype for i in inputs)))])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = _linalg().eigvalsh(*inputs, lower=self.lower)

    def grad(self, inputs: Any, grads: Any) -> list:
        a, *rest = inputs
        b = rest[0] if rest else tensor.identity_like(a)
        return EigvalshGrad(self.lower)(a, b, grads[0])[: len(inputs)]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [(shapes[0][0],)]


class EigvalshGrad(Op):
    """The gradients of `Eigvalsh` with respect to one triangle of each matrix."""

    __props__ = ("lower",)

    def __init__(self, lower: bool = True) -> None:
        assert lower in (True, False)
        self.lower = lower

    def make_node(self, a: Any, b: Any, gw: Any) -> Apply:
        a, b, gw = _matrix(a), _matrix(b), tensor.as_tensor_variable(gw)
        assert gw.ndim == 1
        dtype = scalar.upcast(a.dtype, b.dtype, gw.dtype)
        return Apply(self, [a, b, gw], [tensor.matrix(dtype=dtype), tensor.matrix(dtype=dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        a, b, gw = inputs
        w, v = _linalg().eigh(a, b, lower=self.lower)
        for cell, weights, variable in zip(outputs, (gw, -gw * w), node.outputs):
            g = (v * weights).dot(v.T)
            cell[0] = np.asarray(into_triangle(g, self.lower), dtype=variable.dtype)

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0], shapes[1]]


def eigvalsh(a: Any, b: Any, lower: bool = True) -> Variable:
    """Return the eigenvalues of a symmetric matrix `a`, generalised by `b` unless that is None."""
    return Eigvalsh(lower)(a, b)


# ------------------------------------------------------------------------------- products and exponentials


@adopted
def kron(a: Any, b: Any) -> Variable:
    """Return the Kronecker product of two arrays whose numbers of dimensions add to 3 or more.

    Raises
    ------
    TypeError
        If they add to less.
    """
    a, b = tensor.as_tensor_variable(a), tensor.as_tensor_variable(b)
    if a.ndim + b.ndim <= 2:
        raise TypeError(f"kron: inputs dimensions must sum to 3 or more. You passed {a.ndim} and {b.ndim}.")
    outer = tensor.outer(a, b).reshape(tensor.concatenate((a.shape, b.shape)), ndim=a.ndim + b.ndim)
    if outer.ndim == 3:
        return outer.dimshuffle(1, 0, 2).flatten()
    mixed = outer.dimshuffle(0, 2, 1, *range(3, outer.ndim))
    shape = [outer.shape[i] for i in range(outer.ndim)]
    return mixed.reshape([shape[0] * shape[2], shape[1] * shape[3], *shape[4:]], ndim=outer.ndim - 2)


class Expm(_OfOneShape):
    """The exponential of a square matrix."""

    __props__ = ()

    def make_node(self, A: Any) -> Apply:
        A = _matrix(A)
        return Apply(self, [A], [tensor.matrix(dtype=A.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = _linalg().expm(inputs[0])

    def grad(self, inputs: Any, grads: Any) -> list:
        return [ExpmGrad()(inputs[0], grads[0])]


class ExpmGrad(_OfOneShape):
    """The gradient of `Expm`: the derivative of the exponential at ``A.T``, along the given gradient."""

    __props__ = ()

    def make_node(self, A: Any, gw: Any) -> Apply:
        A = _matrix(A)
        return Apply(self, [A, tensor.as_tensor_variable(gw)], [tensor.matrix(dtype=A.dtype)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        A, g = inputs
        outputs[0][0] = _linalg().expm_frechet(A.T, g, compute_expm=False).astype(A.dtype)


expm = Expm()
