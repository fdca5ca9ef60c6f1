"""Derivatives of expressions: `grad`, the R and L operators, Jacobians, checks by finite differences."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, KeysView, Mapping, ValuesView
from typing import Any

import pytensor.gradient as ptg
from pytensor.compile.ops import ViewOp
from pytensor.gradient import (
    DisconnectedInputError,
    DisconnectedType,
    NullTypeGradError,
    _is_zero,
    disconnected_type,
    numeric_grad,
)
from pytensor.graph.basic import Variable
from pytensor.graph.null_type import NullType, null_type

from ..adopt import adopt
from ..belonging import belong_to
from .configparser import change_flags
from .derivatives import arguments, checking, jacobians, rop, undefined, views
from .derivatives.arguments import format_as, like, listed
from .derivatives.checking import GradientError, mode_not_slow, verify_grad
from .derivatives.jacobians import hessian, jacobian
from .derivatives.loops import gradients_through_loops
from .derivatives.rop import Rop
from .derivatives.undefined import grad_not_implemented, grad_undefined
from .derivatives.views import (
    ConsiderConstant,
    DisconnectedGrad,
    GradClip,
    GradScale,
    UndefinedGrad,
    ZeroGrad,
    consider_constant,
    consider_constant_,
    disconnected_grad,
    disconnected_grad_,
    grad_clip,
    grad_scale,
    undefined_grad,
    undefined_grad_,
    zero_grad,
    zero_grad_,
)
from .gof.debug_values import compute_test_values
from .gof.op import get_debug_values

__all__ = [
    "ConsiderConstant",
    "DisconnectedGrad",
    "DisconnectedInputError",
    "DisconnectedType",
    "GradClip",
    "GradScale",
    "GradientError",
    "Lop",
    "NullType",
    "NullTypeGradError",
    "Rop",
    "UndefinedGrad",
    "ViewOp",
    "ZeroGrad",
    "_is_zero",
    "consider_constant",
    "consider_constant_",
    "disconnected_grad",
    "disconnected_grad_",
    "disconnected_type",
    "format_as",
    "get_debug_values",
    "grad",
    "grad_clip",
    "grad_not_implemented",
    "grad_scale",
    "grad_time",
    "grad_undefined",
    "hessian",
    "jacobian",
    "mode_not_slow",
    "null_type",
    "numeric_grad",
    "subgraph_grad",
    "undefined_grad",
    "undefined_grad_",
    "verify_grad",
    "zero_grad",
    "zero_grad_",
]

belong_to(__name__, arguments, checking, jacobians, rop, undefined, views)

#: seconds spent in `grad` so far
grad_time = 0.0


def grad(
    cost: Variable | None,
    wrt: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
    add_names: bool = True,
    known_grads: Mapping[Variable, Variable] | None = None,
    return_disconnected: str = "zero",
    null_gradients: str = "raise",
) -> Any:
    """Return the gradient of `cost` with respect to `wrt`: a variable, or a list or tuple as `wrt` is one.

    Parameters
    ----------
    cost : scalar variable or None
        What is differentiated; None when `known_grads` says all.
    wrt : variable or list or tuple of variables
    consider_constant : iterable of variables, optional
        Expressions through which nothing flows back.
    disconnected_inputs : {"raise", "warn", "ignore"}
        What to do when `cost` does not depend on an element of `wrt`.
    add_names : bool
        Whether gradients are called ``(d<cost>/d<wrt>)``.
    known_grads : OrderedDict, optional
        ``{variable: its gradient}`` to start from, beside or instead of `cost`.
    return_disconnected : {"zero", "None", "Disconnected"}
        What stands for the gradient of a disconnected variable.
    null_gradients : {"raise", "return"}
        What to do when a gradient is not defined.

    Raises
    ------
    TypeError
        If `cost` is not a scalar, or `wrt` holds something that is no variable.
    DisconnectedInputError, NullTypeGradError
        As asked for.
    """
    if cost is None and known_grads is None:
        raise AssertionError("cost and known_grads can't both be None.")
    if cost is not None and isinstance(cost.type, NullType):
        raise ValueError(f"Can't differentiate a NaN cost.cost is NaN because {cost.type.why_null}")
    if cost is not None and cost.ndim != 0:
        raise TypeError("cost must be a scalar.")
    if isinstance(wrt, set):
        raise TypeError(
            "wrt must not be a set. sets have no defined iteration order, so we can't return gradients "
            "in a  matching order."
        )
    if isinstance(wrt, KeysView | ValuesView):  # what `d.values()` of a program for Python 2 is now
        wrt = list(wrt)
    for element in listed(wrt):
        if not isinstance(element, Variable):
            raise TypeError(f"Expected Variable, got {element} of type {type(element)}")
    assert known_grads is None or isinstance(known_grads, dict), "known_grads must be an OrderedDict. "
    for gradient in (known_grads or {}).values():
        if not hasattr(gradient, "type"):
            raise TypeError(
                f"output grads must be theano variables.Ambiguous whether {type(gradient)} should be made "
                "into tensor or sparse theano variable"
            )
    started = time.perf_counter()
    try:
        with change_flags(compute_test_value="off"):  # the graphs inside loops have no test values
            plain = add_names and consider_constant is None and known_grads is None
            gradients = gradients_through_loops(cost, listed(wrt)) if plain else None
            if gradients is None:
                gradients = ptg.grad(
                    cost,
                    listed(wrt),
                    consider_constant=consider_constant,
                    disconnected_inputs=disconnected_inputs,
                    add_names=add_names,
                    known_grads=None if known_grads is None else dict(known_grads),
                    return_disconnected=return_disconnected,
                    null_gradients=null_gradients,
                )
            adopt(gradients)
    except NullTypeGradError as error:
        why = str(error).partition(" encountered a NaN. ")[2]
        raise NullTypeGradError(f"tensor.grad encountered a NaN. {why}") from None
    compute_test_values([g.owner for g in gradients if g is not None and g.owner is not None])
    global grad_time
    grad_time += time.perf_counter() - started
    return like(wrt, gradients)


def subgraph_grad(
    wrt: list,
    end: list,
    start: dict | None = None,
    cost: Variable | None = None,
    details: bool = False,
) -> tuple:
    """Return the gradients with respect to `wrt` and to `end`, beyond which nothing flows back.

    Parameters
    ----------
    wrt, end : list of variables
    start : dict, optional
        ``{variable: its gradient}`` to start from.
    cost : scalar variable, optional
        What is differentiated, added to what `start` gives.
    details : bool
        Whether the gradients that come from `start` and from `cost` are returned as well.
    """
    assert cost is not None or start is not None
    assert isinstance(end, list)
    assert isinstance(wrt, list)
    assert start is None or isinstance(start, dict)
    parameters = list(dict.fromkeys(wrt + end))
    options = {"wrt": parameters, "consider_constant": end, "disconnected_inputs": "ignore"}
    from_start = None if start is None else grad(cost=None, known_grads=OrderedDict(start), **options)
    from_cost = None if cost is None else grad(cost=cost, **options)
    if from_start is None or from_cost is None:
        total = from_cost if from_start is None else from_start
    else:
        total = [a + b for a, b in zip(from_start, from_cost)]
    by_variable = dict(zip(parameters, total))
    results = [by_variable[v] for v in wrt], [by_variable[v] for v in end]
    return (*results, from_start, from_cost) if details else results


def Lop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Return `eval_points` times the Jacobian of `f` with respect to `wrt`; a list as `wrt` is."""
    outputs, points = listed(f), listed(eval_points)
    assert len(outputs) == len(points)
    gradients = grad(
        cost=None,
        known_grads=OrderedDict(zip(outputs, points)),
        consider_constant=consider_constant,
        wrt=listed(wrt),
        disconnected_inputs=disconnected_inputs,
    )
    return like(wrt, gradients)
