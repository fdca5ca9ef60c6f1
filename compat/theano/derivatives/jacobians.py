"""Jacobians and Hessians, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytensor.graph.basic import Variable

from .arguments import like, listed


def jacobian(
    expression: Variable,
    wrt: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Return the Jacobian of the vector `expression` with respect to `wrt`; a list as `wrt` is."""
    from ..gradient import grad
    from ..scan_module.scan import scan
    from ..tensor.creation import arange

    assert isinstance(expression, Variable), "tensor.jacobian expects a Variable as `expression`"
    assert expression.ndim < 2, (
        "tensor.jacobian expects a 1 dimensional variable as `expression`. "
        "If not use flatten to make it a vector"
    )
    options = {"consider_constant": consider_constant, "disconnected_inputs": disconnected_inputs}
    inputs = listed(wrt)
    if expression.ndim == 0:
        return like(wrt, grad(expression, inputs, **options))
    rows, updates = scan(
        lambda i, y, *xs: [grad(y[i], x, **options) for x in xs],
        sequences=arange(expression.shape[0]),
        non_sequences=[expression, *inputs],
    )
    assert not updates, "Scan has returned a list of updates."
    return like(wrt, rows)


def hessian(
    cost: Variable,
    wrt: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Return the Hessian of the scalar `cost` with respect to each vector in `wrt`; a list as `wrt` is."""
    from ..gradient import grad
    from ..scan_module.scan import scan
    from ..tensor.creation import arange

    assert isinstance(cost, Variable), "tensor.hessian expects a Variable as `cost`"
    assert cost.ndim == 0, "tensor.hessian expects a 0 dimensional variable as `cost`"
    results = []
    for x in listed(wrt):
        assert isinstance(x, Variable), "tensor.hessian expects a (list of) Variable as `wrt`"
        assert x.ndim == 1, "tensor.hessian expects a (list of) 1 dimensional variable as `wrt`"
        slope = grad(cost, x, consider_constant=consider_constant, disconnected_inputs=disconnected_inputs)
        # `slope` may no longer depend on `x`, where `cost` does: that is no error
        rows, updates = scan(
            lambda i, y, x: grad(y[i], x, consider_constant=consider_constant, disconnected_inputs="ignore"),
            sequences=arange(slope.shape[0]),
            non_sequences=[slope, x],
        )
        assert not updates, "Scan has returned a list of updates."
        results.append(rows)
    return like(wrt, results)
