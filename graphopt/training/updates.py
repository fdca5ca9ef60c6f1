"""Update rules as pure functions: from a loss and parameters to ``{shared variable: its new value}``.

Every function takes a scalar loss, or the list of its gradients, one for each parameter. Slots (moments, sums
of squares, the step count) are shared variables made by the call and updated by what it returns. A
`learning_rate` may be a number, a shared variable or an expression; `step` is a shared integer that counts
updates, made if the rule needs one and none is given. The formulas are those of Keras 3; options that give
PyTorch's are named.

Rules with slots run once over all parameters of a dtype laid end to end, see `graphopt.training.flat`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue
from graphopt.training.flat import groups

Loss = TensorVariable | Sequence[TensorVariable]
Updates = dict[TensorSharedVariable, TensorVariable]
Rate = float | TensorVariable


def gradients(loss: Loss, params: Sequence[TensorSharedVariable]) -> list[TensorVariable]:
    """Return the gradient of `loss` with respect to each of `params`; `loss` itself if it is that list.

    Raises
    ------
    InvalidType
        If `params` are not shared variables, or `loss` is neither a scalar expression nor a list of
        gradients.
    InvalidValue
        If there are no parameters, one is there twice, or the number of gradients is another.
    """
    params = list(params)
    if not params:
        raise InvalidValue("There are no parameters to update.")
    for position, p in enumerate(params):
        if not isinstance(p, TensorSharedVariable):
            raise InvalidType(f"Parameter {position} is {p!r}; expected a shared variable.")
    if len(set(params)) < len(params):
        raise InvalidValue("A parameter is listed twice; each is updated once.")
    if isinstance(loss, TensorVariable):
        if loss.ndim != 0:
            raise InvalidType(
                f"The loss has {loss.ndim} axes; expected a scalar expression. Take its mean or sum."
            )
        grads: Any = pytensor.grad(loss, params)
        return grads
    if not isinstance(loss, Sequence) or not all(isinstance(g, TensorVariable) for g in loss):
        raise InvalidType(f"The loss is {loss!r}; expected a scalar expression or a list of gradients.")
    if len(loss) != len(params):
        raise InvalidValue(f"Got {len(loss)} gradients for {len(params)} parameters.")
    return list(loss)


def step_counter() -> TensorSharedVariable:
    """Return a shared integer, 0 at first, that counts updates."""
    return pytensor.shared(np.asarray(0, dtype="int64"), name="step", shape=())


def sgd(loss: Loss, params: Sequence[TensorSharedVariable], learning_rate: Rate = 0.01) -> Updates:
    """Return ``{p: p - learning_rate * d loss / d p}`` over `params`."""
    updates = {}
    for p, g in zip(params, gradients(loss, params), strict=True):
        updates[p] = p - _as(learning_rate, p.type.dtype) * g
    return updates


def momentum(
    loss: Loss, params: Sequence[TensorSharedVariable], learning_rate: Rate = 0.01, *, momentum: float = 0.9
) -> Updates:
    """Return gradient descent with a velocity: ``v = momentum * v - learning_rate * g; p = p + v`` (Polyak).

    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """
    return _with_velocity(loss, params, learning_rate, momentum, nesterov=False)


def nesterov(
    loss: Loss, params: Sequence[TensorSharedVariable], learning_rate: Rate = 0.01, *, momentum: float = 0.9
) -> Updates:
    """Return Nesterov's descent:
    ``v = momentum * v - learning_rate * g; p = p + momentum * v - learning_rate * g``.

    Sutskever, Martens, Dahl, Hinton 2013, with the gradient taken at the point looked ahead to.
    """
    return _with_velocity(loss, params, learning_rate, momentum, nesterov=True)


def _with_velocity(loss, params, learning_rate, factor, *, nesterov):
    updates: Updates = {}
    for group in groups(params, gradients(loss, params)):
        pull = group.scalar(learning_rate) * group.grad
        v = group.slot("velocity")
        velocity = group.scalar(factor) * v - pull
        updates[v] = velocity
        move = pull - group.scalar(factor) * velocity if nesterov else -velocity
        updates.update(group.minus(move))
    return updates


def rmsprop(
    loss: Loss,
    params: Sequence[TensorSharedVariable],
    learning_rate: Rate = 0.001,
    *,
    rho: float = 0.9,
    momentum: float = 0.0,
    epsilon: float = 1e-7,
    centered: bool = False,
) -> Updates:
    """Return descent scaled by the running root mean square of the gradient (Tieleman and Hinton 2012).

    ``s = rho * s + (1 - rho) * g^2; p = p - learning_rate * g / sqrt(s + epsilon)``; `centered` takes the
    squared running mean of the gradient from s; `momentum` keeps a velocity of the steps. PyTorch has epsilon
    outside the root.
    """
    updates: Updates = {}
    for group in groups(params, gradients(loss, params)):
        g, rest = group.grad, group.constant(1.0 - rho)
        s = group.slot("mean_square")
        square = updates[s] = group.constant(rho) * s + rest * pt.sqr(g)
        if centered:
            a = group.slot("mean")
            mean = updates[a] = group.constant(rho) * a + rest * g
            square = square - pt.sqr(mean)
        move = group.scalar(learning_rate) * g / pt.sqrt(square + group.constant(epsilon))
        if momentum:
            v = group.slot("velocity")
            move = updates[v] = group.constant(momentum) * v + move
        updates.update(group.minus(move))
    return updates


def adagrad(
    loss: Loss,
    params: Sequence[TensorSharedVariable],
    learning_rate: Rate = 0.001,
    *,
    initial_accumulator_value: float = 0.1,
    epsilon: float = 1e-7,
) -> Updates:
    """Return ``s = s + g^2; p = p - learning_rate * g / sqrt(s + epsilon)`` (Duchi, Hazan, Singer 2011).

    PyTorch starts s at 0 and has epsilon outside the root.
    """
    updates: Updates = {}
    for group in groups(params, gradients(loss, params)):
        s = group.slot("sum_square", initial_accumulator_value)
        total = updates[s] = s + pt.sqr(group.grad)
        move = group.scalar(learning_rate) * group.grad / pt.sqrt(total + group.constant(epsilon))
        updates.update(group.minus(move))
    return updates


def adadelta(
    loss: Loss,
    params: Sequence[TensorSharedVariable],
    learning_rate: Rate = 0.001,
    *,
    rho: float = 0.95,
    epsilon: float = 1e-7,
) -> Updates:
    """Return Zeiler's (2012) rule, whose steps have the running size of earlier ones over the gradient's.

    PyTorch's defaults are ``learning_rate=1.0, rho=0.9, epsilon=1e-6``.
    """
    updates: Updates = {}
    for group in groups(params, gradients(loss, params)):
        keep, rest, small = (group.constant(c) for c in (rho, 1.0 - rho, epsilon))
        s, d = group.slot("mean_square"), group.slot("mean_square_step")
        square = updates[s] = keep * s + rest * pt.sqr(group.grad)
        move = pt.sqrt(d + small) / pt.sqrt(square + small) * group.grad
        updates[d] = keep * d + rest * pt.sqr(move)
        updates.update(group.minus(group.scalar(learning_rate) * move))
    return updates


def adam(
    loss: Loss,
    params: Sequence[TensorSharedVariable],
    learning_rate: Rate = 0.001,
    *,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
    amsgrad: bool = False,
    epsilon_hat: bool = True,
    step: TensorSharedVariable | None = None,
) -> Updates:
    """Return Adam (Kingma and Ba 2015): moments ``m`` and ``v`` of the gradient, corrected for their start.

    Parameters
    ----------
    amsgrad
        Whether v never falls (Reddi, Kale, Kumar 2018).
    epsilon_hat
        Keras, and the end of section 2 of the paper: ``m / (sqrt(v) + epsilon)``, the corrections in the
        rate. False, algorithm 1 and PyTorch (there with epsilon 1e-8): epsilon joins the corrected root.
    """
    step, updates = _counted(step)
    for group in groups(params, gradients(loss, params)):
        t = (step + 1).astype(group.dtype)
        one = group.constant(1.0)
        m, v, updates = _moments(group, updates, beta_1, beta_2)
        if amsgrad:
            top = group.slot("top_square")
            v = updates[top] = pt.maximum(top, v)
        rate = group.scalar(learning_rate) / (one - group.constant(beta_1) ** t)
        root = pt.sqrt(one - group.constant(beta_2) ** t)
        if epsilon_hat:
            move = (rate * root) * m / (pt.sqrt(v) + group.constant(epsilon))
        else:
            move = rate * m / (pt.sqrt(v) / root + group.constant(epsilon))
        updates.update(group.minus(move))
    return updates


def adamw(
    loss: Loss,
    params: Sequence[TensorSharedVariable],
    learning_rate: Rate = 0.001,
    *,
    weight_decay: float = 0.004,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
    amsgrad: bool = False,
    epsilon_hat: bool = True,
    step: TensorSharedVariable | None = None,
) -> Updates:
    """Return Adam with the weights shrunk by ``learning_rate * weight_decay`` of themselves.

    Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.

    PyTorch's default decay is 0.01.
    """
    from graphopt.training.transforms import decay_weights

    updates = adam(
        loss,
        params,
        learning_rate,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=epsilon,
        amsgrad=amsgrad,
        epsilon_hat=epsilon_hat,
        step=step,
    )
    return decay_weights(updates, params, weight_decay, learning_rate)


def adamax(
    loss: Loss,
    params: Sequence[TensorSharedVariable],
    learning_rate: Rate = 0.001,
    *,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
    step: TensorSharedVariable | None = None,
) -> Updates:
    """Return Adam with the running maximum of the gradient's size in place of its root mean square.

    Kingma and Ba 2015, section 7.1.
    """
    step, updates = _counted(step)
    for group in groups(params, gradients(loss, params)):
        t = (step + 1).astype(group.dtype)
        m, u = group.slot("mean"), group.slot("top")
        mean = updates[m] = m + (group.grad - m) * group.constant(1.0 - beta_1)
        top = updates[u] = pt.maximum(group.constant(beta_2) * u, pt.abs(group.grad))
        rate = group.scalar(learning_rate) / (group.constant(1.0) - group.constant(beta_1) ** t)
        updates.update(group.minus(rate * mean / (top + group.constant(epsilon))))
    return updates


def nadam(
    loss: Loss,
    params: Sequence[TensorSharedVariable],
    learning_rate: Rate = 0.001,
    *,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
    momentum_decay: float = 1.0,
    step: TensorSharedVariable | None = None,
) -> Updates:
    """Return Adam with Nesterov's look ahead (Dozat 2016).

    ``mu_t = beta_1 * (1 - 0.5 * 0.96^(t * momentum_decay))``; Keras has `momentum_decay` 1, PyTorch 0.004.
    """
    step, updates = _counted(step)
    for group in groups(params, gradients(loss, params)):
        t = (step + 1).astype(group.dtype)
        one, half, b1 = group.constant(1.0), group.constant(0.5), group.constant(beta_1)
        decay = group.constant(0.96**momentum_decay)
        m, v, updates = _moments(group, updates, beta_1, beta_2)
        mu = b1 * (one - half * decay**t)
        mu_next = b1 * (one - half * decay ** (t + one))
        held = pytensor.shared(np.ones((), group.dtype), name=f"{group.label}/mu_product", shape=())
        product = updates[held] = held * mu
        ahead = mu_next / (one - product * mu_next) * m + (one - mu) / (one - product) * group.grad
        root = pt.sqrt(v / (one - group.constant(beta_2) ** t))
        updates.update(group.minus(group.scalar(learning_rate) * ahead / (root + group.constant(epsilon))))
    return updates


def _moments(group, updates, beta_1, beta_2):
    """Return the new running means of the gradient and of its square, and `updates` with them."""
    m, v = group.slot("mean"), group.slot("mean_square")
    mean = m + (group.grad - m) * group.constant(1.0 - beta_1)
    square = v + (pt.sqr(group.grad) - v) * group.constant(1.0 - beta_2)
    return mean, square, {**updates, m: mean, v: square}


def _counted(step: TensorSharedVariable | None) -> tuple[TensorSharedVariable, Updates]:
    """Return the step counter and its update."""
    step = step_counter() if step is None else step
    return step, {step: step + np.asarray(1, dtype=step.type.dtype)}


def _as(value: Rate, dtype: str) -> TensorVariable:
    """Return a number or expression in `dtype`."""
    if isinstance(value, TensorVariable):
        return value if value.type.dtype == dtype else value.astype(dtype)
    return pt.constant(np.asarray(value, dtype=dtype))
