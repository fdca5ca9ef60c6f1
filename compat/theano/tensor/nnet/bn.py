"""Batch normalisation (S. Ioffe and C. Szegedy, 2015): in training, at test time, with given statistics."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable

from ....adopt import adopted
from ... import scalar
from ...configdefaults import config
from .. import basic as tensor
from .lowered import LoweredOp

__all__ = [
    "AbstractBatchNormInference",
    "AbstractBatchNormTrain",
    "AbstractBatchNormTrainGrad",
    "BNComposite",
    "batch_normalization",
    "batch_normalization_test",
    "batch_normalization_train",
]


class BNComposite(scalar.Composite):
    """The scalar operation ``(x - mean) / std * gamma + beta``, with a gradient."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        x, mean, std, gamma, beta = (scalar.Scalar(dtype=dtype)() for _ in range(5))
        super().__init__([x, mean, std, gamma, beta], [(x - mean) / std * gamma + beta])

    def grad(self, inputs: Any, grads: Any) -> list[Variable]:
        (x, mean, std, gamma, _), (top,) = inputs, grads
        dx = top * gamma / std
        normal = (x - mean) / std
        return [dx, -dx, -dx * normal, top * normal, top]


@adopted
def batch_normalization(
    inputs: Any, gamma: Any, beta: Any, mean: Any, std: Any, mode: str = "low_mem"
) -> Variable:
    """Return `inputs` normalised with the given statistics: ``(inputs - mean) / std * gamma + beta``.

    Parameters
    ----------
    inputs, gamma, beta, mean, std : tensors
        The others broadcast against `inputs`.
    mode : {"low_mem", "high_mem"}
        The order of computation: as above, or ``(inputs - mean) * (gamma / std) + beta``.
    """
    if mode == "low_mem":
        return (inputs - mean) / std * gamma + beta
    if mode == "high_mem":
        return (inputs - mean) * (gamma / std) + beta
    raise ValueError('mode must be either "low_mem", "high_mem"')


# -------------------------------------------------------------------------------------------- the operations


class _Normalisation(LoweredOp):
    """An operation over the axes `axes`."""

    __props__ = ("axes",)

    def __init__(self, axes: Any = (0,)) -> None:
        assert isinstance(axes, tuple | list)
        assert len(axes) > 0
        self.axes = tuple(int(a) for a in axes)

    def _mean(self, x: Variable) -> Variable:
        return tensor.mean(x, axis=self.axes, keepdims=True)

    def _sum(self, x: Variable) -> Variable:
        return tensor.sum(x, axis=self.axes, keepdims=True)

    def expression(self, *inputs: Variable) -> list[Variable]:
        ndim = inputs[0].ndim
        if min(self.axes) < 0 or max(self.axes) >= ndim:
            raise ValueError(f"axes should be less than ndim (<{ndim}), but {self.axes} given")
        return self._formula(*inputs)


def _tensors_of_one_dtype(*values: Any) -> list[Variable]:
    """Return `values` as variables of the dtype they all fit in; they must have as many axes."""
    variables = [tensor.as_tensor_variable(v) for v in values]
    assert len({v.ndim for v in variables}) == 1
    return list(scalar.as_common_dtype(*variables))


def _with_epsilon(variance: Variable, epsilon: Variable) -> Variable:
    return variance + (epsilon.astype("float32") if variance.dtype == "float32" else epsilon)


class AbstractBatchNormTrain(_Normalisation):
    """``(x, scale, bias, epsilon, factor, [running mean, running variance])``
    ``-> (normalised x, mean, 1 / standard deviation, [new running mean, new running variance])``."""

    def make_node(
        self,
        x: Any,
        scale: Any,
        bias: Any,
        epsilon: Any = 1e-4,
        running_average_factor: Any = 0.1,
        running_mean: Any = None,
        running_var: Any = None,
    ) -> Apply:
        assert (running_mean is None) == (running_var is None)
        running = [] if running_mean is None else [running_mean, running_var]
        x, scale, bias, *running = _tensors_of_one_dtype(x, scale, bias, *running)
        numbers = [tensor.as_tensor_variable(v) for v in (epsilon, running_average_factor)]
        types = [x.type, *[scale.type] * (2 + len(running))]
        return Apply(self, [x, scale, bias, *numbers, *running], [t() for t in types])

    def _formula(
        self, x: Any, scale: Any, bias: Any, epsilon: Any, factor: Any, *running: Any
    ) -> list[Variable]:
        mean, var = self._mean(x), tensor.var(x, axis=self.axes, keepdims=True)
        invstd = tensor.inv(tensor.sqrt(_with_epsilon(var, epsilon)))
        out = [(x - mean) * (scale * invstd) + bias, mean, invstd]
        if running:
            m = tensor.cast(tensor.prod(x.shape) / tensor.prod(scale.shape), config.floatX)
            news = mean, (m / (m - 1)) * var
            out += [old * (1.0 - factor) + new * factor for old, new in zip(running, news)]
        return out

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0], *[shapes[1]] * (len(node.outputs) - 1)]

    def connection_pattern(self, node: Apply) -> list:
        extra = len(node.inputs) - 5
        pattern = [[True] * (3 + extra)]
        pattern += [[True] * 3 + [False] * extra] * 2
        pattern += [[False] * (3 + extra)] * 2
        pattern += [[i == 3 + k for i in range(3 + extra)] for k in range(extra)]
        return pattern

    def L_op(self, inputs: Any, outputs: Any, grads: Any) -> list:
        x, scale, _, epsilon = inputs[:4]
        _, mean, invstd = outputs[:3]
        found = AbstractBatchNormTrainGrad(self.axes)(x, grads[0], scale, mean, invstd, epsilon)
        return [*found, *(DisconnectedType()() for _ in inputs[3:])]


class AbstractBatchNormTrainGrad(_Normalisation):
    """``(x, dy, scale, mean, 1 / standard deviation, epsilon) -> gradients of (x, scale, bias)``."""

    def make_node(
        self, x: Any, dy: Any, scale: Any, x_mean: Any, x_invstd: Any, epsilon: Any = 1e-4
    ) -> Apply:
        inputs = _tensors_of_one_dtype(x, dy, scale, x_mean, x_invstd)
        x, scale = inputs[0], inputs[2]
        types = [x.type, scale.type, scale.type]
        return Apply(self, [*inputs, tensor.as_tensor_variable(epsilon)], [t() for t in types])

    def _formula(
        self, x: Any, dy: Any, scale: Any, mean: Any, invstd: Any, epsilon: Any = None
    ) -> list[Variable]:
        centred = x - mean
        c = dy * invstd - centred * (self._mean(dy * centred) * invstd**3)
        return [scale * (c - self._mean(c)), self._sum(dy * invstd * centred), self._sum(dy)]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0], shapes[2], shapes[2]]

    def connection_pattern(self, node: Apply) -> list:
        t, f = True, False
        return [[t, t, f], [t, t, t], [t, f, f], [t, t, f], [t, t, f], [f, f, f]]

    def grad(self, inputs: Any, grads: Any) -> list:
        return self.pulled_back(inputs, grads, 5)


class AbstractBatchNormInference(_Normalisation):
    """``(x, scale, bias, mean, var, epsilon) -> (x - mean) * scale / sqrt(var + epsilon) + bias``."""

    def make_node(
        self,
        x: Any,
        scale: Any,
        bias: Any,
        estimated_mean: Any,
        estimated_variance: Any,
        epsilon: Any = 1e-4,
    ) -> Apply:
        inputs = _tensors_of_one_dtype(x, scale, bias, estimated_mean, estimated_variance)
        return Apply(self, [*inputs, tensor.as_tensor_variable(epsilon)], [inputs[0].type()])

    def _formula(
        self, x: Any, scale: Any, bias: Any, mean: Any, variance: Any, epsilon: Any
    ) -> list[Variable]:
        return [(x - mean) * (scale / tensor.sqrt(_with_epsilon(variance, epsilon))) + bias]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]]

    def connection_pattern(self, node: Apply) -> list:
        return [[True]] * 5 + [[False]]

    def grad(self, inputs: Any, grads: Any) -> list:
        x, *parameters, epsilon = inputs
        parameters = [tensor.addbroadcast(p, *self.axes) for p in parameters]
        return self.pulled_back([x, *parameters, epsilon], grads, 5)


# --------------------------------------------------------------------------------------------- the functions


def _prepare_batch_normalization_axes(axes: Any, ndim: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the normalised axes and the others."""
    if isinstance(axes, str) and axes == "per-activation":
        axes = (0,)
    elif isinstance(axes, str) and axes == "spatial":
        axes = (0, *range(2, ndim))
    elif isinstance(axes, tuple | list | np.ndarray):
        axes = tuple(int(a) for a in axes)
    else:
        raise ValueError(f"invalid axes: {axes}")
    axes = tuple(sorted(axes))
    if len(axes) == 0:
        raise ValueError("there should be at least one normalization axis")
    if min(axes) < 0 or max(axes) >= ndim:
        raise ValueError(f"axes should be less than ndim (<{ndim}), but {axes} given")
    return axes, tuple(i for i in range(ndim) if i not in axes)


class _Layout:
    """Where the axes of parameters lie: all of the inputs' axes, or only those that are not normalised."""

    def __init__(self, inputs: Any, gamma: Any, beta: Any, axes: Any) -> None:
        self.ndim = inputs.ndim
        self.axes, self.others = _prepare_batch_normalization_axes(axes, self.ndim)
        self.full = gamma.ndim == self.ndim
        self.params_ndim = self.ndim if self.full else len(self.others)
        if (gamma.ndim, beta.ndim) != (self.params_ndim, self.params_ndim):
            raise ValueError(
                "gamma and beta dimensionality must match the number of non-normalized axes, or have the "
                f"same number of dimensions as the inputs; got {gamma.ndim} and {beta.ndim} instead of "
                f"{self.params_ndim}"
            )

    def widened(self, parameter: Any) -> Variable:
        """Return a parameter with all of the inputs' axes, broadcastable along the normalised ones."""
        parameter = tensor.as_tensor_variable(parameter)
        if self.full:
            return tensor.addbroadcast(parameter, *self.axes)
        return parameter.dimshuffle(
            [self.others.index(i) if i in self.others else "x" for i in range(self.ndim)]
        )

    def narrowed(self, result: Variable) -> Variable:
        """Return a result of the parameters' layout."""
        return result if self.full else result.dimshuffle(self.others)


def _checked_epsilon(epsilon: Any) -> np.ndarray:
    epsilon = np.asarray(epsilon, dtype=config.floatX)
    if epsilon < 1e-5:
        raise ValueError(f"epsilon must be at least 1e-5, got {epsilon}")
    return epsilon


@adopted
def batch_normalization_train(
    inputs: Any,
    gamma: Any,
    beta: Any,
    axes: Any = "per-activation",
    epsilon: float = 1e-4,
    running_average_factor: float = 0.1,
    running_mean: Any = None,
    running_var: Any = None,
) -> tuple[Variable, ...]:
    """Return `inputs` normalised by their own mean and variance, and these.

    Parameters
    ----------
    inputs : tensor
    gamma, beta : tensors
        Scale and shift, with the shape of `inputs` but for the normalised axes: those are 1, or left out.
    axes : {"per-activation", "spatial"} or tuple of int
        What is averaged over: the first axis, all but the second, or these.
    epsilon : float
        Added to the variance; at least 1e-5.
    running_average_factor : float
        The weight of the new values in the running averages.
    running_mean, running_var : tensors, optional
        The running averages so far, laid out as `gamma`.

    Returns
    -------
    out, mean, invstd, [new_running_mean, new_running_var]
        The statistics are laid out as `gamma`; the last two with `running_mean` and `running_var`.

    Raises
    ------
    ValueError
        If dimensions, axes or epsilon are wrong, or only one running average is given.
    """
    layout = _Layout(inputs, gamma, beta, axes)
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be given or both be None")
    running = {"running_mean": running_mean, "running_var": running_var} if running_mean is not None else {}
    for name, value in running.items():
        if value.ndim != layout.params_ndim:
            raise ValueError(
                f"{name} must be of the same dimensionality as gamma and beta; "
                f"got {value.ndim} instead of {layout.params_ndim}"
            )
    epsilon = _checked_epsilon(epsilon)
    running = {name: layout.widened(value) for name, value in running.items()}
    out, *statistics = AbstractBatchNormTrain(axes=layout.axes)(
        tensor.as_tensor_variable(inputs),
        layout.widened(gamma),
        layout.widened(beta),
        epsilon=epsilon,
        running_average_factor=running_average_factor,
        **running,
    )
    for i, old in enumerate(running.values(), start=2):
        statistics[i] = tensor.patternbroadcast(statistics[i], old.broadcastable)
    return (out, *(layout.narrowed(s) for s in statistics))


@adopted
def batch_normalization_test(
    inputs: Any,
    gamma: Any,
    beta: Any,
    mean: Any,
    var: Any,
    axes: Any = "per-activation",
    epsilon: float = 1e-4,
) -> Variable:
    """Return `inputs` normalised by the given mean and variance; see `batch_normalization_train`.

    Raises
    ------
    ValueError
        If dimensions, axes or epsilon are wrong.
    """
    layout = _Layout(inputs, gamma, beta, axes)
    if (mean.ndim, var.ndim) != (layout.params_ndim, layout.params_ndim):
        raise ValueError(
            "mean and var must be of the same dimensionality as gamma and beta; "
            f"got {mean.ndim} and {var.ndim} instead of {layout.params_ndim}"
        )
    parameters = [layout.widened(p) for p in (gamma, beta, mean, var)]
    return AbstractBatchNormInference(axes=layout.axes)(
        inputs, *parameters, epsilon=_checked_epsilon(epsilon)
    )
