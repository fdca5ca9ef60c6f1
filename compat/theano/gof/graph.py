"""Nodes, variables and walks over graphs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from pytensor.graph.basic import (
    Apply,
    Constant,
    Node,
    as_string,
    default_node_formatter,
    equal_computations,
    op_as_string,
)
from pytensor.graph.basic import Variable as PyTensorVariable
from pytensor.graph.basic import clone_get_equiv as _clone_get_equiv
from pytensor.graph.replace import clone_replace

from ...adopt import adopt
from ...front import Front

__all__ = [
    "Apply",
    "Constant",
    "Node",
    "Variable",
    "ancestors",
    "as_string",
    "clone",
    "clone_get_equiv",
    "default_leaf_formatter",
    "default_node_formatter",
    "equal_computations",
    "general_toposort",
    "inputs",
    "io_connection_pattern",
    "io_toposort",
    "is_in_ancestors",
    "is_same_graph",
    "list_of_nodes",
    "nodes_constructed",
    "op_as_string",
    "ops",
    "orphans",
    "stack_search",
    "variables",
    "variables_and_orphans",
    "view_roots",
]

NoParams = object()
default_leaf_formatter = str


class _OneCount(Front):
    """Keeps the counter behind automatic names in one place: PyTensor's class."""

    def __setattr__(cls, name: str, value: Any) -> None:
        type.__setattr__(PyTensorVariable if name == "__count__" else cls, name, value)


class Variable(PyTensorVariable, metaclass=_OneCount):
    """A node of a graph that stands for a value: of `type`, computed by `owner` as its output `index`, or
    an input.
    """

    stands_for = PyTensorVariable

    def __init__(
        self, type: Any, owner: Any = None, index: int | None = None, name: str | None = None
    ) -> None:
        super().__init__(type, owner, index=index, name=name)


def stack_search(start: deque, expand: Callable, mode: str = "bfs", build_inv: bool = False) -> Any:
    """Return everything reached from `start` by `expand`, breadth or depth first.

    With `build_inv` also the dict of what each was reached from.
    """
    if mode not in ("bfs", "dfs"):
        raise ValueError("mode should be bfs or dfs", mode)
    pop = start.popleft if mode == "bfs" else start.pop
    found, seen, inverse = [], set(), {}
    while start:
        here = pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        found.append(here)
        further = expand(here)
        for there in further or ():
            inverse.setdefault(there, []).append(here)
        start.extend(further or ())
    return (found, inverse) if build_inv else found


def ancestors(variable_list: Iterable[Variable], blockers: Any = None) -> list[Variable]:
    """Return the variables that those of the list are computed from, themselves included, depth first.

    The last of the list comes first, and the first input of a node.
    """
    blocked = set(blockers or ())

    def expand(variable: Variable) -> list[Variable]:
        return [] if variable.owner is None or variable in blocked else variable.owner.inputs[::-1]

    return stack_search(deque(variable_list), expand, "dfs")


def inputs(variable_list: Iterable[Variable], blockers: Any = None) -> list[Variable]:
    """Return the ancestors without an owner, in the order of `ancestors`."""
    return [v for v in ancestors(variable_list, blockers) if v.owner is None]


def variables(i: Iterable[Variable], o: Iterable[Variable]) -> list[Variable]:
    """Return the variables between `i` and `o`, with them and what else is needed, depth first."""
    return variables_and_orphans(i, o)[0]


def orphans(i: Iterable[Variable], o: Iterable[Variable]) -> list[Variable]:
    """Return what has no owner, is needed for `o` and is not in `i`."""
    return variables_and_orphans(i, o)[1]


def variables_and_orphans(
    i: Iterable[Variable], o: Iterable[Variable]
) -> tuple[list[Variable], list[Variable]]:
    """Return both."""
    given = set(i)

    def expand(variable: Variable) -> list[Variable]:
        node = None if variable in given else variable.owner
        return [] if node is None else [*node.inputs, *node.outputs][::-1]

    found = stack_search(deque(o), expand, "dfs")
    return found, [v for v in found if v.owner is None and v not in given]


def ops(i: Iterable[Variable], o: Iterable[Variable]) -> set[Apply]:
    """Return the nodes between `i` and `o`."""
    given = set(i)
    return {v.owner for v in variables(given, o) if v.owner is not None and v not in given}


def clone(i: Any, o: Any, copy_inputs: bool = True, copy_orphans: bool | None = None) -> tuple[list, list]:
    """Return copies of `i` and `o` with the graph between them copied."""
    if copy_orphans is None:
        copy_orphans = copy_inputs
    copies = {v: type(v)(v.type, v.data, name=v.name) for v in i if copy_inputs and isinstance(v, Constant)}
    copies = _clone_get_equiv(
        list(i), list(o), copy_inputs=copy_inputs, copy_orphans=copy_orphans, memo=copies
    )
    return [copies[v] for v in i], adopt([copies[v] for v in o])


def clone_get_equiv(
    inputs: Any, outputs: Any, copy_inputs: bool = True, copy_orphans: bool = True, memo: dict | None = None
) -> dict:
    """Return the dict of old variables and nodes to their copies."""
    return _clone_get_equiv(
        list(inputs), list(outputs), copy_inputs=copy_inputs, copy_orphans=copy_orphans, memo=memo
    )


def general_toposort(
    outputs: Any,
    deps: Callable,
    debug_print: bool = False,
    compute_deps_cache: Any = None,
    deps_cache: Any = None,
    clients: Any = None,
) -> list:
    """Return everything needed for `outputs`, each after what `deps` says it needs; first what needs nothing.

    Raises
    ------
    ValueError
        If something needs itself.
    """
    needed: dict = {}
    users: dict = {}
    found = list(outputs)
    while found:
        here = found.pop()
        if here in needed:
            continue
        needed[here] = list(deps(here) or ())
        for need in needed[here]:
            users.setdefault(need, []).append(here)
        found.extend(needed[here])
    order: dict = {}
    ready = deque(here for here, needs in needed.items() if not needs)
    while ready:
        here = ready.popleft()
        if here in order:
            continue
        order[here] = None
        for user in users.get(here, ()):
            needed[user] = [need for need in needed[user] if need is not here]
            if not needed[user]:
                ready.append(user)
    if len(order) < len(needed):
        raise ValueError("graph contains cycles")
    if clients is not None:
        clients.update(users)
    return list(order)


def io_toposort(inputs: Any, outputs: Any, orderings: Any = None, clients: Any = None) -> list[Apply]:
    """Return the nodes between `inputs` and `outputs`, each after those it needs (and those `orderings`
    put before it).
    """
    if not orderings:
        return _sorted_nodes(inputs, outputs)
    blocked = set(inputs)

    def needs(thing: Any) -> list:
        if thing in blocked:
            return []
        if isinstance(thing, Apply):
            return [*thing.inputs, *orderings.get(thing, [])]
        return ([thing.owner] if thing.owner is not None else []) + list(orderings.get(thing, []))

    return [x for x in general_toposort(outputs, needs) if isinstance(x, Apply)]


def _sorted_nodes(inputs: Iterable[Variable], outputs: Iterable[Variable]) -> list[Apply]:
    """Return the nodes as Theano's virtual machine met them: what an output needs, its last input's first."""
    computed = set(inputs)
    waiting = [o.owner for o in list(outputs)[::-1] if o.owner is not None]
    order = []
    while waiting:
        node = waiting.pop()
        if node.outputs[0] in computed:
            continue
        needed = [i.owner for i in node.inputs if i.owner is not None and i not in computed]
        if needed:
            waiting += [node, *needed]
        else:
            computed.update(node.outputs)
            order.append(node)
    return order


def io_connection_pattern(inputs: Any, outputs: Any) -> list[list[bool]]:
    """Return, for each input, which of the outputs are connected to it."""
    from pytensor.gradient import _node_to_pattern

    reach = {i: {i} for i in inputs}
    for node in io_toposort(inputs, outputs):
        pattern = _node_to_pattern(node)
        for place, out in enumerate(node.outputs):
            reach[out] = set().union(
                *[reach.get(v, set()) for k, v in enumerate(node.inputs) if pattern[k][place]]
            )
    return [[i in reach.get(o, ()) for o in outputs] for i in inputs]


def is_same_graph(var1: Variable, var2: Variable, givens: Any = None, debug: bool = False) -> bool:
    """Return whether two variables are computed in the same way; `givens` are pairs taken as equal."""
    pairs = givens.items() if isinstance(givens, dict) else givens or ()
    swaps = {old: new for old, new in pairs if old is not new}
    if swaps:
        var1, var2 = clone_replace([var1, var2], replace=swaps, rebuild_strict=False)
    return equal_computations([var1], [var2])


def view_roots(r: Variable) -> list[Variable]:
    """Return the variables whose memory `r` may be a view of."""
    if r.owner is None:
        return [r]
    views = getattr(r.owner.op, "view_map", None) or {}
    if r.index not in views:
        return [r]
    return [root for i in views[r.index] for root in view_roots(r.owner.inputs[i])]


def list_of_nodes(inputs: Any, outputs: Any) -> list[Apply]:
    """Return the nodes between `inputs` and `outputs`, breadth first from the outputs."""
    given = set(inputs)

    def needed(node: Apply) -> list[Apply]:
        owners = [i.owner for i in node.inputs if i.owner is not None]
        return [owner for owner in owners if given.isdisjoint(owner.outputs)]

    return stack_search(deque(o.owner for o in outputs), needed)


def is_in_ancestors(l_node: Apply, f_node: Apply) -> bool:
    """Return whether `f_node` is needed for `l_node`."""
    seen, todo = set(), [l_node]
    while todo:
        node = todo.pop()
        if node is f_node:
            return True
        if id(node) not in seen:
            seen.add(id(node))
            todo += [i.owner for i in node.inputs if i.owner is not None]
    return False


def nodes_constructed() -> Any:
    """Return a context whose value is the list of variables constructed in it."""
    from contextlib import contextmanager

    @contextmanager
    def watch() -> Any:
        constructed: list = []
        original = PyTensorVariable.__init__

        def noting(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            constructed.append(self)

        PyTensorVariable.__init__ = noting
        try:
            yield constructed
        finally:
            PyTensorVariable.__init__ = original

    return watch()
