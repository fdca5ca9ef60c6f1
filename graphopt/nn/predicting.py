"""The outputs of a network for arrays, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphopt import engine
from graphopt.nn.checks import check_arrays
from graphopt.nn.layers.arguments import positive_int
from graphopt.nn.layers.context import Context

if TYPE_CHECKING:
    from graphopt.nn.network import Network

PREDICT_BATCH = 1024
"""Samples in one call of the compiled function, when `predict` is not told."""


def predict(network: Network, x: Any, batch_size: int | None, tier: str):
    """Return what `Network.predict` does."""
    network._build_from(x)
    arrays = check_arrays(x, network.input_specs, what="x")
    n = len(arrays[0])
    if batch_size is not None:
        batch_size = positive_int("predict", "batch_size", batch_size)
    network.check_batch(n)
    size = network.batch_size or batch_size or PREDICT_BATCH
    function = network.remembered(f"predict/{tier}", lambda: _compile_predict(network, tier))
    parts = [function(*(array[at : at + size] for array in arrays)) for at in range(0, n, size)]
    results = [np.concatenate(part) if len(part) > 1 else part[0] for part in zip(*parts, strict=True)]
    return _as_asked(network, results)


def _as_asked(network: Network, results: list[Any]):
    """Return the list `results` in the form the outputs were given in."""
    if network._outputs_as == "dict":
        return dict(zip(network.output_names, results, strict=True))
    return results if network._outputs_as == "list" else results[0]


def _compile_predict(network: Network, tier: str):
    context = Context()
    outputs = network._run(network.inputs, context)
    return engine.compile(
        network.inputs, outputs, updates=context.updates, tier=tier, name=f"{network.name}/predict"
    )
