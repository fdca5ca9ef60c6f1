"""The facts that decide how fast this installation is, and what would mend what is slow."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import re
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import scipy.linalg  # noqa: F401  its OpenBLAS is a library of its own

from graphopt.engine import native
from graphopt.engine.loop import compile_loop
from graphopt.engine.native import toolchain
from graphopt.environment import THREAD_VARIABLES, loaded_openblas
from graphopt.errors import GraphoptError
from graphopt.versions import versions

PROBE_UPDATES = 100_000
VARIABLES = (
    "GRAPHOPT_CACHE",
    "GRAPHOPT_NATIVE",
    "CC",
    "PYTENSOR_FLAGS",
    "PYTENSORRC",
    "NUMBA_CACHE_DIR",
    *THREAD_VARIABLES,
)


def diagnose(*, warm: bool = False) -> dict[str, Any]:
    """Return what is installed, found, cached and in force, as plain data that JSON can hold.

    Parameters
    ----------
    warm : bool
        Also build and run one small training loop, to see that the compiler works and how long it takes.

    Returns
    -------
    dict
        ``versions``, ``extras``, ``machine``, ``native``, ``cache``, ``blas``, ``flags``, ``probe`` (None
        unless `warm`), and ``advice``: a list of ``{"finding", "mend"}``, empty when nothing is slow.
    """
    facts: dict[str, Any] = {
        "versions": {**versions(), "numba": _version("numba")},
        "extras": _extras(),
        "machine": _machine(),
        "native": _native(),
        "cache": _cache(),
        "blas": _blas(),
        "flags": _flags(),
        "probe": _probe() if warm else None,
    }
    facts["advice"] = advise(facts)
    return facts


def advise(facts: dict[str, Any]) -> list[dict[str, str]]:
    """Return what `facts` show to be slow, and how to mend it."""
    found: list[dict[str, str]] = []

    def note(finding: str, mend: str) -> None:
        found.append({"finding": finding, "mend": mend})

    native_facts, cache, blas, probe = (facts[key] for key in ("native", "cache", "blas", "probe"))
    if native_facts["trouble"]:
        note(native_facts["trouble"], "Set GRAPHOPT_NATIVE to c, numba or off, or unset it.")
    elif native_facts["backend"] == "numba":
        why = "GRAPHOPT_NATIVE asks for numba" if native_facts["asked"] else "no C compiler was found"
        note(
            f"Loops over tiny networks are compiled by numba ({why}): about 15 s for each, the first time.",
            "Install gcc or clang, or name a compiler with CC: it takes about 0.3 s.",
        )
    elif native_facts["backend"] == "off":
        why = "GRAPHOPT_NATIVE is off" if native_facts["asked"] else "no C compiler, no numba"
        note(
            f"Loops over tiny networks run as Python and NumPy ({why}): 10 to 100 times slower.",
            "Install gcc or clang, or name a compiler with CC.",
        )
    if cache["asked"] and not cache["as_asked"]:
        note(
            f"GRAPHOPT_CACHE={cache['asked']} is not used: it cannot be written, or others may write to it.",
            f"Make it yours alone (chmod 700), or name another folder. In use now: {cache['directory']}.",
        )
    elif cache["temporary"]:
        note(
            f"Kernels are kept in a temporary folder ({cache['directory']}) and built again when it goes.",
            "Set GRAPHOPT_CACHE to a folder that you alone can write.",
        )
    if not cache["writable"]:
        note(f"The cache {cache['directory']} cannot be written.", "Free its disk, or set GRAPHOPT_CACHE.")
    threads = [count for count in blas["threads"].values() if count is not None]
    if threads and max(threads) > 1:
        note(
            f"BLAS uses {max(threads)} threads: small products can take 40 times as long on a busy machine.",
            "Set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1, or leave all of the thread variables unset.",
        )
    if not blas["name"] or blas["name"].lower() in ("none", "unknown"):
        note("NumPy was built without a BLAS library.", "Install the wheel from PyPI: it brings OpenBLAS.")
    if probe and probe["trouble"]:
        note(f"The probe failed: {probe['trouble']}", "Mend the compiler, or set GRAPHOPT_NATIVE=off.")
    return found


def _version(distribution: str) -> str | None:
    """Return the installed version of `distribution`, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _extras() -> dict[str, dict[str, str | None]]:
    """Return the installed version of each library of each extra the distribution has."""
    try:
        requirements = metadata.requires("graphopt") or []
    except metadata.PackageNotFoundError:
        return {}
    extras: dict[str, dict[str, str | None]] = {}
    for requirement in requirements:
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", requirement)
        library = re.match(r"[\w.-]+", requirement)
        if extra and library and extra[1] != "dev":
            extras.setdefault(extra[1], {})[library[0]] = _version(library[0])
    return extras


def _machine() -> dict[str, Any]:
    """Return the platform and the processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": len(affinity(0)) if affinity else os.cpu_count(),
    }


def _native() -> dict[str, Any]:
    """Return the back end of native kernels and the compiler behind it."""
    command = toolchain.compiler()
    backend, trouble = None, None
    try:
        backend = native.available()
    except GraphoptError as error:
        trouble = str(error)
    return {
        "backend": backend,
        "compiler": " ".join(command) if command else None,
        "asked": os.environ.get("GRAPHOPT_NATIVE") or None,
        "trouble": trouble,
    }


def _cache() -> dict[str, Any]:
    """Return where compiled kernels are kept, how many, how large, and whether more can be."""
    asked = os.environ.get("GRAPHOPT_CACHE") or None
    folder = native.cache_directory()
    sizes = []
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                sizes.append(path.stat().st_size)
    as_asked = asked is not None and Path(asked) == folder
    temporary = asked is None and folder.name != "graphopt"  # what the usual one is called
    return {
        "directory": str(folder),
        "asked": asked,
        "as_asked": as_asked,
        "temporary": temporary,
        "writable": _can_write(folder),
        "files": len(sizes),
        "bytes": sum(sizes),
    }


def _can_write(folder: Path) -> bool:
    """Return whether a file of some size can be written in `folder`: a full disk says no."""
    probe = folder / f"probe-{os.getpid()}"
    try:
        probe.write_bytes(b"\0" * 65536)
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return True


def _blas() -> dict[str, Any]:
    """Return which BLAS NumPy was built with, and the threads of each OpenBLAS that is loaded."""
    built: dict[str, Any] = {}
    with contextlib.suppress(KeyError, TypeError):
        built = dict(np.show_config(mode="dicts")["Build Dependencies"]["blas"])
    return {
        "name": built.get("name"),
        "version": built.get("version"),
        "threads": {Path(path).name: _openblas_threads(path) for path in loaded_openblas()},
    }


def _openblas_threads(path: str) -> int | None:
    """Return the thread count of the OpenBLAS at `path`, or None if it does not tell."""
    with contextlib.suppress(OSError):
        library = ctypes.CDLL(path)
        for prefix in ("scipy_openblas", "openblas"):
            for suffix in ("64_", ""):
                function = getattr(library, f"{prefix}_get_num_threads{suffix}", None)
                if function is not None:
                    return int(function())
    return None


def _flags() -> dict[str, Any]:
    """Return PyTensor's flags that matter here, and the environment variables that are set."""
    config = pytensor.config
    return {
        "floatX": config.floatX,
        "compiledir": str(config.compiledir),
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def _probe() -> dict[str, Any]:
    """Build and run a loop of single updates in the fast tier; return how, and how long both took."""
    x, y = pt.dscalar("x"), pt.dscalar("y")
    slope = pytensor.shared(np.float64(0.0), name="slope")
    loss = (slope * x - y) ** 2
    gradient: Any = pt.grad(loss, slope)
    rows = np.linspace(0.0, 1.0, PROBE_UPDATES)
    started = time.perf_counter()
    try:
        loop = compile_loop([x, y], [loss], updates={slope: slope - 0.1 * gradient}, tier="fast")
        loop([rows[:2], 2 * rows[:2]])
        prepared = time.perf_counter()
        loop([rows, 2 * rows])
    except GraphoptError as error:
        return {"trouble": str(error)}
    return {
        "runs_as": loop.report()["runs_as"],
        "seconds_to_first_answer": prepared - started,
        "microseconds_an_update": 1e6 * (time.perf_counter() - prepared) / PROBE_UPDATES,
        "trouble": None,
    }
