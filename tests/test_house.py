"""The rules of the house, read from the source: who may import whom, who compiles, what a package exports."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import graphopt

ROOT = Path(graphopt.__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "graphopt").rglob("*.py"))

STAGES = [
    "errors", "environment", "stand_ins", "short_exit", "importing", "late_dataclass", "versions", "engine",
    "ops", "nn", "training", "problem", "structure", "enclosures", "solvers", "bounding", "certificates",
    "reports", "routes", "solving", "trusting", "worst_case", "parametric", "solution_expression", "proving",
    "api", "receding", "cli",
]  # fmt: skip
"""Left to right: a file imports only what stands to its left, or beside it in its own stage."""

EXCEPTIONS = {
    ("nn/network.py", "training"): "`Network.fit` and `evaluate` are methods of what they train",
    ("solvers/solution.py", "reports"): "an answer presents itself: `print(answer)`, `answer.plot()`",
}
"""Imports to the right, each inside a function, with its reason."""


def relative(path):
    return path.relative_to(ROOT / "graphopt").as_posix()


def nodes(path):
    """Return every node of the syntax tree of `path`."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))))


def imports(path):
    """Yield (dotted name, whether at module level, line number) of every import in `path`."""
    found = nodes(path)
    functions = [node for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inner = {node for function in functions for node in ast.walk(function)}
    package = ["graphopt", *path.relative_to(ROOT / "graphopt").parts[:-1]]
    for node in found:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node not in inner, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base += node.module.split(".") if node.module else []
            for alias in node.names:
                yield ".".join([*base, alias.name]), node not in inner, node.lineno


def where(path, node):
    """Return a line of a file, to be read in a failed test."""
    return f"graphopt/{relative(path)}:{node.lineno}: {ast.unparse(node)}"


def calls(path, *names):
    """Return the calls in `path` of the functions called `names`, not of methods."""
    found = [node for node in nodes(path) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [node for node in found if node.func.id in names]


def stage(dotted):
    """Return the stage that the name `graphopt.stage...` belongs to, or None."""
    parts = dotted.split(".")
    return parts[1] if parts[0] == "graphopt" and len(parts) > 1 and parts[1] in STAGES else None


def own_stage(path):
    return relative(path).split("/")[0].removesuffix(".py")


def test_every_file_belongs_to_a_stage():
    others = {own_stage(path) for path in SOURCES} - set(STAGES)
    assert others == {"__init__", "__main__"}, "name the stage of a new folder in STAGES"


def test_imports_run_one_way():
    wrong, used = [], set()
    for path in SOURCES:
        here = own_stage(path)
        if here not in STAGES:
            continue
        for name, at_top, line in imports(path):
            there = stage(name)
            if there is None or STAGES.index(there) <= STAGES.index(here):
                continue
            if (relative(path), there) in EXCEPTIONS and not at_top:
                used.add((relative(path), there))
            else:
                wrong.append(
                    f"graphopt/{relative(path)}:{line} imports {name}: {there} stands to the right of {here}"
                )
    assert wrong == []
    assert used == set(EXCEPTIONS), "an exception that nobody needs any more"


def test_graphopt_never_imports_compat():
    assert [
        (relative(p), name) for p in SOURCES for name, _, _ in imports(p) if name.split(".")[0] == "compat"
    ] == []


COMPAT = sorted((ROOT / "compat").rglob("*.py"))
COMPAT_USES = tuple(
    f"graphopt.{name}" for name in ("engine", "ops", "environment", "importing", "late_dataclass", "errors")
)


def absolute_imports(path):
    """Yield (dotted name, line number) of every import in `path` that names its module in full."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_compat_imports_the_engine_and_operations_only():
    assert [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in COMPAT
        for name, line in absolute_imports(path)
        if name.split(".")[0] == "graphopt" and not f"{name}.".startswith(tuple(f"{u}." for u in COMPAT_USES))
    ] == []


def test_compat_imports_itself_relatively():
    """A program may have a `compat.py` of its own, and the name `theano` is whatever it has imported."""
    assert [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in COMPAT
        for name, line in absolute_imports(path)
        if name.split(".")[0] in ("compat", "theano") and path != ROOT / "compat" / "__main__.py"
    ] == []


MACHINERY = re.compile(r"pytensor\.(function|compile(?!\.sharedvalue)|link(?!\.numba\.dispatch))\b")


def compiles(node):
    """Return whether `node` names PyTensor's compiler, or is ``variable.eval()``, which compiles too."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr == "eval"
    return isinstance(node, ast.Attribute) and bool(MACHINERY.match(ast.unparse(node)))


def test_only_the_engine_compiles():
    others = [path for path in SOURCES if own_stage(path) != "engine"]
    assert [
        f"{relative(p)}:{line} {name}"
        for p in others
        for name, _, line in imports(p)
        if MACHINERY.match(name)
    ] == []
    assert [where(path, node) for path in others for node in nodes(path) if compiles(node)] == []


def test_only_the_engine_runs_text():
    """It turns graphs into Python text of its own; what comes from files never becomes code."""
    others = [path for path in SOURCES if own_stage(path) != "engine"]
    assert [where(path, call) for path in others for call in calls(path, "eval", "exec")] == []


def test_pickle_is_not_used():
    """Reading a pickle runs what it says; models and answers are kept as npz and JSON."""
    modules = {"pickle", "cPickle", "dill", "shelve", "marshal"}
    assert [relative(p) for p in SOURCES for name, _, _ in imports(p) if name.split(".")[0] in modules] == []


def test_nothing_prints_but_the_command_line():
    others = [path for path in SOURCES if own_stage(path) != "cli"]
    prints = [(path, call) for path in others for call in calls(path, "print")]
    assert [where(path, call) for path, call in prints if all(k.arg != "file" for k in call.keywords)] == []


PACKAGES = [p for p in SOURCES if p.name == "__init__.py" and relative(p) != "__init__.py"]


@pytest.mark.parametrize("path", PACKAGES, ids=relative)
def test_a_package_file_holds_imports_and_a_sorted_list_of_them(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "say what the folder is"
    body = tree.body[1:]
    bound = [a.asname or a.name for n in body if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    rest = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    if not rest and not bound:
        return
    assert len(rest) == 1
    assert ast.unparse(rest[0]).startswith("__all__ = ")
    exported = ast.literal_eval(rest[0].value)
    assert set(exported) == {name for name in bound if not name.startswith("_")}
    assert exported == sorted(exported, key=isort_key)


def isort_key(name):
    """CONSTANTS first, then Classes, then functions, as ruff sorts them; digits count as numbers."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def test_every_module_says_its_idea():
    """The first line of its docstring is a whole sentence, or a line of one with a blank line after it."""
    said = {p.relative_to(ROOT): ast.get_docstring(nodes(p)[0]) for p in SOURCES + COMPAT}
    assert [str(path) for path, text in said.items() if not text] == []
    assert [str(path) for path, text in said.items() if text.partition("\n\n")[0].count("\n")] == []


MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|tmp|root|home)/")


def test_no_text_names_a_place_on_one_machine():
    texts = [p for folder in ("graphopt", "compat", "docs", "examples") for p in (ROOT / folder).rglob("*.*")]
    texts = [p for p in [*texts, *ROOT.glob("*.md")] if p.suffix in (".py", ".md", ".txt", ".toml")]
    lines = ((p, i, s) for p in texts for i, s in enumerate(p.read_text(encoding="utf-8").splitlines(), 1))
    assert [f"{p.relative_to(ROOT)}:{i}: {line}" for p, i, line in lines if MACHINE_PATHS.search(line)] == []


def test_public_names_are_sorted_and_reachable():
    names = [name for name in dir(graphopt) if not name.startswith("_")]
    assert names == sorted(names)
    assert [name for name in names if not hasattr(graphopt, name)] == []
    assert {"Sequential", "Dense", "SGD", "Problem", "LBFGSB", "MultiStart", "maximize", "solve"} <= set(
        names
    )


def test_no_public_name_has_two_homes():
    """`graphopt.name` is looked up in packages one after the other: the first would hide the second."""
    homes = {}
    for package in graphopt._PACKAGES:
        for name in importlib.import_module(f"graphopt.{package}").__all__:
            homes.setdefault(name, []).append(package)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def run(code, *, environment=None, **options):
    """Run `code` in a new process, warnings being errors, and return what it did."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    settings = {key: value for key, value in settings.items() if value is not None}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env=settings, check=False, **options)


def test_importing_graphopt_imports_neither_pytensor_nor_numpy():
    heavy = ("pytensor", "numpy", "scipy", "numba")
    done = run(f"import sys, graphopt; print([m for m in {heavy} if m in sys.modules])")
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_importing_everything_warns_of_nothing():
    done = run("import graphopt as go; print(len([getattr(go, name) for name in dir(go)]))")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert int(done.stdout) > 50


STORY = """
import numpy as np
import graphopt as go

X, Y = np.array([[0.0, 1], [1, 0], [1, 1], [0, 0]]), np.array([[1.0], [0], [0], [0]])
net = go.Sequential([go.Input(2), go.Dense(3, "sigmoid"), go.Dense(1, "sigmoid")], seed=0)
net.fit(X, Y, loss="mse", optimizer=go.SGD(0.1), epochs=5000, batch_size=1, shuffle=False, verbose=0)
answer = go.maximize(net, bounds=(0, 1))
print(*np.ravel(answer.x).round(6), answer.success)
"""


def test_story_leaves_stderr_empty():
    done = run(STORY)
    assert (done.stdout, done.stderr) == ("0.0 1.0 True\n", "")


NO_NETWORK = """
import socket

def refuse(*arguments, **options):
    raise AssertionError("the network was used")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = refuse
"""


def test_story_needs_no_network():
    done = run(NO_NETWORK + STORY)
    assert (done.stdout, done.stderr) == ("0.0 1.0 True\n", "")


@pytest.mark.parametrize("home", ["missing", "file", "read-only", "unset"])
def test_story_runs_without_a_home_to_write_in(tmp_path, home):
    """PyTensor by itself fails here when it is imported. Of temporary files only compiled kernels stay."""
    place, temporary = tmp_path / "home", tmp_path / "tmp"
    temporary.mkdir(mode=0o700)
    if home == "file":
        place.write_text("not a folder")
    elif home == "read-only":
        place.mkdir(mode=0o500)
        if os.access(place, os.W_OK):  # permissions do not bind root; the kernel's own folders do
            place = Path("/proc/self")
    unset = ("XDG_CACHE_HOME", "PYTENSOR_FLAGS", "GRAPHOPT_CACHE", "LOCALAPPDATA")
    changed = {
        "TMPDIR": str(temporary),
        "HOME": None if home == "unset" else str(place),
        **dict.fromkeys(unset),
    }
    if home == "unset":
        changed["XDG_CACHE_HOME"] = str(temporary)
    done = run(STORY, environment=changed)
    assert (done.stdout, done.stderr) == ("0.0 1.0 True\n", "")
    kept = {"graphopt", f"graphopt-{os.getuid()}" if hasattr(os, "getuid") else "graphopt"}
    assert {path.name for path in temporary.iterdir()} <= kept
