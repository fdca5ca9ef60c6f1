"""`DebugMode`: check what a function computes against the graph as it was written."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.db import RewriteDatabaseQuery

from graphopt.engine.compiler import Compiled

from ..configdefaults import config
from ..printing._trees import print_variable as debugprint
from .makers import FunctionMaker
from .mode import OPT_FAST_RUN, Mode
from .node_by_node import NodeByNode

__all__ = [
    "BadDestroyMap",
    "BadOptimization",
    "BadThunkOutput",
    "BadViewMap",
    "DebugMode",
    "DebugModeError",
    "InvalidValueError",
    "StochasticOrder",
    "debugprint",
]


class DebugModeError(Exception):
    """Base of what `DebugMode` finds."""


class BadThunkOutput(DebugModeError):
    """Two ways to compute the same variable give different values."""


class BadOptimization(DebugModeError):
    """A rewritten graph computes something else than the graph as it was written."""


class BadDestroyMap(DebugModeError):
    """An Op changed an input that its `destroy_map` does not name."""


class BadViewMap(DebugModeError):
    """An output shares memory with an input that the Op's `view_map` does not name."""


class StochasticOrder(DebugModeError):
    """The order of nodes is not the same each time."""


class InvalidValueError(DebugModeError):
    """A value is not one of the variable's type."""


class DebugMode(Mode):
    """Run node by node and check what comes.

    Each value is checked against its type, inputs are watched for changes, and the outputs are compared with
    those of the graph before it was rewritten.

    Parameters
    ----------
    optimizer : str
        Which rewrites are put to the test.
    stability_patience, check_c_code, check_py_code, check_isfinite, check_preallocated_output,
    require_matching_strides
        As under Theano; there is one code to check here, and no preallocated output.
    """

    def __init__(
        self,
        optimizer: Any = "fast_run",
        stability_patience: int | None = None,
        check_c_code: bool | None = None,
        check_py_code: bool | None = None,
        check_isfinite: bool | None = None,
        check_preallocated_output: Any = None,
        require_matching_strides: Any = None,
        linker: Any = None,
    ) -> None:
        wishes = config.DebugMode
        self.stability_patience = wishes.patience if stability_patience is None else stability_patience
        self.check_c_code = wishes.check_c if check_c_code is None else check_c_code
        self.check_py_code = wishes.check_py if check_py_code is None else check_py_code
        self.check_isfinite = wishes.check_finite if check_isfinite is None else check_isfinite
        if not (self.check_c_code or self.check_py_code):
            raise ValueError("DebugMode has to check at least one of c and py code")
        super().__init__("vm", optimizer)
        if isinstance(self._optimizer, RewriteDatabaseQuery) and optimizer == "default":
            self._optimizer = OPT_FAST_RUN

    def __str__(self) -> str:
        return f"DebugMode(linker={self.provided_linker}, optimizer={self.provided_optimizer})"

    def function_maker(self, *args: Any, **kwargs: Any) -> FunctionMaker:
        """Return a maker whose functions check themselves."""
        return _DebugMaker(*args, **kwargs)

    def clone(self, link_kwargs: Any = None, optimizer: Any = "", **kwargs: Any) -> DebugMode:
        same = isinstance(optimizer, str) and not optimizer
        return DebugMode(self.provided_optimizer if same else optimizer)


class _DebugMaker(FunctionMaker):
    """Keeps the graph as it was written beside the rewritten one."""

    def _rewritten(self) -> FunctionGraph:
        variables = [i.variable for i in self.inputs]
        self.written = FunctionGraph(
            variables, self._wanted(), clone=True, copy_inputs=True, copy_orphans=True
        )
        return super()._rewritten()

    def _tier(self) -> str:
        return "now"

    def _compiled(self, containers: Any, name: str | None) -> Compiled:
        compiled = super()._compiled(containers, name)
        shown = [k for k, i in enumerate(self.inputs) if not self.is_hidden(i)]
        hidden = [k for k, i in enumerate(self.inputs) if self.is_hidden(i)]
        order = shown + hidden
        compiled._lines = _Checked(compiled.flat.fgraph, self.written, order, self.mode)
        return compiled


class _Checked:
    """Runs both graphs and compares."""

    def __init__(
        self, rewritten: FunctionGraph, written: FunctionGraph, order: list[int], mode: DebugMode
    ) -> None:
        self.rewritten = NodeByNode(rewritten, self._remember, self._check)
        self.written = NodeByNode(written)
        self.order, self.mode = order, mode

    def __call__(self, *values: Any) -> list:
        import copy

        n = len(self.order)
        straight = [None] * n
        for place, k in enumerate(self.order):
            straight[k] = copy.deepcopy(values[place])
        expected = self.written(*straight)
        results = self.rewritten(*values)
        for variable, want, got in zip(self.written.fgraph.outputs, expected, results):
            if not _same(variable.type, want, got):
                raise BadOptimization(
                    f"The rewritten graph computes another value of {variable}:\n  as written: {want}\n"
                    f"  rewritten: {got}\nExclude rewrites one by one (mode.excluding) to find which is "
                    "wrong."
                )
        return results

    def _remember(self, position: int, node: Any, step: Any) -> None:
        import copy

        destroyed = {i for places in (getattr(node.op, "destroy_map", None) or {}).values() for i in places}
        self._kept = {i: copy.deepcopy(c[0]) for i, c in enumerate(step.inputs) if i not in destroyed}

    def _check(self, position: int, node: Any, step: Any) -> None:
        for variable, cell in zip(node.outputs, step.outputs):
            if not variable.type.is_valid_value(cell[0]):
                raise InvalidValueError(
                    f"{node} computed a value of type {type(cell[0]).__name__}"
                    f"{_described(cell[0])} for {variable}, which is of type {variable.type}."
                )
            finite = self.mode.check_isfinite and getattr(variable.type, "filter_checks_isfinite", True)
            if (
                finite
                and isinstance(cell[0], np.ndarray)
                and cell[0].dtype.kind in "fc"
                and config.DebugMode.check_finite
            ):
                if not np.isfinite(cell[0]).all() and type(node.op).__name__ != "AllocEmpty":
                    raise InvalidValueError(f"{node} computed NaN or infinity for {variable}: {cell[0]}")
        for i, kept in self._kept.items():
            if not _same(node.inputs[i].type, kept, step.inputs[i][0], exactly=True):
                raise BadDestroyMap(
                    f"{node} changed its input {i} ({node.inputs[i]}), which its destroy_map does not name."
                )
        views = getattr(node.op, "view_map", None) or {}
        destroys = getattr(node.op, "destroy_map", None) or {}
        for place, cell in enumerate(step.outputs):
            allowed = {*views.get(place, ()), *destroys.get(place, ())}
            for i, source in enumerate(step.inputs):
                if i not in allowed and _shares(cell[0], source[0]):
                    raise BadViewMap(
                        f"Output {place} of {node} shares memory with input {i}, which its view_map does "
                        "not name."
                    )


def _described(value: Any) -> str:
    return f" (dtype {value.dtype}, shape {value.shape})" if isinstance(value, np.ndarray) else ""


def _shares(a: Any, b: Any) -> bool:
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.may_share_memory(a, b)


def _same(kind: Any, a: Any, b: Any, exactly: bool = False) -> bool:
    try:
        return bool(kind.values_eq(a, b) if exactly else kind.values_eq_approx(a, b))
    except Exception:  # values of types that cannot be compared, such as generators
        return True
