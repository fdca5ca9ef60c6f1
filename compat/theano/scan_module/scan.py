"""`scan`: a function applied again and again, over sequences and to its own earlier results."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.type import integer_dtypes

from ...adopt import adopt
from ..configdefaults import config
from ..updates import OrderedUpdates
from .scan_arguments import (
    _as_one_row,
    _known,
    _listed,
    _logger,
    _shaped,
    _slices,
    _State,
    _state,
    _variable,
    _with_taps,
)
from .scan_loop import _Loop
from .scan_utils import (
    get_updates_and_outputs,
    isNaN_or_Inf_or_None,
)

__all__ = ["scan"]


def scan(
    fn: Callable,
    sequences: Any = None,
    outputs_info: Any = None,
    non_sequences: Any = None,
    n_steps: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
    profile: bool = False,
    allow_gc: bool | None = None,
    strict: bool = False,
    return_list: bool = False,
) -> tuple[Any, OrderedUpdates]:
    """Return what `fn` makes in each step of a loop, stacked, and the updates of shared variables.

    Parameters
    ----------
    fn : callable
        One step. It is called once, with a variable for each tap of each sequence, for each tap of each state
        and for each of `non_sequences`, and returns the new rows of the outputs, then updates (a dict), then
        `until(condition)`, each where there is any.
    sequences : variable, dict or list of them
        What the loop goes through, row by row. ``{"input": x, "taps": [-1, 0]}`` gives a step the rows around
        the present one.
    outputs_info : variable, dict, None or list of them
        The first value of each state; None for an output that is no state.
        ``{"initial": rows, "taps": [-2, -1]}`` gives a step several earlier rows.
    non_sequences : variable or list of them
        What is the same in each step. Shared variables and others that `fn` uses are found without.
    n_steps : int or scalar, optional
        Number of steps; by default the length of the shortest sequence.
    truncate_gradient : int
        How many steps gradients flow back; -1 for all.
    go_backwards : bool
        Whether the sequences are gone through from their end.
    mode, profile, allow_gc
        How the steps are compiled; kept for old programs.
    name : str, optional
        What the loop is called.
    strict : bool
        Whether shared variables must be among `non_sequences`.
    return_list : bool
        Whether a single output comes in a list.

    Returns
    -------
    outputs : variable, list of variables or None
    updates : OrderedUpdates
        To be passed on to `theano.function`.

    Raises
    ------
    ValueError
        If taps, states or the number of steps make no sense, or `fn` returns what it must not.
    TypeError
        If a step makes of a state something of another type.
    """
    if hasattr(n_steps, "dtype") and str(n_steps.dtype) not in integer_dtypes:
        raise ValueError(f" n_steps must be an int. dtype provided  is {n_steps.dtype}")
    taken = [s for i in _listed(sequences) for s in _slices(_with_taps(i), go_backwards)]
    states = [_state(i, info) for i, info in enumerate(_listed(outputs_info))]
    fixed = [_variable(v) for v in _listed(non_sequences)]
    steps = _number_of_steps(n_steps, [s.rows for s in taken])
    for s in taken:
        s.rows = s.rows[:steps]

    once = _known(n_steps) in (1, -1)
    arguments = [s.first if once else s.inner for s in taken]
    for state in states:
        arguments += state.first if once else state.inner
    arguments += fixed
    condition, outputs, updates = get_updates_and_outputs(adopt(fn(*arguments)))
    outputs = adopt(outputs)
    if once:
        if condition is not None:
            _logger.warning(
                "When the number of steps is fixed and equal to 1, the provided stopping condition, "
                f"{condition} is ignored"
            )
        return _shaped([_as_one_row(o) for o in outputs], return_list, empty=[]), updates

    if outputs_info is None or not states:
        states = [_State(i) for i in range(len(outputs))]
    elif len(outputs) != len(states):
        raise ValueError(
            "Please provide None as outputs_info for any output that does not feed back into scan (i.e. "
            "it behaves like a map) "
        )
    loop = _Loop(taken, states, outputs, condition, steps)
    loop.find_inputs(fixed, updates, arguments, strict)
    op = loop.op(
        truncate_gradient=truncate_gradient,
        name=name,
        profile=profile,
        allow_gc=config.scan.allow_gc if allow_gc is None else allow_gc,
        mode=mode if hasattr(mode, "lines_of") else None,  # other modes would compile the same lines
    )
    results, new_values = loop.results(op)
    return _shaped(results, return_list, empty=None), new_values


def _number_of_steps(n_steps: Any, rows: list[Variable]) -> Variable:
    """Return the number of steps: the one asked for, or the length of the shortest of `rows`."""
    if not isNaN_or_Inf_or_None(n_steps):
        return _variable(int(n_steps) if isinstance(n_steps, float) else n_steps)
    if not rows:
        raise ValueError(
            "No information about the number of steps provided. Either provide a value for n_steps "
            "argument of scan or provide an input sequence"
        )
    return adopt(functools.reduce(pt.minimum, [r.shape[0] for r in rows]))
