"""Libraries for Theano run as they did on it: Lasagne 0.1's own tests, models of Keras 1.2.2 and 2.3.1.

The libraries as they were stand in a folder that ``OLD_LIBRARIES`` names:

    pip download --no-deps --no-binary :all: -d FOLDER/lasagne-0.1 Lasagne==0.1
    pip install --no-deps --target FOLDER/lasagne-0.1 mock==3.0.5
    pip install --no-deps --target FOLDER/keras-1.2.2 Keras==1.2.2
    pip install --no-deps --target FOLDER/keras-2.3.1 Keras==2.3.1 keras-applications==1.0.8 \
keras-preprocessing==1.1.2
    pip install h5py six pyyaml
"""

from __future__ import annotations

import importlib.util
import os
import re
import runpy
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from printed import differences

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
RECORDING = runpy.run_path(str(HERE / "record_keras.py"))

# Adam and RMSprop divide a gradient by its size: what float32 rounds away (6e-8) grows with every update. The
# recorded numbers of the real Theano are up to 1.04e-2 apart in float32 and float64.
ABSOLUTE = {"float32": 1.1e-2, "float64": 0.0}
RELATIVE = 1e-6


def folder_of(library: str) -> Path:
    """Return the folder of `library`; skip the test where it or what it needs is not installed."""
    folder = Path(os.environ.get("OLD_LIBRARIES", ""), library)
    if "OLD_LIBRARIES" not in os.environ or not folder.is_dir():
        pytest.skip(f"needs {library} in the folder that OLD_LIBRARIES names; see {Path(__file__).name}")
    for module, package in {"six": "six", "yaml": "pyyaml", "h5py": "h5py"}.items():
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"needs pip install {package}")
    return folder


def launch(
    *command: object, folder: Path, paths: list[Path], **environment: str
) -> subprocess.CompletedProcess:
    """Run ``python -m compat`` with `command` in `folder`."""
    found = os.pathsep.join(map(str, [ROOT, *paths]))
    return subprocess.run(
        [sys.executable, "-m", "compat", *map(str, command)],
        cwd=folder, env={**os.environ, "PYTHONPATH": found, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_lasagne_passes_the_tests_it_passed(tmp_path):
    folder = folder_of("lasagne-0.1")
    with tarfile.open(folder / "Lasagne-0.1.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    tree = tmp_path / "Lasagne-0.1"
    (tree / "lasagne" / "conftest.py").unlink()  # its hook has arguments that pytest no longer gives
    ran = launch(
        "pytest", "-q", "-rA", "-c", os.devnull, "-p", "no:cacheprovider", f"--rootdir={tree}",
        "lasagne/tests", folder=tree, paths=[tree, folder],
    )  # fmt: skip
    passed = set(re.findall(r"^PASSED (.+)$", ran.stdout, re.MULTILINE))
    expected = set((HERE / "lasagne_expected.txt").read_text(encoding="utf-8").splitlines())
    assert len(expected) == 482
    assert not expected - passed, ran.stdout[-3000:] + ran.stderr[-3000:]


@pytest.mark.parametrize("case", RECORDING["CASES"])
def test_keras_trains_predicts_saves_and_loads_as_it_did(case, tmp_path):
    library, model, floatx = case.rsplit("-", 2)
    folder = folder_of(library)
    RECORDING["configure"](tmp_path, floatx)
    ran = launch("run", HERE / "keras_models.py", model, folder=tmp_path, paths=[folder], HOME=str(tmp_path))
    assert ran.returncode == 0, ran.stderr[-3000:]
    recorded = (HERE / "recorded" / f"{case}.txt").read_text(encoding="utf-8")
    assert not differences(ran.stdout, recorded, RELATIVE, ABSOLUTE[floatx])
