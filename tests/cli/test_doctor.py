"""``graphopt doctor``: its facts are those of this process, its advice follows from them."""

from __future__ import annotations

import json
import os
import stat

import numpy as np
import pytensor
import pytest
import scipy

import graphopt
from graphopt.cli.main import main
from graphopt.engine import doctor

HEALTHY = {
    "native": {"backend": "c", "compiler": "/usr/bin/cc", "asked": None, "trouble": None},
    "cache": {"directory": "/c", "asked": None, "as_asked": False, "temporary": False, "writable": True},
    "blas": {"name": "scipy-openblas", "version": "0.3", "threads": {"libopenblas.so": 1}},
    "probe": None,
}


def changed(section, **values):
    return {**HEALTHY, section: {**(HEALTHY[section] or {}), **values}}


def test_nothing_is_advised_where_all_is_well():
    assert doctor.advise(HEALTHY) == []


@pytest.mark.parametrize(
    ("facts", "finding", "mend"),
    [
        (changed("native", backend="numba"), "no C compiler", "CC"),
        (changed("native", backend="numba", asked="numba"), "GRAPHOPT_NATIVE", "gcc"),
        (changed("native", backend="off"), "no numba", "gcc"),
        (changed("native", backend=None, trouble="GRAPHOPT_NATIVE='x'"), "GRAPHOPT_NATIVE='x'", "unset"),
        (changed("cache", asked="/d"), "GRAPHOPT_CACHE=/d is not used", "chmod 700"),
        (changed("cache", temporary=True), "temporary", "GRAPHOPT_CACHE"),
        (changed("cache", writable=False), "cannot be written", "disk"),
        (changed("blas", threads={"a.so": 1, "b.so": 8}), "8 threads", "OMP_NUM_THREADS=1"),
        (changed("blas", name="none"), "without a BLAS", "PyPI"),
        (changed("probe", trouble="no space left"), "no space left", "GRAPHOPT_NATIVE=off"),
    ],
)
def test_advice_names_what_is_slow_and_what_mends_it(facts, finding, mend):
    (note,) = doctor.advise(facts)
    assert finding in note["finding"]
    assert mend in note["mend"]


def test_json_on_stdout_holds_the_versions_that_are_imported(capsys):
    assert main(["doctor", "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    expected = {"graphopt": graphopt.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    assert {name: facts["versions"][name] for name in expected} == expected
    assert facts["versions"]["pytensor"] == pytensor.__version__
    assert facts["flags"]["floatX"] == pytensor.config.floatX
    assert facts["probe"] is None


def test_text_holds_every_section(capsys):
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    titles = [line for line in out.splitlines() if not line.startswith(" ")]
    assert titles == ["Installed", "Extras", "Machine", "Engine", "Flags", "Advice"]


def test_warm_runs_the_loop_it_times(capsys):
    assert main(["doctor", "--warm", "--format", "json"]) == 0
    probe = json.loads(capsys.readouterr().out)["probe"]
    assert probe["trouble"] is None
    assert probe["runs_as"] in ("native", "scalar", "numpy")
    assert 0 < probe["microseconds_an_update"] < np.inf


def test_cache_is_counted(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAPHOPT_CACHE", str(tmp_path / "kernels"))
    folder = tmp_path / "kernels"
    folder.mkdir(mode=0o700)
    (folder / "k1.so").write_bytes(b"12345")
    (folder / "k1.so.json").write_bytes(b"123")
    cache = doctor.diagnose()["cache"]
    assert (cache["directory"], cache["files"], cache["bytes"]) == (str(folder), 2, 8)
    assert cache["as_asked"]
    assert cache["writable"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions are those of POSIX")
def test_a_cache_that_others_may_write_is_reported(monkeypatch, tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
    monkeypatch.setenv("GRAPHOPT_CACHE", str(folder))
    facts = doctor.diagnose()
    assert facts["cache"]["directory"] != str(folder)
    assert any("is not used" in note["finding"] for note in facts["advice"])


def test_a_wrong_back_end_is_reported_not_raised(monkeypatch):
    monkeypatch.setenv("GRAPHOPT_NATIVE", "fortran")
    facts = doctor.diagnose()
    assert facts["native"]["backend"] is None
    assert any("fortran" in note["finding"] for note in facts["advice"])
