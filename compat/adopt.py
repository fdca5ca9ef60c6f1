"""Give variables that PyTensor's functions made Theano's type and class.

A Theano expression is a PyTensor graph whose variables know Theano's manners: their types hold a dtype and a
broadcast pattern and no lengths, their methods and operators are Theano's. Functions of this package call
PyTensor's and *adopt* what comes back, in place: the nodes stay as they are, the variables change their
class.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable

#: PyTensor's class of types -> the function that adopts one variable of such a type
ADOPTERS: dict[type, Callable[[Variable], None]] = {}
#: classes of variables that are Theano's already: a walk ends at them
KINDS: tuple[type, ...] = ()
#: called with the nodes an adoption has found, inputs before outputs; `theano.gof.op` computes test values
#: here
ON_ADOPTION: list[Callable[[list[Apply]], None]] = []


def adopts(type_class: type, *kinds: type) -> Callable:
    """Register a function as the adopter of variables whose type is a `type_class`; `kinds` is what it
    makes.
    """

    def register(function: Callable[[Variable], None]) -> Callable[[Variable], None]:
        global KINDS
        ADOPTERS[type_class] = function
        KINDS = (*KINDS, *kinds)
        return function

    return register


def adopt(result: Any) -> Any:
    """Return `result`, every fresh variable in it (and those it was computed from) adopted."""
    if isinstance(result, Variable):
        if not isinstance(result, KINDS):
            _walk([result])
    elif isinstance(result, list | tuple):
        for part in result:
            adopt(part)
    elif isinstance(result, Mapping):
        for part in result.values():
            adopt(part)
    return result


def adopted(function: Callable) -> Callable:
    """Return `function` with its return value adopted."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return adopt(function(*args, **kwargs))

    return call


def _walk(stack: list[Variable]) -> None:
    """Adopt the variables of `stack` and their ancestors up to those that are Theano's already."""
    seen: set[int] = set()
    nodes: dict[Apply, None] = {}
    while stack:
        variable = stack.pop()
        if id(variable) in seen or isinstance(variable, KINDS):
            continue
        seen.add(id(variable))
        node = variable.owner
        if node is None and not isinstance(variable, Constant):
            continue  # an input or a shared variable of PyTensor's own: its owner wants it as it is
        adopter = _adopter(type(variable.type))
        if adopter is not None:
            adopter(variable)
        if node is not None:
            nodes[node] = None
            stack.extend(node.outputs)
            stack.extend(node.inputs)
    for watch in ON_ADOPTION:
        watch(list(reversed(nodes)))


@functools.cache
def _adopter(type_class: type) -> Callable[[Variable], None] | None:
    """Return the adopter of the nearest registered ancestor of `type_class`."""
    return next((ADOPTERS[c] for c in type_class.__mro__ if c in ADOPTERS), None)
