"""Training and evaluation of a network on arrays: an epoch is one compiled call."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.nn.network import Network
from graphopt.training import optimizers
from graphopt.training.batches import batch_sizes, batches, epoch_order
from graphopt.training.callbacks.backup_and_restore import BackupAndRestore
from graphopt.training.callbacks.base import CallbackList, flatten
from graphopt.training.checkpoint import Run
from graphopt.training.data import Data, check_data, split
from graphopt.training.history import History
from graphopt.training.objective import Objective, resolve
from graphopt.training.progress import Progress, verbosity
from graphopt.training.steps import TrainingStep, evaluation_step, training_step

BATCH_SIZE = 32
"""Rows of a batch when neither the caller nor the network says."""
SECONDS_A_CALL = 1.0
"""About how long one call of many epochs may take in NumPy: what a progress line or Ctrl-C waits for."""
SECONDS_A_NODE, SECONDS_A_PRODUCT = 1e-6, 1e-9
"""What a step is taken to cost for each node of its graph, and each product of a weight with a row."""


def fit(
    network: Network,
    x: Any,
    y: Any,
    *,
    epochs: int = 1,
    batch_size: int | None = None,
    validation_data: Any = None,
    validation_split: float = 0.0,
    callbacks: Any = None,
    verbose: int | str = "auto",
    shuffle: bool | None = None,
    class_weight: Mapping[int, float] | None = None,
    sample_weight: Any = None,
    loss: Any = None,
    optimizer: Any = "rmsprop",
    metrics: Any = None,
    loss_weights: Any = None,
    seed: int | None = None,
    initial_epoch: int = 0,
    validation_batch_size: int | None = None,
    validation_freq: int = 1,
    tier: str = "auto",
) -> History:
    """Train `network` on `x` and `y`; return the `History` of its epochs.

    Parameters
    ----------
    x, y
        Arrays with one row a sample, lists of them, or dicts by input or output name. They are cast once to
        the dtype of the network.
    epochs
        The number of the last epoch; ``epochs - initial_epoch`` are run.
    batch_size
        Rows of one update; 32, or what the network was made for.
    validation_data
        ``(x, y)`` or ``(x, y, sample_weight)``. The states of stateful layers are put back after a
        validation.
    validation_split
        The fraction of the rows, taken from the end before any shuffling, that is kept for validation.
    callbacks
        Objects with Keras' hooks, see `graphopt.training.callbacks.Callback`.
    verbose
        0 silent, 1 a progress line, 2 a line an epoch, all on stderr; ``"auto"``: 1 on a terminal, else 0.
    shuffle
        Whether each epoch goes through the rows in another order. By default yes, and no for stateful layers.
    class_weight, sample_weight
        A weight for each class or each sample; at most one of the two.
    loss, metrics, loss_weights
        Names, functions of targets and outputs, or lists or dicts of them over the outputs.
    optimizer
        A name, an optimizer, or ``"L-BFGS-B"``: SciPy's, on all rows at once, `epochs` its iterations at
        most. Each `fit` starts it afresh, unless `initial_epoch` is above 0 or it was given to
        ``network.compile``.
    seed
        Decides the order of the rows and restarts the random streams (dropout). By default the order follows
        the network's seed and the streams go on. The same seed gives the same bits.
    initial_epoch
        The number of the first epoch, for going on.
    validation_batch_size, validation_freq
        Rows of one validation batch; after how many epochs to validate.
    tier
        ``"now"``, ``"fast"`` or ``"auto"``, see `graphopt.engine.compile`.

    Raises
    ------
    InvalidType, InvalidValue, ShapeMismatch, UnknownName
        For what does not fit, before anything is compiled; the message names it.
    """
    first, epochs = _whole("initial_epoch", initial_epoch), _whole("epochs", epochs)
    validation_freq = _whole("validation_freq", validation_freq, lowest=1)
    batch_size = _batch_size(network, "batch_size", batch_size)
    validation_batch_size = _batch_size(network, "validation_batch_size", validation_batch_size, batch_size)
    verbose = verbosity(verbose)
    if shuffle is not None and not isinstance(shuffle, bool | np.bool_):
        raise InvalidType(f"shuffle is {shuffle!r}; expected True or False.")
    if seed is not None:
        seed = _whole("seed", seed)
    by_scipy = isinstance(optimizer, str) and optimizer.lower() in ("l-bfgs-b", "lbfgsb", "l-bfgs")
    choice = None if by_scipy else optimizers.get(optimizer)
    objective = resolve(network, loss, metrics, loss_weights)
    listed = flatten(callbacks)
    data = check_data(network, objective, x, y, sample_weight=sample_weight, class_weight=class_weight)
    data, validation = _validation(network, objective, data, validation_data, validation_split)
    if class_weight is not None and validation is not None and validation_data is None:
        validation = dataclasses.replace(
            validation, weight=None
        )  # class weights are for training, as in Keras
    _whole_batches(network, data, "x")
    if validation is not None:
        _whole_batches(network, validation, "validation_data")

    if by_scipy:
        from graphopt.training.lbfgs import fit_lbfgs

        return fit_lbfgs(
            network, objective, data, validation,
            iterations=epochs - first, callbacks=listed, verbose=verbose,
            validation_batch=validation_batch_size, tier=tier,
        )  # fmt: skip

    assert choice is not None
    step = training_step(network, objective, choice, data, batch_size=batch_size, tier=tier)
    _start_optimizer(network, step, optimizer, first)
    shuffled = bool(shuffle) if shuffle is not None else not network.states
    history = History()
    order_seed = seed if seed is not None else network.seed
    if order_seed is None:
        order_seed = int(np.random.SeedSequence().generate_state(1)[0])
    if seed is not None:
        _restart_streams(step, seed)
    run = Run(network, step.optimizer, history, listed, step.carried, order_seed)
    network.stop_training = False
    shown = [Progress(verbose)] if verbose else []
    steps = -(-len(data) // batch_size)
    called = CallbackList(
        [*listed, *shown, history], network, {"epochs": epochs, "steps": steps, "verbose": verbose}
    )
    runner = _Epochs(objective, step, data, batch_size, run, called, shuffled, planned_epochs=epochs)

    def validate() -> dict[str, float]:
        assert validation is not None
        return _validated(network, objective, validation, validation_batch_size, tier, called)

    logs: dict[str, float] = {}
    called.call("on_train_begin", logs)
    backups = [c for c in listed if isinstance(c, BackupAndRestore)]
    for backup in backups:
        done = backup.restore(run)
        first = first if done is None else done
    history.seed = run.seed
    several = not listed and validation is None
    epoch = first
    while epoch < epochs and not network.stop_training:
        if several:
            columns = runner.many(epoch, epochs)
            history.extend(epoch, columns)
            epoch += len(columns["loss"])
            logs = history.last
            for progress in shown:
                progress.show(history)
            continue
        called.call("on_epoch_begin", epoch, {})
        logs = runner.one(epoch)
        if validation is not None and (epoch + 1) % validation_freq == 0:
            logs.update({f"val_{name}": value for name, value in validate().items()})
        called.call("on_epoch_end", epoch, logs)
        for backup in backups:
            backup.save()
        epoch += 1
    called.call("on_train_end", logs)
    return history


def evaluate(
    network: Network,
    x: Any,
    y: Any,
    *,
    batch_size: int | None = None,
    verbose: int | str = 0,
    sample_weight: Any = None,
    callbacks: Any = None,
    loss: Any = None,
    metrics: Any = None,
    loss_weights: Any = None,
    return_dict: bool = False,
    tier: str = "auto",
) -> Any:
    """Return the loss of `network` on `x` and `y`; with metrics the list of both, or a dict by name.

    Parameters are those of `fit`. States of stateful layers are carried on.

    Raises
    ------
    InvalidType, InvalidValue, ShapeMismatch, UnknownName
        For what does not fit, before anything is compiled.
    """
    batch_size = _batch_size(network, "batch_size", batch_size)
    verbosity(verbose)
    objective = resolve(network, loss, metrics, loss_weights)
    listed = flatten(callbacks)
    data = check_data(network, objective, x, y, sample_weight=sample_weight)
    _whole_batches(network, data, "x")
    called = CallbackList(listed, network, {"steps": -(-len(data) // batch_size), "verbose": verbose})
    logs = _evaluated(network, objective, data, batch_size, tier, called)
    if return_dict:
        return logs
    return list(logs.values()) if len(logs) > 1 else logs["loss"]


class _Epochs:
    """Runs epochs of `step` and returns their logs.

    How many epochs share a call, and in which form the step runs, depends on the graph and the data and never
    on a clock, so that the same seed gives the same bits.
    """

    def __init__(
        self,
        objective: Objective,
        step: TrainingStep,
        data: Data,
        batch_size: int,
        run: Run,
        called: CallbackList,
        shuffled: bool,
        *,
        planned_epochs: int,
    ) -> None:
        self.objective, self.step, self.run, self.called = objective, step, run, called
        self.arrays = data.arrays
        self.n, self.batch_size = len(data), batch_size
        self.sizes = batch_sizes(self.n, batch_size)
        self.shuffled = shuffled
        self.planned_steps = planned_epochs * len(self.sizes)
        weights = sum(p.get_value(borrow=True).size for p in run.network.parameters)
        products = 6 * weights * min(batch_size, self.n)
        seconds = SECONDS_A_NODE * step.loop.report()["nodes"] + SECONDS_A_PRODUCT * products
        self.at_once = max(1, int(SECONDS_A_CALL / (seconds * len(self.sizes))))

    def many(self, epoch: int, end: int) -> dict[str, list[float]]:
        """Run some of the epochs from `epoch` to `end` in one call; return each log over these epochs."""
        count = min(end - epoch, self.at_once)
        if not self.shuffled:
            outputs = self._run(epochs=count)
        elif self.n % self.batch_size == 0:  # epochs of equal batches join into one long one
            outputs = self._run(np.concatenate([self._order(epoch + k) for k in range(count)]))
        else:
            count = 1
            outputs = self._run(self._order(epoch))
        self.step.optimizer.count(count * len(self.sizes))
        return _logs(self.objective, outputs, self.sizes, count)

    def one(self, epoch: int) -> dict[str, float]:
        """Run one epoch, batch by batch if a callback wants to see the batches; return its logs."""
        order = self._order(epoch) if self.shuffled else None
        if not self.called.by_batch:
            outputs = self._run(order)
            self.step.optimizer.count(len(self.sizes))
            return _single(_logs(self.objective, outputs, self.sizes, 1))
        parts: list[list[np.ndarray]] = []
        logs: dict[str, float] = {}
        for batch, rows in enumerate(batches(self.n, self.batch_size, order)):
            self.called.call("on_train_batch_begin", batch, {})
            parts.append(self._run(rows))
            self.step.optimizer.count(1)
            logs = _single(_logs(self.objective, _joined(parts), self.sizes[: batch + 1], 1))
            self.called.call("on_train_batch_end", batch, logs)
            if self.run.network.stop_training:
                break
        return dict(logs)

    def _order(self, epoch: int) -> np.ndarray:
        return epoch_order(self.n, self.run.seed, epoch)

    def _run(self, order: np.ndarray | None = None, *, epochs: int = 1) -> list[np.ndarray]:
        return self.step.loop(
            self.arrays,
            batch_size=self.batch_size,
            order=order,
            epochs=epochs,
            planned_steps=self.planned_steps,
        )


def _logs(
    objective: Objective, outputs: list[np.ndarray], sizes: np.ndarray, epochs: int
) -> dict[str, list[float]]:
    """Return by name the means of `outputs` over the samples of each epoch."""
    logs = {}
    for name, values in zip(objective.log_names, outputs, strict=True):
        weighted = np.asarray(values, dtype="float64").reshape(epochs, len(sizes)) * sizes
        means = (weighted.sum(axis=1) / sizes.sum()).tolist()
        logs[name] = [objective.finish(name, mean) for mean in means] if name in objective.finished else means
    return logs


def _single(logs: dict[str, list[float]]) -> dict[str, float]:
    """Return the logs of one epoch."""
    return {name: values[0] for name, values in logs.items()}


def _joined(parts: list[list[np.ndarray]]) -> list[np.ndarray]:
    """Return the outputs of several calls, each stacked over all their steps."""
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _evaluated(
    network: Network, objective: Objective, data: Data, batch_size: int, tier: str, called: CallbackList
) -> dict[str, float]:
    """Return the logs of `data`, with the test hooks called."""
    loop = evaluation_step(network, objective, data, tier=tier)
    called.call("on_test_begin", {})
    if called.by_test_batch:
        parts = []
        for batch, rows in enumerate(batches(len(data), batch_size, None)):
            called.call("on_test_batch_begin", batch, {})
            parts.append(loop(data.arrays, batch_size=batch_size, order=rows))
            so_far = batch_sizes(len(data), batch_size)[: batch + 1]
            called.call("on_test_batch_end", batch, _single(_logs(objective, _joined(parts), so_far, 1)))
        outputs = _joined(parts)
    else:
        outputs = loop(data.arrays, batch_size=batch_size)
    logs = _single(_logs(objective, outputs, batch_sizes(len(data), batch_size), 1))
    called.call("on_test_end", logs)
    return logs


def _validated(
    network: Network, objective: Objective, data: Data, batch_size: int, tier: str, called: CallbackList
) -> dict[str, float]:
    """Return the logs of the validation data; the states of stateful layers are put back afterwards."""
    states = [(state, state.get_value()) for state in network.states]
    try:
        return _evaluated(network, objective, data, batch_size, tier, called)
    finally:
        for state, value in states:
            state.set_value(value)


def _start_optimizer(network: Network, step: TrainingStep, given: Any, first: int) -> None:
    """Make the optimizer of `step` that of the network, afresh unless this `fit` goes on."""
    compiled = getattr(network, "compiled_choices", None)
    from_compile = compiled is not None and compiled.get("optimizer") is given
    before: Any = getattr(network, "optimizer", None)
    goes_on = isinstance(before, type(step.optimizer)) and before.choice == step.optimizer.choice
    goes_on = goes_on and (
        first > 0 or (from_compile and getattr(network, "_trained_with", None) is compiled)
    )
    if not goes_on:
        step.optimizer.restart()
    elif before is not step.optimizer:
        step.optimizer.set_state(before.get_state())
    network.optimizer = step.optimizer  # type: ignore[attr-defined]
    network._trained_with = compiled  # type: ignore[attr-defined]


def _restart_streams(step: TrainingStep, seed: int) -> None:
    """Begin the random streams of the step anew, each from its own part of `seed`."""
    for number, shared in enumerate(step.carried):
        if isinstance(shared.get_value(borrow=True), np.random.Generator):
            shared.set_value(np.random.default_rng([seed, number, 1]))


def _validation(
    network: Network, objective: Objective, data: Data, given: Any, fraction: Any
) -> tuple[Data, Data | None]:
    """Return the data to train on and those to validate on."""
    if isinstance(fraction, bool) or not isinstance(fraction, int | float | np.number):
        raise InvalidType(f"validation_split is {fraction!r}; expected a number from 0 to below 1.")
    if not 0 <= fraction < 1:
        raise InvalidValue(f"validation_split is {fraction}; expected a number from 0 to below 1.")
    if given is not None:
        if not isinstance(given, list | tuple) or len(given) not in (2, 3):
            raise InvalidType(
                f"validation_data is {type(given).__name__}; expected (x, y) or (x, y, sample_weight)."
            )
        weight = given[2] if len(given) == 3 else None
        what = ("validation_data[0]", "validation_data[1]")
        return data, check_data(network, objective, given[0], given[1], sample_weight=weight, what=what)
    return split(data, float(fraction)) if fraction else (data, None)


def _batch_size(network: Network, name: str, value: Any, default: int | None = None) -> int:
    """Return the number of rows of a batch."""
    fixed = network.batch_size
    if value is None:
        return fixed or default or BATCH_SIZE
    size = _whole(name, value, lowest=1)
    if fixed is not None and size != fixed:
        raise InvalidValue(f"{name} is {size}; the network was made for batches of {fixed}.")
    return size


def _whole_batches(network: Network, data: Data, what: str) -> None:
    """Refuse a number of rows that a network made for one batch size cannot be cut into."""
    fixed = network.batch_size
    if fixed is not None and len(data) % fixed:
        raise ShapeMismatch(
            f"{what} has {len(data)} samples; the network takes batches of {fixed}. "
            f"Leave out {len(data) % fixed} of them."
        )


def _whole(name: str, value: Any, lowest: int = 0) -> int:
    """Return `value` if it is a whole number from `lowest` on."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InvalidType(
            f"{name} is {value!r} ({type(value).__name__}); expected a whole number from {lowest} on."
        )
    if value < lowest:
        raise InvalidValue(f"{name} is {value}; expected a whole number from {lowest} on.")
    return int(value)
