"""Derivatives of a network's outputs with respect to its inputs, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pytensor
import pytensor.tensor as pt

from graphopt import engine
from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, unknown_name
from graphopt.nn.checks import check_arrays, match_names
from graphopt.nn.layers.context import Context

if TYPE_CHECKING:
    from graphopt.nn.network import Network


def gradient(network: Network, x: Any, output: Any = None):
    """Return what `Network.gradient` does."""
    arrays, single = _samples(network, x)
    seeds = _output_seeds(network, output)
    n = len(arrays[0])
    results = _gradient_function(network)(*arrays, *(np.broadcast_to(s, (n, s.size)).copy() for s in seeds))
    return _like_input(network, results, x, single)


def jacobian(network: Network, x: Any):
    """Return what `Network.jacobian` does."""
    arrays, single = _samples(network, x)
    n, function = len(arrays[0]), _gradient_function(network)
    shapes = [_sample_shape(network, k) for k in range(len(network.output_names))]
    found: dict[str, Any] = {}
    for which, (name, shape) in enumerate(zip(network.output_names, shapes, strict=True)):
        rows = []
        for k in range(int(np.prod(shape))):
            seeds = _output_seeds(network, (name, k))
            rows.append(function(*arrays, *(np.broadcast_to(s, (n, s.size)).copy() for s in seeds)))
        columns = [np.stack(part, axis=1) for part in zip(*rows, strict=True)]
        columns = [c.reshape((n, *shapes[which], *c.shape[2:])) for c in columns]
        columns = [c[0] for c in columns] if single else columns
        found[name] = (
            columns[0] if len(columns) == 1 else dict(zip(network.input_names, columns, strict=True))
        )
    return found if len(found) > 1 else found[network.output_names[0]]


def _samples(network: Network, x: Any) -> tuple[list[np.ndarray], bool]:
    """Return `x` as checked arrays with a batch axis, and whether it came without one."""
    network._build_from(x)
    specs = network.input_specs
    items = match_names(x, network.input_names)
    shapes = [np.shape(item) if not isinstance(item, str) else () for item in items]
    single = all(
        len(shape) == len(spec.shape) - 1 and all(w is None or w == g for g, w in zip(shape, spec.shape[1:]))
        for shape, spec in zip(shapes, specs, strict=True)
    )
    if single:
        items = [np.asarray(item)[None] for item in items]
    arrays = check_arrays(dict(zip(network.input_names, items, strict=True)), specs, what="x")
    if network.batch_size not in (None, len(arrays[0])):
        raise ShapeMismatch(
            f"x has {len(arrays[0])} samples; the network was built for batches of {network.batch_size}."
        )
    return arrays, single


def _like_input(network: Network, results: list[np.ndarray], x: Any, single: bool):
    """Return gradients in the form of `x`."""
    results = [result[0] for result in results] if single else results
    if len(results) > 1 or isinstance(x, Mapping):
        return dict(zip(network.input_names, results, strict=True))
    return results[0].reshape(np.shape(x)) if not isinstance(x, list | tuple) else results[0]


def _sample_shape(network: Network, which: int) -> tuple[int, ...]:
    shape = network.output_shapes[which][1:]
    if None in shape:
        raise ShapeMismatch(
            f"Output {network.output_names[which]!r} has shape {network.output_shapes[which]}; "
            "to name its elements all lengths must be known."
        )
    return tuple(int(n) for n in shape if n is not None)


def _output_seeds(network: Network, output: Any) -> list[np.ndarray]:
    """Return for each output the factors of its elements in the number that is differentiated."""
    sizes = [int(np.prod(_sample_shape(network, k))) for k in range(len(network.output_names))]
    if output is None:
        return [np.ones(size, network.float_type) for size in sizes]
    seeds = [np.zeros(size, network.float_type) for size in sizes]
    name, element = output if isinstance(output, tuple) and len(output) == 2 else (output, None)
    if isinstance(output, int | np.integer) and not isinstance(output, bool):
        if len(sizes) > 1:
            raise InvalidValue(
                f"output is {output}, but the network has {len(sizes)} outputs; "
                f"name one: ({network.output_names[0]!r}, {output})."
            )
        name, element = network.output_names[0], output
    if not isinstance(name, str):
        raise InvalidType(f"output is {output!r}; expected None, a number, a name, or a pair (name, number).")
    if name not in network.output_names:
        raise unknown_name("output", name, network.output_names)
    which = network.output_names.index(name)
    if element is None:
        seeds[which][:] = 1.0
        return seeds
    if not -sizes[which] <= element < sizes[which]:
        raise InvalidValue(
            f"output {output!r}: {name!r} has {sizes[which]} elements, 0 to {sizes[which] - 1}."
        )
    seeds[which][element] = 1.0
    return seeds


def _gradient_function(network: Network):
    return network.remembered("gradient", lambda: _compile_gradient(network))


def _compile_gradient(network: Network):
    outputs = network._run(network.inputs, Context())
    seeds = [pt.matrix(f"d_{name}", dtype=network.float_type) for name in network.output_names]
    total = sum(
        pt.sum(output.flatten(2) * seed) if output.ndim != 2 else pt.sum(output * seed)
        for output, seed in zip(outputs, seeds, strict=True)
    )
    found: Any = pytensor.grad(
        total, network.inputs, disconnected_inputs="ignore", return_disconnected="zero"
    )
    return engine.compile([*network.inputs, *seeds], found, name=f"{network.name}/gradient")
