"""What a loop reads and carries: sequences, states and their taps, as `scan` is given them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import field
from typing import Any

import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.type import TensorType

from graphopt.late_dataclass import late_dataclass

from ...adopt import adopt
from ..configdefaults import config
from ..gof.debug_values import get_test_value
from .scan_utils import (
    expand_empty,
    isNaN_or_Inf_or_None,
    safe_new,
)

_logger = logging.getLogger("theano.scan_module.scan")


def _copy_test_value(target: Variable, source: Variable) -> None:
    """Give `target` the test value of `source`, where test values are on and it has one."""
    if config.compute_test_value == "off":
        return
    try:
        target.tag.test_value = get_test_value(source)
    except AttributeError as error:
        if config.compute_test_value != "ignore":  # `fn` will say so when it is called
            _logger.info(
                f"Cannot compute test value for the inner function of scan, input value missing {error}"
            )


def _listed(value: Any) -> list:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _variable(value: Any) -> Variable:
    from ..tensor.basic import as_tensor_variable

    return value if isinstance(value, Variable) else as_tensor_variable(value)


def _shaped(outputs: list, return_list: bool, empty: Any) -> Any:
    """Return a list of outputs as the caller of `scan` gets it."""
    if len(outputs) == 1 and return_list is not True:
        return outputs[0]
    return outputs or empty


def _as_one_row(output: Variable) -> Variable:
    """Return the result of the only step as the stack of the results of all steps."""
    from ..tensor.shaping import shape_padleft, unbroadcast

    return unbroadcast(shape_padleft(output), 0) if isinstance(output.type, TensorType) else output


def _known(n_steps: Any) -> int | None:
    """Return the number of steps where it is known beforehand."""
    if isinstance(n_steps, float | int) and not isNaN_or_Inf_or_None(n_steps):
        return int(n_steps)
    try:
        return int(pt.get_scalar_constant_value(n_steps))
    except (NotScalarConstantError, TypeError, ValueError, OverflowError):
        return None


@late_dataclass()
class _Slice:
    """One tap of a sequence: what `fn` is given, the row of the first step, and the rows of all steps."""

    inner: Variable
    first: Variable
    rows: Variable


def _with_taps(sequence: Any) -> dict:
    """Return a sequence as a dict with its taps listed."""
    if not isinstance(sequence, dict):
        return {"input": sequence, "taps": [0]}
    taps = sequence.get("taps")
    return {**sequence, "taps": [0] if taps is None else _listed(taps)}


def _at(name: str, tap: int) -> str:
    """Return how the row of `name` at `tap` is called."""
    return f"{name}[t{'' if tap == 0 else f'{tap:+d}'}]"


def _slices(sequence: dict, go_backwards: bool) -> Iterable[_Slice]:
    """Yield the taps of a sequence, all cut to one length."""
    whole, taps = _variable(sequence["input"]), sequence["taps"]
    oldest, newest = min(0, *taps), max(0, *taps)
    name = getattr(sequence["input"], "name", None)
    for tap in taps:
        start, end = tap - oldest, tap - newest
        first = whole[start]
        inner = adopt(first.type())
        _copy_test_value(inner, first)
        rows = whole[start:] if end == 0 else whole[start:end]
        if go_backwards:
            rows = rows[::-1]
        if name is not None:
            inner.name = _at(name, tap)
            rows.name = f"{name}[{start}:{end or ''}]"
        yield _Slice(inner, first, rows)


@late_dataclass()
class _State:
    """An output: what a step reads of its earlier rows (nothing without taps)."""

    position: int
    taps: list[int] = field(default_factory=list)
    initial: Variable | None = None
    inner: list[Variable] = field(default_factory=list)
    first: list[Variable] = field(default_factory=list)

    @property
    def depth(self) -> int:
        return -min(self.taps)

    @property
    def is_single(self) -> bool:
        """Return whether it is the result of the last step that is read."""
        return self.taps == [-1]

    def buffer(self, steps: Variable) -> Variable:
        """Return its first rows with room for those of all steps."""
        return expand_empty(_rows_of(self.initial) if self.is_single else self.initial[: self.depth], steps)


def _rows_of(value: Variable) -> Variable:
    """Return `value` as the first of several rows."""
    from ..tensor.shaping import shape_padleft, unbroadcast

    return unbroadcast(shape_padleft(value), 0)


def _state(position: int, info: Any) -> _State:
    """Return the entry of `outputs_info` at `position`, checked."""
    if info is None:
        return _State(position)
    if not isinstance(info, dict):
        info = {"initial": info, "taps": [-1]}
    if info.get("return_steps") is not None:
        raise ValueError(
            "Using `return_steps` has been deprecated. Simply select the entries you need using a "
            "subtensor. Scan will optimize memory consumption, so do not worry about that."
        )
    initial, taps = info.get("initial"), info.get("taps")
    if initial is None and taps is None:
        return _State(position)
    if initial is None:
        raise ValueError(
            "If you are using slices of an output you need to provide a initial state for it", info
        )
    if taps is None:
        if "taps" in info:
            name = getattr(initial, "name", "None")
            _logger.warning(
                f"Output {name} ( index {position}) has a initial state but taps is explicitly set to None "
            )
        taps = [-1]
    taps = list(taps)
    if len(taps) > len(set(taps)):
        raise ValueError("All the taps must be different in  `outputs_info`", info)
    if any(tap >= 0 for tap in taps):
        raise ValueError("All the tap values must be smaller than 0.", info)
    state = _State(position, taps, _variable(initial))
    name = getattr(initial, "name", None)
    for tap in taps:
        first = state.initial if state.is_single else state.initial[tap + state.depth]
        inner = safe_new(first)
        if isinstance(inner, Constant):
            inner = adopt(inner.type())
        inner.name = None if name is None else _at(name, tap)
        _copy_test_value(inner, first)
        state.inner.append(inner)
        state.first.append(first)
    return state


@late_dataclass()
class _Carried:
    """A shared variable that the steps update: the variable, what stands for it in a step, its new value."""

    shared: SharedVariable
    inner: Variable
    new: Variable
