"""Building: which back end, what is cached, what happens when compiler, disk or cache fail."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading

import numpy as np
import pytest

from graphopt.engine import native
from graphopt.engine.native import builder, cache, toolchain
from graphopt.errors import CompileError, InvalidValue

needs_c = pytest.mark.skipif(toolchain.compiler() is None, reason="no C compiler on PATH")

SOURCE = "def twice(x: f64) -> f64:\n    return 2.0 * x"


def _source(number):
    return f"def f(x: f64) -> f64:\n    return {number}.0 * x"


def test_variable_chooses_the_back_end(monkeypatch):
    for name in ("c", "numba", "off"):
        monkeypatch.setenv("GRAPHOPT_NATIVE", name)
        assert native.available() == name
    with pytest.raises(CompileError, match="off"):
        native.build(SOURCE, "twice")
    assert not native.is_cached(SOURCE, "twice")
    monkeypatch.setenv("GRAPHOPT_NATIVE", "fortran")
    with pytest.raises(InvalidValue, match="expected c, numba or off"):
        native.available()


def test_no_compiler_on_path_means_numba(fresh, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    assert native.available() == "numba"
    kernel = native.build(SOURCE, "twice")
    assert (kernel.backend, kernel(4.0)) == ("numba", 8.0)
    assert native.is_cached(SOURCE, "twice")


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the compiler")
def test_broken_compiler_means_numba(fresh, monkeypatch, tmp_path):
    broken = tmp_path / "broken-cc"
    broken.write_text("#!/bin/sh\necho 'internal compiler error: everything' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CC", str(broken))
    assert native.build(_source(11), "f").backend == "numba"
    monkeypatch.setenv("GRAPHOPT_NATIVE", "c")
    with pytest.raises(CompileError, match="internal compiler error: everything"):
        native.build(_source(12), "f")


@needs_c
def test_fault_of_the_text_is_not_tried_again_with_numba(fresh):
    with pytest.raises(CompileError, match="Kernel line 1"):
        native.build("x = 1", "f")


@needs_c
def test_second_process_finds_the_library(fresh, monkeypatch):
    assert not native.is_cached(SOURCE, "twice")
    native.build(SOURCE, "twice")
    monkeypatch.setattr(builder, "_kernels", {})
    assert native.is_cached(SOURCE, "twice")

    def never(*_):
        raise AssertionError("compiled again")

    monkeypatch.setattr(toolchain, "compile_library", never)
    assert native.build(SOURCE, "twice")(1.5) == 3.0


@needs_c
@pytest.mark.parametrize("damage", ["library", "note", "empty note", "no note", "not a library"])
def test_damaged_cache_is_rebuilt(fresh, monkeypatch, damage):
    source = _source(20 + len(damage))
    native.build(source, "f")
    (library,) = fresh.glob(f"k*{toolchain.SUFFIX}")
    note = cache.note_path(library)
    # A loaded library must not change under the process: the damaged one is another file of the same name.
    content = library.read_bytes()
    library.unlink()
    if damage == "library":
        library.write_bytes(content[: len(content) // 2])
    elif damage == "not a library":
        library.write_bytes(b"hello")
        cache.store(library, {"parameters": [["x", "f64"]], "returns": "f64"})
    else:
        library.write_bytes(content)
        {
            "note": lambda: note.write_text("{"),
            "empty note": lambda: note.write_text("[]"),
            "no note": note.unlink,
        }[damage]()
    monkeypatch.setattr(builder, "_kernels", {})
    assert native.build(source, "f")(1.0) == float(20 + len(damage))
    assert cache.recall(library)["returns"] == "f64"


@needs_c
def test_eight_threads_compile_once(fresh, monkeypatch):
    calls, compile_library = [], toolchain.compile_library

    def counted(text, target):
        calls.append(target)
        return compile_library(text, target)

    monkeypatch.setattr(toolchain, "compile_library", counted)
    found = []
    threads = [threading.Thread(target=lambda: found.append(native.build(SOURCE, "twice"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert [kernel(1.0) for kernel in found] == [2.0] * 8


@needs_c
def test_two_processes_build_side_by_side(fresh):
    """Both get a working kernel, and no temporary file stays."""
    program = f"from graphopt.engine import native\nprint(native.build({SOURCE!r}, 'twice')(21.0))"
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in running:
        out, err = process.communicate(timeout=120)
        assert out.split() == [b"42.0"], err.decode()
    assert not list(fresh.glob("tmp-*"))


def test_build_in_the_background():
    if native.available() == "off":
        pytest.skip("no back end")
    assert native.build_async(SOURCE, "twice").result(timeout=120)(2.0) == 4.0
    with pytest.raises(CompileError, match="no function"):
        native.build_async(SOURCE, "thrice").result(timeout=120)


@needs_c
def test_full_disk_compiles_all_the_same(fresh, monkeypatch):
    monkeypatch.setattr(toolchain.os, "replace", _refuse_in(fresh, os.replace))
    assert native.build(_source(31), "f")(1.0) == 31.0
    assert not list(fresh.glob("k*"))


def _refuse_in(folder, replace):
    def full(source, target):
        if str(target).startswith(str(folder)):
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(source, target)

    return full


def test_cache_directory_is_private(fresh):
    assert native.cache_directory() == fresh
    if os.name != "nt":
        assert stat.S_IMODE(fresh.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_folder_that_others_may_write_is_refused(fresh):
    fresh.mkdir()
    fresh.chmod(0o777)
    assert native.cache_directory() != fresh


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX owners")
def test_folder_of_somebody_else_is_refused(fresh, monkeypatch):
    fresh.mkdir(mode=0o700)
    monkeypatch.setattr(cache.os, "getuid", lambda: os.stat(fresh).st_uid + 1)
    monkeypatch.setattr(cache, "_usable", cache._usable.__wrapped__)
    found = native.cache_directory()
    assert found != fresh
    assert stat.S_IMODE(found.stat().st_mode) == 0o700


@needs_c
def test_home_that_cannot_be_written(tmp_path, monkeypatch):
    """The folder falls back to the temporary files. (A file in the place of the folder refuses root too.)"""
    (tmp_path / "home").write_text("not a folder")
    (tmp_path / "temporary").mkdir()
    for name in ("GRAPHOPT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(cache.tempfile, "tempdir", str(tmp_path / "temporary"))
    cache._usable.cache_clear()
    monkeypatch.setattr(builder, "_kernels", {})
    try:
        assert native.cache_directory().parent == tmp_path / "temporary"
        assert native.build(_source(41), "f")(1.0) == 41.0
    finally:
        cache._usable.cache_clear()


@needs_c
def test_compiler_starts_without_a_shell(fresh, monkeypatch, tmp_path):
    """A compiler whose path holds a space and a semicolon is run, not interpreted."""
    folder = tmp_path / "a b; touch owned"
    folder.mkdir()
    (folder / "cc").symlink_to(shutil.which(toolchain.compiler()[0]))
    monkeypatch.setenv("CC", f"'{folder / 'cc'}'")
    assert native.build(_source(51), "f").backend == "c"
    assert toolchain.compiler() == [str(folder / "cc")]


@needs_c
def test_build_prints_nothing(fresh, capfd):
    native.build(_source(61), "f")(np.float64(1))
    assert capfd.readouterr() == ("", "")
