"""Stand-ins for modules that PyTensor asks a single question while it is imported.

Three of its dependencies read their own version, for which the standard library parses e-mail and opens zip
files; one compares such a version; and each constant is asked whether it is a masked array. The answers cost
little, the modules that give them a tenth of a cold start. A stand-in gives these answers, and makes way for
the module as soon as anything else is asked of it.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

_lock = threading.RLock()


class StandIn(ModuleType):
    """The module of `spec` until it is asked for something that is not in `answers`; then the module itself.

    `answers` maps the names of attributes to functions that return them, or None for the module's own.
    """

    def __init__(self, spec: ModuleSpec, answers: Mapping[str, Callable[[], Any]]) -> None:
        super().__init__(spec.name)
        self.__spec__, self.__loader__ = spec, spec.loader
        self.__file__ = spec.origin
        if spec.submodule_search_locations is not None:
            self.__path__ = list(spec.submodule_search_locations)
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__all__", "__version__"):
            raise AttributeError(name)
        give = self._answers.get(name)
        answer = give() if give is not None and not self._is_loaded() else None
        return getattr(self._module(), name) if answer is None else answer

    def __dir__(self) -> list[str]:
        return dir(self._module())

    def _is_loaded(self) -> bool:
        return sys.modules.get(self.__name__, self) is not self

    def _module(self) -> ModuleType:
        """Return the module this stands for, imported if need be."""
        with _lock:
            was_present = sys.modules.get(self.__name__) is self
            self.withdraw()
            try:
                return importlib.import_module(self.__name__)
            except BaseException:
                if was_present:
                    sys.modules[self.__name__] = self
                raise

    def appear(self) -> None:
        """Be found by those who import the module."""
        with _lock:
            sys.modules[self.__name__] = self
            self.be_attribute()

    def be_attribute(self) -> None:
        """Be found by those who ask the package for the module."""
        package, _, name = self.__name__.rpartition(".")
        if package:
            setattr(sys.modules[package], name, self)

    def withdraw(self) -> None:
        """Be found no longer, unless the module has taken the place already."""
        with _lock:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            package, _, name = self.__name__.rpartition(".")
            if package and vars(sys.modules[package]).get(name) is self:
                delattr(sys.modules[package], name)


class _NoArray:
    """What no array is an instance of."""


def _masked_array() -> type | None:
    """Return what PyTensor may take for the class of masked arrays while nobody can have made one."""
    asker = sys._getframe(2).f_globals.get("__name__", "")
    return _NoArray if asker.startswith("pytensor.") and "numpy.ma" not in sys.modules else None


def installed_version(distribution: str) -> str:
    """Return the version of an installed distribution, from the name of its folder if that is unambiguous."""
    stem = distribution.replace("-", "_").replace(".", "_").lower() + "-"
    for folder in sys.path:
        try:
            names = os.listdir(folder or os.curdir)
        except OSError:
            continue
        found = [name for name in names if name.endswith(".dist-info") and name.lower().startswith(stem)]
        if len(found) == 1:
            return found[0][len(stem) : -len(".dist-info")]
        if found:
            break
    from importlib.metadata import version

    return version(distribution)


def parse_version(text: str) -> tuple[int, ...]:
    """Return the numbers that the version `text` begins with, which compare as versions do."""
    return tuple(map(int, itertools.takewhile(str.isdigit, text.split("."))))


_VERSION = SimpleNamespace(parse=parse_version)


@contextlib.contextmanager
def stand_ins() -> Iterator[None]:
    """Let stand-ins answer while PyTensor is imported; that of `numpy.ma` stays until the module is used."""
    if "pytensor" in sys.modules:
        yield
        return
    import numpy

    questions: dict[str, dict[str, Callable[[], Any]]] = {
        "importlib.metadata": {"version": lambda: installed_version},
        "packaging": {"version": lambda: _VERSION},
    }
    specs = {name: importlib.util.find_spec(name) for name in questions if name not in sys.modules}
    present = [StandIn(spec, questions[name]) for name, spec in specs.items() if spec is not None]
    if "numpy.ma" not in sys.modules and "ma" not in vars(numpy):
        spec = importlib.util.find_spec("numpy.ma")
        assert spec is not None
        StandIn(spec, {"MaskedArray": _masked_array}).be_attribute()
    for module in present:
        module.appear()
    try:
        yield
    finally:
        for module in present:
            module.withdraw()
