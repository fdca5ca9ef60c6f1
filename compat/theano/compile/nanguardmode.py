"""`NanGuardMode`: stop at the first NaN, infinity or huge number."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..configdefaults import config
from ..gof.utils import get_variable_trace_string
from .makers import FunctionMaker
from .mode import Mode
from .watched import watched_maker

__all__ = ["NanGuardMode", "contains_inf", "contains_nan", "flatten"]


def flatten(l: Any) -> list:
    """Return nested lists, tuples, sets and dicts of values as one list."""
    if isinstance(l, list | tuple | set | frozenset):
        return [leaf for part in l for leaf in flatten(part)]
    if isinstance(l, dict):
        return [leaf for part in l.values() for leaf in flatten(part)]
    return [l]


def _numbers(arr: Any) -> np.ndarray | None:
    if isinstance(arr, np.ndarray | np.generic) and np.asarray(arr).dtype.kind in "fc" and np.size(arr):
        return np.asarray(arr)
    return None


def contains_nan(arr: Any, node: Any = None, var: Any = None) -> bool:
    """Return whether an array has a NaN; of what is no array of floats False."""
    numbers = _numbers(arr)
    return numbers is not None and bool(np.isnan(numbers).any())


def contains_inf(arr: Any, node: Any = None, var: Any = None) -> bool:
    """Return whether an array has an infinity; of what is no array of floats False."""
    numbers = _numbers(arr)
    return numbers is not None and bool(np.isinf(numbers).any())


class NanGuardMode(Mode):
    """Look at each value a function gets and computes, and stop at a bad one.

    Parameters
    ----------
    nan_is_error, inf_is_error, big_is_error : bool, optional
        What counts as bad; `big` is an absolute value above 1e10. None: what `config.NanGuardMode` says.

    Raises
    ------
    AssertionError
        From the function, with the node and what was found (`config.NanGuardMode.action` may also be "warn").
    """

    def __init__(
        self,
        nan_is_error: bool | None = None,
        inf_is_error: bool | None = None,
        big_is_error: bool | None = None,
        optimizer: Any = "default",
        linker: Any = None,
    ) -> None:
        wishes = config.NanGuardMode
        self.nan_is_error = wishes.nan_is_error if nan_is_error is None else nan_is_error
        self.inf_is_error = wishes.inf_is_error if inf_is_error is None else inf_is_error
        self.big_is_error = wishes.big_is_error if big_is_error is None else big_is_error
        assert self.nan_is_error or self.inf_is_error or self.big_is_error
        super().__init__(
            "vm" if linker is None else linker, config.optimizer if optimizer == "default" else optimizer
        )

    def function_maker(self, *args: Any, **kwargs: Any) -> FunctionMaker:
        """Return a maker whose functions check their values."""
        return watched_maker(None, self._check_node, self._check_inputs)(*args, **kwargs)

    def clone(self, link_kwargs: Any = None, optimizer: Any = "", **kwargs: Any) -> NanGuardMode:
        same = isinstance(optimizer, str) and not optimizer
        return NanGuardMode(
            self.nan_is_error,
            self.inf_is_error,
            self.big_is_error,
            self.provided_optimizer if same else optimizer,
            self.provided_linker,
        )

    def _check_inputs(self, variables: Any, values: Any) -> None:
        for variable, value in zip(variables, values):
            self._check(value, variable, None, None)

    def _check_node(self, position: int, node: Any, step: Any) -> None:
        if getattr(node.op, "_nan_guard_exempt", False) or type(node.op).__name__ in (
            "AllocEmpty",
            "IncSubtensorEmpty",
        ):
            return
        for variable, cell in zip(node.outputs, step.outputs):
            self._check(cell[0], variable, node, step)

    def _check(self, value: Any, variable: Any, node: Any, step: Any) -> None:
        if getattr(getattr(variable, "tag", None), "nan_guard_mode_check", True) is False:
            return
        for part in flatten(value):
            numbers = _numbers(part)
            if numbers is None:
                continue
            found = []
            if self.nan_is_error and np.isnan(numbers).any():
                found.append("NaN detected")
            if self.inf_is_error and np.isinf(numbers).any():
                found.append("Inf detected")
            if self.big_is_error and np.nanmax(np.abs(np.where(np.isfinite(numbers), numbers, 0))) > 1e10:
                found.append("Big value detected")
            if found:
                self._report(found, value, variable, node, step)

    def _report(self, found: list[str], value: Any, variable: Any, node: Any, step: Any) -> None:
        from ..printing import debugprint

        lines = list(found)
        if node is None:
            lines.append("NanGuardMode found an error in an input of the graph.")
        else:
            lines.append("NanGuardMode found an error in the output of a node in this variable:")
            lines.append(debugprint(variable, file="str"))
        text = "\n".join([*lines, get_variable_trace_string(variable), ""])
        if config.NanGuardMode.action == "warn":
            import warnings

            warnings.warn(text, stacklevel=2)
            return
        raise AssertionError(text)
