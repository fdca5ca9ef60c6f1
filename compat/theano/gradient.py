"""Derivatives of expressions: `grad`, the R and L operators, Jacobians, checks by finite differences."""

from __future__ import annotations

import time
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, KeysView, Mapping, Sequence, ValuesView
from typing import Any

import numpy as np
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
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.null_type import NullType, null_type
from pytensor.graph.op import Op as PyTensorOp
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors, graph_inputs
from pytensor.scan.op import Scan

from ..adopt import adopt
from .configparser import change_flags
from .gof.debug_values import compute_test_values
from .gof.op import Op, get_debug_values
from .gof.utils import get_variable_trace_string

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


#: seconds spent in `grad` so far
grad_time = 0.0


def format_as(use_list: bool, use_tuple: bool, outputs: Any) -> Any:
    """Return `outputs` as a list, as a tuple, or (both flags off) as the only element it holds."""
    assert not (use_list and use_tuple), "Both flags cannot be simultaneously True"
    several = isinstance(outputs, list | tuple)
    if use_list or use_tuple:
        return (list if use_list else tuple)(outputs if several else [outputs])
    if not several:
        return outputs
    assert len(outputs) == 1, "Wrong arguments. Expected a one element list"
    return outputs[0]


def _listed(value: Any) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]


def _like(model: Any, values: list) -> Any:
    """Return `values` as a list or tuple where `model` is one, else its only element."""
    return format_as(isinstance(model, list), isinstance(model, tuple), values)


# --------------------------------------------------------------------------- gradients


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
    for element in _listed(wrt):
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
            gradients = _through_loops(cost, _listed(wrt)) if plain else None
            if gradients is None:
                gradients = ptg.grad(
                    cost,
                    _listed(wrt),
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
    return _like(wrt, gradients)


_last_cost: Variable | None = None
_gradients_of_last_cost: dict[Variable, Variable] | None = None


def _through_loops(cost: Variable, wrt: list[Variable]) -> list[Variable] | None:
    """Return the gradients of `cost`, a loop's, if they are known or asked for again; else None.

    The gradient of a loop takes long to build, and ``[T.grad(cost, p) for p in params]`` builds it for each
    parameter: from the second request on those of all parameters are built together and kept, for one cost.
    """
    global _last_cost, _gradients_of_last_cost
    if cost is not _last_cost:
        _last_cost, _gradients_of_last_cost = cost, None
        return None
    if _gradients_of_last_cost is None:
        _gradients_of_last_cost = _all_gradients(cost, wrt)
    known = [_gradients_of_last_cost.get(variable) for variable in wrt]
    return None if any(g is None for g in known) else known


def _all_gradients(cost: Variable, wrt: list[Variable]) -> dict[Variable, Variable]:
    """Return the gradients with respect to `wrt` and all inputs of `cost`; none where there is no loop."""
    if not any(variable.owner and isinstance(variable.owner.op, Scan) for variable in ancestors([cost])):
        return {}
    inputs = [v for v in graph_inputs([cost]) if getattr(v, "dtype", "").startswith("float")]
    variables = list(dict.fromkeys([*wrt, *(v for v in inputs if not isinstance(v, Constant))]))
    try:
        found = ptg.grad(
            cost, variables, disconnected_inputs="ignore", return_disconnected="None", null_gradients="return"
        )
    except Exception:  # of some input that nobody asked about
        return {}
    known = zip(variables, found, strict=True)
    return {v: g for v, g in known if g is not None and not isinstance(g.type, NullType)}


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
    outputs, points = _listed(f), _listed(eval_points)
    assert len(outputs) == len(points)
    gradients = grad(
        cost=None,
        known_grads=OrderedDict(zip(outputs, points)),
        consider_constant=consider_constant,
        wrt=_listed(wrt),
        disconnected_inputs=disconnected_inputs,
    )
    return _like(wrt, gradients)


# -------------------------------------------------------------------------- R operator


def Rop(
    f: Any,
    wrt: Any,
    eval_points: Any,
    disconnected_outputs: str = "raise",
    return_disconnected: str = "zero",
) -> Any:
    """Return the Jacobian of `f` with respect to `wrt` times `eval_points`; a list or tuple as `f` is one.

    Parameters
    ----------
    f, wrt, eval_points : variable, or list or tuple of variables
        One evaluation point for each element of `wrt`, of as many dimensions.
    disconnected_outputs : {"raise", "warn", "ignore"}
        What to do when an element of `f` does not depend on `wrt`, or not differentiably.
    return_disconnected : {"zero", "None", "Disconnected"}
        What is returned for such an element.

    Raises
    ------
    ValueError
        If the dimensions of `wrt` and `eval_points` differ.
    DisconnectedInputError
        As asked for.
    """
    from .tensor.basic import as_tensor_variable

    outputs, inputs, points = _listed(f), _listed(wrt), _listed(eval_points)
    assert len(inputs) == len(points)
    inputs = [v if isinstance(v, Variable) else as_tensor_variable(v) for v in inputs]
    points = [v if isinstance(v, Variable) else as_tensor_variable(v) for v in points]
    for i, (variable, point) in enumerate(zip(inputs, points)):
        dimensions = getattr(variable.type, "ndim", None), getattr(point.type, "ndim", None)
        if None not in dimensions and dimensions[0] != dimensions[1]:
            raise ValueError(
                f"Element {i} of wrt/eval_point have mismatched dimensionality: "
                f"{dimensions[0]} versus {dimensions[1]}"
            )
    tangents = _Tangents(dict(zip(inputs, points)))
    results = []
    for output in outputs:
        tangent = tangents.of_output(output)
        if tangent is None:
            _complain_of_disconnected(output, disconnected_outputs)
            tangent = _stand_in(output, return_disconnected)
        results.append(tangent)
    return adopt(_like(f, results))


class _Tangents:
    """How each variable moves when the inputs move along their evaluation points; None: nobody knows."""

    def __init__(self, points: dict[Variable, Variable]) -> None:
        self.points = points
        self.of_node: dict[Apply, Sequence] = {}

    def of_output(self, variable: Variable) -> Variable | None:
        """Return the tangent of an output, its node and all before it worked out."""
        if variable in self.points:
            return self.points[variable]
        if variable.owner is None:
            return None
        pending = [variable.owner]
        while pending:
            node = pending[-1]
            missing = [
                v.owner
                for v in node.inputs
                if v not in self.points and v.owner is not None and v.owner not in self.of_node
            ]
            if missing:
                pending += missing
                continue
            pending.pop()
            if node not in self.of_node:
                local = [_of_type_of(v, self.known(v)) for v in node.inputs]
                self.of_node[node] = _forward(node, local)
        return self.known(variable)

    def known(self, variable: Variable) -> Variable | None:
        """Return the tangent of a variable whose node has been worked out."""
        if variable in self.points:
            return self.points[variable]
        if variable.owner is not None:
            return self.of_node[variable.owner][variable.owner.outputs.index(variable)]
        try:
            return adopt(variable.zeros_like())
        except Exception:  # a random state, for one, has no zeros
            return None


def _of_type_of(variable: Variable, tangent: Variable | None) -> Variable | None:
    """Return `tangent` in the dtype of `variable`, as the R operators of Ops expect it."""
    if tangent is None or not hasattr(variable.type, "dtype"):
        return tangent
    if tangent.type.dtype != variable.type.dtype:
        tangent = tangent.astype(variable.type.dtype)
    return adopt(tangent)


def _forward(node: Apply, points: list[Variable | None]) -> Sequence[Variable | None]:
    """Return the tangents of the outputs of `node` when its inputs move along `points`."""
    if isinstance(node.op, Op):
        return node.op.R_op(list(node.inputs), points)
    tangents = [disconnected_type() if p is None else p for p in points]
    kind = type(node.op)
    if kind.pushforward is PyTensorOp.pushforward and kind.R_op is PyTensorOp.R_op:
        results = _forward_by_pulling_back_twice(node, points)
    else:
        try:
            results = node.op.pushforward(list(node.inputs), list(node.outputs), tangents)
        except NotImplementedError:
            results = _forward_by_pulling_back_twice(node, points)
    results = list(results) if isinstance(results, list | tuple) else [results]
    return [None if r is None or isinstance(r.type, DisconnectedType) else adopt(r) for r in results]


def _forward_by_pulling_back_twice(node: Apply, points: list) -> list[Variable | None]:
    """Return what `_forward` does, for an operation that knows only its gradient.

    The gradient is linear in what flows back, so its own gradient with respect to that is the wanted product
    (J. Towns, "A new trick for calculating Jacobian vector products", 2017).
    """
    moved = [i for i, p in enumerate(points) if p is not None]
    arriving = [o.type() for o in node.outputs]
    leaving = node.op.pullback(list(node.inputs), list(node.outputs), arriving)
    known = OrderedDict(
        (leaving[i], points[i])
        for i in moved
        if not isinstance(leaving[i].type, NullType | DisconnectedType) and leaving[i] not in arriving
    )
    if not known:
        return [None] * len(node.outputs)
    zeros = {v: o.zeros_like() for v, o in zip(arriving, node.outputs)}
    results = ptg.grad(
        None, arriving, known_grads=dict(known), disconnected_inputs="ignore", return_disconnected="none"
    )
    wanted = [r for r in results if r is not None]
    replaced = iter(clone_replace(wanted, zeros) if wanted else [])
    return [None if r is None else next(replaced) for r in results]


def _complain_of_disconnected(variable: Variable, wish: str) -> None:
    """Raise, warn or do nothing, as asked, about an output that does not depend on the inputs."""
    if wish == "raise":
        raise DisconnectedInputError(get_variable_trace_string(variable))
    if wish == "warn":
        warnings.warn(
            "Rop method was asked to compute the gradient with respect to a variable that is not part of the "
            "computational graph of variables in wrt, or is used only by a non-differentiable operator: "
            f"{variable}",
            stacklevel=3,
        )
    elif wish != "ignore":
        raise ValueError(
            "Invalid value for keyword 'disconnected_inputs', valid values are 'ignore', 'warn' and 'raise'."
        )


def _stand_in(variable: Variable, wish: str) -> Variable | None:
    """Return what stands for the derivative of a disconnected output."""
    made: dict[str, Callable] = {
        "zero": variable.zeros_like,
        "none": lambda: None,
        "disconnected": disconnected_type,
    }
    if wish.lower() not in made:
        raise ValueError(
            "Invalid value for keyword 'return_disconnected', valid values are 'zero', 'None' and "
            "'Disconnected'."
        )
    return made[wish.lower()]()


# ------------------------------------------------------------------ Jacobians, Hessians


def jacobian(
    expression: Variable,
    wrt: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Return the Jacobian of the vector `expression` with respect to `wrt`; a list as `wrt` is."""
    from .scan_module.scan import scan
    from .tensor.creation import arange

    assert isinstance(expression, Variable), "tensor.jacobian expects a Variable as `expression`"
    assert expression.ndim < 2, (
        "tensor.jacobian expects a 1 dimensional variable as `expression`. "
        "If not use flatten to make it a vector"
    )
    options = {"consider_constant": consider_constant, "disconnected_inputs": disconnected_inputs}
    inputs = _listed(wrt)
    if expression.ndim == 0:
        return _like(wrt, grad(expression, inputs, **options))
    rows, updates = scan(
        lambda i, y, *xs: [grad(y[i], x, **options) for x in xs],
        sequences=arange(expression.shape[0]),
        non_sequences=[expression, *inputs],
    )
    assert not updates, "Scan has returned a list of updates."
    return _like(wrt, rows)


def hessian(
    cost: Variable,
    wrt: Any,
    consider_constant: Iterable[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Return the Hessian of the scalar `cost` with respect to each vector in `wrt`; a list as `wrt` is."""
    from .scan_module.scan import scan
    from .tensor.creation import arange

    assert isinstance(cost, Variable), "tensor.hessian expects a Variable as `cost`"
    assert cost.ndim == 0, "tensor.hessian expects a 0 dimensional variable as `cost`"
    results = []
    for x in _listed(wrt):
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
    return _like(wrt, results)


# ------------------------------------------------------------------- checks of gradients


class GradientError(Exception):
    """A gradient that differs from what finite differences say."""

    def __init__(self, arg, err_pos, shape, val1, val2, abs_err, rel_err, abs_tol, rel_tol) -> None:
        super().__init__()
        self.arg, self.err_pos, self.shape = arg, err_pos, shape
        self.val1, self.val2 = val1, val2
        self.abs_err, self.rel_err = abs_err, rel_err
        self.abs_tol, self.rel_tol = abs_tol, rel_tol

    def __str__(self) -> str:
        return (
            "GradientError: numeric gradient and analytic gradient exceed tolerance:\n"
            f"        At position {self.err_pos} of argument {self.arg} with shape {self.shape},\n"
            f"            val1 = {self.val1:f}      ,  val2 = {self.val2:f}\n"
            f"            abs. error = {self.abs_err:f},  abs. tolerance = {self.abs_tol:f}\n"
            f"            rel. error = {self.rel_err:f},  rel. tolerance = {self.rel_tol:f}\n"
            f"Exception args: {', '.join(map(str, self.args))}"
        )


_TOLERANCES = {"float16": 5e-2, "float32": 1e-2, "float64": 1e-4}


def verify_grad(
    fun: Callable,
    pt: list | tuple,
    n_tests: int = 2,
    rng: Any = None,
    eps: float | None = None,
    out_type: str | None = None,
    abs_tol: float | None = None,
    rel_tol: float | None = None,
    mode: Any = None,
    cast_to_output_type: bool = False,
    no_debug_ref: bool = True,
) -> None:
    """Compare the gradient of `fun` at the point `pt` with finite differences, along random projections.

    Parameters
    ----------
    fun : callable
        Takes variables, returns one.
    pt : list of float ndarrays
    n_tests : int
        How many projections of the output are tried.
    rng : numpy.random.RandomState
        Where the projections come from.
    eps : float, optional
        Step of the differences; by default chosen by dtype.
    out_type : str, optional
        dtype of the output if it is complex.
    abs_tol, rel_tol : float, optional
        A difference that exceeds both is an error; by default chosen by dtype.
    mode
        See `theano.function`.
    cast_to_output_type : bool
        Whether the projection of a float32 output is float32.
    no_debug_ref : bool
        Whether the reference values are computed outside of DebugMode.

    Raises
    ------
    verify_grad.E_grad
        If gradient and differences disagree.
    """
    from .compile.function import function as compile_function
    from .compile.sharedvalue import shared
    from .tensor.basic import as_tensor_variable
    from .tensor.type import TensorType

    assert isinstance(pt, list | tuple)
    pt = [np.array(p) for p in pt]
    for i, p in enumerate(pt):
        if str(p.dtype) not in _TOLERANCES:
            raise TypeError(
                f'verify_grad can work only with floating point inputs, but input {i} has dtype "{p.dtype}".'
            )
    tolerance = max(_TOLERANCES[str(p.dtype)] for p in pt)
    abs_tol = tolerance if abs_tol is None else abs_tol
    rel_tol = tolerance if rel_tol is None else rel_tol
    if rng is None:
        raise TypeError(
            "rng should be a valid instance of numpy.random.RandomState. You may want to use "
            "theano.tests.unittest_tools.verify_grad instead of theano.gradient.verify_grad."
        )

    def function(inputs, outputs, name, mode=mode):
        return compile_function(
            inputs,
            outputs,
            accept_inplace=True,
            allow_input_downcast=True,  # the differences are taken in the widest dtype of the inputs
            mode=mode,
            on_unused_input="ignore",
            name=name,
        )

    inputs = []
    for i, p in enumerate(pt):
        p = as_tensor_variable(p)
        inputs.append(TensorType(p.dtype, p.broadcastable)(name=f"input {i}"))
    output = fun(*inputs)
    if isinstance(output, list):
        raise NotImplementedError("cant (yet) autotest gradient of fun with multiple outputs")
    value = function(inputs, output, name="gradient.py fwd")(*[p.copy() for p in pt])
    if isinstance(value, list | tuple):
        raise TypeError(
            "It seems like you are trying to use verify_grad on an op or a function which outputs a list: "
            "there should be a single (array-like) output instead"
        )

    def projection():
        plain = rng.rand(*value.shape) + 0.5  # away from 0, where the differences would lose digits
        return np.array(plain, output.dtype) if cast_to_output_type and output.dtype == "float32" else plain

    weights = shared(projection(), borrow=True)
    weights.name = "random_projection"
    cost = (weights * output).sum()
    slow_free = mode_not_slow(mode) if no_debug_ref else mode
    cost_function = function(inputs, cost, name="gradient.py cost", mode=slow_free)
    gradients = grad(cost, inputs, disconnected_inputs="ignore")
    gradient_function = function(inputs, gradients, name="gradient.py symbolic grad")

    for test in range(n_tests):
        try:
            numeric = numeric_grad(cost_function, [p.copy() for p in pt], eps, out_type)
            analytic = gradient_function(*[p.copy() for p in pt])
            arg, position, abs_err, rel_err = numeric.max_err(analytic, abs_tol, rel_tol)
            if abs_err > abs_tol and rel_err > rel_tol:
                raise GradientError(
                    arg,
                    position,
                    analytic[arg].shape,
                    analytic[arg].flatten()[position],
                    numeric.gf[arg].flatten()[position],
                    abs_err,
                    rel_err,
                    abs_tol,
                    rel_tol,
                )
            if test < n_tests - 1:
                weights.set_value(projection(), borrow=True)
        except Exception as error:
            error.args += (
                "\nThe error happened with the following inputs:",
                pt,
                "\nThe value of eps is:",
                eps,
                "\nThe out_type is:",
                out_type,
            )
            raise


verify_grad.E_grad = GradientError


def mode_not_slow(mode: Any) -> Any:
    """Return `mode`, or the fast one where `mode` is FAST_COMPILE or DebugMode."""
    from .compile.debugmode import DebugMode
    from .compile.mode import FAST_RUN, get_mode

    if mode == "FAST_COMPILE":
        return FAST_RUN
    mode = get_mode(mode)
    return FAST_RUN.clone(optimizer=mode.optimizer) if isinstance(mode, DebugMode) else mode


# -------------------------------------------------------- gradients that are no numbers


def _null(op: Any, x_pos: int, x: Any, what: str, comment: str) -> Variable:
    return NullType(
        f"This variable is Null because the grad method for input {x_pos} ({x}) of the {op} op is {what}. "
        f"{comment}"
    )()


def grad_not_implemented(op: Any, x_pos: int, x: Any, comment: str = "") -> Variable:
    """Return the gradient that says: nobody has written it yet. Using it is an error."""
    return _null(op, x_pos, x, "not implemented", comment)


def grad_undefined(op: Any, x_pos: int, x: Any, comment: str = "") -> Variable:
    """Return the gradient that says: there is none. Using it is an error."""
    return _null(op, x_pos, x, "mathematically undefined", comment)


# ----------------------------------------------- views that change what flows back through


class _Adopting:
    """An Op whose results are Theano's variables."""

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        result = adopt(super().__call__(*inputs, **kwargs))
        compute_test_values([result.owner])
        return result


class ConsiderConstant(_Adopting, ViewOp):
    """A view through which zeros flow back."""

    def pullback(self, inputs: Sequence, outputs: Sequence, gradients: Sequence) -> list:
        return [g.zeros_like() for g in gradients]


class ZeroGrad(_Adopting, ptg.ZeroGrad):
    """A view through which zeros flow back, and forth in the R operator."""


class UndefinedGrad(_Adopting, ptg.UndefinedGrad):
    """A view whose gradient is an error."""

    def pullback(self, inputs: Sequence, outputs: Sequence, gradients: Sequence) -> list:
        return [grad_undefined(self, i, x) for i, x in enumerate(inputs)]


class DisconnectedGrad(_Adopting, ptg.DisconnectedGrad):
    """A view through which nothing flows back."""


class GradClip(_Adopting, ptg.GradClip):
    """A view through which what flows back is clipped."""

    __props__ = ()

    def __init__(self, clip_lower_bound: float, clip_upper_bound: float) -> None:
        assert clip_upper_bound >= clip_lower_bound
        super().__init__(clip_lower_bound, clip_upper_bound)


class GradScale(_Adopting, ptg.GradScale):
    """A view through which what flows back is multiplied by a number."""


consider_constant_ = ConsiderConstant()
zero_grad_ = ZeroGrad()
undefined_grad_ = UndefinedGrad()
disconnected_grad_ = DisconnectedGrad()


def consider_constant(x: Variable) -> Variable:
    """Return `x`, through which zeros flow back. Deprecated for `zero_grad` and `disconnected_grad`."""
    warnings.warn(
        "consider_constant() is deprecated, use zero_grad() or disconnected_grad() instead.", stacklevel=3
    )
    return consider_constant_(x)


def zero_grad(x: Variable) -> Variable:
    """Return `x`, through which zeros flow back."""
    return zero_grad_(x)


def undefined_grad(x: Variable) -> Variable:
    """Return `x`, whose gradient is an error."""
    return undefined_grad_(x)


def disconnected_grad(x: Variable) -> Variable:
    """Return `x`, through which nothing flows back: whoever depends on `x` alone is disconnected."""
    return disconnected_grad_(x)


def grad_clip(x: Variable, lower_bound: float, upper_bound: float) -> Variable:
    """Return `x`, the gradient that arrives at it clipped to the bounds."""
    return GradClip(lower_bound, upper_bound)(x)


def grad_scale(x: Variable, multiplier: float) -> Variable:
    """Return `x`, the gradient that arrives at it multiplied by `multiplier`."""
    return GradScale(multiplier)(x)
