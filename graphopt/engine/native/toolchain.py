"""Finds the C compiler and turns C text into a loaded library."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from graphopt.errors import CompileError

from . import cache

# -fno-math-errno: sqrt, floor, rint become instructions. -fno-trapping-math: both sides of a condition may be
# evaluated, without which no comparison vectorises. -ffp-contract=fast: a * b + c is one fused instruction.
# -fopenmp-simd: only the marked sums are reordered; -fassociative-math would break the rounding tricks of
# c_math and -ffinite-math-only would lose NaN and inf, so both stay out.
FLAGS = (
    "-std=gnu11", "-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast",
    "-fopenmp-simd", "-fvisibility=hidden", "-fPIC", "-shared", "-w",
)  # fmt: skip
NATIVE = ("-march=native",)
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
SECONDS = 120.0


class CompilerFailed(CompileError):
    """The C compiler, not the kernel's text, is at fault: another back end may do it."""


def compiler() -> list[str] | None:
    """Return the command of the C compiler (``$CC``, gcc, cc or clang on PATH), or None."""
    return _find(os.environ.get("CC", ""), os.environ.get("PATH", ""))


@functools.lru_cache(8)
def _find(chosen: str, path: str) -> list[str] | None:
    candidates = [shlex.split(chosen)] if chosen.strip() else []
    for command in (*candidates, ["gcc"], ["cc"], ["clang"]):
        found = shutil.which(command[0], path=path)
        if found:
            return [found, *command[1:]]
    return None


def identity() -> str:
    """Return what compiled code depends on beside its source: compiler, flags, processor, platform.

    The compiler is known by its path, size and time, so that no process is started to ask its version.
    """
    command = compiler() or []
    parts = [" ".join(command[1:]), *FLAGS, *NATIVE, processor(), sys.platform, platform.machine()]
    if command:
        real = os.path.realpath(command[0])
        with contextlib.suppress(OSError):
            found = os.stat(real)
            parts.append(f"{real} {found.st_size} {found.st_mtime_ns}")
    return "\n".join(parts)


@functools.cache
def processor() -> str:
    """Return a text that changes with the instructions this processor has."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        lines = {}
        for line in file:
            if not line.strip():
                break
            key, _, value = line.partition(":")
            lines[key.strip()] = value.strip()
        kept = [lines.get(key, "") for key in ("model name", "flags", "Features", "CPU part")]
        return hashlib.sha256("\n".join(kept).encode()).hexdigest()
    return platform.processor() or platform.machine()


def compile_library(text: str, target: Path) -> Path:
    """Compile C `text` into a shared library at `target` and return where it is.

    The library stands at `target` when this returns, or, if that folder has become unwritable or full, in a
    folder of this process. Without -march=native when the compiler does not know it.

    Raises
    ------
    CompilerFailed
        With the last lines the compiler said.
    """
    command = compiler()
    if command is None:
        raise CompilerFailed("There is no C compiler ($CC, gcc, cc or clang on PATH).")
    complaint = ""
    for folder in dict.fromkeys((target.parent, cache.private_directory())):
        try:
            handle, name = tempfile.mkstemp(prefix="tmp-", suffix=SUFFIX, dir=folder)
            os.close(handle)
        except OSError as error:
            complaint = str(error)
            continue
        try:
            for flags in ((*FLAGS, *NATIVE), FLAGS):
                complaint = _run([*command, *flags, "-x", "c", "-", "-o", name, "-lm"], text)
                if not complaint:
                    break
            if not complaint:
                destination = folder / target.name
                os.replace(name, destination)
                return destination
        except OSError as error:
            complaint = str(error)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(name)
    raise CompilerFailed(f"The C compiler {command[0]} failed: {complaint}")


def _run(command: list[str], text: str) -> str:
    """Run the compiler on `text`; return "" or the last lines of what it complained about."""
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {SECONDS:g} seconds"
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines()[-6:]
    return "\n".join(said) or f"exit code {done.returncode}"


def load(path: Path) -> ctypes.CDLL:
    """Load the library at `path` and hand it the BLAS functions of scipy if it asks for them.

    Raises
    ------
    CompilerFailed
        When the library cannot be loaded.
    """
    try:
        library = ctypes.CDLL(str(path))
        library.graphopt_table  # noqa: B018  the symbol must be there
    except (OSError, AttributeError) as error:
        raise CompilerFailed(f"The compiled kernel {path} cannot be loaded: {error}.") from None
    setter = getattr(library, "graphopt_set_blas", None)
    if setter is not None:
        setter.restype, setter.argtypes = None, [ctypes.c_void_p]
        setter(ctypes.cast(blas_pointers(), ctypes.c_void_p))
    return library


@functools.cache
def blas_pointers() -> ctypes.Array:
    """Return the addresses of dgemm, dgemv, sgemm, sgemv; 0 where scipy's take 64-bit integers."""
    from scipy.linalg import cython_blas

    name_of, pointer_of = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    addresses = []
    for routine in ("dgemm", "dgemv", "sgemm", "sgemv"):
        capsule = cython_blas.__pyx_capi__[routine]
        signature = name_of(capsule)
        plain = signature.replace(b" ", b"").startswith((b"void(char*,char*,int*,", b"void(char*,int*,int*,"))
        addresses.append(pointer_of(capsule, signature) if plain else 0)
    return (ctypes.c_void_p * 4)(*addresses)
