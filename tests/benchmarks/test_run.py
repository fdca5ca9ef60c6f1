"""The benchmark's own arithmetic: what counts as the same result, and what holds."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

from benchmarks.bars import FRESH, LINES, WORKLOADS
from benchmarks.fresh import run_process
from benchmarks.run import disagreement, verdict
from benchmarks.worker import time_task

ROOT = Path(__file__).resolve().parents[2]


def test_disagreement_is_relative_to_the_greatest_value_of_each_array():
    assert disagreement([[1.0, 2.0], 10.0], [[1.0, 2.0], 10.0]) == 0.0
    assert disagreement([[1.0, 3.0], 10.0], [[1.0, 4.0], 10.0]) == pytest.approx(0.25)


def test_disagreement_of_different_shapes_is_an_error():
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        disagreement([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="one side returned 1 numbers"):
        disagreement([[1.0]], [[1.0, 1.0]])


def test_disagreement_does_not_hide_nan():
    assert math.isnan(disagreement([[1.0], [math.nan], [1.0]], [[1.0], [1.0], [1.0]]))


@pytest.mark.parametrize(
    ("ratio", "bar", "apart", "tolerance", "expected"),
    [
        (0.9, 1.0, 0.0, 1e-6, "holds"),
        (1.1, 1.0, 0.0, 1e-6, "does not hold"),
        (0.9, 1.0, 1e-3, 1e-6, "does not hold (values differ)"),
        (0.9, 1.0, float("nan"), 1e-6, "does not hold (values differ)"),
        (0.9, None, 0.0, 1e-6, "no bar"),
        (0.9, 1.0, None, None, "holds"),
    ],
)
def test_verdict(ratio, bar, apart, tolerance, expected):
    assert verdict(ratio, bar, apart, tolerance) == expected


def test_every_line_names_a_module_and_a_workload_that_exist():
    for line in LINES:
        assert line.workload in WORKLOADS
        for module, _ in filter(None, (line.ours, line.theirs)):
            assert (ROOT / "benchmarks" / (module.replace(".", "/") + ".py")).is_file()
    for line in FRESH:
        assert line.workload in WORKLOADS
        for module in (line.ours, line.theirs):
            assert (ROOT / "benchmarks" / (module.replace(".", "/") + ".py")).is_file()


def test_time_task_reports_one_call():
    calls = []
    timing = time_task(lambda: calls.append(1) or [1.0], seconds=0.01)
    assert timing["calls"] == len(calls)
    assert timing["wall"] * timing["calls"] >= 0.01
    assert timing["value"] == [1.0]


def test_process_that_fails_says_so(tmp_path):
    outcome = run_process([sys.executable, "-m", "no_such_module"], tmp_path, keep=False)
    assert "no_such_module" in outcome["error"]
