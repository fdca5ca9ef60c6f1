"""The one command: run the workloads against the peers in turn and print which bars hold.

    python -m benchmarks [W1 W2 W3 W4 S C cold warm] [--repeats N] [--peer-python PYTHON] [--json FILE]

Ratios are ours / theirs in CPU seconds, the median of the pairs with their least and greatest; the ratio of
wall seconds stands beside it. A line holds when the median does not exceed its bar and both sides found the
same values.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.bars import FRESH, LINES, WORKLOADS, Fresh, Line
from benchmarks.fresh import run_process
from benchmarks.race import Contestant


def disagreement(ours: list, theirs: list) -> float:
    """Return the greatest difference, array by array, over the greatest of theirs; NaN if there is one."""
    apart = [0.0]
    for mine, other in zip(ours, theirs, strict=True):
        mine, other = np.ravel(mine), np.ravel(other)
        if mine.size != other.size:
            raise ValueError(f"one side returned {mine.size} numbers where the other returned {other.size}")
        apart.append(np.max(np.abs(mine - other)) / max(np.max(np.abs(other)), 1e-300))
    return float(np.max(apart))


def spread(numbers: list[float]) -> str:
    """Return the median with the least and the greatest."""
    return f"{statistics.median(numbers):.3g} [{min(numbers):.3g}-{max(numbers):.3g}]"


def fastest(contestant: Contestant, prefix: str, seconds: float) -> str:
    """Return the task whose name starts with `prefix` and which is fastest, each tried twice."""
    fitting = [name for name in contestant.ready["tasks"] if name.startswith(prefix)]
    if not fitting:
        raise KeyError(f"{contestant.module} has no task {prefix!r}; it has {contestant.ready['tasks']}")
    if len(fitting) == 1:
        return fitting[0]
    times = {}
    for name in fitting:
        tries = [contestant.time(name, seconds) for _ in range(2)]
        if "error" not in tries[0]:
            times[name] = min(one["cpu"] for one in tries)
    return min(times, key=times.get) if times else fitting[0]


def per_unit(line: Line, timing: dict, clock: str) -> float:
    """Return the seconds of what the line compares."""
    return timing[clock] / (timing["value"][1] if line.per_evaluation else 1) / line.units


def verdict(ratio: float, bar: float | None, apart: float | None, tolerance: float | None) -> str:
    """Return whether the line holds, in words."""
    if apart is not None and tolerance is not None and not apart <= tolerance:
        return "does not hold (values differ)"
    if bar is None:
        return "no bar"
    return "holds" if ratio <= bar else "does not hold"


def run_line(line: Line, open_contestant, repeats: int, seconds: float) -> dict:
    """Return the outcome of one line."""
    mine = open_contestant(line.ours[0])
    my_task = fastest(mine, line.ours[1], seconds)
    found = {"workload": line.workload, "label": line.label, "bar": line.bar, "our_task": my_task}
    other = open_contestant(line.theirs[0]) if line.theirs else None
    if other:
        found["their_task"] = fastest(other, line.theirs[1], seconds)
    pairs = []
    for _ in range(repeats):
        pair = [mine.time(my_task, seconds)]
        if other:
            pair.append(other.time(found["their_task"], seconds))
        for timing in pair:
            if "error" in timing:
                return {**found, "error": timing["error"], "verdict": "does not hold (failed)"}
        pairs.append(pair)
    cpu = [[per_unit(line, timing, "cpu") for timing in pair] for pair in pairs]
    wall = [[per_unit(line, timing, "wall") for timing in pair] for pair in pairs]
    found |= {"cpu": cpu, "wall": wall}
    if not other:
        found["ratios"], found["wall_ratios"] = ([one[0] * 1e6 for one in clock] for clock in (cpu, wall))
        apart = None
    else:
        found["ratios"], found["wall_ratios"] = ([one[0] / one[1] for one in clock] for clock in (cpu, wall))
        apart = disagreement(*(timing["value"][: line.compared] for timing in pairs[0]))
    found["apart"] = apart
    found["verdict"] = verdict(statistics.median(found["ratios"]), line.bar, apart, line.tolerance)
    return found


def run_fresh(line: Fresh, sides: Sequence, repeats: int) -> dict:
    """Return the outcome of one comparison of whole processes.

    A side is its command, and a function from the directory of its caches to more of its environment.
    """
    found = {"workload": line.workload, "label": line.label, "bar": line.bar}
    warm = line.workload == "warm"
    with tempfile.TemporaryDirectory() as scratch:
        pairs = []
        for repeat in range(-1 if warm else 0, repeats):
            pair = []
            for side, (command, environment) in enumerate(sides):
                directory = Path(scratch, f"{side}" if warm else f"{side}-{repeat}")
                directory.mkdir(exist_ok=True)
                pair.append(run_process(command, directory, environment(directory), keep=warm))
            for timing in pair:
                if "error" in timing:
                    return {**found, "error": timing["error"], "verdict": "does not hold (failed)"}
            if repeat >= 0:
                pairs.append(pair)
    for clock in ("cpu", "wall"):
        found[clock] = [[timing[clock] for timing in pair] for pair in pairs]
    found["ratios"] = [mine / other for mine, other in found["cpu"]]
    found["wall_ratios"] = [mine / other for mine, other in found["wall"]]
    found["apart"] = disagreement(*(timing["value"] for timing in pairs[0]))
    found["verdict"] = verdict(statistics.median(found["ratios"]), line.bar, found["apart"], line.tolerance)
    return found


def fresh_sides(line: Fresh, options: argparse.Namespace) -> list:
    """Return the two sides of a comparison of whole processes."""
    pythons = (options.python, options.peer_python)
    modules = (line.ours, line.theirs)
    return [
        ([python, "-m", f"benchmarks.{module}"], lambda _: {}) for python, module in zip(pythons, modules)
    ]


def seconds_text(seconds: float) -> str:
    """Return a time with a fitting unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def row(found: dict) -> str:
    """Return one line of the table."""
    head = f"{found['workload']:4} {found['label']:52}"
    if "error" in found:
        return f"{head} {found['verdict']}: {found['error'][:150]}"
    times = [seconds_text(statistics.median(side)) for side in zip(*found["cpu"])]
    apart = "" if found["apart"] is None else f"  values apart {found['apart']:.1e}"
    return (
        f"{head} {spread(found['ratios']):24} wall {statistics.median(found['wall_ratios']):<8.3g} "
        f"bar {found['bar'] or '-':<5} {found['verdict']:14} ({' : '.join(times)}){apart}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; return the number of lines that do not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument(
        "workloads", nargs="*", metavar="WORKLOAD", help=f"of {', '.join(WORKLOADS)}; default all"
    )
    parser.add_argument("--repeats", type=int, default=5, help="pairs a line (default 5)")
    parser.add_argument(
        "--seconds", type=float, default=0.5, help="least seconds of one timing (default 0.5)"
    )
    parser.add_argument("--python", default=sys.executable, help="interpreter of our side")
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter of the peers")
    parser.add_argument("--json", type=Path, help="also write every timing to this file")
    options = parser.parse_args(arguments)
    for name in options.workloads:
        if name not in WORKLOADS:
            parser.error(f"unknown workload {name!r}; expected some of {', '.join(WORKLOADS)}")
    chosen = options.workloads or WORKLOADS

    print("ours / theirs in CPU seconds, median of pairs [least-greatest]; one thread; (ours : theirs)")
    outcomes = []
    for workload in chosen:
        contestants: dict[str, Contestant] = {}

        def open_contestant(module: str, contestants=contestants) -> Contestant:
            if module not in contestants:
                python = options.python if module.startswith("ours.") else options.peer_python
                contestants[module] = Contestant(f"benchmarks.{module}", [python])
            return contestants[module]

        try:
            for line in LINES:
                if line.workload == workload:
                    try:
                        outcome = run_line(line, open_contestant, options.repeats, options.seconds)
                    except (RuntimeError, KeyError, ValueError) as error:  # the other lines still count
                        outcome = {
                            "workload": workload,
                            "label": line.label,
                            "bar": line.bar,
                            "error": str(error),
                        }
                        outcome["verdict"] = "does not hold (failed)"
                    outcomes.append(outcome)
                    print(row(outcome), flush=True)
        finally:
            for contestant in contestants.values():
                contestant.close()
        for line in FRESH:
            if line.workload == workload:
                outcomes.append(run_fresh(line, fresh_sides(line, options), options.repeats))
                print(row(outcomes[-1]), flush=True)

    judged = [outcome for outcome in outcomes if outcome["verdict"] != "no bar"]
    holding = sum(outcome["verdict"] == "holds" for outcome in judged)
    print(f"{holding} of {len(judged)} lines with a bar hold")
    if options.json:
        options.json.write_text(json.dumps(outcomes, indent=1))
    return len(judged) - holding
