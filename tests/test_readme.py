"""The README and the documentation: code runs, prints what the page says, and links lead somewhere."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import compat

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROSE = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]


def name(path):
    return path.relative_to(ROOT).as_posix()


def blocks(path):
    """Return (language, text, line number) of every fenced block of `path`."""
    text = path.read_text(encoding="utf-8")
    fences = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(fence[1], fence[2], text.count("\n", 0, fence.start()) + 2) for fence in fences]


def words(text):
    """Return `text` without its numbers, whose last digits may differ from machine to machine."""
    return re.sub(r"[-+]?\d[\d.]*(e[-+]?\d+)?", "#", text).split()


@pytest.fixture
def own_names():
    """A page may install `theano`; the tests after it have PyTensor's texts and NumPy's warnings again."""
    with np.errstate():
        yield
    compat.uninstall()


@pytest.mark.usefixtures("own_names")
@pytest.mark.parametrize("path", PAGES, ids=name)
def test_code_runs_and_prints_what_the_page_says(path, tmp_path, monkeypatch):
    """One namespace for each page, in an empty folder; a text block is what the code before it prints."""
    monkeypatch.chdir(tmp_path)
    namespace, printed, ran = {"__name__": "page"}, "", 0
    for language, text, line in blocks(path):
        if language == "python":
            code = compile("\n" * (line - 1) + text, name(path), "exec")
            with contextlib.redirect_stdout(io.StringIO()) as output:
                exec(code, namespace)
            printed, ran = output.getvalue(), ran + 1
        elif language == "text":
            assert words(printed) == words(text), f"{name(path)}:{line}"
    assert ran > 0


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_files_that_are_named_exist(path):
    folders = r"`((?:graphopt|tests|docs|examples|benchmarks)/[\w./-]*|\.ci/run)`"
    named = re.findall(folders, path.read_text(encoding="utf-8"))
    assert [file for file in named if not (ROOT / file).exists()] == []


def test_readme_has_the_two_commands():
    """One ends in the answer to story 1, one in the tests; `.ci/run` runs the second as it is read here."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^python3 -m venv .*$", text, re.MULTILINE)
    assert first.endswith("python examples/optimal_binary_input.py")
    assert second.endswith("python -m pytest -q")


def test_the_first_command_s_program_prints_the_answer_and_its_checks():
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / "optimal_binary_input.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("best input (0, 1)") == 2
    assert "FAILED" not in done.stdout
    assert done.stdout.count("[ok]") == 14


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_commands_on_graphopt_are_known(path, capsys):
    """Every ``graphopt ...`` in a shell block is accepted by the parser."""
    from graphopt.cli.main import parser

    for language, text, _ in blocks(path):
        for line in text.splitlines() if language == "sh" else ():
            if line.startswith("graphopt "):
                parser().parse_args(line.partition("#")[0].split()[1:])


def test_exit_codes_are_those_of_the_command():
    from graphopt.cli.exit_codes import ExitCode

    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == {
        code.value for code in ExitCode
    }


def test_statuses_are_those_of_answers():
    from graphopt.solvers import Status

    page = (ROOT / "docs" / "answer.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", page, re.MULTILINE)) == {
        s.name: s.value for s in Status
    }
