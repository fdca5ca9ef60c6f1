"""Rewrites that keep a softmax and its logarithm, picked by labels or not, finite and cheap.

A probability that rounds to 0 has an infinite logarithm and a gradient 0/0. These rewrites never form them:
the logarithm becomes `LogSoftmax`, its entries at labels the fused cross-entropy, and in the gradient of a
softmax a division by that very softmax cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.scalar.basic as ps
from pytensor.compile import optdb
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import copy_stack_trace, node_rewriter
from pytensor.graph.traversal import ancestors
from pytensor.tensor import math as ptm
from pytensor.tensor.basic import Alloc, ARange, get_underlying_scalar_constant_value
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.math import Argmax
from pytensor.tensor.shape import Shape, Shape_i
from pytensor.tensor.subtensor import AdvancedIncSubtensor, AdvancedSubtensor, Subtensor
from pytensor.tensor.type import values_eq_approx_remove_inf, values_eq_approx_remove_nan

from ...gof.opt import in2out
from .. import basic as tensor
from ..reductions import MaxAndArgmax
from .crossentropies import (
    CrossentropyCategorical1Hot,
    CrossentropyCategorical1HotGrad,
    CrossentropySoftmax1HotWithBiasDx,
    crossentropy_softmax_1hot_with_bias_dx,
    crossentropy_softmax_argmax_1hot_with_bias,
)
from .softmaxes import (
    LogSoftmax,
    Softmax,
    SoftmaxGrad,
    SoftmaxWithBias,
    logsoftmax_op,
    softmax_op,
    softmax_with_bias,
)

__all__ = [
    "crossentropy_to_crossentropy_with_softmax",
    "crossentropy_to_crossentropy_with_softmax_with_bias",
    "graph_merge_softmax_with_crossentropy_softmax",
    "local_advanced_indexing_crossentropy_onehot",
    "local_advanced_indexing_crossentropy_onehot_grad",
    "local_argmax_pushdown",
    "local_logsoftmax",
    "local_logsoftmax_grad",
    "local_softmax_grad_to_crossentropy_with_softmax_grad",
    "local_softmax_with_bias",
    "local_useless_crossentropy_softmax_1hot_with_bias_dx_alloc",
    "softmax_simplifier",
]

#: as many rows come out as go in
_SAME_ROWS = (Softmax, LogSoftmax, SoftmaxWithBias)

# ------------------------------------------------------------------------------------------- reading graphs


def _op(variable: Variable) -> Any:
    """Return the operation that made `variable`, or None."""
    return getattr(variable.owner, "op", None)


def _is_elemwise(op: Any, *kinds: type) -> bool:
    return isinstance(op, Elemwise) and isinstance(op.scalar_op, kinds)


def _is_constant(variable: Variable, value: float) -> bool:
    try:
        return bool(np.all(get_underlying_scalar_constant_value(variable) == value))
    except NotScalarConstantError:
        return False


def _picked(variable: Variable) -> tuple[Variable, Variable, Variable] | None:
    """Return (matrix, rows, labels) if `variable` is ``matrix[rows, labels]``."""
    op = _op(variable)
    if not isinstance(op, AdvancedSubtensor) or len(variable.owner.inputs) != 3 or op.idx_list != (0, 1):
        return None
    matrix, rows, labels = variable.owner.inputs
    return (matrix, rows, labels) if matrix.ndim == 2 else None


def _placed(variable: Variable) -> tuple[Variable, Variable, Variable] | None:
    """Return (values, rows, labels) if `variable` is zero but for values added at ``[rows, labels]``."""
    op = _op(variable)
    if (
        not isinstance(op, AdvancedIncSubtensor)
        or op.set_instead_of_inc
        or len(variable.owner.inputs) != 4
        or op.idx_list != (0, 1)
    ):
        return None
    base, values, rows, labels = variable.owner.inputs
    return (values, rows, labels) if base.ndim == 2 and _is_constant(base, 0) else None


def _one_label_a_row(rows: Variable, labels: Variable) -> bool:
    """Return whether `rows` counts the entries of `labels`: ``arange(labels.shape[0])``."""
    if labels.ndim != 1 or not isinstance(_op(rows), ARange):
        return False
    start, stop, step = rows.owner.inputs
    return _is_constant(start, 0) and _is_constant(step, 1) and _is_length(stop, labels)


def _is_length(variable: Variable, of: Variable) -> bool:
    """Return whether `variable` is ``of.shape[0]``, or that of something as long."""
    same = of
    while True:
        if _is_own_length(variable, same):
            return True
        op = _op(same)
        if not isinstance(op, _SAME_ROWS) and not (isinstance(op, Elemwise) and len(same.owner.inputs) == 1):
            return False
        same = same.owner.inputs[0]


def _is_own_length(variable: Variable, of: Variable) -> bool:
    op = _op(variable)
    if isinstance(op, Shape_i):
        return op.i == 0 and variable.owner.inputs[0] is of
    if isinstance(op, Subtensor):
        source = variable.owner.inputs[0]
        return isinstance(_op(source), Shape) and source.owner.inputs[0] is of and _first(variable.owner)
    return False


def _first(node: Apply) -> bool:
    """Return whether a Subtensor node takes element 0."""
    places = node.inputs[1:]
    return len(node.op.idx_list) == 1 and len(places) == 1 and getattr(places[0], "data", None) == 0


def _biased(softmax: Variable) -> tuple[Variable, Variable]:
    """Return (x, b) with which `softmax` is that of each row of ``x + b``."""
    if isinstance(_op(softmax), SoftmaxWithBias):
        return tuple(softmax.owner.inputs)
    (x,) = softmax.owner.inputs
    split = _split_bias(x)
    return split if split is not None else (x, tensor.zeros_like(x[0, :]))


def _split_bias(x: Variable) -> tuple[Variable, Variable] | None:
    """Return (matrix, vector) if `x` is a sum of which some terms are vectors, the same for each row."""
    if not _is_elemwise(_op(x), ps.Add):
        return None
    vectors, others = [], []
    for term in x.owner.inputs:
        is_row = term.type.broadcastable == (True, False)
        (vectors if is_row else others).append(term)
    if not others and vectors:
        others.append(vectors.pop())
    if not vectors:
        return None
    vectors = [_as_vector(v) for v in vectors]
    matrix, vector = (t[0] if len(t) == 1 else tensor.add(*t) for t in (others, vectors))
    floats = tensor.float_dtypes
    if matrix.ndim != 2 or matrix.dtype not in floats or vector.dtype not in floats:
        return None
    return matrix, vector


def _as_vector(row: Variable) -> Variable:
    if isinstance(_op(row), DimShuffle) and row.owner.inputs[0].type.broadcastable == (False,):
        return row.owner.inputs[0]
    return row.dimshuffle(1)


def _factors(variable: Variable, over: list, under: list) -> None:
    """Sort the factors of `variable` into numerators and denominators; -1 stands for a sign."""
    op = _op(variable)
    inputs = variable.owner.inputs if op is not None else []
    if _is_elemwise(op, ps.Mul):
        for i in inputs:
            _factors(i, over, under)
    elif _is_elemwise(op, ps.TrueDiv):
        _factors(inputs[0], over, under)
        _factors(inputs[1], under, over)
    elif _is_elemwise(op, ps.Reciprocal):
        _factors(inputs[0], under, over)
    elif _is_elemwise(op, ps.Neg):
        over.append(-1)
        _factors(inputs[0], over, under)
    else:
        over.append(variable)


def _without_divisor(variable: Variable, is_divisor: Any) -> Variable | None:
    """Return `variable` times a divisor of it that `is_divisor` accepts, or None when it has none."""
    over: list = []
    under: list = []
    _factors(variable, over, under)
    place = next((i for i, d in enumerate(under) if isinstance(d, Variable) and is_divisor(d)), None)
    if place is None:
        return None
    del under[place]
    negative = sum(isinstance(f, int) for f in over + under) % 2 == 1
    over, under = ([f for f in factors if not isinstance(f, int)] for factors in (over, under))
    value = tensor.mul(*over) if len(over) > 1 else over[0] if over else tensor.constant(1.0)
    for divisor in under:
        value = value / divisor
    value = tensor.cast(-value if negative else value, variable.dtype)
    return value if value.ndim == variable.ndim else tensor.fill(variable, value)


# ---------------------------------------------------------------------------------------- what becomes what


def _at(*stages: str, also: str = "fast_run") -> Callable:
    """Return a decorator that registers a rewrite for these stages of rewriting."""

    def register(rewriter: Any) -> Any:
        for stage in stages:
            optdb[stage].register(f"nnet_{rewriter.__name__}", rewriter, "fast_run", also)
        return rewriter

    return register


@_at("stabilize", "specialize", also="fast_compile")
@node_rewriter([ptm.log])
def local_logsoftmax(fgraph: Any, node: Apply) -> Any:
    """``log(softmax(x))`` and ``log(softmax(x)[rows, labels])`` -> the same of `LogSoftmax`."""
    (p,) = node.inputs
    picked = _picked(p)
    softmax = picked[0] if picked else p
    if not isinstance(_op(softmax), Softmax | SoftmaxWithBias):
        return False
    if isinstance(_op(softmax), SoftmaxWithBias):
        x, b = softmax.owner.inputs
        result = logsoftmax_op(x + b)
    else:
        result = logsoftmax_op(*softmax.owner.inputs)
    if picked:
        result = result[picked[1], picked[2]]
    result.tag.values_eq_approx = values_eq_approx_remove_inf
    copy_stack_trace([p, *node.outputs], result)
    return [result]


@_at("specialize")
@node_rewriter([AdvancedSubtensor])
def local_advanced_indexing_crossentropy_onehot(fgraph: Any, node: Apply) -> Any:
    """``logsoftmax(x)[arange(n), labels]`` -> minus the fused cross-entropy."""
    picked = _picked(node.outputs[0])
    if picked is None or not isinstance(_op(picked[0]), LogSoftmax) or not _one_label_a_row(*picked[1:]):
        return False
    x, b = _biased(picked[0])
    nll = crossentropy_softmax_argmax_1hot_with_bias(x, b, picked[2])[0]
    copy_stack_trace(node.outputs, nll)
    return [-nll]


@_at("stabilize", "specialize", also="fast_compile")
@node_rewriter([SoftmaxGrad])
def local_logsoftmax_grad(fgraph: Any, node: Apply) -> Any:
    """The gradient of a softmax `sm` from ``d / sm``, or from ``d / sm[rows, labels]`` placed there.

    ``sm * (d / sm - sum(d / sm * sm))`` is ``d - sum(d) * sm``.
    """
    d_sm, sm = node.inputs
    if not isinstance(_op(sm), Softmax | SoftmaxWithBias):
        return False
    d = _without_divisor(d_sm, lambda v: v is sm)
    if d is None:
        placed = _placed(d_sm)
        if placed is None:
            return False
        values, rows, labels = placed
        values = _without_divisor(values, lambda v: _same_places(_picked(v), sm, rows, labels))
        if values is None:
            return False
        _, _, *places = d_sm.owner.inputs
        d = d_sm.owner.op(d_sm.owner.inputs[0], values, *places)
    d = d if d.type.broadcastable == sm.type.broadcastable else tensor.fill(sm, d)
    result = d - tensor.sum(d, axis=1, keepdims=True) * sm
    placed = _placed(d)
    if placed is not None and placed[0].ndim < 2 and _one_label_a_row(*placed[1:]):
        result = crossentropy_softmax_1hot_with_bias_dx(-placed[0], sm, placed[2])
    result.tag.values_eq_approx = values_eq_approx_remove_nan
    copy_stack_trace(node.outputs, result)
    return [result]


def _same_places(picked: Any, sm: Variable, rows: Variable, labels: Variable) -> bool:
    return picked is not None and all(a is b for a, b in zip(picked, (sm, rows, labels)))


local_advanced_indexing_crossentropy_onehot_grad = local_logsoftmax_grad


@_at("specialize")
@node_rewriter([Softmax])
def local_softmax_with_bias(fgraph: Any, node: Apply) -> Any:
    """``softmax(x + b)`` with a vector `b` -> the operation that adds it itself."""
    split = _split_bias(node.inputs[0])
    if split is None:
        return False
    result = softmax_with_bias(*split)
    copy_stack_trace(node.outputs, result)
    return [result] if result.type == node.outputs[0].type else False


@_at("stabilize", "specialize")
@node_rewriter([CrossentropyCategorical1Hot])
def _local_crossentropy_of_softmax(fgraph: Any, node: Apply) -> Any:
    """The cross-entropy of a softmax and labels -> the fused one, which gives the softmax as well."""
    sm, labels = node.inputs
    if not isinstance(_op(sm), Softmax | SoftmaxWithBias):
        return False
    nll, new_sm, _ = crossentropy_softmax_argmax_1hot_with_bias(*_biased(sm), labels)
    copy_stack_trace(node.outputs, nll)
    replaced = {node.outputs[0]: nll}
    if sm not in set(ancestors([labels])):
        replaced[sm] = new_sm
    return replaced


crossentropy_to_crossentropy_with_softmax = in2out(
    _local_crossentropy_of_softmax, name="crossentropy_to_crossentropy_with_softmax"
)
crossentropy_to_crossentropy_with_softmax_with_bias = crossentropy_to_crossentropy_with_softmax


@_at("stabilize", "specialize")
@node_rewriter([SoftmaxGrad])
def local_softmax_grad_to_crossentropy_with_softmax_grad(fgraph: Any, node: Apply) -> Any:
    """The gradient of a cross-entropy of labels through its softmax -> the fused gradient."""
    d_sm, sm = node.inputs
    if not isinstance(_op(d_sm), CrossentropyCategorical1HotGrad):
        return False
    g, coding, labels = d_sm.owner.inputs
    if coding is not sm:
        return False
    dx = crossentropy_softmax_1hot_with_bias_dx(g, sm, labels)
    copy_stack_trace(node.outputs, dx)
    return [dx]


@_at("specialize")
@node_rewriter([SoftmaxWithBias])
def graph_merge_softmax_with_crossentropy_softmax(fgraph: Any, node: Apply) -> Any:
    """A softmax that a fused cross-entropy computes as well -> that one's."""
    x, b = node.inputs
    for client, _ in fgraph.clients[x]:
        fused = client.op == crossentropy_softmax_argmax_1hot_with_bias and client.inputs[1] is b
        if fused and node.outputs[0] not in set(ancestors([client.inputs[2]])):
            return [client.outputs[1]]
    return False


@_at("specialize")
@node_rewriter([Argmax, MaxAndArgmax])
def local_argmax_pushdown(fgraph: Any, node: Apply) -> Any:
    """The place of the largest of an increasing function, row by row -> of its argument."""
    (x,) = node.inputs
    op = _op(x)
    if isinstance(node.op, MaxAndArgmax) and fgraph.clients[node.outputs[0]]:
        return False
    rows_only = node.op.axis is not None and tuple(node.op.axis) == (1,)
    if rows_only and isinstance(op, Softmax | LogSoftmax):
        (inner,) = x.owner.inputs
    elif rows_only and isinstance(op, SoftmaxWithBias):
        matrix, bias = x.owner.inputs
        inner = matrix + bias
    else:
        return False
    results = node.op(inner, return_list=True)
    copy_stack_trace(node.outputs, results)
    return results


@_at("canonicalize", "stabilize", "specialize")
@node_rewriter([CrossentropySoftmax1HotWithBiasDx])
def local_useless_crossentropy_softmax_1hot_with_bias_dx_alloc(fgraph: Any, node: Apply) -> Any:
    """One number repeated for all rows -> the number."""
    dy, sm, labels = node.inputs
    if dy.ndim == 0 or dy.broadcastable[0] or not isinstance(_op(dy), Alloc):
        return False
    value, length = dy.owner.inputs[0], dy.owner.inputs[1]
    if value.ndim and not value.broadcastable[0]:
        return False
    if not (_is_length(length, labels) or _is_length(length, sm)):
        return False
    result = node.op(value, sm, labels)
    copy_stack_trace(node.outputs, result)
    return [result]


def softmax_simplifier(numerators: list, denominators: list) -> tuple[list, list]:
    """Replace ``exp(x)`` over its row sums in a quotient's factors by the softmax, in place."""
    for numerator in list(numerators):
        if numerator.ndim != 2 or not _is_elemwise(_op(numerator), ps.Exp):
            continue
        for denominator in list(denominators):
            total = denominator.owner.inputs[0] if isinstance(_op(denominator), DimShuffle) else None
            of_rows = total is not None and isinstance(_op(total), ptm.Sum) and total.owner.op.axis == (1,)
            if of_rows and total.owner.inputs[0] is numerator:
                numerators.remove(numerator)
                denominators.remove(denominator)
                numerators.append(softmax_op(numerator.owner.inputs[0]))
                break
    return numerators, denominators
