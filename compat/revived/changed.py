"""Functions that are still there and have changed: `np.array` of unlike rows, `np.load` of objects.

Only the program's own modules see them as they were: their source is compiled with `changed` in the place of
such look-ups. Methods that arrays have lost come back the same way.
"""

from __future__ import annotations

import ast
import functools
import sys
from typing import Any

from . import items, one_element, promotion

NAME = "__changed__"


_STACKS = {"column_stack", "dstack", "hstack", "stack", "vstack"}
FUNCTIONS = _STACKS | {
    "array", "asanyarray", "asarray", "bincount", "broadcast_arrays", "fromstring", "histogram",
    "histogram2d", "histogramdd", "load", "meshgrid", "nanpercentile", "percentile", "sum", "unique",
}  # fmt: skip
"""Functions of NumPy that do something else now."""

METHODS = frozenset({"itemset", "newbyteorder", "ptp", "tostring"})
"""Methods that arrays have lost."""

RENAMED = {
    "as_matrix": "to_numpy",
    "fromstring": "frombytes",
    "getiterator": "iter",
    "isAlive": "is_alive",
    "readfp": "read_file",
    "tostring": "tobytes",
}
"""Methods of other objects that have another name now."""


def changed(x: Any, name: str) -> Any:
    """Return ``x.name`` as an old program knew it."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and x is numpy and name in FUNCTIONS:
        from . import numpy_changes

        return getattr(numpy_changes, name)
    try:
        return getattr(x, name)
    except AttributeError:
        if numpy is not None and isinstance(x, numpy.ndarray | numpy.generic) and name in METHODS:
            from . import numpy_changes

            return functools.partial(numpy_changes.METHODS[name], x)
        if not hasattr(x, RENAMED.get(name, "")):
            raise
    return getattr(x, RENAMED[name])


def revive_tree(tree: ast.Module) -> ast.Module:
    """Return `tree` with changed functions looked up by `changed`, dropped names where it imports a star, and
    numbers and arithmetic of NumPy as they were.
    """
    return ast.fix_missing_locations(promotion.Promotion().visit(_Revive().visit(tree)))


_LOOKED_UP = FUNCTIONS | METHODS | frozenset(RENAMED)


class _Revive(items.Items, one_element.OneElement):
    """All rewrites but those of arithmetic, in one walk: each is of nodes that the others leave alone."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr == "sum" and getattr(node.value, "id", None) not in ("np", "numpy"):
            return node  # of an array, and of all things the most frequent
        if node.attr in _LOOKED_UP and isinstance(node.ctx, ast.Load):
            call = ast.Call(ast.Name(NAME, ast.Load()), [node.value, ast.Constant(node.attr)], [])
            return ast.copy_location(call, node)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        if node.level or node.module is None:
            return node
        added: list[ast.stmt] = []
        for alias in node.names:
            if alias.name == "*":
                update = f"globals().update({NAME}.star({node.module!r}, globals()))"
                added += ast.parse(update).body
            elif node.module == "numpy" and alias.name in FUNCTIONS:
                added += ast.parse(
                    f"{alias.asname or alias.name} = {NAME}(__import__('numpy'), {alias.name!r})"
                ).body
        for statement in added:
            for part in ast.walk(statement):
                if "lineno" in part._attributes:
                    ast.copy_location(part, node)
        return [node, *added] if added else node


def star(module: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the dropped names that ``from module import *`` once gave and `namespace` does not have."""
    import importlib

    from .names import NAMES
    from .reviving import find

    found: dict[str, Any] = {}
    for name in NAMES.get(module, {}):
        if name == "*" or name in namespace or name in _NEVER_STARRED:
            continue
        found[name] = find(module, name)
    if module in ("numpy", "pylab", "matplotlib.pylab", "scipy"):
        from . import numpy_changes

        numpy = importlib.import_module("numpy")
        for name in FUNCTIONS:
            if namespace.get(name) is getattr(numpy, name):
                found[name] = getattr(numpy_changes, name)
    if module in ("pylab", "matplotlib.pylab"):
        found.update({k: v for k, v in star("numpy", {**namespace, **found}).items() if k not in namespace})
    return found


_NEVER_STARRED = frozenset(
    {"float", "int", "complex", "object", "str", "unicode", "round_", "disp", "source"}
)
changed.star = star  # type: ignore[attr-defined]
HELPERS = {NAME: changed, **promotion.HELPERS, **one_element.HELPERS, **items.HELPERS}
"""What a module compiled from `revive_tree` calls, by the names it has there."""
