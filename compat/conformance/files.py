"""One test file: a process, started again after a crash or a hang until every test has its outcome."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

_PATIENCE = 20
"""Seconds beyond a test's limit before its process is ended: what is in C hears no alarm."""


@dataclass(frozen=True)
class Outcome:
    """How a test ended: passed, failed, error, skipped, timeout, crash or unfinished."""

    status: str
    message: str = ""
    seconds: float = 0.0


@dataclass
class FileResult:
    """The outcomes of a file's tests; `problem` says why there are none."""

    tests: dict[str, Outcome] = field(default_factory=dict)
    problem: str = ""
    seconds: float = 0.0


def run_file(
    root: Path, file: str, *, only: set[str] | None, timeout: float, file_timeout: float
) -> FileResult:
    """Run the tests of `file` below `root` and return how they ended."""
    began = time.monotonic()
    result = FileResult()
    with tempfile.TemporaryDirectory(prefix="conformance_") as folder:
        wanted = Path(folder, "wanted")
        if only is not None:
            wanted.write_text("\n".join(only), encoding="utf-8")
        events = _Events(Path(folder, "events"), result)
        while not events.complete:
            Path(folder, "done").write_text("\n".join(result.tests), encoding="utf-8")
            process = _start(root.resolve(), file, folder, timeout)
            _follow(process, events, timeout, began + file_timeout)
            if not events.settle(process, out_of_time=time.monotonic() > began + file_timeout):
                break
    result.seconds = time.monotonic() - began
    return result


def _start(root: Path, file: str, folder: str, timeout: float) -> subprocess.Popen:
    package = __name__.rpartition(".")[0]
    above = str(Path(__file__).parents[len(package.split("."))])
    paths = [above, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(paths)}
    with open(Path(folder, "log"), "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"{package}.child", str(root), file, folder, str(timeout)],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _follow(process: subprocess.Popen, events: _Events, timeout: float, deadline: float) -> None:
    """Read what the process tells until it ends, or end it."""
    patience = timeout + _PATIENCE
    while process.poll() is None:
        events.read()
        now = time.monotonic()
        if now > deadline or now - events.heard > patience + (0 if events.running else 100):
            process.kill()
            process.wait()
            break
        time.sleep(0.05)
    events.read()


class _Events:
    """What the processes of one file have told, a JSON list a line."""

    def __init__(self, path: Path, result: FileResult) -> None:
        self.path, self.result = path, result
        self.position = 0
        self.running: str | None = None
        self.collected: list[str] | None = None
        self.complete = False
        self.heard = time.monotonic()

    def read(self) -> None:
        if not self.path.exists():
            return
        with open(self.path, encoding="utf-8") as file:
            file.seek(self.position)
            while (line := file.readline()).endswith("\n"):
                self.position = file.tell()
                self.heard = time.monotonic()
                self._take(*json.loads(line))

    def _take(self, kind: str, *facts: object) -> None:
        if kind == "collected":
            (self.collected,) = facts
        elif kind == "start":
            (self.running,) = facts
        elif kind == "end":
            test, *outcome = facts
            self.result.tests[test] = Outcome(*outcome)
            self.running = None
        elif kind == "problem":
            (self.result.problem,) = facts
            self.complete = True
        else:
            self.complete = True

    def settle(self, process: subprocess.Popen, *, out_of_time: bool) -> bool:
        """Note how the process came to its end, and return whether another one can go on."""
        self.heard = time.monotonic()
        if self.complete:
            return False
        if self.collected is None:
            said = (self.path.with_name("log").read_text(errors="replace").strip().splitlines() or [""])[-1]
            self.result.problem = f"ended with code {process.returncode} before it found tests: {said}"
            return False
        if out_of_time:
            for test in self.collected:
                self.result.tests.setdefault(test, Outcome("unfinished", "no time left for the file"))
            return False
        if self.running is None:
            self.result.problem = f"the process ended with code {process.returncode} between two tests"
            return False
        was_killed = process.returncode == -9
        status = (
            Outcome("timeout", "ended by force") if was_killed else Outcome("crash", f"{process.returncode}")
        )
        self.result.tests[self.running] = status
        self.running = None
        return True
