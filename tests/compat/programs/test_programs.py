"""Old programs, run unchanged, print what they printed on the real Theano 1.0.5 (`record` made the texts)."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from printed import differences

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PROGRAMS = sorted(HERE.glob("python[23]/*.py"))

FLOAT32 = 2e-4  # a few dozen updates away, sums in another order differ by some hundreds of float32's 6e-8
RELATIVE = {"elman_tagger": FLOAT32, "factorisation": FLOAT32, "lstm_scan": FLOAT32}
FLOAT64 = 1e-7


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_prints_what_theano_printed(program):
    if program.parent.name == "python2" and importlib.util.find_spec("fissix") is None:
        pytest.skip('needs pip install "graphopt[port]"')
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment.pop("THEANO_FLAGS", None)
    ran = subprocess.run(
        [sys.executable, "-m", "compat", "run", program.name],
        cwd=program.parent, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, f"{program.name} ended with code {ran.returncode}:\n{ran.stderr[-3000:]}"
    recorded = (HERE / "recorded" / f"{program.stem}.txt").read_text(encoding="utf-8")
    found = differences(ran.stdout, recorded, RELATIVE.get(program.stem, FLOAT64))
    assert not found, f"{program.name} prints other things:\n" + "\n".join(found)


def test_every_program_is_recorded():
    assert len(PROGRAMS) == 23
    assert {p.stem for p in PROGRAMS} == {p.stem for p in (HERE / "recorded").glob("*.txt")}
