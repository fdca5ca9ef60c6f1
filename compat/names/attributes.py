"""The `__getattr__` of modules: submodules on first use, and a word about names that are not here."""

from __future__ import annotations

import importlib
import importlib.util
import opcode
import sys
from collections.abc import Callable
from typing import Any

from .imported import HOME_OF, VALUES

_IMPORT_FROM = opcode.opmap["IMPORT_FROM"]


class NotPorted(ImportError):
    """A name of Theano that this package does not have, with what to do instead."""


def module_attributes(module: str, *homes: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of `module`: ``__getattr__ = module_attributes(__name__)``.

    What the modules `homes` of PyTensor have is here too, and what Theano's modules had by importing it.
    Submodules are imported when they are first asked for. A name that Theano had and this package has not is
    NotPorted for ``from module import name``, with advice; everywhere else it is an AttributeError with the
    same text, so that `hasattr` says no. An unknown name is an AttributeError.
    """
    theano_name = module[module.index("theano") :]

    def __getattr__(name: str) -> Any:
        is_package = "__path__" in vars(sys.modules[module])
        if is_package and name[0] != "_" and importlib.util.find_spec(f"{module}.{name}") is not None:
            return importlib.import_module(f"{module}.{name}")
        for home in () if name.startswith("__") else homes:
            if hasattr(importlib.import_module(home), name):
                return getattr(importlib.import_module(home), name)
        if name in VALUES:
            return VALUES[name]
        if name in HOME_OF and f"{theano_name}.".removeprefix("theano.") != f"{HOME_OF[name]}.":
            package = module[: module.index("theano") + len("theano")]
            return getattr(importlib.import_module(f"{package}.{HOME_OF[name]}"), name)
        from . import find

        row = None if name.startswith("_") else find(f"{theano_name}.{name}")
        if row is None:
            raise AttributeError(
                f"module {module!r} has no attribute {name!r}", name=name, obj=sys.modules[module]
            )
        advice = row.advice or (f"PyTensor has it as {row.new}." if row.new else "")
        message = f"{theano_name}.{name} of Theano 1.0.5 is not ported. {advice}".rstrip()
        caller = sys._getframe(1)
        if caller.f_code.co_code[caller.f_lasti] == _IMPORT_FROM:
            raise NotPorted(message, name=f"{theano_name}.{name}")
        raise AttributeError(message, name=name, obj=sys.modules[module])

    return __getattr__


def give_attributes(package: str) -> None:
    """Give every loaded module below `package` that has no `__getattr__` one of `module_attributes`."""
    for name, module in list(sys.modules.items()):
        if (name == package or name.startswith(f"{package}.")) and module is not None:
            vars(module).setdefault("__getattr__", module_attributes(name))
