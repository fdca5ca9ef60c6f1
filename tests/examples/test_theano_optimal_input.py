"""Story 1 as it was asked: a Python 2 program for Theano, run unchanged, and one line that answers it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("fissix", reason='Python 2 sources need fissix: pip install "graphopt[port]"')

PROGRAM = Path(__file__).parents[2] / "examples" / "theano" / "optimal_input.py"

#: what Theano 1.0.5 printed on Python 3.7 (numpy 1.19) for the same lines with print as a function
THEANO_PRINTED = [
    "output at (0, 1): 0.957535",
    "bias concatenated: Cost: 0.000453, input (0.0653, 1.8383)",
    "bias added: Cost: 0.000446, input (0.1462, 1.7378)",
]


def test_program_prints_what_theano_printed_and_finds_the_input():
    ran = subprocess.run(
        [sys.executable, "-m", "compat", "run", str(PROGRAM)], capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[:3] == THEANO_PRINTED
    assert lines[3].startswith("maximum 0.9575")
    assert any(line.strip().startswith("x = [0, 1]") for line in lines)
    assert lines[4].startswith("Proved optimal")
