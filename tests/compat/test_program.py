"""Which modules are a program's own: by the place a file really lies at, after what Python has built in."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import types

import pytest

from compat.program import ProgramFinder, follow, is_library, is_standard


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return a folder of installed packages."""
    folder = tmp_path / "installed"
    folder.mkdir()
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(folder)])
    from compat.program import _library_folders

    _library_folders.cache_clear()
    yield folder
    _library_folders.cache_clear()


def test_python_and_this_package_are_standard():
    assert is_standard(json.__file__)
    assert is_library(json.__file__)
    assert is_standard(follow.__code__.co_filename)
    assert not is_standard(pytest.__file__)
    assert is_library(pytest.__file__)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_linked_file_or_folder_belongs_where_it_lies(installed, tmp_path):
    (installed / "theirs.py").touch()
    (tmp_path / "own.py").touch()
    (tmp_path / "linked.py").symlink_to(installed / "theirs.py")
    (tmp_path / "linked").symlink_to(installed)
    (installed / "own_linked.py").symlink_to(tmp_path / "own.py")
    paths = ["own.py", "linked.py", "linked/theirs.py", "installed/theirs.py", "installed/own_linked.py"]
    assert [is_library(str(tmp_path / path)) for path in paths] == [False, True, True, True, False]


def test_a_relative_path_is_of_the_folder_of_the_moment(installed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert not is_library("a.py")
    monkeypatch.chdir(installed)
    assert is_library("a.py")


def test_a_built_in_module_comes_before_a_file_of_that_name(tmp_path):
    """As in Python itself, whose list of built-in modules has `xxsubtype`."""
    assert "xxsubtype" in sys.builtin_module_names
    (tmp_path / "xxsubtype.py").write_text("raise ImportError('the file')")
    (tmp_path / "script.py").write_text("import xxsubtype; print(xxsubtype.__loader__.__name__)")
    done = subprocess.run(
        [sys.executable, "-m", "compat", "run", str(tmp_path / "script.py")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "BuiltinImporter\n"


def test_only_modules_that_are_not_pythons_get_another_loader(tmp_path, monkeypatch):
    program = types.SimpleNamespace()
    finder = ProgramFinder(program)
    (tmp_path / "own.py").touch()
    own = finder.find_spec("own", [str(tmp_path)])
    assert (own.loader.program, own.loader.library) == (program, False)
    assert finder.find_spec("json").loader.__class__.__name__ == "SourceFileLoader"
    assert finder.find_spec("own", []) is None
