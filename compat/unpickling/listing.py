"""What a loaded pickle holds, as lines to read and as named arrays to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.traversal import graph_inputs

__all__ = ["arrays", "listing"]

_MOST_LINES = 500
_DEEPEST = 12
_WIDEST = 100


def listing(value: Any) -> str:
    """Return one line for each part of `value`: its place, what it is, dtype and shape."""
    lines = []
    for place, part in _walk(value):
        if len(lines) == _MOST_LINES:
            lines.append("...")
            break
        indent, name = "  " * len(place), f"{place[-1]}: " if place else ""
        lines.append(f"{indent}{name}{_line(part)}")
    return "\n".join(lines)


def arrays(value: Any) -> dict[str, np.ndarray]:
    """Return the arrays of `value` and of its shared variables, by name or place; equal names are numbered.

    The functions and expressions in it count with their shared variables.
    """
    found: dict[str, np.ndarray] = {}
    seen: set[int] = set()
    for place, part in _walk(value):
        for name, array in _arrays_of(part, "_".join(map(str, place)) or "array"):
            if id(array) in seen:
                continue
            seen.add(id(array))
            free = (f"{name}_{i}" if i > 1 else name for i in range(1, len(found) + 2))
            found[next(n for n in free if n not in found)] = array
    return found


def _walk(value: Any) -> Iterator[tuple[tuple, Any]]:
    """Yield (place, part) for `value` and the parts of its containers, each container once."""
    stack: list[tuple[tuple, Any]] = [((), value)]
    seen: set[int] = set()
    while stack:
        place, part = stack.pop()
        yield place, part
        if id(part) in seen or len(place) == _DEEPEST:
            continue
        if isinstance(part, Mapping):
            seen.add(id(part))
            stack.extend(((*place, _short(key)), item) for key, item in reversed(list(part.items())))
        elif isinstance(part, list | tuple) and not _is_plain(part):
            seen.add(id(part))
            stack.extend(((*place, i), item) for i, item in reversed(list(enumerate(part))))


def _is_plain(part: list | tuple) -> bool:
    """Return whether a sequence is shown on one line."""
    return all(isinstance(item, int | float | complex | str | bytes | None) for item in part)


def _short(part: Any) -> str:
    text = str(part).partition("\n")[0]
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


def _line(part: Any) -> str:
    """Return what `part` is, on one line."""
    if isinstance(part, np.ndarray):
        return f"array {part.dtype} {part.shape}"
    if isinstance(part, SharedVariable):
        held = _line(part.get_value(borrow=True))
        return f"shared variable {part.name or 'without a name'}: {part.type}, {held}"
    if isinstance(part, Constant):
        return f"constant {part.type}"
    if isinstance(part, Variable):
        what = "input" if part.owner is None else "expression"
        return f"{what} {_short(part)}: {part.type}{_made_of([part])}"
    if hasattr(part, "maker") and callable(part):
        return _function_line(part)
    if isinstance(part, Mapping | list | tuple):
        size = len(part)
        shown = "" if isinstance(part, Mapping) or not _is_plain(part) else f": {_short(part)}"
        return f"{type(part).__name__} of {size}{shown}"
    return _short(
        part if isinstance(part, str | int | float | bool | None) else f"{type(part).__name__} {part}"
    )


def _function_line(function: Any) -> str:
    """Return the name, the arguments and the shared variables of a compiled function."""
    inputs = [given.variable for given in function.maker.inputs if not getattr(given, "shared", False)]
    shared = function.get_shared()
    head = f"function {function.name or 'without a name'} of ({', '.join(map(_short, inputs))})"
    return f"{head}, shared {', '.join(map(_short, shared))}" if shared else head


def _made_of(outputs: list[Variable]) -> str:
    """Return the named inputs of expressions, in brackets."""
    variables = (
        v for v in graph_inputs(outputs) if v.name and not isinstance(v, Constant) and v not in outputs
    )
    names = dict.fromkeys(map(str, reversed(list(variables))))
    return f" (of {', '.join(names)})" if names else ""


def _arrays_of(part: Any, place: str) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arrays that `part` itself holds."""
    if isinstance(part, np.ndarray | np.generic):
        if part.dtype.kind != "O":
            yield place, np.asarray(part)
        return
    if isinstance(part, Variable):
        variables: Any = graph_inputs([part])
    else:
        variables = part.get_shared() if hasattr(part, "maker") and hasattr(part, "get_shared") else ()
    for variable in variables:
        value = variable.get_value(borrow=True) if isinstance(variable, SharedVariable) else None
        if isinstance(value, np.ndarray) and value.dtype.kind != "O":
            yield variable.name or place, value
