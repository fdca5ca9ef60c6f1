"""Programs of Python 2 write here what they wrote there, as `tests/recorded/python2/record.py` kept it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("fissix")
ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = sorted((ROOT / "tests" / "recorded" / "python2").glob("*.py2"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_output_is_that_of_python2(program, tmp_path):
    command = [sys.executable, "-m", "compat", "run", str(program)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=False)
    assert done.stderr.decode() == ""
    assert done.returncode == 0
    lines = zip(done.stdout.splitlines(), program.with_suffix(".out").read_bytes().splitlines(), strict=True)
    assert [(ours, theirs) for ours, theirs in lines if ours != theirs] == []
