"""The console command: exit codes, what goes where, and that help comes at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

import graphopt
from graphopt.cli import doctor, main
from graphopt.cli.exit_codes import ExitCode
from graphopt.errors import CompileError, InvalidValue


def run(*arguments, **options):
    command = [sys.executable, "-W", "error", "-m", "graphopt", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_version_is_printed_alone():
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"graphopt {graphopt.__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["doctor", "--help"], ["no-such-command"]])
def test_no_pytensor_numpy_or_scipy_is_imported_for(arguments):
    """They are what takes time to import: half a second in all."""
    code = (
        "import sys\nfrom graphopt.cli.main import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        "print([m for m in ('pytensor', 'numpy', 'scipy') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_every_command_is_in_the_help():
    done = run("--help")
    assert done.returncode == 0
    for command in main.COMMANDS:
        assert command.__name__.rpartition(".")[2] in done.stdout


@pytest.mark.parametrize(
    "arguments", [[], ["no-such-command"], ["doctor", "--format", "xml"], ["doctor", "--wram"]]
)
def test_bad_usage_exits_with_2_and_leaves_stdout_empty(arguments):
    done = run(*arguments)
    assert done.returncode == ExitCode.BAD_USAGE
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("graphopt")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidValue("Input 'x':\n  bounds are wrong"), ExitCode.BAD_USAGE),
        (CompileError("no kernel"), ExitCode.INTERNAL_ERROR),
        (ZeroDivisionError("division by zero"), ExitCode.INTERNAL_ERROR),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
    ],
)
def test_an_error_is_one_line_on_stderr_and_an_exit_code(monkeypatch, capsys, error, code):
    def fail(options):
        raise error

    monkeypatch.setattr(doctor, "run", fail)
    assert main.main(["doctor"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("graphopt: ")
    assert len(err.splitlines()) == 1


def test_traceback_is_shown_when_asked_for(monkeypatch, capsys):
    def fail(options):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(doctor, "run", fail)
    assert main.main(["--traceback", "doctor"]) == ExitCode.INTERNAL_ERROR
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error():
    """As `head -0` does: the pipe is closed before anything is written."""
    process = subprocess.Popen(
        [sys.executable, "-m", "graphopt", "doctor"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), error) == (0, "")
