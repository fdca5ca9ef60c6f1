"""Theano as an activated environment finds it: on import it gives way to the package's own `theano`.

The folder this lies in is an entry of ``sys.path``, put there by the launcher or by an activated environment.
"""

import importlib.util
import sys
from pathlib import Path


def _package():
    """Return the name of the package this file belongs to, another one if a program has taken it."""
    folder = Path(__file__).resolve().parents[2]
    init = folder / "__init__.py"
    for name in (folder.name, f"_theano_{folder.name}"):
        module = sys.modules.get(name)
        if module is None:
            spec = importlib.util.find_spec(name) if name == folder.name else None
            if spec is not None and (spec.origin is None or Path(spec.origin).resolve() != init):
                continue
            spec = importlib.util.spec_from_file_location(
                name, init, submodule_search_locations=[str(folder)]
            )
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        if Path(module.__file__ or "").resolve() == init:
            return name
    raise ImportError(f"The names {folder.name} and _theano_{folder.name} are both taken by other modules.")


del sys.modules[__name__]
importlib.import_module(_package() + ".launch").provide_theano()
