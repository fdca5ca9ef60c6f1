"""From source text to a kernel: which back end, what is cached, one build at a time for each source."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import platform
import threading
from concurrent.futures import Future
from pathlib import Path

from graphopt.errors import CompileError, InvalidValue

from . import cache, toolchain
from .c_source import c_source
from .kernel import Kernel
from .language import VERSION, parse

VARIABLE = "GRAPHOPT_NATIVE"

_kernels: dict[str, Kernel] = {}
_locks: dict[str, threading.Lock] = {}
_guard = threading.Lock()


def available() -> str:
    """Return the back end kernels are built with: "c", "numba", or "off".

    The environment variable ``GRAPHOPT_NATIVE`` (c, numba, off) decides; otherwise a C compiler on PATH, else
    numba if it is installed.
    """
    asked = os.environ.get(VARIABLE, "").strip().lower()
    if asked:
        if asked not in ("c", "numba", "off"):
            raise InvalidValue(f"{VARIABLE}={asked!r}; expected c, numba or off.")
        return asked
    if toolchain.compiler() is not None:
        return "c"
    return "numba" if _numba_is_installed() else "off"


def build(source: str, entry: str, name: str | None = None) -> Kernel:
    """Return the compiled function `entry` of kernel `source`.

    Parameters
    ----------
    source : str
        Text in the kernel language (see `graphopt.engine.native.language`).
    entry : str
        The function to call from Python.
    name : str, optional
        For error messages; `entry` if not given.

    Raises
    ------
    CompileError
        The text is not in the language (with its line), or no back end could compile it.
    """
    backend = available()
    if backend == "off":
        raise CompileError(
            f"Native kernels are off ({VARIABLE}=off, or neither a C compiler nor numba was found)."
        )
    key = _key(source, entry, backend)
    kernel = _kernels.get(key)
    if kernel is None:
        with _guard:
            lock = _locks.setdefault(key, threading.Lock())
        with lock:
            kernel = _kernels.get(key)
            if kernel is None:
                kernel = _kernels[key] = _build(source, entry, name or entry, backend, key)
    return kernel


def build_async(source: str, entry: str, name: str | None = None) -> Future:
    """Return the future of a kernel built in the background.

    An unfinished build does not keep the process alive.
    """
    future: Future = Future()

    def work():
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = build(source, entry, name)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=work, name=f"build {name or entry}", daemon=True).start()
    return future


def is_cached(source: str, entry: str) -> bool:
    """Return whether `build` would be immediate: the kernel is in memory or its library in the cache."""
    backend = available()
    if backend == "off":
        return False
    key = _key(source, entry, backend)
    if key in _kernels:
        return True
    path = _library_path(key) if backend == "c" else _numba_path(key)
    return path.exists() and cache.note_path(path).exists()


def _build(source, entry, name, backend, key) -> Kernel:
    if backend == "numba":
        return _build_numba(source, entry, name, key)
    try:
        return _build_c(source, entry, name, key)
    except toolchain.CompilerFailed as error:
        if os.environ.get(VARIABLE, "").strip() or not _numba_is_installed():
            raise
        try:
            return _build_numba(source, entry, name, _key(source, entry, "numba"))
        except CompileError as second:
            raise CompileError(f"{error} And numba failed: {second}") from None


def _build_c(source, entry, name, key) -> Kernel:
    path = _library_path(key)
    note = cache.recall(path)
    if note is not None:
        try:
            return _kernel_from(path, note, name)
        except (CompileError, KeyError, TypeError, ValueError):
            pass  # whatever is wrong with the cached library, a new one is made
    module = parse(source, entry)
    function = module.functions[entry]
    note = {"parameters": function.parameters, "returns": function.returns}
    path = toolchain.compile_library(c_source(module, entry), path)
    kernel = _kernel_from(path, note, name)
    with contextlib.suppress(OSError):  # a full disk costs the next process a compilation, nothing else
        cache.store(path, note)
    return kernel


def _kernel_from(path, note, name) -> Kernel:
    library = toolchain.load(path)
    address = ctypes.cast(library.graphopt_table, ctypes.c_void_p).value
    return Kernel(
        name=name,
        backend="c",
        parameters=note["parameters"],
        returns=note["returns"],
        address=address,
        keep=library,
    )


def _build_numba(source, entry, name, key) -> Kernel:
    from .numba_build import build_numba

    return build_numba(source, entry, name, _numba_path(key))


def _key(source: str, entry: str, backend: str) -> str:
    machine = toolchain.identity() if backend == "c" else _numba_identity()
    text = "\0".join((VERSION, _own_code(), backend, machine, entry, source))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _library_path(key: str) -> Path:
    return cache.cache_directory() / f"k{key}{toolchain.SUFFIX}"


def _numba_path(key: str) -> Path:
    return cache.cache_directory() / f"k{key}.py"


@functools.cache
def _own_code() -> str:
    """Return a digest of this package: a changed translator never meets an old library."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@functools.cache
def _numba_identity() -> str:
    import numba
    import numpy

    return f"{platform.python_version()} {numba.__version__} {numpy.__version__} {toolchain.processor()}"


@functools.cache
def _numba_is_installed() -> bool:
    from importlib.util import find_spec

    return find_spec("numba") is not None
