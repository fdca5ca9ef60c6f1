"""Training by SciPy's L-BFGS-B: all rows at once, the parameters as one vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from scipy.optimize import minimize

from graphopt import engine
from graphopt.errors import InvalidValue
from graphopt.nn.network import Network
from graphopt.training.callbacks.base import CallbackList
from graphopt.training.data import Data
from graphopt.training.history import History
from graphopt.training.objective import Objective
from graphopt.training.progress import Progress
from graphopt.training.steps import symbols


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

    params = network.trainable_parameters
    if not params:
        raise InvalidValue("The network has nothing to train: no layer has trainable weights.")
    values = [p.get_value() for p in params]
    inputs, targets, weight = symbols(network, data, len(data))
    outputs, carried, penalty = network.training_graph(inputs)
    if carried:
        names = ", ".join(str(shared.name) for shared in carried)
        raise InvalidValue(
            f"optimizer 'L-BFGS-B' needs a loss that only the weights decide; this network carries "
            f"{names} from call to call. Leave these layers out, or use another optimizer such as 'adam'."
        )
    shown: list[Any] = objective.expressions(targets, outputs, sample_weight=weight, penalty=penalty)
    shown = list(engine.lift_bias(shown))
    grads: Any = pytensor.grad(shown[0], params, disconnected_inputs="ignore", return_disconnected="zero")
    slope = pt.concatenate([g.ravel().astype("float64") for g in grads])
    everything = [*inputs, *targets, *([] if weight is None else [weight])]
    function = engine.compile(everything, [*shown, slope], tier=tier, name="full batch")
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
        result = minimize(
            value_and_slope, start, jac=True, method="L-BFGS-B", callback=after_iteration,
            options={"maxiter": iterations, "maxfun": 20 * iterations + 20, "ftol": 1e-15, "gtol": 1e-10},
        )  # fmt: skip
        put(result.x)
        history.message = str(result.message)
    called.call("on_train_end", {})
    return history
