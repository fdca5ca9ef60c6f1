"""`scan`: a function applied again and again, over sequences and to its own earlier results."""

from __future__ import annotations

import functools
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.traversal import graph_inputs
from pytensor.graph.utils import MissingInputError
from pytensor.scan.op import Scan, ScanInfo
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.type import TensorType, integer_dtypes

from ...adopt import adopt
from ..configdefaults import config
from ..gof.debug_values import get_test_value
from ..updates import OrderedUpdates
from .scan_utils import (
    clone,
    expand_empty,
    get_updates_and_outputs,
    isNaN_or_Inf_or_None,
    safe_new,
)

__all__ = ["scan"]

_MISSING = (
    "Input {0} of the graph was not provided and not given a value.\nPlease pass this variable to the "
    "scan's inner function. Do not forget to also pass it to the `non_sequences` attribute of scan."
)
_logger = logging.getLogger("theano.scan_module.scan")


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


# ----------------------------------------------------------------- sequences and states


@dataclass
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


@dataclass
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


# ------------------------------------------------------------------------ the operation


@dataclass
class _Carried:
    """A shared variable that the steps update: the variable, what stands for it in a step, its new value."""

    shared: SharedVariable
    inner: Variable
    new: Variable


class _Loop:
    """The parts of a loop on their way into the order of `pytensor.scan.op.Scan`."""

    def __init__(
        self,
        taken: list[_Slice],
        states: list[_State],
        outputs: list[Variable],
        condition: Variable | None,
        steps: Variable,
    ) -> None:
        self.taken, self.outputs, self.steps = taken, outputs, steps
        self.conditions = [] if condition is None else [condition]
        self.multiple = [s for s in states if s.taps and not s.is_single]
        self.single = [s for s in states if s.is_single]
        self.free = [s for s in states if not s.taps]
        self.carried: list[_Carried] = []
        self.fixed: dict[Variable, Variable] = {}

    @property
    def traced(self) -> list[_Carried]:
        """Return the updated shared tensors; they are states whose last row is the update."""
        return [c for c in self.carried if isinstance(c.inner.type, TensorType)]

    @property
    def untraced(self) -> list[_Carried]:
        """Return the updated shared variables of other types, such as states of generators."""
        return [c for c in self.carried if not isinstance(c.inner.type, TensorType)]

    def find_inputs(self, fixed: list[Variable], updates: dict, arguments: list, strict: bool) -> None:
        """Find what the steps use: shared variables, updated or not, and variables nobody has named.

        Raises
        ------
        MissingInputError
            If an update uses a variable that nobody has named.
        """
        updates = OrderedDict(updates)
        symbolic = [v for v in fixed if not isinstance(v, SharedVariable | Constant)]
        given = {v for v in arguments if not isinstance(v, SharedVariable | Constant)}
        shared: dict[SharedVariable, None] = dict.fromkeys(updates)
        for variable in graph_inputs([*self.outputs, *self.conditions], blockers=given):
            if not isinstance(variable, SharedVariable | Constant) and variable not in given:
                given.add(variable)
                symbolic.append(variable)
        pending = [*self.outputs, *self.conditions, *updates.values()]
        while pending:
            found, pending = list(graph_inputs(pending, blockers=given)), []
            for variable in found:
                if isinstance(variable, SharedVariable):
                    shared.setdefault(variable)
                    default = getattr(variable, "default_update", None)
                    if default is not None and variable not in updates:
                        updates[variable] = default
                        pending.append(default)
                elif not isinstance(variable, Constant) and variable not in given:
                    raise MissingInputError(_MISSING.format(variable))
        for variable in shared:
            if variable in updates:
                inner = safe_new(variable)
                inner.name = None if variable.name is None else f"{variable.name}_copy"
                new = updates[variable]
                new = _variable(new) if isinstance(inner.type, TensorType) else new
                self.carried.append(_Carried(variable, inner, new))
        kept = [v for v in shared if v not in updates and not (strict and v not in fixed)]
        self.fixed = {v: safe_new(v, "_copy") for v in (*kept, *symbolic)}

    def op(self, *, name: str | None, **options: Any) -> Scan:
        """Return the operation."""
        inner_inputs = [s.inner for s in self.taken]
        for state in (*self.multiple, *self.single):
            inner_inputs += state.inner
        inner_inputs += [c.inner for c in (*self.traced, *self.untraced)]
        inner_inputs += self.fixed.values()
        inner_outputs = [self.outputs[s.position] for s in (*self.multiple, *self.single)]
        inner_outputs += [c.new for c in self.traced]
        inner_outputs += [self.outputs[s.position] for s in self.free]
        inner_outputs += [c.new for c in self.untraced]
        inner_outputs += self.conditions
        replace = {c.shared: c.inner for c in self.carried} | self.fixed
        inner_outputs = clone(inner_outputs, replace=replace)
        n_single = len(self.single) + len(self.traced)
        info = ScanInfo(
            n_seqs=len(self.taken),
            mit_mot_in_slices=(),
            mit_mot_out_slices=(),
            mit_sot_in_slices=tuple(tuple(s.taps) for s in self.multiple),
            sit_sot_in_slices=((-1,),) * n_single,
            n_untraced_sit_sot=len(self.untraced),
            n_nit_sot=len(self.free),
            n_non_seqs=len(self.fixed),
            as_while=bool(self.conditions),
        )
        try:
            op = Scan(inner_inputs, inner_outputs, info, name=name, strict=True, **options)
        except MissingInputError as error:
            raise MissingInputError(f"ScanOp is missing an input: {error}") from None
        op._as_written = inner_inputs, inner_outputs
        return op

    def results(self, op: Scan) -> tuple[list[Variable], OrderedUpdates]:
        """Return the outputs in the order of the caller, and the updates."""
        buffers = [s.buffer(self.steps) for s in (*self.multiple, *self.single)]
        buffers += [expand_empty(_rows_of(c.shared), self.steps) for c in self.traced]
        outer_inputs = [
            self.steps,
            *(s.rows for s in self.taken),
            *buffers,
            *(c.shared for c in self.untraced),
            *(self.steps for _ in self.free),
            *self.fixed,
        ]
        made = iter(adopt(op(*outer_inputs, return_list=True)))
        results: dict[int, Variable] = {}
        for state in (*self.multiple, *self.single):
            results[state.position] = next(made)[state.depth :]
        updates = OrderedUpdates()
        traced = {c.shared: next(made) for c in self.traced}
        for state in self.free:
            results[state.position] = next(made)
        untraced = {c.shared: next(made) for c in self.untraced}
        for carried in self.carried:
            rows = traced.get(carried.shared)
            updates[carried.shared] = untraced[carried.shared] if rows is None else rows[-1]
        return [results[i] for i in range(len(results))], updates
