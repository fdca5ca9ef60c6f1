"""Whole processes in turn: CPU and wall seconds from start to exit, with empty or filled caches.

The caches of a contestant live in a directory of its own: HOME, the XDG cache, ours (``GRAPHOPT_CACHE``),
numba's and JAX's. JAX writes its persistent compilation cache only when the caches are to be filled: an empty
one would cost it time.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.race import ROOT, environment


def caches(directory: Path, *, keep: bool) -> dict[str, str]:
    """Return the environment that keeps every cache in `directory`."""
    places = {
        "HOME": str(directory),
        "XDG_CACHE_HOME": str(directory / "xdg"),
        "GRAPHOPT_CACHE": str(directory / "graphopt"),
        "NUMBA_CACHE_DIR": str(directory / "numba"),
    }
    if keep:
        places["JAX_COMPILATION_CACHE_DIR"] = str(directory / "jax")
        places["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    return places


def run_process(
    command: list[str], directory: Path, more: dict[str, str] | None = None, *, keep: bool
) -> dict:
    """Run one process, `more` in its environment.

    Returns CPU seconds with its children's, wall seconds, and what it printed.
    """
    with tempfile.TemporaryFile("w+") as complaints:
        wall = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment(**caches(directory, keep=keep), **(more or {})),
            cwd=ROOT,
            text=True,
        )
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - wall
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            complaints.seek(0)
            last = (complaints.read().strip().splitlines() or [""])[-1]
            return {"error": f"{command[-1]} ended with code {process.returncode}: {last}"}
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": wall,
        "value": [float(word) for word in printed.split()],
    }
