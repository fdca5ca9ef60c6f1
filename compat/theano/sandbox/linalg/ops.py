"""Hints about matrices, rewrites that use them, and a bound on eigenvalues.

Importing this module makes the rewrites that solve instead of inverting, and that use what is known of a
matrix, part of every function, as in Theano. Those of logarithms are here to be called: one forgets signs.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.features import Feature
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter as Optimizer
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Log, Pow
from pytensor.tensor.elemwise import Elemwise

from ....adopt import adopt
from ... import tensor
from ...gof import Apply as TheanoApply
from ...gof import Op
from ...gof.opt import local_optimizer
from ...tensor.basic import Dot
from ...tensor.blas import Dot22
from ...tensor.elemwise import DimShuffle, Prod
from ...tensor.nlinalg import MatrixInverse, det, extract_diag, matrix_inverse, trace
from ...tensor.opt import register_canonicalize, register_specialize, register_stabilize
from ...tensor.slinalg import Cholesky, Solve, cholesky, solve

__all__ = [
    "Cholesky",
    "DimShuffle",
    "Dot",
    "Dot22",
    "Hint",
    "HintsFeature",
    "HintsOptimizer",
    "MatrixInverse",
    "Optimizer",
    "Solve",
    "cholesky",
    "det",
    "extract_diag",
    "hints",
    "imported_scipy",
    "inv_as_solve",
    "is_hint_node",
    "is_positive",
    "is_psd",
    "is_symmetric",
    "local_det_chol",
    "local_log_pow",
    "local_log_prod_sqr",
    "local_optimizer",
    "logger",
    "matrix_inverse",
    "no_transpose_symmetric",
    "psd",
    "psd_solve_with_chol",
    "register_canonicalize",
    "register_specialize",
    "register_stabilize",
    "remove_hint_nodes",
    "solve",
    "spectral_radius_bound",
    "tag_solve_triangular",
    "trace",
    "transinv_to_invtrans",
]

logger = logging.getLogger(__name__)
imported_scipy = True


# -------------------------------------------------------------------------------------------- hints


class Hint(Op):
    """Gives back its input, and says of it what the keywords say: ``Hint(psd=True)(x)``."""

    __props__ = ("hints",)
    view_map = {0: [0]}

    def __init__(self, **kwargs: Any) -> None:
        self.hints = tuple(kwargs.items())

    def make_node(self, x: Variable) -> Apply:
        return TheanoApply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Sequence, outstor: Sequence) -> None:
        outstor[0][0] = inputs[0]

    def grad(self, inputs: Sequence, g_out: Sequence) -> Sequence:
        return g_out


def is_hint_node(node: Apply | None) -> bool:
    """Return whether `node` is a hint."""
    return node is not None and isinstance(node.op, Hint)


def hints(variable: Variable) -> dict:
    """Return what is said of `variable` by the hint that made it."""
    return dict(variable.owner.op.hints) if is_hint_node(variable.owner) else {}


def psd(v: Variable) -> Variable:
    """Return `v`, hinted to be a symmetric matrix with ``x.T v x >= 0`` for every x."""
    return Hint(psd=True, symmetric=True)(v)


def is_psd(v: Variable) -> bool:
    """Return whether `v` is hinted to be positive semi-definite."""
    return hints(v).get("psd", False)


def is_symmetric(v: Variable) -> bool:
    """Return whether `v` is hinted to be symmetric."""
    return hints(v).get("symmetric", False)


def is_positive(v: Variable) -> bool:
    """Return whether `v` is hinted to be positive, or is an even power."""
    if hints(v).get("positive", False):
        return True
    logger.debug("is_positive: %s", v)
    if not _is_elementwise(v.owner, Pow):
        return False
    try:
        return tensor.get_scalar_constant_value(v.owner.inputs[1]) % 2 == 0
    except tensor.NotScalarConstantError:
        return False


class HintsFeature(Feature):
    """Keeps hints about the variables of a graph, and hands them on when one takes the place of another."""

    def on_attach(self, fgraph: FunctionGraph) -> None:
        assert not hasattr(fgraph, "hints_feature")
        fgraph.hints_feature = self
        self.hints: dict[Variable, dict] = {}
        for node in fgraph.toposort():
            self.on_import(fgraph, node, "on_attach")

    def add_hint(self, r: Variable, k: str, v: Any) -> None:
        """Say `k` = `v` of the variable `r`."""
        logger.debug("adding hint; %s, %s, %s", r, k, v)
        self.hints[r][k] = v

    def ensure_init_r(self, r: Variable) -> None:
        """Begin with no hints about `r`."""
        self.hints.setdefault(r, {})

    def on_import(self, fgraph: FunctionGraph, node: Apply, reason: str) -> None:
        for r in (*node.inputs, *node.outputs):
            self.ensure_init_r(r)

    def update_second_from_first(self, r0: Variable, r1: Variable) -> None:
        """Say of `r1` what is said of `r0`."""
        for k, v in self.hints[r0].items():
            if self.hints[r1].setdefault(k, v) is not v:
                raise NotImplementedError(
                    f"Hints about {k} contradict each other: {v} and {self.hints[r1][k]}."
                )

    def on_change_input(
        self, fgraph: FunctionGraph, node: Apply, i: int, r: Variable, new_r: Variable, reason: Any = None
    ) -> None:
        self.ensure_init_r(new_r)
        self.update_second_from_first(r, new_r)
        self.update_second_from_first(new_r, r)


class HintsOptimizer(Optimizer):
    """Gives a graph a `HintsFeature`."""

    def add_requirements(self, fgraph: FunctionGraph) -> None:
        fgraph.attach_feature(HintsFeature())

    def apply(self, fgraph: FunctionGraph) -> None:
        pass


# ------------------------------------------------------------------------------------------ rewrites


def _is_elementwise(node: Apply | None, scalar_op: type) -> bool:
    return node is not None and isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, scalar_op)


def _made_by(variable: Variable, kind: type) -> Apply | None:
    """Return the node that made `variable` if its op is a `kind`."""
    node = variable.owner
    return node if node is not None and isinstance(node.op, kind) else None


def _transposed(variable: Variable) -> Variable | None:
    """Return the matrix that `variable` is the transpose of, or None."""
    node = _made_by(variable, DimShuffle)
    return node.inputs[0] if node is not None and tuple(node.op.new_order) == (1, 0) else None


@local_optimizer([Hint])
def remove_hint_nodes(node: Apply) -> list | None:
    """Take a hint out of the graph."""
    return list(node.inputs) if is_hint_node(node) else None


@register_canonicalize
@local_optimizer([DimShuffle])
def transinv_to_invtrans(node: Apply) -> list | None:
    """``inv(X).T`` -> ``inv(X.T)``."""
    A = _transposed(node.outputs[0])
    inverse = None if A is None else _made_by(A, MatrixInverse)
    return None if inverse is None else [inverse.op(adopt(inverse.inputs[0]).T)]


@register_stabilize
@local_optimizer([Dot, Dot22])
def inv_as_solve(node: Apply) -> list | None:
    """``inv(A) @ b`` -> ``solve(A, b)``, and the same from the right."""
    left, right = node.inputs  # adopted only where something changes: others rewrite the same graph
    inverse = _made_by(left, MatrixInverse)
    if inverse is not None:
        return [solve(adopt(inverse.inputs[0]), adopt(right))]
    inverse = _made_by(right, MatrixInverse)
    if inverse is not None:
        A, left = adopt(inverse.inputs[0]), adopt(left)
        return [solve(A if is_symmetric(A) else A.T, left.T).T]
    return None


@register_stabilize
@register_canonicalize
@local_optimizer([Solve])
def tag_solve_triangular(node: Apply) -> list | None:
    """A solution with a Cholesky factor -> one that knows the factor is triangular."""
    if node.op != solve:
        return None
    A, b = node.inputs
    factor, turned = _made_by(A, Cholesky), False
    if factor is None and _transposed(A) is not None:
        factor, turned = _made_by(_transposed(A), Cholesky), True
    if factor is None:
        return None
    return [Solve("lower_triangular" if factor.op.lower != turned else "upper_triangular")(A, b)]


@register_canonicalize
@register_stabilize
@register_specialize
@local_optimizer([DimShuffle])
def no_transpose_symmetric(node: Apply) -> list | None:
    """``x.T`` -> ``x`` for a matrix hinted to be symmetric."""
    x = _transposed(node.outputs[0])
    return [x] if x is not None and is_symmetric(x) else None


@register_stabilize
@local_optimizer([Solve])
def psd_solve_with_chol(node: Apply) -> list | None:
    """A solution with a matrix hinted to be positive semi-definite -> two with its Cholesky factor."""
    if node.op != solve or not is_psd(node.inputs[0]):
        return None
    A, b = node.inputs
    L = cholesky(A)
    return [Solve("upper_triangular")(L.T, Solve("lower_triangular")(L, b))]


@node_rewriter(None)
def local_det_chol(fgraph: FunctionGraph, node: Apply) -> list | None:
    """``det(x)`` -> the squared product of the diagonal of its Cholesky factor, if the graph has that."""
    if node.op != det:
        return None
    for client, _ in fgraph.clients[node.inputs[0]]:
        if isinstance(client.op, Cholesky):
            return [tensor.prod(extract_diag(client.outputs[0]) ** 2)]
    return None


@local_optimizer(None)
def local_log_prod_sqr(node: Apply) -> list | None:
    """``log(prod(x))`` -> ``sum(log(x))`` for what is known to be positive."""
    product = _made_by(node.inputs[0], Prod) if _is_elementwise(node, Log) else None
    if product is None or not is_positive(product.inputs[0]):
        return None
    return [tensor.log(adopt(product.inputs[0])).sum(axis=product.op.axis)]


@local_optimizer(None)
def local_log_pow(node: Apply) -> list | None:
    """``log(base ** exponent)`` -> ``exponent * log(base)``, wrong for an even power of a negative base."""
    if not _is_elementwise(node, Log) or not _is_elementwise(node.inputs[0].owner, Pow):
        return None
    base, exponent = adopt(list(node.inputs[0].owner.inputs))
    return [exponent * tensor.log(base)]


# ------------------------------------------------------------------------------------------- numbers


def spectral_radius_bound(X: Variable, log2_exponent: int) -> Variable:
    """Return an upper bound of the greatest eigenvalue of a symmetric matrix.

    With n = 2 ** log2_exponent it is ``trace(X ** n) ** (1 / n)``: the greater n, the tighter.

    Raises
    ------
    TypeError, ValueError
        If `X` is no matrix, or `log2_exponent` no positive integer.

    References
    ----------
    V. Pan, Estimating the extremal eigenvalues of a symmetric matrix, Computers & Mathematics with
    Applications 20 (1990), 17-22.
    """
    if X.type.ndim != 2:
        raise TypeError("spectral_radius_bound requires a matrix argument", X)
    if not isinstance(log2_exponent, int):
        raise TypeError("spectral_radius_bound requires an integer exponent", log2_exponent)
    if log2_exponent <= 0:
        raise ValueError("spectral_radius_bound requires a strictly positive exponent", log2_exponent)
    for _ in range(log2_exponent):
        X = tensor.dot(X, X)
    return tensor.pow(trace(X), 2.0 ** (-log2_exponent))
