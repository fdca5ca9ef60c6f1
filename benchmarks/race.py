"""Contestants in turn: each in its own process with one thread, asked for one timing after the other."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NPROC": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def environment(**more: str) -> dict[str, str]:
    """Return the environment of every contestant: this one's, one thread, and `more`.

    Python may keep what it compiled, as it does for an installed package; peers always come so.
    """
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, **ONE_THREAD, "PYTHONPATH": str(ROOT), **more}


@dataclass
class Contestant:
    """A running worker; `close` it, or use it in a ``with`` statement.

    `interpreter` is the command that ``-m`` follows, and `more` is added to its environment.
    """

    module: str
    interpreter: list[str]
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen = field(init=False)
    ready: dict = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [*self.interpreter, "-m", "benchmarks.worker", self.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(**self.more),
            cwd=ROOT,
            text=True,
        )
        self.ready = self._answer()

    def _answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.module} ended early with code {self.process.wait()}")
        return json.loads(line)

    def time(self, task: str, seconds: float) -> dict:
        """Return the timing of one task (see `worker`)."""
        print(json.dumps({"task": task, "seconds": seconds}), file=self.process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()

    def __enter__(self) -> Contestant:
        return self

    def __exit__(self, *_) -> None:
        self.close()
