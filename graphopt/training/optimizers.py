"""Optimizers: which update rule with which numbers, under Keras' names and with Keras' defaults."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, unknown_name
from graphopt.training import transforms, updates
from graphopt.training.schedules import Schedule


@dataclass(frozen=True)
class Optimizer:
    """What all optimizers share: clipping of gradients, and weight decay.

    Parameters
    ----------
    weight_decay
        By how much of themselves, times the learning rate, the weights shrink at every update.
    clipnorm, clipvalue, global_clipnorm
        The longest gradient of one parameter, the largest element, the longest gradient of all parameters
        together. At most one is given.
    """

    weight_decay: float | None = field(default=None, kw_only=True)
    clipnorm: float | None = field(default=None, kw_only=True)
    clipvalue: float | None = field(default=None, kw_only=True)
    global_clipnorm: float | None = field(default=None, kw_only=True)

    def __post_init__(self):
        owner = type(self).__name__
        rate = getattr(self, "learning_rate", None)
        if not callable(rate):
            _number(owner, "learning_rate", rate, lowest=0.0)
        for name in ("momentum", "rho", "beta_1", "beta_2"):
            if hasattr(self, name):
                _number(owner, name, getattr(self, name), lowest=0.0, highest=1.0)
        for name in ("epsilon", "initial_accumulator_value"):
            if hasattr(self, name):
                _number(owner, name, getattr(self, name), lowest=0.0)
        if self.weight_decay is not None:
            _number(owner, "weight_decay", self.weight_decay, lowest=0.0)
        clips = [
            name for name in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, name) is not None
        ]
        for name in clips:
            if _number(owner, name, getattr(self, name), lowest=0.0) == 0:
                raise InvalidValue(f"{owner}: {name} is 0; expected a number above 0.")
        if len(clips) > 1:
            raise InvalidValue(f"{owner}: {' and '.join(clips)} are both given; expected one of them.")

    @property
    def name(self) -> str:
        """The name it can be asked for by."""
        return type(self).__name__.lower()

    @property
    def needs_step(self) -> bool:
        """Whether the rule, or a schedule, counts updates."""
        return callable(self.learning_rate) or "step" in _arguments(self)  # type: ignore[attr-defined]

    def updates(
        self,
        loss: updates.Loss,
        params: Sequence[TensorSharedVariable],
        *,
        learning_rate: TensorVariable | None = None,
        step: TensorSharedVariable | None = None,
    ) -> updates.Updates:
        """Return ``{shared: new value}`` of one update of `params`, and of the slots that it makes.

        Parameters
        ----------
        loss
            A scalar expression, or the list of its gradients.
        params
            Shared variables.
        learning_rate
            A shared variable to be used in place of the optimizer's own number, so that it can change.
        step
            A shared integer that counts updates; made if needed.
        """
        params = list(params)
        grads = updates.gradients(loss, params)
        counted = {}
        if learning_rate is None:
            learning_rate = self.learning_rate  # type: ignore[attr-defined]
            if callable(learning_rate):
                step = updates.step_counter() if step is None else step
                learning_rate = learning_rate(step)
                counted = {step: step + np.asarray(1, dtype=step.type.dtype)}
        if self.clipvalue is not None:
            grads = transforms.clip_by_value(grads, self.clipvalue)
        elif self.clipnorm is not None:
            grads = transforms.clip_by_norm(grads, self.clipnorm)
        elif self.global_clipnorm is not None:
            grads = transforms.clip_by_global_norm(grads, self.global_clipnorm)
        options = {"step": step} if "step" in _arguments(self) else {}
        new = {**counted, **self.rule(grads, params, learning_rate, **options)}
        if self.weight_decay:
            new = transforms.decay_weights(new, params, self.weight_decay, learning_rate)
        return new

    def rule(self, grads, params, learning_rate, **options):
        """Return the updates of `params` for the (clipped) gradients."""
        raise NotImplementedError(f"{type(self).__name__} has no rule.")

    def get_config(self) -> dict[str, Any]:
        """Return the name and the numbers."""
        return {"name": self.name, **{f.name: getattr(self, f.name) for f in dataclasses.fields(self)}}


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent, with momentum if `momentum` is above 0, and Nesterov's look ahead if `nesterov`."""

    learning_rate: float | Schedule = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def rule(self, grads, params, learning_rate):
        if not self.momentum:
            return updates.sgd(grads, params, learning_rate)
        rule = updates.nesterov if self.nesterov else updates.momentum
        return rule(grads, params, learning_rate, momentum=self.momentum)


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Descent over the running root mean square of the gradient; see `graphopt.training.updates.rmsprop`."""

    learning_rate: float | Schedule = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    def rule(self, grads, params, learning_rate):
        return updates.rmsprop(
            grads, params, learning_rate,
            rho=self.rho, momentum=self.momentum, epsilon=self.epsilon, centered=self.centered,
        )  # fmt: skip


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Descent over the root of summed squares; see `graphopt.training.updates.adagrad`."""

    learning_rate: float | Schedule = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def rule(self, grads, params, learning_rate):
        return updates.adagrad(
            grads, params, learning_rate,
            initial_accumulator_value=self.initial_accumulator_value, epsilon=self.epsilon,
        )  # fmt: skip


@dataclass(frozen=True)
class Adadelta(Optimizer):
    """Steps of the running size of earlier steps; see `graphopt.training.updates.adadelta`."""

    learning_rate: float | Schedule = 0.001
    rho: float = 0.95
    epsilon: float = 1e-7

    def rule(self, grads, params, learning_rate):
        return updates.adadelta(grads, params, learning_rate, rho=self.rho, epsilon=self.epsilon)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Moments of the gradient and of its square; see `graphopt.training.updates.adam`."""

    learning_rate: float | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False

    def rule(self, grads, params, learning_rate, *, step=None):
        return updates.adam(
            grads, params, learning_rate,
            beta_1=self.beta_1, beta_2=self.beta_2, epsilon=self.epsilon, amsgrad=self.amsgrad, step=step,
        )  # fmt: skip


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay, 0.004 unless told otherwise."""

    learning_rate: float | Schedule = 0.001
    weight_decay: float | None = 0.004
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False


@dataclass(frozen=True)
class Adamax(Optimizer):
    """Adam with the running maximum of the gradient; see `graphopt.training.updates.adamax`."""

    learning_rate: float | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def rule(self, grads, params, learning_rate, *, step=None):
        return updates.adamax(
            grads,
            params,
            learning_rate,
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
            step=step,
        )


@dataclass(frozen=True)
class Nadam(Optimizer):
    """Adam with Nesterov's look ahead; see `graphopt.training.updates.nadam`."""

    learning_rate: float | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def rule(self, grads, params, learning_rate, *, step=None):
        return updates.nadam(
            grads,
            params,
            learning_rate,
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
            step=step,
        )


TABLE = {cls.__name__.lower(): cls for cls in (SGD, RMSprop, Adagrad, Adadelta, Adam, AdamW, Adamax, Nadam)}
"""Every optimizer by its name in lower case."""


def get(identifier: Any) -> Optimizer:
    """Return the optimizer that `identifier` stands for: a name in any case, a class, or an optimizer.

    Raises
    ------
    UnknownName
        If no optimizer has the name; the message gives the nearest one.
    InvalidType
        If it is nothing of these.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()
    if isinstance(identifier, str):
        if identifier.lower() not in TABLE:
            raise unknown_name("optimizer", identifier, [*TABLE, "L-BFGS-B"])
        return TABLE[identifier.lower()]()
    raise InvalidType(
        f"The optimizer is {identifier!r} ({type(identifier).__name__}); expected a name such as 'adam', "
        "or an optimizer such as SGD(0.1)."
    )


def _arguments(optimizer: Optimizer) -> tuple[str, ...]:
    """Return the names of the keyword-only arguments of the optimizer's rule."""
    code = type(optimizer).rule.__code__
    return code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]


def _number(owner: str, name: str, value: Any, *, lowest: float, highest: float = np.inf) -> float:
    """Return `value` if it is a finite number from `lowest` to `highest`."""
    expected = f"a number from {lowest:g}" + (" on" if highest == np.inf else f" to {highest:g}")
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise InvalidType(f"{owner}: {name} is {value!r} ({type(value).__name__}); expected {expected}.")
    if not (lowest <= value <= highest and np.isfinite(value)):
        raise InvalidValue(f"{owner}: {name} is {value}; expected {expected}.")
    return float(value)
