"""The inner graph of a loop, and the Op that runs it."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.traversal import graph_inputs
from pytensor.graph.utils import MissingInputError
from pytensor.scan.op import Scan, ScanInfo
from pytensor.tensor.type import TensorType

from ...adopt import adopt
from ..updates import OrderedUpdates
from .scan_arguments import _Carried, _rows_of, _Slice, _State, _variable
from .scan_utils import (
    clone,
    expand_empty,
    safe_new,
)

_MISSING = (
    "Input {0} of the graph was not provided and not given a value.\nPlease pass this variable to the "
    "scan's inner function. Do not forget to also pass it to the `non_sequences` attribute of scan."
)


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
