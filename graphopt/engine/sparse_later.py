"""PyTensor's sparse package imported when something sparse is used, not for every graph.

PyTensor asks of constants whether a sparse operation made them, and for that imports its sparse package and
SciPy's: a tenth of the time to a first answer. Until it is used for real, a stand-in answers that question.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
from types import ModuleType
from typing import Any

NAME = "pytensor.sparse"
_lock = threading.RLock()


class _NoSparseOperation:
    """What no operation is an instance of."""


class _Later(ModuleType):
    """`pytensor.sparse` until an attribute of it is asked for; then the package itself."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "CSM" and f"{NAME}.basic" not in sys.modules:
            return _NoSparseOperation
        with _lock:
            if sys.modules.get(NAME) is self:
                del sys.modules[NAME]
                try:
                    importlib.import_module(NAME)
                except BaseException:
                    sys.modules[NAME] = self
                    raise
        return getattr(sys.modules[NAME], name)


def import_sparse_later() -> None:
    """Let the stand-in answer for `pytensor.sparse`, unless the package is there already."""
    spec = importlib.util.find_spec(NAME) if NAME not in sys.modules else None
    if spec is None:
        return
    later = _Later(NAME)
    later.__spec__, later.__loader__ = spec, spec.loader
    later.__path__ = list(spec.submodule_search_locations or ())
    later.__file__ = spec.origin
    sys.modules[NAME] = later
