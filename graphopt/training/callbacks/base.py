"""What a callback is: hooks that `fit` calls, under Keras' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphopt.errors import InvalidType

Logs = dict[str, float]

BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
TEST_BATCH_HOOKS = ("on_test_batch_begin", "on_test_batch_end")


class Callback:
    """The base of the callbacks; your own is a subclass, or any object with some of these methods.

    Attributes
    ----------
    model
        The network in training; ``self.model.stop_training = True`` ends the training after the epoch.
    params
        ``{"epochs": ..., "steps": ..., "verbose": ...}``.
    """

    def __init__(self) -> None:
        self.model: Any = None
        self.params: dict[str, Any] = {}

    def set_model(self, model: Any) -> None:
        """Keep the network."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Keep the parameters of the run."""
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch; `logs` are those of the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before epoch number `epoch`, from 0 on."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After epoch number `epoch`; `logs` hold loss and metrics, of validation as ``val_...``."""

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch; another name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch; another name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch. With such a hook an epoch runs batch by batch: same numbers, more time."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch; `logs` hold the means over the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Before a validation."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """After a validation."""

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of a validation."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of a validation."""

    def get_state(self) -> dict[str, Any]:
        """Return what the callback must remember over a break: numbers, strings, None, or lists of arrays."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Remember what `get_state` gave."""
        for name, value in state.items():
            setattr(self, name, value)


class CallbackList:
    """Several callbacks called as one, each for the hooks it has."""

    def __init__(self, callbacks: Sequence[Any], model: Any, params: dict[str, Any]) -> None:
        self.callbacks = list(callbacks)
        for callback in self.callbacks:
            for method, value in (("set_params", params), ("set_model", model)):
                if hasattr(callback, method):
                    getattr(callback, method)(value)
        self.by_batch = any(overrides(c, name) for c in self.callbacks for name in BATCH_HOOKS)
        self.by_test_batch = any(overrides(c, name) for c in self.callbacks for name in TEST_BATCH_HOOKS)

    def call(self, hook: str, *arguments: Any) -> None:
        """Call `hook` of every callback that has it."""
        for callback in self.callbacks:
            method = getattr(callback, hook, None)
            if method is not None:
                method(*arguments)
            elif hook in ("on_train_batch_begin", "on_train_batch_end"):  # the older name of these two
                method = getattr(callback, hook.replace("train_", ""), None)
                if method is not None:
                    method(*arguments)


def flatten(callbacks: Any) -> list[Any]:
    """Return a callback, or lists of them inside each other, as one list.

    Raises
    ------
    InvalidType
        If something in it has no hook of a callback, or is a class instead of an object.
    """
    if callbacks is None:
        return []
    if isinstance(callbacks, list | tuple):
        return [one for item in callbacks for one in flatten(item)]
    if isinstance(callbacks, type):
        raise InvalidType(
            f"callbacks holds the class {callbacks.__name__}; call it: {callbacks.__name__}(...)."
        )
    if not any(name.startswith("on_") for name in dir(callbacks)):
        raise InvalidType(
            f"callbacks holds {callbacks!r} ({type(callbacks).__name__}); expected objects with methods "
            "such as on_epoch_end(epoch, logs)."
        )
    return [callbacks]


def overrides(callback: Any, hook: str) -> bool:
    """Return whether `callback` does something in `hook` that the base class (ours or Keras') does not."""
    if hook in getattr(callback, "__dict__", {}):
        return True
    method = getattr(type(callback), hook, None)
    return method is not None and getattr(method, "__qualname__", "").split(".")[0] != "Callback"
