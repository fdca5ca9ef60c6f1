"""Builds a kernel with numba, for machines without a C compiler.

The kernel is printed as a Python file into the cache, whose numba cache beside it keeps the machine code.
Functions work on bare pointers and the entry has the same C signature as the one a C compiler makes, so a
`Kernel` is the same thing.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import types as python_types
from pathlib import Path

from graphopt.errors import CompileError

from . import cache
from .explicit import explicit_source
from .kernel import Kernel
from .language import ELEMENTS, Function, parse

_HEAD = """from numba import cfunc
from graphopt.engine.native.numba_math import FUNCTIONS

globals().update(FUNCTIONS)
_options = {"error_model": "numpy", "fastmath": {"contract"}}

"""


def build_numba(source: str, entry: str, name: str, path: Path) -> Kernel:
    """Return function `entry` of kernel `source` compiled by numba, its Python text kept at `path`.

    Raises
    ------
    CompileError
        When the text is not in the language, or numba refuses it.
    """
    module = parse(source, entry)
    function = module.functions[entry]
    text = (
        _HEAD
        + explicit_source(module, decorator="@njit(**_options)", offset="moved({0}, {1})")
        + _table(function)
    )
    if not path.exists() or path.read_text() != text:
        path = _write(path, text)
    try:
        with _quiet():
            loaded = _load(path, text)
            address = loaded.graphopt_table.address
    except Exception as error:
        raise CompileError(f"numba could not compile kernel {name!r}: {str(error).strip()[:1500]}") from error
    with contextlib.suppress(OSError):
        cache.store(path, {})
    return Kernel(
        name=name,
        backend="numba",
        parameters=function.parameters,
        returns=function.returns,
        address=address,
        keep=loaded,
    )


def _load(path, text):
    """Return the printed kernel's module, entered into sys.modules: numba's cache finds it there by name."""
    loaded = python_types.ModuleType(f"graphopt_kernel_{path.stem}")
    loaded.__file__ = str(path)
    sys.modules[loaded.__name__] = loaded
    exec(compile(text, str(path), "exec"), loaded.__dict__)
    return loaded


def _table(function: Function) -> str:
    arguments = []
    for i, (_, kind) in enumerate(function.parameters):
        if kind in ELEMENTS:
            arguments.append(f"pointer_{kind}(slots[{i}])")
        elif kind == "i64":
            arguments.append(f"slots[{i}]")
        else:
            arguments.append(f"{kind}(bits_as_f64(slots[{i}]))")
    result = {"f64": "types.float64", "f32": "types.float64", "i64": "types.int64", "None": "types.void"}[
        function.returns
    ]
    call = f"f_{function.name}({', '.join(arguments)})"
    return (
        f"\n@cfunc({result}(types.CPointer(types.int64)), cache=True, **_options)\n"
        f"def graphopt_table(slots):\n    {'' if function.returns == 'None' else 'return '}{call}\n"
    )


def _write(path: Path, text: str) -> Path:
    """Write `text` to `path` whole, or to a folder of this process where that fails; return where."""
    for folder in (path.parent, cache.private_directory()):
        with contextlib.suppress(OSError):
            handle, name = tempfile.mkstemp(prefix="tmp-", dir=folder)
            with os.fdopen(handle, "w") as file:
                file.write(text)
            os.replace(name, folder / path.name)
            return folder / path.name
    raise CompileError(f"Neither {path.parent} nor a temporary folder can be written.")


@contextlib.contextmanager
def _quiet():
    """Silence numba's warnings about caching: nothing is printed by a build."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
