"""graphopt finds the best input of a trained network, and says how it knows.

The public names live in the packages listed in `_PACKAGES`; each is imported when one of its names is first
used, so that ``import graphopt`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

from graphopt.environment import prepare_environment

if TYPE_CHECKING:
    from graphopt.api import *
    from graphopt.bounding import *
    from graphopt.nn import *
    from graphopt.problem import *
    from graphopt.proving import *
    from graphopt.receding import *
    from graphopt.solution_expression import *
    from graphopt.solvers import *
    from graphopt.training import *

__version__ = "0.1.0"

_PACKAGES = (
    "nn",
    "training",
    "problem",
    "solvers",
    "api",
    "bounding",
    "solution_expression",
    "proving",
    "receding",
)
_MODULES = ("engine", "ops", "nn", "training", "problem", "solvers", "certificates", "reports", "errors")

prepare_environment()


def _import(name: str) -> ModuleType:
    from graphopt.importing import QuickImports

    with QuickImports():
        return importlib.import_module(f"graphopt.{name}")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return _import(name)
    if not name.startswith("_"):
        for package in _PACKAGES:
            module = _import(package)
            if name in module.__all__:
                value = globals()[name] = getattr(module, name)
                return value
    raise AttributeError(f"module 'graphopt' has no attribute {name!r}")


def __dir__() -> list[str]:
    packages = [importlib.import_module(f"graphopt.{package}") for package in _PACKAGES]
    return sorted({"__version__", *_MODULES, *(name for package in packages for name in package.__all__)})
