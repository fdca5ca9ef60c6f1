"""The process of one test file: import it, find its tests, run them one after the other, tell of each."""

from __future__ import annotations

import inspect
import json
import os
import signal
import sys
import time
import traceback
import unittest
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from ..alias import install
from .collecting import Test, between, collect, fixtures
from .distribution import follow
from .stand_ins import install_stand_ins


class _TooLong(BaseException):
    """The alarm of a test's time limit; no `except Exception` of a test catches it."""


class Child:
    """Runs tests under a time limit and writes what happens to a file."""

    def __init__(self, folder: Path, timeout: float) -> None:
        self.timeout = timeout
        self.events = open(folder / "events", "a", encoding="utf-8")  # noqa: SIM115  (open until the process ends)
        self.done = set((folder / "done").read_text(encoding="utf-8").split("\n"))
        wanted = folder / "wanted"
        self.wanted = set(wanted.read_text(encoding="utf-8").split("\n")) if wanted.exists() else None

    def tell(self, *event: Any) -> None:
        self.events.write(json.dumps(event) + "\n")
        self.events.flush()

    def is_due(self, test: str) -> bool:
        return test not in self.done and (self.wanted is None or test in self.wanted)

    def guarded(self, call: Callable[[], Any]) -> tuple[str, str, Any]:
        """Return the status of ``call()``, a message and what it returned."""

        def too_long(*_: Any) -> None:
            raise _TooLong(f"more than {self.timeout:g} s")

        signal.signal(signal.SIGALRM, too_long)
        signal.setitimer(signal.ITIMER_REAL, self.timeout, 5)
        try:
            return "passed", "", call()
        except _TooLong as error:
            return "timeout", str(error), None
        except unittest.SkipTest as error:
            return "skipped", str(error), None
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            status = "failed" if isinstance(error, AssertionError) else "error"
            return status, _message(error), None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def run(self, test: Test) -> None:
        """Run a test; what it yields are tests, too: ``name[0]``, ``name[1]``."""
        parts = self.wanted is not None and any(w.startswith(f"{test.name}[") for w in self.wanted)
        if not (self.is_due(test.name) or parts):
            return
        self.tell("start", test.name)
        began = time.monotonic()
        status, message, result = self.guarded(test.call)
        if status == "passed" and inspect.isgenerator(result):
            self.run_parts(test.name, result)
        else:
            self.tell("end", test.name, status, message, round(time.monotonic() - began, 2))

    def run_parts(self, name: str, parts: Iterator) -> None:
        """Run the calls that a generator of tests yields."""
        number = 0
        while True:
            status, message, part = self.guarded(lambda: next(parts, None))
            part_name = f"{name}[{number}]"
            if status != "passed":
                self.tell("end", part_name, status, message, 0.0)
                return
            if part is None:
                return
            number += 1
            if not (
                self.is_due(part_name) or (self.wanted and name in self.wanted and part_name not in self.done)
            ):
                continue
            function, *arguments = part if isinstance(part, tuple) else (part,)
            before, after = fixtures(getattr(function, "__self__", None))
            self.tell("start", part_name)
            began = time.monotonic()
            status, message, _ = self.guarded(between(before, partial(function, *arguments), after))
            self.tell("end", part_name, status, message, round(time.monotonic() - began, 2))


def _message(error: BaseException) -> str:
    """Return the first line of an error and where it was raised."""
    line = (str(error).strip().splitlines() or [""])[0]
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {line}"[:240] + where


def main(root: str, file: str, folder: str, timeout: str) -> None:
    """Run the tests of `file`; `folder` holds what is wanted and done, and takes the events."""
    warnings.simplefilter("ignore")
    child = Child(Path(folder), float(timeout))
    install_stand_ins()
    install()
    follow(Path(root))
    status, message, module = child.guarded(lambda: import_module(file.removesuffix(".py").replace("/", ".")))
    if status != "passed":
        child.tell("problem", message or status)
        return
    tests = collect(module, file.removeprefix("theano/"))
    child.tell("collected", [test.name for test in tests])
    for test in tests:
        child.run(test)
    child.tell("complete")


if __name__ == "__main__":
    main(*sys.argv[1:])
