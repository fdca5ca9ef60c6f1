"""h5py 2.10's ways, as that version had them: what is stored as bytes is read as bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("h5py")

PROGRAM = """
import h5py, numpy as np
f = h5py.File("made.h5")
f.attrs["bytes"], f.attrs["text"], f.attrs["number"] = b"abc", "abc", 3
f.attrs["names"] = [b"x", b"yz"]
f.attrs["objects"] = np.array([b"x", b"yz"], dtype=h5py.special_dtype(vlen=bytes))
f["data"] = np.arange(3)
f.close()
f = h5py.File("made.h5", "r")
for name in ("bytes", "text", "number", "names", "objects"):
    print(name, np.asarray(f.attrs[name]).tolist())
print(f["data"].value.tolist())
"""

PRINTED_BY_2_10 = """\
bytes b'abc'
text abc
number 3
names [b'x', b'yz']
objects [b'x', b'yz']
[0, 1, 2]
"""


def test_a_program_of_the_second_version(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    root = Path(__file__).resolve().parents[3]
    ran = subprocess.run(
        [sys.executable, "-m", "compat", "run", str(tmp_path / "program.py")],
        cwd=tmp_path, env={"PYTHONPATH": ":".join([str(root), *sys.path])}, capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.stdout, ran.returncode) == (PRINTED_BY_2_10, 0), ran.stderr
