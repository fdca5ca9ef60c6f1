"""An optimizer at work on a network: learning rate, step count and slots, all shared variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue
from graphopt.training.optimizers import Optimizer
from graphopt.training.updates import Updates, step_counter


class LearningRate(float):
    """A learning rate as callbacks see it: a float that can also be assigned to, as Keras' variable can."""

    _running: RunningOptimizer

    def assign(self, value: float) -> None:
        """Make `value` the learning rate of the optimizer this was read from."""
        self._running.learning_rate = value

    def numpy(self) -> np.floating:
        """Return the number as a NumPy scalar."""
        return np.float64(self)


class RunningOptimizer:
    """What `network.optimizer` is during and after `fit`.

    Attributes
    ----------
    choice
        The `Optimizer` that names the rule and its numbers.
    learning_rate
        The rate of the next update; assign a number to change it (nothing is recompiled).
    iterations
        How many updates were done.
    """

    def __init__(self, choice: Optimizer, dtype: str) -> None:
        self.choice = choice
        self.scheduled = callable(choice.learning_rate)  # type: ignore[attr-defined]
        start = 0.0 if self.scheduled else choice.learning_rate  # type: ignore[attr-defined]
        self._start = np.asarray(start, dtype=dtype)
        self._rate = pytensor.shared(self._start.copy(), name="learning_rate", shape=())
        self._step = step_counter()
        self._slots: list[TensorSharedVariable] = []
        self._slot_starts: list[np.ndarray] = []

    def updates(self, grads: Sequence[TensorVariable], params: Sequence[TensorSharedVariable]) -> Updates:
        """Return the updates of `params` and slots for `grads`, with this learning rate and step."""
        rate: Any = self.choice.learning_rate(self._step) if self.scheduled else self._rate  # type: ignore[attr-defined]
        new = self.choice.updates(list(grads), params, learning_rate=rate, step=self._step)
        if self.scheduled and self._step not in new:
            new[self._step] = self._step + np.asarray(1, dtype="int64")
        known = {*params, self._step}
        self._slots = [shared for shared in new if shared not in known]
        self._slot_starts = [slot.get_value() for slot in self._slots]
        return new

    def restart(self) -> None:
        """Set the learning rate, the step count and the slots to where they began."""
        self._rate.set_value(self._start.copy())
        self._step.set_value(np.asarray(0, dtype="int64"))
        for slot, start in zip(self._slots, self._slot_starts, strict=True):
            slot.set_value(start.copy())

    def count(self, updates: int) -> None:
        """Add `updates` to the step count if the compiled rule does not do so itself."""
        if not self.choice.needs_step:
            self._step.set_value(np.asarray(self.iterations + updates, dtype="int64"))

    @property
    def name(self) -> str:
        """The name of the optimizer."""
        return self.choice.name

    @property
    def iterations(self) -> int:
        """How many updates were done."""
        return int(self._step.get_value())

    @property
    def learning_rate(self) -> LearningRate:
        """The rate of the next update."""
        if self.scheduled:
            rate = LearningRate(self.choice.learning_rate(self.iterations))  # type: ignore[attr-defined]
        else:
            rate = LearningRate(self._rate.get_value())
        rate._running = self
        return rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if self.scheduled:
            raise InvalidType(
                f"The learning rate of {self.choice.name!r} follows {self.choice.learning_rate!r}; "  # type: ignore[attr-defined]
                "give the optimizer a number to be able to change it."
            )
        try:
            number = float(np.asarray(value))
        except (TypeError, ValueError) as error:
            raise InvalidType(f"learning_rate is {value!r}; expected a number from 0 on.") from error
        if not (np.isfinite(number) and number >= 0):
            raise InvalidValue(f"learning_rate is {number}; expected a number from 0 on.")
        self._rate.set_value(np.asarray(number, dtype=self._start.dtype))

    def get_config(self) -> dict[str, Any]:
        """Return the choice's config with the learning rate of now."""
        config = self.choice.get_config()
        return config if self.scheduled else {**config, "learning_rate": float(self.learning_rate)}

    def get_state(self) -> dict[str, np.ndarray]:
        """Return copies of what another run needs to go on: rate, step, slots."""
        state = {"learning_rate": self._rate.get_value(), "step": self._step.get_value()}
        return {**state, **{f"slot/{i}": slot.get_value() for i, slot in enumerate(self._slots)}}

    def set_state(self, state: dict[str, np.ndarray]) -> None:
        """Go on from `state`, which `get_state` gave.

        Raises
        ------
        InvalidValue
            If `state` belongs to another optimizer or to other parameters; nothing is set then.
        """
        targets = {"learning_rate": self._rate, "step": self._step}
        targets.update({f"slot/{i}": slot for i, slot in enumerate(self._slots)})
        fits = state.keys() == targets.keys() and all(
            state[key].shape == shared.get_value(borrow=True).shape for key, shared in targets.items()
        )
        if not fits:
            raise InvalidValue(
                f"The saved state of an optimizer ({', '.join(state)}) does not fit {self.choice.name!r}, "
                "which has "
                f"{', '.join(targets)}. Use the optimizer and the network that it was saved with."
            )
        for key, shared in targets.items():
            shared.set_value(np.asarray(state[key], dtype=shared.type.dtype))

    def __repr__(self) -> str:
        return f"<RunningOptimizer {self.choice!r} after {self.iterations} updates>"
