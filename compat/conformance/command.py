"""The command: run the test files, a process each, and compare what passes with the list of what must."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .files import FileResult, run_file

EXPECTED = Path(__file__).parents[2] / "tests" / "compat" / "recorded" / "conformance_expected.txt"
"""The tests that must pass, a line each: ``tests/test_updates.py::test_ifelse::test_updates_add``."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    options = argparse.ArgumentParser(
        prog="theano-compat conformance",
        description="Run Theano's own tests. The exit code is 1 if one of those that must pass does not.",
    )
    options.add_argument(
        "--root", required=True, type=Path, help="folder of the unpacked Theano-1.0.5.tar.gz"
    )
    options.add_argument("--files", nargs="+", default=[], help="test files, as theano/tests/test_updates.py")
    options.add_argument("--only", type=Path, help="file of identifiers, one a line: run these tests alone")
    options.add_argument("--jobs", type=int, default=1, help="files to run at a time (1)")
    options.add_argument("--timeout", type=float, default=60, help="seconds for a test (60)")
    options.add_argument("--file-timeout", type=float, default=900, help="seconds for a file (900)")
    options.add_argument("--output", type=Path, help="JSON file for the results")
    options.add_argument("--expected", type=Path, default=EXPECTED, help="file of what must pass")
    options.add_argument("--record", action="store_true", help="write what passes to the file of --expected")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 1 for a regression, 2 for a wrong call."""
    options = parser().parse_args(arguments)
    if not (options.root / "theano" / "tests").is_dir():
        print(f"{options.root}: not an unpacked Theano-1.0.5.tar.gz: it has no theano/tests", file=sys.stderr)
        return 2
    only = _identifiers(options.only) if options.only else None
    files = options.files or _files(options.root, only)
    missing = [file for file in files if not (options.root / file).is_file()]
    if missing:
        print(f"{options.root}: no file {', '.join(missing)}", file=sys.stderr)
        return 2
    results: dict[str, FileResult] = {}
    with ThreadPoolExecutor(max(options.jobs, 1)) as pool:

        def run(file: str) -> tuple[str, FileResult]:
            return file, run_file(
                options.root, file, only=only, timeout=options.timeout, file_timeout=options.file_timeout
            )

        for file, result in pool.map(run, files):
            results[file] = result
            print(_line(file, result), flush=True)
    outcomes = {test: outcome for result in results.values() for test, outcome in result.tests.items()}
    if options.output:
        _write_json(options.output, results)
    print(_counts(outcomes))
    if options.record:
        passed = sorted(test for test, outcome in outcomes.items() if outcome.status == "passed")
        options.expected.write_text("".join(f"{test}\n" for test in passed), encoding="utf-8")
        return 0
    return _compare(_expected(options.expected, files, only), outcomes)


def _identifiers(path: Path) -> set[str]:
    return {line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()}


def _files(root: Path, only: set[str] | None) -> list[str]:
    """Return the test files of the distribution, or those that `only` names."""
    if only is not None:
        return sorted({f"theano/{test.partition('::')[0]}" for test in only})
    found = (path.relative_to(root) for path in (root / "theano").rglob("test_*.py"))
    return sorted(
        path.as_posix() for path in found if path.parent.name == "tests" and "gpuarray" not in path.parts
    )


def _expected(path: Path, files: list[str], only: set[str] | None) -> set[str]:
    """Return what must pass among the tests that were run."""
    if not path.is_file():
        return set()
    inside = tuple(f"{file.removeprefix('theano/')}::" for file in files)
    return {test for test in _identifiers(path) if test.startswith(inside) and (only is None or test in only)}


def _compare(expected: set[str], outcomes: dict) -> int:
    """Tell of the tests that must pass and do not, and return the exit code."""
    lost = sorted(t for t in expected if t not in outcomes or outcomes[t].status != "passed")
    for test in lost:
        outcome = outcomes.get(test)
        print(f"LOST {test}: {outcome.status + ' ' + outcome.message if outcome else 'not found'}")
    if expected:
        print(f"{len(expected) - len(lost)} of {len(expected)} tests that must pass do")
    return 1 if lost else 0


def _counts(outcomes: dict) -> str:
    counts = Counter(outcome.status for outcome in outcomes.values())
    return ", ".join(f"{count} {status}" for status, count in counts.most_common()) or "no tests"


def _line(file: str, result: FileResult) -> str:
    return f"{file:<58} {result.seconds:6.1f} s  {result.problem or _counts(result.tests)}"


def _write_json(path: Path, results: dict[str, FileResult]) -> None:
    data = {
        file: {
            "seconds": round(result.seconds, 1),
            "problem": result.problem,
            "tests": {test: outcome.__dict__ for test, outcome in result.tests.items()},
        }
        for file, result in results.items()
    }
    path.write_text(json.dumps(data, indent=1, sort_keys=True), encoding="utf-8")
