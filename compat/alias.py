"""`import theano` finds this package's `theano`: the very same module objects under both names."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from types import ModuleType

from .names.attributes import give_attributes

_HERE = __name__.rpartition(".")[0] + ".theano"


class _Alias:
    """Finds `theano.a.b` as the module that `<this package>.theano.a.b` is."""

    def __init__(self) -> None:
        self._own: dict[str, importlib.machinery.ModuleSpec] = {}

    def find_spec(self, name: str, path: object = None, target: object = None):
        if name != "theano" and not name.startswith("theano."):
            return None
        real = _HERE + name[len("theano") :]
        if real not in sys.modules:
            try:
                found = importlib.util.find_spec(real)
            except ModuleNotFoundError:
                found = None
            if found is None:
                return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        from graphopt.importing import QuickImports

        with QuickImports():
            module = importlib.import_module(_HERE + spec.name[len("theano") :])
        self._own[spec.name] = module.__spec__
        give_attributes(module.__name__)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing but give the module its own spec back: importlib has put the alias's into it."""
        module.__spec__ = self._own.pop(module.__spec__.name)


_FINDER = _Alias()


def install() -> ModuleType:
    """Make ``import theano`` mean this package's `theano` in this process, and return it.

    From then on PyTensor's Ops, nodes and types print as Theano's did, and NumPy is silent about errors of
    floating-point numbers, as the flags ``numpy.seterr_*`` say.

    Raises
    ------
    ImportError
        If another `theano` is imported already.
    """
    present = sys.modules.get("theano")
    if present is not None and present is not sys.modules.get(_HERE):
        raise ImportError(
            f"Another theano is imported already, from {getattr(present, '__file__', 'an unknown place')}. "
            "Call install() before the first `import theano`."
        )
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    from graphopt.importing import QuickImports

    with QuickImports():
        theano = importlib.import_module("theano")
        theano.configdefaults.set_numpy_errors()
        importlib.import_module(".text", __package__).speak_theano()
    return theano


def uninstall() -> None:
    """Take the name `theano` away again; modules that hold it keep it."""
    if _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)
        importlib.import_module(".text", __package__).speak_pytensor()
    for name in [n for n in sys.modules if n == "theano" or n.startswith("theano.")]:
        del sys.modules[name]
