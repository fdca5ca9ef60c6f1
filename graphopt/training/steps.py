"""The compiled steps of training and evaluation, kept on the network: a second `fit` compiles nothing."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.variable import TensorVariable

from graphopt import engine
from graphopt.errors import InvalidValue
from graphopt.nn.network import Network
from graphopt.training.data import Data
from graphopt.training.objective import Objective
from graphopt.training.optimizers import Optimizer
from graphopt.training.running import RunningOptimizer

NOTHING_TO_TRAIN = "The network has nothing to train: no layer has trainable weights."


@dataclass(frozen=True)
class TrainingStep:
    """One update, run over the rows of data by `loop`; its outputs are the objective's `log_names`."""

    loop: engine.Loop
    optimizer: RunningOptimizer
    carried: tuple[SharedVariable, ...]


def training_step(
    network: Network, objective: Objective, choice: Optimizer, data: Data, *, batch_size: int, tier: str
) -> TrainingStep:
    """Return the compiled update of `network` for batches of `data`.

    If the batches are all of one size the graph is made for that size, which it can be compiled better for.
    """
    static = batch_size if len(data) % batch_size == 0 else network.batch_size
    trainable: list[Any] = network.trainable_parameters
    if not trainable:
        raise InvalidValue(NOTHING_TO_TRAIN)
    shapes = tuple(a.shape[1:] for a in data.targets)
    key = (
        "training",
        objective,
        choice,
        static,
        data.weight is not None,
        shapes,
        tuple(map(id, trainable)),
        tier,
    )

    def make() -> TrainingStep:
        inputs, targets, weight = symbols(network, data, static)
        outputs, extra, penalty = network.training_graph(inputs)
        shown = objective.expressions(targets, outputs, sample_weight=weight, penalty=penalty)
        carried: tuple[Any, ...] = tuple(extra)
        lifted: list[Any] = engine.lift_bias([*shown, *extra.values()])
        shown, extra = lifted[: len(shown)], dict(zip(carried, lifted[len(shown) :], strict=True))
        grads: Any = pytensor.grad(
            shown[0], trainable, disconnected_inputs="ignore", return_disconnected="zero"
        )
        optimizer = RunningOptimizer(choice, trainable[0].type.dtype)
        updates: dict[Any, Any] = {**extra, **optimizer.updates(grads, trainable)}
        everything = [*inputs, *targets, *([] if weight is None else [weight])]
        loop = engine.compile_loop(everything, shown, updates=updates, tier=tier, name="training step")
        return TrainingStep(loop, optimizer, carried)

    return _kept(network, key, make)


def evaluation_step(network: Network, objective: Objective, data: Data, *, tier: str) -> engine.Loop:
    """Return the compiled losses and metrics of a batch of `data`, at inference."""
    shapes = tuple(a.shape[1:] for a in data.targets)
    key = ("evaluation", objective, data.weight is not None, shapes, tier)

    def make() -> engine.Loop:
        _, targets, weight = symbols(network, data, network.batch_size)
        shown = objective.expressions(
            targets, network.outputs, sample_weight=weight, penalty=penalty_of(network)
        )
        everything = [*network.inputs, *targets, *([] if weight is None else [weight])]
        updates = network.state_updates
        return engine.compile_loop(everything, shown, updates=updates, tier=tier, name="evaluation step")

    return _kept(network, key, make)


def full_batch_step(
    network: Network, objective: Objective, data: Data, *, tier: str
) -> tuple[engine.Compiled, list[Any]]:
    """Return the losses, metrics and flat gradient of all rows of `data` as one function, and the parameters.

    Raises
    ------
    InvalidValue
        If the loss is not the same at each evaluation (dropout, batch statistics, carried states).
    """
    params: list[Any] = network.trainable_parameters
    if not params:
        raise InvalidValue(NOTHING_TO_TRAIN)
    shapes = tuple(a.shape for a in data.targets)
    key = ("full batch", objective, data.weight is not None, shapes, tuple(map(id, params)), tier)

    def make() -> engine.Compiled:
        inputs, targets, weight = symbols(network, data, len(data))
        outputs, carried, penalty = network.training_graph(inputs)
        if carried:
            names = ", ".join(str(shared.name) for shared in carried)
            raise InvalidValue(
                f"optimizer 'L-BFGS-B' needs a loss that only the weights decide; this network carries "
                f"{names} "
                "from call to call. Leave these layers out, or use another optimizer such as 'adam'."
            )
        shown: list[Any] = objective.expressions(targets, outputs, sample_weight=weight, penalty=penalty)
        shown = list(engine.lift_bias(shown))
        grads: Any = pytensor.grad(shown[0], params, disconnected_inputs="ignore", return_disconnected="zero")
        slope = pt.concatenate([g.ravel().astype("float64") for g in grads])
        everything = [*inputs, *targets, *([] if weight is None else [weight])]
        return engine.compile(everything, [*shown, slope], tier=tier, name="full batch")

    return _kept(network, key, make), params


def penalty_of(network: Network) -> TensorVariable | None:
    """Return the regularisation of the weights, which Keras counts in evaluation too."""
    penalties = [penalty for layer in _all_layers(network) for penalty in layer.penalties()]
    return sum(penalties[1:], penalties[0]) if penalties else None


def symbols(
    network: Network, data: Data, rows: int | None
) -> tuple[list[TensorVariable], list[TensorVariable], TensorVariable | None]:
    """Return symbolic inputs, targets and weight for batches of `rows` rows (None: any number)."""

    def like(array: np.ndarray, name: str) -> TensorVariable:
        return pt.tensor(name, shape=(rows, *array.shape[1:]), dtype=array.dtype.name)

    inputs = [like(array, name) for array, name in zip(data.inputs, network.input_names, strict=True)]
    targets = [
        like(array, f"{name}_target") for array, name in zip(data.targets, network.output_names, strict=True)
    ]
    return inputs, targets, None if data.weight is None else like(data.weight, "sample_weight")


def _all_layers(network: Any) -> Sequence[Any]:
    """Return the layers of `network` and the layers inside them."""
    return [inner for layer in network.sublayers for inner in (layer, *_all_layers(layer))]


def _kept(network: Network, key: tuple, make: Any) -> Any:
    """Return what `make` made for `key` on this network, made once."""
    if not isinstance(key, Hashable) or not _hashable(key):
        return make()
    return network.remembered(key, make)  # type: ignore[arg-type]


def _hashable(key: tuple) -> bool:
    try:
        hash(key)
    except TypeError:
        return False
    return True
