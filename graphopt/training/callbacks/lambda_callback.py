"""Make a callback of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphopt.errors import InvalidType, unknown_name
from graphopt.training.callbacks.base import Callback

HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """Call the functions given when their time comes.

    Every argument has the name of a hook of `Callback` and takes its arguments:
    ``LambdaCallback(on_epoch_end=lambda epoch, logs: ...)``.
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **hooks: Callable[..., Any] | None,
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **hooks,
        }
        for name, function in given.items():
            if name not in HOOKS:
                raise unknown_name("hook of LambdaCallback", name, HOOKS)
            if function is None:
                continue
            if not callable(function):
                raise InvalidType(f"LambdaCallback: {name} is {function!r}; expected a function.")
            setattr(self, name, function)
