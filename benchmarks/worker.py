"""A contestant's process: prepares its tasks once, then times the one it is asked for, line by line.

Run as ``python -m benchmarks.worker MODULE``. Each line on stdin is JSON ``{"task": name, "seconds": s}``:
the task is called until `s` seconds have passed. The answer is one line of JSON on stdout with the number of
calls, the CPU and wall seconds of one call, and what the last call returned.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time

import numpy as np


def time_task(run, seconds: float) -> dict:
    """Return calls, CPU and wall seconds of one call, and the value of the last call of `run`."""
    calls, batch = 0, 1
    wall, cpu = time.perf_counter(), time.process_time()
    while True:
        for _ in range(batch):
            value = run()
        calls += batch
        passed = time.perf_counter() - wall
        if passed >= seconds:
            break
        batch = max(1, min(calls, int(calls * (seconds / passed - 1.0))))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "calls": calls,
        "cpu": cpu / calls,
        "wall": wall / calls,
        "value": [np.asarray(part, dtype=float).tolist() for part in value],
    }


def main() -> None:
    """Serve timings until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")  # whatever the libraries print goes to stderr
    os.dup2(2, 1)
    wall, cpu = time.perf_counter(), time.process_time()
    tasks = importlib.import_module(sys.argv[1]).prepare()
    ready = {"tasks": list(tasks), "cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    print(json.dumps(ready), file=answers, flush=True)
    warmed: set[str] = set()
    for line in sys.stdin:
        order = json.loads(line)
        name = order["task"]
        try:
            if name not in warmed:
                tasks[name]()
                tasks[name]()
                warmed.add(name)
            answer = time_task(tasks[name], order["seconds"])
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
