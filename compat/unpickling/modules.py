"""The modules of this package's `theano`, as the tables and the pickles name them."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["expression_maker", "theano_module"]

_ROOT = __package__.rpartition(".")[0] + ".theano"
#: modules whose functions build expressions, and those of them that also read files
_MAKERS = ("theano.tensor", "theano.scalar", "theano.sparse")
_READERS = ("theano.tensor.io",)


def theano_module(name: str) -> Any:
    """Return the module of this package's `theano`; `name` is one of a table's, never one of a pickle's."""
    return importlib.import_module(f"{_ROOT}.{name}")


def expression_maker(dotted: str) -> Any:
    """Return the public function or class that the pickle names, None if it does not build expressions.

    A model may keep its activation function as a value. Nothing is called here.
    """
    module, _, name = dotted.rpartition(".")
    if not module.startswith(_MAKERS) or module in _READERS or name.startswith("_"):
        return None
    if not all(part.isidentifier() for part in module.split(".")):
        return None
    try:
        found = vars(theano_module(module.removeprefix("theano."))).get(name)
    except ImportError:
        return None
    return found if getattr(found, "__module__", "").startswith(_ROOT) else None
