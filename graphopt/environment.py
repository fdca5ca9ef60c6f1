"""What must be true before PyTensor is imported: a cache it can write, no BLAS warning, one BLAS thread.

The C++ compiler is named too, which PyTensor would start to see whether it is there.

A flag or variable the user has set is never changed.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GRAPHOPT_NUM_THREADS")


def prepare_environment() -> None:
    """Set PyTensor's flags and the BLAS threads, unless the user did. Call it before importing PyTensor."""
    flags = os.environ.get("PYTENSOR_FLAGS", "")
    named = {item.partition("=")[0].strip() for item in flags.split(",") if item.strip()}
    added = []
    if "blas__ldflags" not in named and not _user_file_sets("ldflags"):
        added.append("blas__ldflags=")
    if "cxx" not in named and sys.platform == "linux" and not _user_file_sets("cxx"):
        compiler = _path_of("g++")
        if not set(compiler) & set(",= "):  # which end a flag
            added.append(f"cxx={compiler}")
    if "base_compiledir" not in named and "compiledir" not in named and not _home_is_writable():
        added.append(f"base_compiledir={_passing_folder()}")
    if added and "pytensor" not in sys.modules:
        os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, [flags, *added]))
    if not any(name in os.environ for name in THREAD_VARIABLES):
        for name in THREAD_VARIABLES[:3]:
            os.environ[name] = "1"
        if "numpy" in sys.modules:
            set_blas_threads(1)


def set_blas_threads(count: int) -> int:
    """Set the thread count of every OpenBLAS that is loaded; return how many libraries took it."""
    import ctypes

    count_set = 0
    for path in loaded_openblas():
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(path)
            for symbol in (
                "scipy_openblas_set_num_threads64_",
                "scipy_openblas_set_num_threads",
                "openblas_set_num_threads64_",
                "openblas_set_num_threads",
            ):
                function = getattr(library, symbol, None)
                if function is not None:
                    function(ctypes.c_int(count))
                    count_set += 1
                    break
    return count_set


def loaded_openblas() -> list[str]:
    """Return the paths of the OpenBLAS libraries that come with NumPy and SciPy wheels and are loaded."""
    import glob
    from pathlib import Path

    paths = []
    for package in ("numpy", "scipy"):
        module = sys.modules.get(package)
        if module is None or not module.__file__:
            continue
        folder = Path(module.__file__).parent
        for pattern in (folder.parent / f"{package}.libs", folder / ".dylibs"):
            paths += glob.glob(str(pattern / "*openblas*"))
    return paths


def _passing_folder() -> str:
    """Return the path of a folder that goes when this process ends."""
    import atexit
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="graphopt-pytensor-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _path_of(program: str) -> str:
    """Return the path of `program` as the shell finds it; "" if it does not."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder, program)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""


def _home_is_writable() -> bool:
    """Return whether PyTensor could make its folder in the user's home."""
    folder = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    target = os.path.join(folder, ".pytensor")
    probe = target if os.path.exists(target) else folder
    return os.path.isdir(probe) and os.access(probe, os.W_OK | os.X_OK)


def _user_file_sets(option: str) -> bool:
    """Return whether the user's .pytensorrc names `option`."""
    try:
        with open(os.environ.get("PYTENSORRC", os.path.expanduser("~/.pytensorrc"))) as file:
            return option in file.read()
    except OSError:
        return False


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector while many objects that stay are made, as imports and graphs are.

    It would go through them again and again and find nothing: a tenth of a cold start.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
