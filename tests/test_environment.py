"""The flags that PyTensor starts with: ours where the user has none."""

import os
import subprocess
import sys

import pytest

PRINT = "import graphopt; graphopt.engine; import pytensor; print(repr(pytensor.config.cxx))"


def printed(folder, **environment):
    unset = {name: value for name, value in os.environ.items() if name != "PYTENSOR_FLAGS"}
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        capture_output=True,
        text=True,
        env={**unset, "PATH": str(folder), "HOME": str(folder), **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def compiler(tmp_path):
    """A program called g++ that leaves a file where it is started."""
    path = tmp_path / "g++"
    path.write_text(f"#!/bin/sh\necho > {tmp_path}/started\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyTensor looks for the compiler")
def test_the_compiler_is_named_and_not_started(compiler):
    assert printed(compiler.parent) == repr(str(compiler))
    assert not (compiler.parent / "started").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyTensor looks for the compiler")
def test_no_compiler(tmp_path):
    assert printed(tmp_path) == "''"


def test_the_flag_of_the_user_stays(compiler):
    assert printed(compiler.parent, PYTENSOR_FLAGS="cxx=clang++") == "'clang++'"


def test_the_file_of_the_user_stays(compiler):
    (compiler.parent / ".pytensorrc").write_text("[global]\ncxx = clang++\n")
    assert printed(compiler.parent) == "'clang++'"
