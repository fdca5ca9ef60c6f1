"""Gradients compared with finite differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.gradient import (
    numeric_grad,
)


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
    from ..compile.function import function as compile_function
    from ..compile.sharedvalue import shared
    from ..gradient import grad
    from ..tensor.basic import as_tensor_variable
    from ..tensor.type import TensorType

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
    from ..compile.debugmode import DebugMode
    from ..compile.mode import FAST_RUN, get_mode

    if mode == "FAST_COMPILE":
        return FAST_RUN
    mode = get_mode(mode)
    return FAST_RUN.clone(optimizer=mode.optimizer) if isinstance(mode, DebugMode) else mode
