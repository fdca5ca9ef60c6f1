"""Values computed along with the graph, from the `tag.test_value` of inputs (`config.compute_test_value`)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Constant, Variable

from graphopt.engine.lines.linker import numpy_funcify

from ...adopt import ON_ADOPTION
from ..configdefaults import config
from .rewriting import rewriting

__all__ = [
    "compute_test_values",
    "debug_error_message",
    "get_debug_values",
    "get_test_value",
    "missing_test_message",
]


def get_test_value(v: Any) -> Any:
    """Return the value `v` stands for: of a constant or shared variable its value, else its
    ``tag.test_value``.

    Raises
    ------
    AttributeError
        If there is none.
    """
    if not isinstance(v, Variable):
        from ..tensor.basic import as_tensor_variable

        v = as_tensor_variable(v)
    if isinstance(v, Constant):
        return v.data
    if isinstance(v, SharedVariable):
        return v.get_value(borrow=True, return_internal_type=True)
    if not hasattr(v.tag, "test_value"):
        raise AttributeError(f"{v} has no test value")
    try:
        return v.type.filter(v.tag.test_value)
    except Exception as error:
        error.args = (
            "For compute_test_value, one input test value does not have the requested type.\n"
            f"\nThe error when converting the test value to that variable type:\n{error}",
        )
        raise


def compute_test_values(nodes: list[Apply]) -> None:
    """Compute the test values of the outputs of `nodes`, as `config.compute_test_value` asks.

    Raises
    ------
    ValueError
        If it is "raise" and an input has none.
    """
    wish = config.compute_test_value
    if wish == "off":
        return
    for node in _inputs_first(nodes):
        values = []
        for position, variable in enumerate(node.inputs):
            try:
                values.append(get_test_value(variable))
            except AttributeError:
                message = (
                    f"Cannot compute test value: input {position} ({variable}) of Op {node} "
                    "missing default value"
                )
                if wish == "raise":
                    raise ValueError(f"{message}. Set its tag.test_value.") from None
                if wish == "warn":
                    warnings.warn(f"Warning, {message}", stacklevel=4)
                break
        if len(values) == len(node.inputs):
            _compute(node, values)


def _inputs_first(nodes: list[Apply]) -> list[Apply]:
    """Return `nodes`, and those before them that have no test value yet, each after those it depends on."""
    wanted, ordered = set(nodes), {}
    pending = list(reversed(nodes))
    while pending:
        node = pending[-1]
        missing = [
            v.owner
            for v in node.inputs
            if v.owner is not None
            and v.owner not in ordered
            and (v.owner in wanted or not hasattr(v.tag, "test_value"))
        ]
        if missing:
            pending += missing
        else:
            ordered[pending.pop()] = None
    return list(ordered)


def _compute(node: Apply, values: list) -> None:
    """Run `node` on `values`; what it destroys is copied before."""
    destroyed = {i for places in (getattr(node.op, "destroy_map", None) or {}).values() for i in places}
    values = [v.copy() if i in destroyed and hasattr(v, "copy") else v for i, v in enumerate(values)]
    with rewriting():  # of the graph inside of a loop
        results = numpy_funcify(node.op, node)(*values)
    for output, result in zip(node.outputs, results if len(node.outputs) > 1 else (results,)):
        output.tag.test_value = np.asarray(result) if isinstance(result, np.generic) else result


def missing_test_message(msg: str) -> None:
    """Say `msg` about a missing test value in the way `config.compute_test_value` asks.

    Raises
    ------
    AttributeError
        If it is "raise".
    """
    wish = config.compute_test_value
    if wish == "raise":
        raise AttributeError(msg)
    if wish == "warn":
        warnings.warn(msg, stacklevel=2)


def debug_error_message(msg: str) -> None:
    """Complain about test values that do not fit, in the way `config.compute_test_value` asks.

    Raises
    ------
    ValueError
        If it is "raise" or "ignore": a wrong value was given on purpose.
    """
    text = "compute_test_value: " + msg
    if config.compute_test_value in ("raise", "ignore"):
        raise ValueError(text)
    if config.compute_test_value == "warn":
        warnings.warn(text, stacklevel=2)


def get_debug_values(*args: Any) -> Iterator[tuple]:
    """Yield the tuple of test values of `args`, or nothing when one is missing or test values are off."""
    if config.compute_test_value == "off":
        return
    values = []
    for position, argument in enumerate(args):
        try:
            values.append(get_test_value(argument))
        except AttributeError:
            if config.compute_test_value == "raise":
                raise AttributeError(f"Argument {position} ('{argument}') has no test value") from None
            missing_test_message(f"Argument {position} ('{argument}') has no test value")
            return
    yield tuple(values)


ON_ADOPTION.append(compute_test_values)
