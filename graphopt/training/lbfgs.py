"""Training by SciPy's L-BFGS-B: all rows at once, the parameters as one vector."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from graphopt.nn.network import Network
from graphopt.training.callbacks.base import CallbackList
from graphopt.training.data import Data
from graphopt.training.history import History
from graphopt.training.objective import Objective
from graphopt.training.progress import Progress
from graphopt.training.steps import full_batch_step


def scipy_optimize() -> ModuleType:
    """Return scipy.optimize, which takes a quarter of a second to import and only this optimizer needs."""
    return importlib.import_module("scipy.optimize")


def fit_lbfgs(
    network: Network,
    objective: Objective,
    data: Data,
    validation: Data | None,
    *,
    iterations: int,
    callbacks: Sequence[Any],
    verbose: int,
    validation_batch: int,
    tier: str,
) -> History:
    """Return the `History` of at most `iterations` iterations of L-BFGS-B, one epoch each.

    ``history.message`` is what SciPy said at the end.

    Raises
    ------
    InvalidValue
        If the loss of the network is not the same at each evaluation (dropout, batch statistics, carried
        states).
    """
    from graphopt.training.loop import _validated

    function, params = full_batch_step(network, objective, data, tier=tier)
    values = [p.get_value() for p in params]
    history = History()
    history.seed = network.seed
    network.stop_training = False
    called = CallbackList(
        [*callbacks, *([Progress(verbose)] if verbose else []), history],
        network,
        {"epochs": iterations, "steps": 1, "verbose": verbose},
    )
    latest: dict[bytes, list[np.ndarray]] = {}

    def put(vector: np.ndarray) -> None:
        start = 0
        for p, value in zip(params, values, strict=True):
            part = vector[start : start + value.size].reshape(value.shape)
            p.set_value(part.astype(value.dtype))
            start += value.size

    def value_and_slope(vector: np.ndarray) -> tuple[float, np.ndarray]:
        put(vector)
        *numbers, gradient = function(*data.arrays)
        latest[vector.tobytes()] = numbers
        return float(numbers[0]), gradient

    epoch = 0

    def after_iteration(intermediate_result) -> None:
        nonlocal epoch
        vector = intermediate_result.x
        numbers = latest.get(vector.tobytes())
        latest.clear()
        put(vector)
        if numbers is None:
            *numbers, _ = function(*data.arrays)
        logs = {
            name: objective.finish(name, float(v))
            for name, v in zip(objective.log_names, numbers, strict=True)
        }
        if validation is not None:
            found = _validated(network, objective, validation, validation_batch, tier, called)
            logs.update({f"val_{name}": value for name, value in found.items()})
        called.call("on_epoch_end", epoch, logs)
        epoch += 1
        if network.stop_training:
            raise StopIteration
        if epoch < iterations:
            called.call("on_epoch_begin", epoch, {})

    called.call("on_train_begin", {})
    if iterations > 0:
        called.call("on_epoch_begin", 0, {})
        start = np.concatenate([value.ravel().astype("float64") for value in values])
        result = scipy_optimize().minimize(
            value_and_slope, start, jac=True, method="L-BFGS-B", callback=after_iteration,
            options={"maxiter": iterations, "maxfun": 20 * iterations + 20, "ftol": 1e-15, "gtol": 1e-10},
        )  # fmt: skip
        put(result.x)
        history.message = str(result.message)
    called.call("on_train_end", {})
    return history
