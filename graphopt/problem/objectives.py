"""Objectives by name: from the outputs of a network, or any expression, to one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, unknown_name
from graphopt.problem.problem import scalar

REDUCTIONS: dict[str, Callable[[TensorVariable], TensorVariable]] = {"sum": pt.sum, "mean": pt.mean}

Objective = None | str | int | tuple[int, ...] | Callable[[Any], TensorVariable]


def choose_objective(outputs: Mapping[str, TensorVariable], objective: Objective = None) -> TensorVariable:
    """Return the scalar expression that `objective` names.

    Parameters
    ----------
    outputs : mapping of str to expression
        What the network gives for one sample, by output name, without batch axis.
    objective : None, str, int, tuple of int or callable
        ``None``: the only element of the only output. ``"sum"``, ``"mean"``: over all elements of all
        outputs. A name: that output. An index: that element of the only output (into the flattened one, or a
        full index); with several outputs, that output. A callable: what it returns for the output expression
        (with several outputs, for the dict by name).

    Raises
    ------
    InvalidType, InvalidValue, UnknownName
        If the objective is none of these, or does not come to one number.
    """
    only = next(iter(outputs.values())) if len(outputs) == 1 else None
    if callable(objective):
        result = objective(only if only is not None else dict(outputs))
        if not isinstance(result, TensorVariable):
            raise InvalidType(
                f"The objective function returned {type(result).__name__}; expected a PyTensor "
                f"expression built from its argument."
            )
        return scalar(result)
    if isinstance(objective, str):
        if objective in outputs:
            return _one_number(outputs[objective], f"output {objective!r}")
        if objective not in REDUCTIONS:
            raise unknown_name("objective", objective, [*REDUCTIONS, *outputs])
        return REDUCTIONS[objective](
            pt.concatenate([output.ravel() for output in outputs.values()]) if only is None else only
        )
    if objective is None:
        if only is not None:
            return _one_number(only, "the output")
        raise InvalidValue(
            f"There are {len(outputs)} outputs ({', '.join(outputs)}); choose one with "
            f"objective=name, or 'sum', 'mean' or a function."
        )
    if isinstance(objective, bool) or not isinstance(objective, int | np.integer | tuple):
        raise InvalidType(
            f"objective came as {objective!r}; expected 'sum', 'mean', an output name, an index or a "
            f"function of the output."
        )
    if only is None:
        names = list(outputs)
        if isinstance(objective, tuple) or not -len(names) <= objective < len(names):
            raise InvalidValue(
                f"objective={objective!r}: there are {len(names)} outputs: {', '.join(names)}."
            )
        return _one_number(outputs[names[objective]], f"output {names[objective]!r}")
    return _element(only, objective)


def _element(output: TensorVariable, index: int | tuple[int, ...]) -> TensorVariable:
    """Return the element of `output` at `index`, checked against what is known of its shape."""
    shape = output.type.shape
    if not isinstance(index, tuple):
        size = None if None in shape else int(np.prod(shape))
        if size is not None and not -size <= index < size:
            raise InvalidValue(f"objective={index}: the output has {size} elements (shape {shape}).")
        return output.ravel()[int(index)]
    if len(index) != len(shape) or any(n is not None and not -n <= i < n for i, n in zip(index, shape)):
        raise InvalidValue(f"objective={index}: expected an index into the output of shape {shape}.")
    return output[tuple(int(i) for i in index)]


def _one_number(output: TensorVariable, name: str) -> TensorVariable:
    """Return `output` as a scalar if it is one number."""
    if output.type.ndim and not all(n == 1 for n in output.type.shape):
        raise InvalidValue(
            f"{name[0].upper()}{name[1:]} has shape {output.type.shape}; expected one number. Choose "
            f"with objective='sum', 'mean', "
            "an index, or a function of the output."
        )
    return scalar(output)
