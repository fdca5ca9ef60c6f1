"""What became of the names of Theano 1.0.5: rows, read by shims, porter, unpickler, documentation and tests.

>>> find("theano.tensor.inv").new
'pytensor.tensor.reciprocal'
"""

from __future__ import annotations

from functools import cache

from .attributes import NotPorted, module_attributes
from .rows import Adapted, Gone, Moved, Row, Same

__all__ = ["Adapted", "Gone", "Moved", "NotPorted", "Row", "Same", "find", "module_attributes", "rows"]

_AREAS = (
    "modules", "top", "tensor", "nnet", "random", "linalg", "scalar", "scan", "sparse", "compiling", "gof",
    "rewrites", "settings", "older",
)  # fmt: skip


@cache
def rows() -> dict[str, Row]:
    """Return all rows by old name."""
    from importlib import import_module

    table: dict[str, Row] = {}
    for area in _AREAS:
        for row in import_module(f"{__name__}.{area}").ROWS:
            assert row.old not in table, f"two rows of {row.old}"
            table[row.old] = row
    return table


def find(old: str) -> Row | None:
    """Return the row of the absolute name `old`; None if Theano had no such name.

    A name of ``theano.tensor.basic`` and its like is looked for in the package that shows it, too;
    what was in a module that went is gone with it.
    """
    table = rows()
    if old in table:
        return table[old]
    module, _, name = old.rpartition(".")
    package = module.rpartition(".")[0]
    shown = table.get(f"{package}.{name}") if package.startswith("theano.") else None
    if shown is not None:
        return shown
    while module:
        row = table.get(module)
        if isinstance(row, Gone):
            return Gone(old, row.advice)
        module = module.rpartition(".")[0]
    return None
