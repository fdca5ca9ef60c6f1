"""What the command shows of a pickle."""

from __future__ import annotations

import os
import pickle

import numpy as np

from compat.unpickling.command import unpickle


class Call:
    def __reduce__(self):
        return os.system, ("true",)


def write(path, value):
    path.write_bytes(pickle.dumps(value, 2))
    return str(path)


def test_arrays_are_listed_and_saved(tmp_path, capsys):
    file = write(tmp_path / "a.pkl", {"W": np.ones((2, 3)), "rest": [np.arange(2), 7]})
    assert unpickle(file, str(tmp_path / "a.npz")) == 0
    assert capsys.readouterr().out.splitlines() == [
        "dict of 2",
        "  W: array float64 (2, 3)",
        "  rest: list of 2",
        "    0: array int64 (2,)",
        "    1: 7",
    ]
    with np.load(tmp_path / "a.npz") as saved:
        assert sorted(saved) == ["W", "rest_0"]
        np.testing.assert_array_equal(saved["W"], np.ones((2, 3)))


def test_what_would_run_is_refused(tmp_path, capsys):
    assert unpickle(write(tmp_path / "b.pkl", Call())) == 5
    assert "system" in capsys.readouterr().err


def test_bad_files_are_answered(tmp_path, capsys):
    (tmp_path / "c.pkl").write_bytes(b"no pickle")
    assert unpickle(str(tmp_path / "c.pkl")) == 2
    assert unpickle(str(tmp_path / "missing.pkl")) == 2
    assert "Traceback" not in capsys.readouterr().err
