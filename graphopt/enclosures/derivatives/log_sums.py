"""Logarithms of sums of exponentials: convex as a whole, though the logarithm bends downwards."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from graphopt.structure.forms import Form, dense
from graphopt.structure.program import Program

_known: WeakKeyDictionary[Program, tuple[tuple[int, ...], tuple[int, ...]]] = WeakKeyDictionary()


def log_sums(program: Program) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the groups of logarithms whose arguments are sums of exponentials, and those of the latter.

    The sums have weights and constants of zero or more, and the exponentials are used for nothing else. Where
    the logarithms are wanted small, what they and the exponentials bend adds up to something upwards, by
    Jensen's inequality: ``sum of p d ** 2 >= (sum of p d) ** 2`` for weights p that add up to at most 1.
    """
    found = _known.get(program)
    if found is None:
        found = _known[program] = _find(program)
    return found


def _find(program: Program) -> tuple[tuple[int, ...], tuple[int, ...]]:
    functions = [group.function for group in program.groups]
    logs = {
        g
        for g, group in enumerate(program.groups)
        if group.function == "log" and _is_sum(group.arguments[0], functions)
    }
    users: dict[int, set[int]] = {}
    for g, group in enumerate(program.groups):
        for argument in group.arguments:
            for h in argument.terms:
                users.setdefault(h, set()).add(g)
    for output in program.outputs:
        for h in output.terms:
            users.setdefault(h, set()).add(-1)
    while True:  # a logarithm goes if one of its exponentials is used elsewhere, which may free others
        kept = {g for g in logs if all(users[h] <= logs for h in program.groups[g].arguments[0].terms)}
        if kept == logs:
            break
        logs = kept
    exponentials = {h for g in logs for h in program.groups[g].arguments[0].terms}
    return tuple(sorted(logs)), tuple(sorted(exponentials))


def _is_sum(form: Form, functions: list[str]) -> bool:
    """Return whether a form is a sum of exponentials, with weights and a constant of zero or more."""
    if not form.terms or any(functions[h] != "exp" for h in form.terms):
        return False
    weights = (dense(matrix) for matrix in form.terms.values())
    return bool((form.constant >= 0).all()) and all((matrix >= 0).all() for matrix in weights)
