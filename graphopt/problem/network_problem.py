"""The question about a network: its inputs move or are held, one sample at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidValue, unknown_name
from graphopt.problem.bounds import split_bounds
from graphopt.problem.objectives import Objective, choose_objective
from graphopt.problem.problem import Problem, held_value
from graphopt.problem.variables import Variable


def is_network(thing: Any) -> bool:
    """Return whether `thing` has what a network needs: named inputs and outputs, and an expression over
    inputs.
    """
    return all(hasattr(thing, name) for name in ("expression", "inputs", "input_names", "output_names"))


def network_problem(
    network: Any,
    sense: str,
    *,
    bounds: Any = None,
    objective: Objective = None,
    fixed: Mapping[str, Any] | None = None,
    like: Mapping[str, Any] | None = None,
    constraints: Sequence[Any] = (),
) -> Problem:
    """Return the problem of the best input of `network`: one sample, without batch axis, in float64.

    Parameters
    ----------
    network : Network
        Its weights are taken as they are when the problem is solved.
    sense : str
        ``"minimize"`` or ``"maximize"``.
    bounds : pair, list of pairs, or dict by input name
        See `graphopt.problem.bounds.split_bounds`; one pair serves every input that is not held.
    objective : str, int, tuple or callable, optional
        See `graphopt.problem.objectives.choose_objective`.
    fixed : dict by input name, optional
        Values of held inputs.
    like : dict by input name, optional
        Arrays of the right shapes, for inputs with lengths that neither network nor bounds tell.
    constraints : sequence of constraints, optional
        On inputs and outputs by name, for one sample without batch axis; see `graphopt.problem.Problem`.
    """
    names = list(network.input_names)
    shapes = {name: tuple(x.type.shape[1:]) for name, x in zip(names, network.inputs, strict=True)}
    dtypes = {name: x.type.dtype for name, x in zip(names, network.inputs, strict=True)}
    fixed = {} if fixed is None else by_name(fixed, names, "fixed")
    moving = [name for name in names if name not in fixed]
    if not moving:
        raise InvalidValue(
            f"Every input is held ({', '.join(names)}): nothing can move. Leave one out of fixed."
        )
    per_input = (
        by_name(bounds, names, "bounds") if isinstance(bounds, Mapping) else dict.fromkeys(moving, bounds)
    )
    for name in per_input:
        if name in fixed:
            raise InvalidValue(f"Input {name!r} has bounds and a fixed value. Keep one of the two.")

    sizes: dict[str, tuple[tuple[int, ...], str]] = {}
    boxes, values = {}, {}
    for name in names:
        if name in fixed:
            values[name] = held_value(fixed[name], name, dtypes[name], shapes[name])
            sizes[name] = values[name].shape, str(values[name].dtype)
            continue
        lower, upper = boxes[name] = split_bounds(per_input.get(name), name, shapes[name])
        if not dtypes[name].startswith("float"):
            raise InvalidValue(
                f"Input {name!r} holds {dtypes[name]} numbers, which have no gradient. Hold it with "
                f"fixed={{{name!r}: value}}."
            )
        sizes[name] = _shape(name, shapes[name], (lower, upper, (like or {}).get(name))), "float64"
    asked = _asked(network, sizes, objective)
    return Problem(
        **{sense: asked.objective},
        variables=[Variable(asked.samples[name], *box, name) for name, box in boxes.items()],
        fixed={asked.samples[name]: value for name, value in values.items()},
        outputs=asked.outputs,
        constraints=constraints,
    )


class _Asked(NamedTuple):
    """The graph of a question about a network: one sample per input, the outputs, the objective."""

    samples: dict[str, TensorVariable]
    outputs: dict[str, TensorVariable]
    objective: TensorVariable


def _asked(network: Any, sizes: Mapping[str, tuple[tuple[int, ...], str]], objective: Objective) -> _Asked:
    """Return the graph for samples of these shapes and dtypes, made once for a network where it can be.

    The same question asked again is then the same graph, and nothing is compiled again. What a function makes
    of the outputs is made each time: it may be another function then.
    """

    def make_samples() -> tuple[dict[str, TensorVariable], dict[str, TensorVariable]]:
        samples = {name: pt.tensor(name, shape=shape, dtype=dtype) for name, (shape, dtype) in sizes.items()}
        return samples, sample_outputs(network, samples)

    def remembered(key: tuple, make: Callable[[], Any]) -> Any:
        return network.remembered(key, make) if hasattr(network, "remembered") else make()

    shapes = tuple(sizes.items())
    samples, outputs = remembered(("samples", shapes), make_samples)
    if callable(objective):
        return _Asked(samples, outputs, choose_objective(outputs, objective))
    chosen = remembered(("question", shapes, objective), lambda: choose_objective(outputs, objective))
    return _Asked(samples, outputs, chosen)


def sample_outputs(network: Any, samples: Mapping[str, TensorVariable]) -> dict[str, TensorVariable]:
    """Return the outputs of `network` by name for one sample per input, both without batch axis."""
    batch = {name: sample[None] for name, sample in samples.items()}
    result = network.expression(batch if len(batch) > 1 else next(iter(batch.values())))
    results = result if isinstance(result, list | tuple) else [result]
    return {name: output[0] for name, output in zip(network.output_names, results, strict=True)}


def by_name(mapping: Any, names: list[str], what: str) -> dict[str, Any]:
    """Return `mapping` as a dict, checked to have only input names as keys."""
    if not isinstance(mapping, Mapping):
        if len(names) == 1 and what == "fixed":
            raise InvalidValue(
                f"fixed came as {type(mapping).__name__}; expected a dict from input name to value."
            )
        raise InvalidValue(
            f"{what} came as {type(mapping).__name__}; expected a dict with the keys {', '.join(names)}."
        )
    for name in mapping:
        if name not in names:
            raise unknown_name(f"input in {what}", name, names)
    return dict(mapping)


def _shape(name: str, shape: tuple[Any, ...], arrays: tuple[Any, ...]) -> tuple[int, ...]:
    """Return `shape` with unknown lengths taken from the first of `arrays` that has as many axes."""
    if None not in shape:
        return shape
    for array in arrays:
        found = np.shape(array)
        if (
            array is not None
            and len(found) == len(shape)
            and all(s in (None, n) for s, n in zip(shape, found))
        ):
            return found
    raise InvalidValue(
        f"Input {name!r} has the shape {shape}: give bounds or x0 as arrays of the full shape, so "
        f"that its length is known."
    )
