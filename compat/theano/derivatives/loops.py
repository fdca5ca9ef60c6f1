"""The gradients of a cost that comes out of a loop: built for all parameters at once, and remembered."""

from __future__ import annotations

import pytensor.gradient as ptg
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.null_type import NullType
from pytensor.graph.traversal import ancestors, graph_inputs
from pytensor.scan.op import Scan

_last_cost: Variable | None = None
_gradients_of_last_cost: dict[Variable, Variable] | None = None


def gradients_through_loops(cost: Variable, wrt: list[Variable]) -> list[Variable] | None:
    """Return the gradients of `cost`, a loop's, if they are known or asked for again; else None.

    The gradient of a loop takes long to build, and ``[T.grad(cost, p) for p in params]`` builds it for each
    parameter: from the second request on those of all parameters are built together and kept, for one cost.
    """
    global _last_cost, _gradients_of_last_cost
    if cost is not _last_cost:
        _last_cost, _gradients_of_last_cost = cost, None
        return None
    if _gradients_of_last_cost is None:
        _gradients_of_last_cost = _all_gradients(cost, wrt)
    known = [_gradients_of_last_cost.get(variable) for variable in wrt]
    return None if any(g is None for g in known) else known


def _all_gradients(cost: Variable, wrt: list[Variable]) -> dict[Variable, Variable]:
    """Return the gradients with respect to `wrt` and all inputs of `cost`; none where there is no loop."""
    if not any(variable.owner and isinstance(variable.owner.op, Scan) for variable in ancestors([cost])):
        return {}
    inputs = [v for v in graph_inputs([cost]) if getattr(v, "dtype", "").startswith("float")]
    variables = list(dict.fromkeys([*wrt, *(v for v in inputs if not isinstance(v, Constant))]))
    try:
        found = ptg.grad(
            cost, variables, disconnected_inputs="ignore", return_disconnected="None", null_gradients="return"
        )
    except Exception:  # of some input that nobody asked about
        return {}
    known = zip(variables, found, strict=True)
    return {v: g for v, g in known if g is not None and not isinstance(g.type, NullType)}
