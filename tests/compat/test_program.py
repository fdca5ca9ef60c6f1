"""Which modules are a program's own: by the place a file really lies at, after what Python has built in."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys

import numpy as np
import pytest

import graphopt
from compat import program
from compat.program import Home, ProgramFinder, home


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return a folder of installed packages."""
    folder = tmp_path / "installed"
    folder.mkdir()
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(folder)])
    caches = program._library_folders, program._home_of_folder
    for cache in caches:
        cache.cache_clear()
    yield folder
    for cache in caches:
        cache.cache_clear()


def test_python_installed_packages_and_what_is_neither(tmp_path):
    assert home(json.__file__) is home(program.__file__) is Home.STANDARD
    assert home(pytest.__file__) is home(np.__file__) is home(graphopt.__file__) is Home.LIBRARY
    assert home(str(tmp_path / "own.py")) is Home.PROGRAM


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_linked_file_or_folder_belongs_where_it_lies(installed, tmp_path):
    (installed / "theirs.py").touch()
    (tmp_path / "own.py").touch()
    (tmp_path / "linked.py").symlink_to(installed / "theirs.py")
    (tmp_path / "linked").symlink_to(installed)
    (installed / "own_linked.py").symlink_to(tmp_path / "own.py")
    paths = ["own.py", "linked.py", "linked/theirs.py", "installed/theirs.py", "installed/own_linked.py"]
    own, theirs = Home.PROGRAM, Home.LIBRARY
    assert [home(str(tmp_path / path)) for path in paths] == [own, theirs, theirs, theirs, own]


def test_a_relative_path_is_of_the_folder_of_the_moment(installed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert home("a.py") is Home.PROGRAM
    monkeypatch.chdir(installed)
    assert home("a.py") is Home.LIBRARY


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


def test_only_modules_that_are_not_pythons_get_another_loader(tmp_path):
    launched = program.Program()
    finder = ProgramFinder(launched)
    (tmp_path / "own.py").touch()
    own = finder.find_spec("own", [str(tmp_path)])
    assert (own.loader.program, own.loader.library) == (launched, False)
    assert finder.find_spec("json").loader.__class__.__name__ == "SourceFileLoader"
    assert finder.find_spec("own", []) is None
